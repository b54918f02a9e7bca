"""Scenes: persons on paths in front of a backdrop, and what is true of every picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .person import Appearance
from .voice import Talk

Picture = NDArray[np.uint8]
# A person counts as there from this part of the face within the picture, and as not there below
# the other; between them nothing is asked for.
WHOLE, GONE = 0.98, 0.02
# As the existing server has it: least height of a face, outer part of the width that does not
# count, least width of a second face over the first's.
LEAST_HEIGHT, EDGE, SECOND = 0.08, 0.05, 0.5


@dataclass(frozen=True)
class Pose:
    """Where a figure is held: centre and height of its face, in pixels."""

    x: float
    y: float
    height: float


Path = Callable[[float], Pose | None]
"""The pose at a time of the scene; None where the person is not there."""


@dataclass(frozen=True)
class Actor:
    """A person on a path. `id` is the person's in the truth."""

    id: int
    look: Appearance
    path: Path


@dataclass(frozen=True)
class Scene:
    """An uncut span."""

    frames: int
    backdrop: Callable[[float], Image.Image]
    actors: tuple[Actor, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """What a good camera shows: `mode` is `single`, `dual`, `none`, or None where it does not
    matter; `show` are the persons who must be seen."""

    mode: str | None
    show: tuple[int, ...] = ()


Direction = Callable[[float, list[dict[str, Any]]], Expectation]


@dataclass(frozen=True)
class Sequence:
    """A video and all that is true of it."""

    name: str
    about: str
    scenes: tuple[Scene, ...]
    size: tuple[int, int] = (1280, 720)
    rate: tuple[int, int] = (30, 1)
    times: tuple[float, ...] = ()
    """When each picture is shown, where the rate is not constant."""
    crf: int = 23
    noise: float = 0.0
    """Standard deviation of the sensor's noise, of 255."""
    light: float = 1.0
    rotated: bool = False
    """Whether the file holds the picture turned, and says so."""
    talk: Talk = field(default_factory=Talk)
    checks: tuple[str, ...] = ()
    """Names of the figures that the sequence is made for."""
    direction: Direction | None = None
    """What is expected, where `plainly` does not say it."""
    jumps: tuple[float, ...] = ()
    """When somebody is at another place at once, within a scene."""

    @property
    def frames(self) -> int:
        """Pictures of all scenes."""
        return sum(scene.frames for scene in self.scenes)

    def time(self, frame: int) -> float:
        """When a picture is shown, in seconds."""
        return self.times[frame] if self.times else frame * self.rate[1] / self.rate[0]

    @property
    def seconds(self) -> float:
        """Length: the last picture is shown as long as the one before."""
        last = self.frames - 1
        return 2 * self.time(last) - self.time(last - 1)

    def cuts(self) -> list[int]:
        """First pictures of all scenes but the first."""
        firsts = np.cumsum([scene.frames for scene in self.scenes])
        return [int(first) for first in firsts[:-1]]


def plainly(size: tuple[int, int], persons: list[dict[str, Any]]) -> Expectation:
    """What is expected where nobody speaks: whoever counts is shown, two of them both."""
    width, height = size
    large = [p for p in persons if p["face"][3] >= LEAST_HEIGHT * height]
    middle = [EDGE * width < p["face"][0] + p["face"][2] / 2 < (1 - EDGE) * width for p in large]
    if any(GONE < p["visible"] < WHOLE for p in large):
        return Expectation(None)
    if any(p["visible"] >= WHOLE and not inner for p, inner in zip(large, middle, strict=True)):
        return Expectation(None)
    there = [p for p in large if p["visible"] >= WHOLE]
    widest = max((p["face"][2] for p in there), default=0)
    shown = tuple(p["id"] for p in there if p["face"][2] >= SECOND * widest)
    return Expectation(("none", "single", "dual")[min(len(shown), 2)], shown)


def play(sequence: Sequence) -> Iterator[tuple[Picture, dict[str, Any]]]:
    """Every picture with its truth."""
    grain = _Grain(sequence)
    number = 0
    for index, scene in enumerate(sequence.scenes):
        first = sequence.time(number)
        for _ in range(scene.frames):
            time = sequence.time(number)
            picture, persons = _draw(sequence, scene, time, time - first)
            if sequence.direction is not None:
                expected = sequence.direction(time, persons)
            else:
                expected = plainly(sequence.size, persons)
            truth = {
                "time": round(time, 6),
                "scene": index,
                "mode": expected.mode,
                "show": list(expected.show),
                "persons": persons,
            }
            yield grain(picture), truth
            number += 1


def _draw(
    sequence: Sequence, scene: Scene, time: float, within: float
) -> tuple[Picture, list[dict[str, Any]]]:
    """One picture, actors from back to front, and where they are."""
    frame = scene.backdrop(within).copy()
    persons = []
    for actor in scene.actors:
        pose = actor.path(within)
        if pose is None:
            continue
        figure = actor.look(within, sequence.talk.openness(actor.id, time))
        x, y, width, height = figure.hold
        scale = pose.height / height
        left, top = pose.x - (x + width / 2) * scale, pose.y - (y + height / 2) * scale
        _paste(frame, figure.picture, left, top, scale)
        face = (left + figure.face[0] * scale, top + figure.face[1] * scale)
        box = [*face, figure.face[2] * scale, figure.face[3] * scale]
        visible = _visible(box, sequence.size)
        if visible > 0:
            persons.append(
                {
                    "id": actor.id,
                    "face": [round(value, 2) for value in box],
                    "visible": round(visible, 3),
                    "speaking": sequence.talk.speaks(actor.id, time),
                }
            )
    return np.asarray(frame), persons


def _paste(frame: Image.Image, figure: Image.Image, left: float, top: float, scale: float) -> None:
    """Puts a figure at a place between pixels: one resampling, no rounding."""
    # Whole pixels within the figure; the room around it is wider than what is left out.
    x0, y0 = max(0, int(np.ceil(left))), max(0, int(np.ceil(top)))
    x1 = min(frame.width, int(np.floor(left + figure.width * scale)))
    y1 = min(frame.height, int(np.floor(top + figure.height * scale)))
    if x0 >= x1 or y0 >= y1:
        return
    box = ((x0 - left) / scale, (y0 - top) / scale, (x1 - left) / scale, (y1 - top) / scale)
    piece = figure.resize((x1 - x0, y1 - y0), Image.Resampling.BICUBIC, box=box)
    frame.paste(piece, (x0, y0), piece)


def _visible(box: list[float], size: tuple[int, int]) -> float:
    """The part of a face within the picture."""
    x, y, width, height = box
    across = min(x + width, size[0]) - max(x, 0)
    down = min(y + height, size[1]) - max(y, 0)
    return max(0.0, across) * max(0.0, down) / (width * height)


class _Grain:
    """A sensor's noise and the light, the same at every run."""

    def __init__(self, sequence: Sequence) -> None:
        self.light = sequence.light
        self.random = np.random.default_rng(len(sequence.name) + sequence.frames)
        width, height = sequence.size
        shape = (height + 64, width + 64, 1)
        self.pool = [
            (self.random.standard_normal(shape, dtype=np.float32) * sequence.noise)
            for _ in range(6 if sequence.noise else 0)
        ]

    def __call__(self, picture: Picture) -> Picture:
        if not self.pool and self.light == 1.0:
            return picture
        result = picture.astype(np.float32) * self.light
        if self.pool:
            x, y, which = self.random.integers((64, 64, len(self.pool)))
            height, width = picture.shape[:2]
            result += self.pool[which][y : y + height, x : x + width]
        return result.clip(0, 255).astype(np.uint8)
