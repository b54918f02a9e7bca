"""Runs the engine by itself, so that its memory is its own: it transcribes a sound file.

Writes seconds of loading and of transcription, text, language, and words with times as JSON, as
`peer.py` does. The engine stands at the same priority as the peer.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import ytclipper_rs as yt


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", help="name of an installed model")
    parser.add_argument("sound", type=Path)
    parser.add_argument("target", type=Path, help="JSON file to write")
    parser.add_argument("--silence", type=Path, required=True, help="sound without a word")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Loads, transcribes, writes."""
    arguments = parse()
    with yt.Engine(workers=1, threads=arguments.threads, nice=0) as engine:

        def hear(sound: Path) -> yt.Transcript:
            job = engine.transcribe(sound, model=arguments.model, language="en", cache=False)
            return job.result()

        begun = time.perf_counter()
        # The first job loads the model, whatever it hears.
        hear(arguments.silence)
        loaded = time.perf_counter()
        heard = hear(arguments.sound)
        done = time.perf_counter()
    words = [
        {
            "text": f" {word.word}",
            "start": word.start,
            "end": word.end,
            "probability": word.probability,
        }
        for word in heard.words()
    ]
    result = {
        "load": loaded - begun,
        "seconds": done - loaded,
        "language": heard.language,
        "text": heard.full_text,
        "words": words,
    }
    arguments.target.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
