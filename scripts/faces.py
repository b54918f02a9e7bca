"""Make `media/faces`: video with real faces on known paths, on which the framing is measured.

Faces: a photograph and a talking man, both out of what `material.py` gets, put over real
video on paths that are known to the fraction of a pixel. Speech: see `sample.py`. Beside each
video stands its truth as JSON: for every picture its time and scene, each person's face and whether
it speaks, and what a good camera shows.

A second run sees that nothing has changed and does nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import material
import sample
from faceset.encode import encode, times_of
from faceset.scene import Picture, Sequence, play
from faceset.sequences import MAKERS, Stage

FACES = sample.MEDIA / "faces"
TESTED = (
    "bikes", "both", "bunny", "cuts", "interview", "portrait", "second", "still", "third", "turns",
    "walk",
)  # fmt: skip
"""Those that the tests look at; the others are for the benches."""


def recipe() -> str:
    """Changes when the sequences have to be made anew."""
    here = Path(__file__).parent
    files = [
        Path(__file__),
        material.PINS,
        here / "sample.py",
        *sorted((here / "faceset").glob("*.py")),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def switches(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """When one person becomes two or two one, within a scene: between the last picture that asks
    for the one and the first that asks for the other."""
    found: list[dict[str, Any]] = []
    last: dict[str, Any] | None = None
    for frame in frames:
        if frame["mode"] is None:
            continue
        if last is not None and last["scene"] == frame["scene"] and last["mode"] != frame["mode"]:
            middle = round((last["time"] + frame["time"]) / 2, 4)
            found.append({"time": middle, "from": last["mode"], "to": frame["mode"]})
        last = frame
    return found


def description(sequence: Sequence, frames: list[dict[str, Any]]) -> dict[str, Any]:
    """What is true of a sequence."""
    return {
        "video": f"{sequence.name}.mp4",
        "about": sequence.about,
        "width": sequence.size[0],
        "height": sequence.size[1],
        "fps": sequence.rate[0] / sequence.rate[1],
        "duration": round(sequence.seconds, 6),
        "checks": list(sequence.checks),
        "cuts": sequence.cuts(),
        "jumps": list(sequence.jumps),
        "switches": switches(frames),
        "utterances": [
            {"person": u.person, "start": u.at, "end": round(u.end, 3)}
            for u in sequence.talk.utterances
        ],
        "frames": frames,
    }


def make(name: str, folder: Path) -> str:
    """Makes a sequence and its truth; each file appears whole or not at all."""
    sequence = MAKERS[name](Stage(material.MEDIA))
    frames: list[dict[str, Any]] = []

    def pictures() -> Any:
        for picture, truth in play(sequence):
            frames.append(truth)
            shown: Picture = picture
            yield shown

    video = folder / f"{name}.mp4"
    encode(sequence, pictures(), video)
    _compare(name, [frame["time"] for frame in frames], times_of(video))
    facts = description(sequence, frames)
    facts |= {"size_bytes": video.stat().st_size, "recipe": recipe()}
    truth = folder / f"{name}.json"
    truth.write_text(json.dumps(facts, separators=(",", ":")) + "\n")
    video.replace(FACES / video.name)
    truth.replace(FACES / truth.name)
    return name


def _compare(name: str, expected: list[float], found: list[float]) -> None:
    if len(expected) != len(found):
        raise SystemExit(f"{name}: expected {len(expected)} pictures, made {len(found)}")
    off = max(abs(a - b) for a, b in zip(expected, found, strict=True))
    if off > 0.002:
        raise SystemExit(f"{name}: a picture is {off:.4f} s from its time")


def up_to_date(name: str) -> bool:
    """Whether both files of a sequence are there and of this recipe."""
    try:
        made = json.loads((FACES / f"{name}.json").read_text())
        size = (FACES / f"{name}.mp4").stat().st_size
        return bool(made["recipe"] == recipe() and made["size_bytes"] == size)
    except (OSError, ValueError, KeyError):
        return False


def write_index() -> None:
    """Names the sequences that belong to the set, so that one that is missing is missed."""
    part = FACES / ".sequences.part"
    part.write_text("\n".join(MAKERS) + "\n")
    part.replace(FACES / "sequences.txt")


def main() -> None:
    """Makes the sequences that are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="make these only, up to date or not")
    parser.add_argument("--tested", action="store_true", help="make those of the tests only")
    arguments = parser.parse_args()
    material.main()
    wanted = TESTED if arguments.tested else tuple(MAKERS)
    names = arguments.names or [name for name in wanted if not up_to_date(name)]
    if not names:
        write_index()
        print("faces: up to date")
        return
    if not sample.LIBRIVOX.is_dir():
        raise SystemExit("the Debian package pocketsphinx-testdata is missing: run `make setup`")
    FACES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FACES, prefix=".faces-") as folder:
        print(f"faces: making {len(names)} sequences", flush=True)
        # Whatever takes longest comes first.
        order = sorted(names, key=("interview", "pan_fast", "small").__contains__, reverse=True)
        with ProcessPoolExecutor(min(os.cpu_count() or 1, len(order))) as pool:
            list(pool.map(make, order, [Path(folder)] * len(order)))
    write_index()
    size = sum(path.stat().st_size for path in FACES.glob("*.mp4")) / 1e6
    print(f"faces: media/faces, {size:.1f} MB")


if __name__ == "__main__":
    main()
