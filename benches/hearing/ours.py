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


def longest_still(job: yt.Job[yt.Transcript]) -> float:
    """The longest time in which the progress does not move until the job is done, in seconds."""
    percent, moved, longest = 0.0, time.perf_counter(), 0.0
    for event in job.iter_events():
        now = time.perf_counter()
        longest = max(longest, now - moved)
        if event.percent > percent:
            percent, moved = event.percent, now
    return longest


def main() -> None:
    """Loads, transcribes, writes."""
    arguments = parse()
    with yt.Engine(workers=1, threads=arguments.threads, nice=0) as engine:

        def begin(sound: Path) -> yt.Job[yt.Transcript]:
            return engine.transcribe(sound, model=arguments.model, language="en", cache=False)

        begun = time.perf_counter()
        # The first job loads the model, whatever it hears.
        begin(arguments.silence).result()
        loaded = time.perf_counter()
        job = begin(arguments.sound)
        still = longest_still(job)
        heard = job.result()
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
        "still": still,
        "seconds": done - loaded,
        "language": heard.language,
        "text": heard.full_text,
        "words": words,
    }
    arguments.target.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
