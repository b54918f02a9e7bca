"""What the pixels of a clip say about its cut-outs, whatever its report says."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framing.pictures import Grey, grey
from framing.sidecar import Box, Sidecar
from framing.truth import Truth

# Pictures are compared at this height.
HEIGHT = 180
# A cut-out may stand this part of its width from where it is expected.
SLACK = 0.02
# Rows that are added up where sideways motion is measured.
BAND = 10
# Pictures on both sides of a cut that are looked at.
AROUND = 4
Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """Pictures that were looked at, and those that do not show what they should."""

    looked: int
    wrong: int


def _cost(source: Grey, output: Grey, box: Box, scale: float) -> tuple[float, list[float]]:
    """How much a picture differs from the expected cut-out of the source, and from cut-outs of the
    same size all over its width. Both are grey, the source `scale` times its own size."""
    width, height = max(8, round(box.width * scale)), max(8, round(box.height * scale))
    rows = min(round(box.top * scale), source.shape[0] - height)
    shown = _resized(output, width, height)
    costs = []
    for left in range(source.shape[1] - width + 1):
        piece = source[rows : rows + height, left : left + width].astype(np.float64)
        costs.append(float(np.mean(np.abs(piece - shown))))
    expected = min(max(round(box.left * scale), 0), len(costs) - 1)
    return costs[expected], costs


def _resized(picture: Grey, width: int, height: int) -> Signal:
    """The mean of each cell of a grid."""
    rows = np.linspace(0, picture.shape[0], height + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], width + 1).astype(int)
    sums = np.add.reduceat(picture.astype(np.float64), rows[:-1], axis=0)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    area = np.diff(rows)[:, None] * np.diff(columns)[None, :]
    cells: Signal = sums / area
    return cells


def place(source: Grey, output: Grey, box: Box, scale: float) -> float:
    """Where in the source a picture is found: the left edge of its cut-out, in the source's own
    pixels; size and height are those of the box."""
    _, costs = _cost(source, output, box, scale)
    return costs.index(min(costs)) / scale


def around_cuts(truth: Truth, sidecar: Sidecar, clip: Path) -> Compared:
    """Looks at the pictures around each cut, in the pixels: each must show the cut-out that its
    scene's shot names. Source and clip have the same pictures; cut-outs are of one person."""
    chosen = {
        number
        for cut in truth.cuts
        for number in range(cut - AROUND, cut + AROUND)
        if 0 <= number < len(truth.frames)
    }
    scale = HEIGHT / truth.height
    width = round(truth.width * scale)
    sources, outputs = grey(truth.video, width, HEIGHT), grey(clip, 216, 384)
    wrong = 0
    for number, (source, output) in enumerate(zip(sources, outputs, strict=True)):
        if number not in chosen:
            continue
        box = sidecar.crops_at(truth.frames[number].time)[0]
        found = place(source, output, box, scale)
        wrong += abs(found - box.left) > SLACK * box.width + 1 / scale
    return Compared(len(chosen), wrong)


def displacements(clip: Path, rows: tuple[float, float]) -> list[float]:
    """How far the picture moves sideways from each picture to the next, in pixels of the clip;
    `rows` is the part of the height that is looked at."""
    width, height = 1080, 1920
    first, last = (round(height * part) for part in rows)
    found, before = [], None
    for picture in grey(clip, width, height):
        now = _columns(picture[first:last])
        if before is not None:
            found.append(shift(before, now))
        before = now
    return found


def _columns(picture: Grey) -> Signal:
    """Bands of rows added up, less their mean: what moves sideways stays, noise goes."""
    full = picture.shape[0] // BAND * BAND
    bands = picture[:full].astype(np.float64).reshape(-1, BAND, picture.shape[1]).mean(axis=1)
    centred: Signal = bands - bands.mean(axis=1, keepdims=True)
    return centred


def shift(before: Signal, after: Signal, reach: int = 16) -> float:
    """By how much one signal stands to the right of another: the least sum of squared differences
    over whole shifts, and between them the shift that fits best by linear regression."""
    inner = slice(reach, before.shape[1] - reach)

    def moved(by: int) -> Signal:
        piece: Signal = after[:, inner.start + by : inner.stop + by]
        return piece

    fixed = before[:, inner]
    costs = [float(np.sum((moved(by) - fixed) ** 2)) for by in range(-reach, reach + 1)]
    whole = costs.index(min(costs)) - reach
    whole = min(max(whole, 1 - reach), reach - 1)
    # Gauss and Newton: what is left after the whole shift, over the slope.
    slope = (moved(whole + 1) - moved(whole - 1)) / 2
    rest = float(np.sum(slope * (fixed - moved(whole))) / max(float(np.sum(slope**2)), 1e-9))
    return whole + rest


@dataclass(frozen=True)
class Steadiness:
    """How evenly a picture moves, in pixels of the clip from picture to picture."""

    mean: float
    spread: float
    """Highest less lowest displacement, after the expected ones are taken off."""
    two_sigma: float


def steadiness(moved: list[float], expected: list[float] | None = None) -> Steadiness:
    """Compares displacements with the expected ones; with their own mean where there are none."""
    rest = [a - b for a, b in zip(moved, expected or [0.0] * len(moved), strict=True)]
    return Steadiness(
        statistics.fmean(moved), max(rest) - min(rest), 2 * statistics.pstdev(rest)
    )  # fmt: skip
