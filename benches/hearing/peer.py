"""Runs in the peer's own environment: faster-whisper transcribes a sound file.

Writes seconds of loading and of transcription, text, language, and words with times as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import faster_whisper  # type: ignore[import-not-found]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", type=Path, help="folder of the weights")
    parser.add_argument("sound", type=Path)
    parser.add_argument("target", type=Path, help="JSON file to write")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--forget", action="store_true", help="not led by earlier text")
    return parser.parse_args()


def facts(word: Any) -> dict[str, Any]:
    """A word as JSON has it; its text begins with the space before it."""
    times = {"start": word.start, "end": word.end}
    return {"text": word.word, **times, "probability": word.probability}


def main() -> None:
    """Loads, transcribes, writes."""
    arguments = parse()
    begun = time.perf_counter()
    model = faster_whisper.WhisperModel(
        str(arguments.model), device="cpu", compute_type="int8", cpu_threads=arguments.threads
    )
    loaded = time.perf_counter()
    found, info = model.transcribe(
        str(arguments.sound),
        language="en",
        beam_size=arguments.beam,
        word_timestamps=True,
        condition_on_previous_text=not arguments.forget,
    )
    segments = list(found)
    done = time.perf_counter()
    result = {
        "load": loaded - begun,
        "seconds": done - loaded,
        "language": info.language,
        "text": "".join(segment.text for segment in segments).strip(),
        "words": [facts(word) for segment in segments for word in segment.words or ()],
    }
    arguments.target.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
