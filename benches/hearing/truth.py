"""The truth that `scripts/spoken.py` writes beside its sounds."""

from __future__ import annotations

import json
import math
import wave
from dataclasses import dataclass
from pathlib import Path

from hearing.metrics import Word

SPEECH = Path(__file__).resolve().parent.parent.parent / "media/speech"


@dataclass(frozen=True)
class Truth:
    """A sound and what is said in it when."""

    name: str
    sound: Path
    duration: float
    text: str
    items: tuple[Word, ...]


def load(name: str) -> Truth:
    """One of the sounds that `scripts/spoken.py` makes."""
    path = SPEECH / f"{name}.json"
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `make sample`")
    known = json.loads(path.read_text())
    items = (Word(item["text"], item["onset"], item["offset"]) for item in known["items"])
    return Truth(name, SPEECH / known["sound"], known["duration"], known["text"], tuple(items))


def repeated(sound: Path, seconds: float, target: Path) -> None:
    """A sound again and again, for so many seconds at least."""
    with wave.open(str(sound)) as source, wave.open(str(target), "wb") as long:
        long.setparams(source.getparams())
        samples = source.readframes(source.getnframes())
        for _ in range(math.ceil(seconds * source.getframerate() / source.getnframes())):
            long.writeframes(samples)


def nothing() -> list[Path]:
    """Sounds without a word."""
    found = sorted((SPEECH / "nothing").glob("*.wav"))
    if not found:
        raise SystemExit(f"{SPEECH / 'nothing'} is empty: run `make sample`")
    return found
