"""The framing report beside a clip, read as its format says and nothing else.

Between two keyframes position and width follow the monotone cubic of Fritsch and Carlson (1980):
at each keyframe the slope of the parabola through it and its neighbours, limited to three times
the flatter line beside it, and 0 where the lines turn.
"""

from __future__ import annotations

import bisect
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Shots and pictures that are nearer than this are at the same time, in seconds.
SAME = 5e-4


@dataclass(frozen=True)
class Box:
    """A cut-out, in pixels of the source."""

    left: float
    top: float
    width: float
    height: float

    @property
    def x(self) -> float:
        """Centre."""
        return self.left + self.width / 2

    @property
    def y(self) -> float:
        """Centre."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Keyframe:
    """A cut-out at a time: centre and width."""

    time: float
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class CropPath:
    """A cut-out's way."""

    person: int | None
    keyframes: tuple[Keyframe, ...]

    def at(self, time: float) -> tuple[float, float, float]:
        """Centre and width at a time."""
        times = [keyframe.time for keyframe in self.keyframes]
        columns = [
            [keyframe.x for keyframe in self.keyframes],
            [keyframe.y for keyframe in self.keyframes],
            [keyframe.width for keyframe in self.keyframes],
        ]
        x, y, width = (interpolated(times, values, time) for values in columns)
        return x, y, width


@dataclass(frozen=True)
class Shot:
    """A span in which the same people are shown in the same way."""

    start: float
    end: float
    mode: str
    cut: bool
    crops: tuple[CropPath, ...]


@dataclass(frozen=True)
class Sidecar:
    """What of a source is shown, when and where."""

    width: int
    height: int
    shots: tuple[Shot, ...]
    report: dict[str, Any]
    aspect: float = 9 / 16
    """Width over height of what the cut-outs fill."""

    def shot_at(self, time: float) -> Shot:
        """The shot that a time belongs to."""
        starts = [shot.start for shot in self.shots]
        return self.shots[max(0, bisect.bisect_right(starts, time + SAME) - 1)]

    def crops_at(self, time: float) -> list[Box]:
        """The cut-outs at a time, within the picture."""
        shot = self.shot_at(time)
        return [self._box(shot.mode, *path.at(time)) for path in shot.crops]

    def _box(self, mode: str, x: float, y: float, width: float) -> Box:
        aspect = {"dual": 2 * self.aspect, "wide": self.width / self.height}.get(mode, self.aspect)
        width = min(width, self.width, self.height * aspect)
        height = width / aspect
        left = min(max(x - width / 2, 0), self.width - width)
        top = min(max(y - height / 2, 0), self.height - height)
        return Box(left, top, width, height)


def interpolated(times: list[float], values: list[float], time: float) -> float:
    """The curve through the values at a time; before the first and after the last they stay."""
    after = bisect.bisect_right(times, time)
    if after == 0:
        return values[0]
    if after == len(times):
        return values[-1]
    before = after - 1
    length = times[after] - times[before]
    leave, arrive = (_slope(times, values, at) for at in (before, after))
    u = (time - times[before]) / length
    smooth = u * u * (3 - 2 * u)
    bend = leave * u * (1 - u) ** 2 - arrive * u * u * (1 - u)
    return values[before] + (values[after] - values[before]) * smooth + length * bend


def _slope(times: list[float], values: list[float], at: int) -> float:
    def line(left: int) -> tuple[float, float] | None:
        if left < 0 or left + 1 >= len(times) or times[left + 1] <= times[left]:
            return None
        length = times[left + 1] - times[left]
        return (values[left + 1] - values[left]) / length, length

    before, after = line(at - 1), line(at)
    if before is None or after is None:
        only = before or after
        return only[0] if only else 0.0
    if before[0] * after[0] <= 0:
        return 0.0
    parabola = (before[0] * after[1] + after[0] * before[1]) / (before[1] + after[1])
    steepest = 3 * min(abs(before[0]), abs(after[0]))
    return min(max(parabola, -steepest), steepest)


def from_json(value: dict[str, Any], aspect: float = 9 / 16) -> Sidecar:
    """A framing report as it stands in the file."""
    if value["version"] != 1:
        raise SystemExit(f"a framing report of version {value['version']} is unknown")
    shots = tuple(
        Shot(
            shot["start"],
            shot["end"],
            shot["mode"],
            shot.get("cut", False),
            tuple(
                CropPath(path.get("person"), tuple(Keyframe(**key) for key in path["keyframes"]))
                for path in shot["crops"]
            ),
        )
        for shot in value["shots"]
    )
    return Sidecar(value["source_width"], value["source_height"], shots, value["report"], aspect)


def beside(clip: Path) -> Path:
    """Where a clip's framing report stands."""
    return clip.with_suffix(".framing.json")


def load(clip: Path, aspect: float = 9 / 16) -> Sidecar:
    """The framing report beside a clip."""
    return from_json(json.loads(beside(clip).read_text()), aspect)
