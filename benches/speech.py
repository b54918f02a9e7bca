"""Transcription in figures: word error rate and time on read speech with known text.

The five LibriVox sentences of `pocketsphinx-testdata` one by one, and the sample, in which they
are said several times with pauses between them. The bar is a word error rate of 5 % with `base`.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path

from measure import machine
from report import table, write_section

import ytclipper_rs as yt

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "media/sample.mp4"
LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
MODELS = ("base", "tiny.en")
BAR = 0.05
BARRED = "base"


def plain(text: str) -> list[str]:
    """Words as they sound: lower case, without punctuation, `Mr.` spoken out."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("mr.", "mister"))


def errors(reference: list[str], heard: list[str]) -> int:
    """Words replaced, left out or put in (Levenshtein's distance)."""
    row = list(range(len(heard) + 1))
    for i, expected in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, word in enumerate(heard, 1):
            best = min(row[j] + 1, row[j - 1] + 1, diagonal + (expected != word))
            diagonal, row[j] = row[j], best
    return row[-1]


def sentences() -> list[tuple[Path, str]]:
    """The sound files and what is said in them."""
    lines = (LIBRIVOX / "transcription").read_text().splitlines()
    found = []
    for line in filter(None, lines):
        match = re.fullmatch(r"(?:<s>)?(.*?)(?:</s>)?\s*\((\S+)\)", line.strip())
        if match is None:
            raise SystemExit(f"not a line of a transcription: {line}")
        found.append((LIBRIVOX / f"{match[2]}.wav", match[1]))
    return found


def measure(
    engine: yt.Engine, model: str, files: list[tuple[Path, str]]
) -> tuple[float, float, float]:
    """Word error rate, seconds of sound, seconds taken."""
    wrong = words = 0
    sound = taken = 0.0
    for path, text in files:
        begun = time.perf_counter()
        transcript = engine.transcribe(path, model=model, language="en", cache=False).result()
        taken += time.perf_counter() - begun
        sound += transcript.duration
        reference = plain(text)
        wrong += errors(reference, plain(transcript.full_text))
        words += len(reference)
    return wrong / words, sound, taken


def main() -> None:
    """Measures, prints, and writes where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    said = str(json.loads(SAMPLE.with_suffix(".json").read_text())["text"])
    rows = []
    with yt.Engine(workers=1, threads=2) as engine:
        for model in MODELS:
            # The first job loads the model; it is not timed.
            engine.transcribe(sentences()[0][0], model=model, cache=False).result()
            for name, files in (("five sentences", sentences()), ("the sample", [(SAMPLE, said)])):
                wer, sound, taken = measure(engine, model, files)
                met = "yes" if wer <= BAR else "NO"
                verdict = [f"<= {BAR:.0%}", met] if model == BARRED else ["", ""]
                figures = [f"{wer:.2%}", f"{sound:.1f}", f"{taken:.1f}", f"{sound / taken:.1f}"]
                rows.append([f"{model}, {name}", *figures, *verdict])
    head = ["q8_0, 2 threads", "WER", "sound s", "taken s", "x realtime", "bar (WER)", "met"]
    text = table(head, rows)
    print(text)
    if arguments.write:
        intro = (
            "English read aloud (LibriVox), text of `pocketsphinx-testdata`; models loaded before."
        )
        write_section(
            "speech", "Speech", machine(None), "python benches/speech.py --write", intro, text
        )


if __name__ == "__main__":
    main()
