"""The truth that `scripts/faces.py` writes beside each sequence."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACES = Path(__file__).resolve().parent.parent.parent / "media/faces"
# What counts, as the existing server has it: from this part of the picture's height on, outside
# this outer part of its width, from this part of the widest face's width on.
LEAST_HEIGHT, EDGE, SECOND = 0.08, 0.05, 0.5
WHOLE = 0.98
# What is shorter is no turn, in seconds.
TURN = 0.7


@dataclass(frozen=True)
class Face:
    """A person's face in a picture; sizes in pixels of the source."""

    id: int
    x: float
    """Centre."""
    y: float
    """Centre."""
    width: float
    height: float
    visible: float
    """The part of it within the picture, 0 to 1."""
    speaking: bool


@dataclass(frozen=True)
class Frame:
    """What is true of a picture."""

    time: float
    scene: int
    mode: str | None
    """`single`, `dual`, `none`, or None where it does not matter."""
    show: tuple[int, ...]
    """Who must be seen."""
    faces: tuple[Face, ...]

    def shown(self) -> list[Face]:
        """The faces that must be seen."""
        return [face for face in self.faces if face.id in self.show]


@dataclass(frozen=True)
class Switch:
    """One person becomes two, or two one, within a scene."""

    time: float
    before: str
    after: str


@dataclass(frozen=True)
class Utterance:
    """Somebody says something."""

    person: int
    start: float
    end: float


@dataclass(frozen=True)
class Truth:
    """All that is true of a sequence."""

    name: str
    about: str
    width: int
    height: int
    fps: float
    duration: float
    checks: tuple[str, ...]
    cuts: tuple[int, ...]
    jumps: tuple[float, ...]
    switches: tuple[Switch, ...]
    utterances: tuple[Utterance, ...]
    frames: tuple[Frame, ...]

    @property
    def video(self) -> Path:
        """The sequence."""
        return FACES / f"{self.name}.mp4"

    def frame_at(self, time: float) -> Frame:
        """The picture nearest to a time."""
        return min(self.frames, key=lambda frame: abs(frame.time - time))

    def counting(self, frame: Frame) -> list[Face]:
        """The faces that count in a picture."""
        there = [face for face in frame.faces if face.visible >= WHOLE]
        widest = max((face.width for face in there), default=0.0)
        return [
            face
            for face in there
            if face.height >= LEAST_HEIGHT * self.height
            and EDGE * self.width <= face.x <= (1 - EDGE) * self.width
            and face.width >= SECOND * widest
        ]

    def takeovers(self) -> list[float]:
        """When another person's turn begins."""
        turns = sorted(
            (u for u in self.utterances if u.end - u.start > TURN), key=lambda u: u.start
        )
        return [
            after.start
            for before, after in itertools.pairwise(turns)
            if after.person != before.person
        ]


def _face(value: dict[str, Any]) -> Face:
    x, y, width, height = value["face"]
    centre = (x + width / 2, y + height / 2)
    return Face(value["id"], *centre, width, height, value["visible"], value["speaking"])


def _frame(value: dict[str, Any]) -> Frame:
    faces = tuple(map(_face, value["persons"]))
    return Frame(value["time"], value["scene"], value["mode"], tuple(value["show"]), faces)


def from_json(name: str, value: dict[str, Any]) -> Truth:
    """The truth as it stands in the file."""
    return Truth(
        name,
        value["about"],
        value["width"],
        value["height"],
        value["fps"],
        value["duration"],
        tuple(value["checks"]),
        tuple(value["cuts"]),
        tuple(value["jumps"]),
        tuple(Switch(s["time"], s["from"], s["to"]) for s in value["switches"]),
        tuple(Utterance(**u) for u in value["utterances"]),
        tuple(map(_frame, value["frames"])),
    )


def load(name: str) -> Truth:
    """The truth of a sequence."""
    path = FACES / f"{name}.json"
    if not path.is_file():
        raise SystemExit(f"{path.name} is missing: run `python scripts/faces.py`")
    return from_json(name, json.loads(path.read_text()))


def names() -> list[str]:
    """All sequences, in the order in which `scripts/faces.py` lists them; none where it has not
    finished."""
    listed = FACES / "sequences.txt"
    return listed.read_text().split() if listed.is_file() else []
