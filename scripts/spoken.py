"""Make `media/speech`: sound in which every word or sentence has a known time, and sound without
any, on which transcription is measured.

`words`: words, numbers and short sentences by espeak-ng. `sentences`: the LibriVox sentences of
`sample.py` in other orders, over two minutes; `long`: twenty minutes of them. All joined with
known gaps; beside each stands its truth as JSON: the text, and when each item's voice begins and
ends. `nothing/*`: silence, tones, music, noise.

A second run sees that nothing has changed and does nothing.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import sample
from faceset.encode import write_sound
from speechset import nothing, read, synthetic
from speechset.voice import RATE, Said, gaps, join

SPEECH = sample.MEDIA / "speech"
INDEX = "made.json"
LONG = 1200.0


def recipe() -> str:
    """Changes when the sounds have to be made anew."""
    here = Path(__file__).parent
    parts = [Path(__file__), here / "sample.py", here / "faceset/encode.py"]
    parts += sorted((here / "speechset").glob("*.py"))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def up_to_date() -> bool:
    """Whether all files are there and of this recipe."""
    try:
        made = json.loads((SPEECH / INDEX).read_text())
        sizes: dict[str, int] = made["sizes"]
        whole = all((SPEECH / name).stat().st_size == size for name, size in sizes.items())
        return bool(whole and made["recipe"] == recipe())
    except (OSError, ValueError, KeyError):
        return False


def write(folder: Path, name: str, parts: list[Said], least: float, most: float) -> None:
    """Writes the joined parts and their truth."""
    sound, items = join(parts, gaps(least, most, seed=len(parts)))
    write_sound(sound.astype(np.float32), folder / f"{name}.wav")
    truth: dict[str, Any] = {
        "sound": f"{name}.wav",
        "duration": round(len(sound) / RATE, 4),
        "language": "en",
        "text": " ".join(part.text for part in parts),
        "items": items,
    }
    (folder / f"{name}.json").write_text(json.dumps(truth, indent=1) + "\n")


def make(folder: Path) -> None:
    """Writes everything into a folder."""
    write(folder, "words", synthetic.items(), 0.25, 1.2)
    write(folder, "sentences", read.rounds(), 0.3, 2.5)
    write(folder, "long", read.lasting(LONG, pause=1.4), 0.3, 2.5)
    (folder / "nothing").mkdir()
    for name, sound in nothing.SOUNDS.items():
        write_sound(sound().astype(np.float32), folder / "nothing" / f"{name}.wav")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in files}
    (folder / INDEX).write_text(json.dumps({"recipe": recipe(), "sizes": sizes}, indent=1) + "\n")


def publish(folder: Path) -> None:
    """Moves what was made to its place, the index last: a broken run is made again."""
    (SPEECH / "nothing").mkdir(parents=True, exist_ok=True)
    for name in [*json.loads((folder / INDEX).read_text())["sizes"], INDEX]:
        (folder / name).replace(SPEECH / name)


def main() -> None:
    """Makes the sounds unless they are up to date."""
    if up_to_date():
        print("speech: up to date")
        return
    if not sample.LIBRIVOX.is_dir():
        raise SystemExit("the Debian package pocketsphinx-testdata is missing: run `make setup`")
    sample.MEDIA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sample.MEDIA, prefix=".speech-") as name:
        make(Path(name))
        publish(Path(name))
    size = sum(path.stat().st_size for path in SPEECH.rglob("*.wav")) / 1e6
    print(f"speech: media/speech, {size:.1f} MB")


if __name__ == "__main__":
    main()
