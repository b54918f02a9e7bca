"""Figures of a framing against the truth, picture by picture of the source."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from framing.sidecar import Box, Sidecar
from framing.truth import LEAST_HEIGHT, Face, Frame, Truth

# The part of a cut-out's width and height in which the centre of a face is to be kept.
MIDDLE = 0.6
# As near to a jump, to a switch or to a change of the speaker nothing is asked of the camera, in
# seconds: the bar of a switch itself is as long.
GRACE = 0.5
# A shot of another mode shows nobody on purpose.
PEOPLED = ("single", "dual")


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    good: int
    all: int

    @property
    def percent(self) -> float:
        """In percent; 100 of nothing."""
        return 100 * self.good / self.all if self.all else 100.0

    def __add__(self, other: Share) -> Share:
        return Share(self.good + other.good, self.all + other.all)


def central(truth: Truth, sidecar: Sidecar) -> Share:
    """Faces whose centre is in the middle of a cut-out, of those where it can be."""
    found = [
        any(_is_central(box, face) for box in boxes)
        for face, boxes in _asked(truth, sidecar)
        if any(_can_be_central(box, face, sidecar) for box in boxes) or not boxes
    ]
    return Share(sum(found), len(found))


def whole(truth: Truth, sidecar: Sidecar) -> Share:
    """Faces that are wholly inside a cut-out, of those that are wholly in the picture."""
    found = [
        any(_is_whole(box, face) for box in boxes)
        for face, boxes in _asked(truth, sidecar)
        if face.visible > 0.999
    ]
    return Share(sum(found), len(found))


def seen(truth: Truth, sidecar: Sidecar) -> Share:
    """Faces of at least 8 % of the height that a shot of persons shows: the detector, the tracks
    and the choice together."""
    found = [
        any(holds(box, face) for box in boxes)
        for face, boxes in _asked(truth, sidecar)
        if face.height >= LEAST_HEIGHT * truth.height and face.visible > 0.999
    ]
    return Share(sum(found), len(found))


def _asked(truth: Truth, sidecar: Sidecar) -> Iterator[tuple[Face, list[Box]]]:
    """Every face that must be seen, with the cut-outs of its time: none where no person is
    shown."""
    moments = [*truth.jumps, *(switch.time for switch in truth.switches), *truth.takeovers()]
    for frame in truth.frames:
        if any(abs(frame.time - moment) < GRACE for moment in moments):
            continue
        peopled = sidecar.shot_at(frame.time).mode in PEOPLED
        boxes = sidecar.crops_at(frame.time) if peopled else []
        for face in frame.shown():
            yield face, boxes


def asked(truth: Truth, sidecar: Sidecar) -> Share:
    """Faces that must be seen, of all that count: what the other shares are of. The rest are
    listeners beside the speaker, faces that are partly outside, and the seconds around jumps and
    switches."""
    wanted = sum(1 for _ in _asked(truth, sidecar))
    return Share(wanted, sum(len(truth.counting(frame)) for frame in truth.frames))


def _is_central(box: Box, face: Face) -> bool:
    across, down = abs(face.x - box.x) / box.width, abs(face.y - box.y) / box.height
    return max(across, down) <= MIDDLE / 2


def _can_be_central(box: Box, face: Face, sidecar: Sidecar) -> bool:
    """Whether a cut-out of this size could hold the face in its middle without leaving the
    picture."""
    x = min(max(face.x, box.width / 2), sidecar.width - box.width / 2)
    y = min(max(face.y, box.height / 2), sidecar.height - box.height / 2)
    moved = Box(x - box.width / 2, y - box.height / 2, box.width, box.height)
    return _is_central(moved, face)


def _is_whole(box: Box, face: Face, slack: float = 1.0) -> bool:
    across = abs(face.x - box.x) + face.width / 2 <= box.width / 2 + slack
    return across and abs(face.y - box.y) + face.height / 2 <= box.height / 2 + slack


def holds(box: Box, face: Face) -> bool:
    """Whether the centre of a face is inside a cut-out."""
    return abs(face.x - box.x) <= box.width / 2 and abs(face.y - box.y) <= box.height / 2


def motion(truth: Truth, sidecar: Sidecar) -> float:
    """How far the cut-out moves or grows over the whole sequence, in pixels; one that changes its
    mode moves by the picture's width."""
    if len({sidecar.shot_at(frame.time).mode for frame in truth.frames}) > 1:
        return float(truth.width)
    values = [
        (box.left, box.top, box.width)
        for frame in truth.frames
        for box in sidecar.crops_at(frame.time)[:1]
    ]
    spreads: list[float] = [max(column) - min(column) for column in zip(*values, strict=True)]
    return max(spreads)


def path_error(truth: Truth, sidecar: Sidecar) -> float:
    """Median distance of the cut-out's centre from the face's, in percent of its width, where the
    picture's edge does not hold it back."""
    distances = []
    for face, boxes in _asked(truth, sidecar):
        for box in boxes:
            if box.width / 2 <= face.x <= truth.width - box.width / 2:
                distances.append(100 * abs(box.x - face.x) / box.width)
    return statistics.median(distances) if distances else math.inf


def jerk(times: list[float], places: list[float]) -> float:
    """Root mean square of the third derivative, by differences."""
    values = list(zip(times, places, strict=True))
    for _ in range(3):
        values = [
            ((t0 + t1) / 2, (x1 - x0) / (t1 - t0))
            for (t0, x0), (t1, x1) in itertools.pairwise(values)
        ]
    return math.sqrt(statistics.fmean(value * value for _, value in values)) if values else 0.0


def jerk_ratio(sidecar: Sidecar, detected: list[tuple[float, float]]) -> float:
    """Jerk of detections (time, centre) over that of the cut-out at the same times: with straight
    lines between them, detections would be as many times worse as there are pictures between."""
    times = [time for time, _ in detected]
    moved = jerk(times, [sidecar.crops_at(time)[0].x for time in times])
    raw = jerk(times, [x for _, x in detected])
    return raw / moved if moved > 0 else math.inf


def wrong_after_cut(truth: Truth, sidecar: Sidecar) -> int:
    """Pictures with somebody in them that are shown by a shot of another scene: late or early
    changes, and shots that run over a cut, count picture by picture."""
    frames = truth.frames
    scenes: dict[tuple[float, float], int] = {}
    for shot in sidecar.shots:
        middle = (shot.start + min(shot.end, truth.duration)) / 2
        nearest = min(frames, key=lambda frame: abs(frame.time - middle))
        scenes[shot.start, shot.end] = nearest.scene

    def wrong(frame: Frame) -> bool:
        shot = sidecar.shot_at(frame.time)
        return bool(frame.faces) and scenes[shot.start, shot.end] != frame.scene

    return sum(map(wrong, frames))


def false_tracks(sidecar: Sidecar) -> int:
    """Persons in a report of a video without faces."""
    followed = {path.person for shot in sidecar.shots for path in shot.crops} - {None}
    peopled = sum(shot.mode in PEOPLED for shot in sidecar.shots)
    return max(len(followed), peopled, int(sidecar.report.get("persons", 0)))
