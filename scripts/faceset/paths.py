"""Ways that a face takes through a scene."""

from __future__ import annotations

import itertools
import math

from .scene import Path, Pose


def still(x: float, y: float, height: float) -> Path:
    """It stays."""
    return lambda _time: Pose(x, y, height)


def line(start: Pose, end: Pose, seconds: float) -> Path:
    """It goes at constant speed, and on."""

    def at(time: float) -> Pose:
        return _between(start, end, time / seconds)

    return at


def sway(centre: Pose, x: float, y: float, seconds: float) -> Path:
    """It sways by so many pixels to each side."""

    def at(time: float) -> Pose:
        angle = 2 * math.pi * time / seconds
        return Pose(
            centre.x + x * math.sin(angle), centre.y + y * math.sin(2 * angle + 1), centre.height
        )

    return at


def stops(*stations: tuple[float, Pose]) -> Path:
    """It goes from station to station, gathering and losing speed, and rests where two are equal.
    Each station has the time at which it is reached."""

    def at(time: float) -> Pose:
        if time <= stations[0][0]:
            return stations[0][1]
        for (begun, start), (ended, end) in itertools.pairwise(stations):
            if time < ended:
                part = (time - begun) / (ended - begun)
                return _between(start, end, part * part * (3 - 2 * part))
        return stations[-1][1]

    return at


def during(path: Path, start: float, end: float) -> Path:
    """It is there only from `start` to before `end`."""
    return lambda time: path(time) if start <= time < end else None


def leap(*places: tuple[float, Pose]) -> Path:
    """It is at each place from a time on, at once."""

    def at(time: float) -> Pose:
        reached = [pose for begun, pose in places if begun <= time + 1e-6]
        return reached[-1]

    return at


def trembling(path: Path, pixels: float) -> Path:
    """It trembles by at most so many pixels, quickly and irregularly."""

    def at(time: float) -> Pose | None:
        pose = path(time)
        if pose is None:
            return None
        x = 0.6 * math.sin(31 * time) + 0.4 * math.sin(53 * time + 2)
        y = 0.6 * math.sin(37 * time + 1) + 0.4 * math.sin(61 * time)
        return Pose(pose.x + pixels * x, pose.y + pixels * y, pose.height)

    return at


def _between(start: Pose, end: Pose, part: float) -> Pose:
    return Pose(
        start.x + (end.x - start.x) * part,
        start.y + (end.y - start.y) * part,
        start.height + (end.height - start.height) * part,
    )
