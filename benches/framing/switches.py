"""Figures of the choice: two persons or one, and which one."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from framing.metrics import holds
from framing.sidecar import Shot, Sidecar
from framing.truth import TURN, Frame, Truth


@dataclass(frozen=True)
class Switches:
    """How the changes between one person and two fit the truth."""

    farthest: float
    """The largest distance of a change from the true one, in seconds; infinite where one is
    missing."""
    additional: int
    """Changes where there are none."""
    shortest: float
    """The shortest span of two persons, or of one beside such a span, in seconds; infinite where
    nothing changes."""
    swapped: int
    """Pictures of two persons in which the left one is not above."""


@dataclass(frozen=True)
class Turns:
    """How the shots fit those who speak."""

    shown: float
    """Part of the speaking time in which the speaker is seen, in percent."""
    alone: float
    """Part of it in which nobody else is."""
    followed: int
    """Interjections at which a shot of the interjector alone begins."""


def changes(sidecar: Sidecar) -> list[tuple[float, bool]]:
    """When two persons become fewer or fewer two, and whether it is two from then on."""
    dual = [(shot.start, shot.mode == "dual", shot.cut) for shot in sidecar.shots]
    return [
        (after[0], after[1])
        for before, after in itertools.pairwise(dual)
        if before[1] != after[1] and not after[2]
    ]


def switches(truth: Truth, sidecar: Sidecar) -> Switches:
    """Compares the changes between one and two persons within scenes."""
    found = changes(sidecar)
    cuts = [truth.frames[cut].time for cut in truth.cuts]
    found = [change for change in found if all(abs(change[0] - cut) > 0.001 for cut in cuts)]
    farthest, matched = 0.0, set()
    for switch in truth.switches:
        if "dual" not in (switch.before, switch.after):
            continue
        same = [change for change in found if change[1] == (switch.after == "dual")]
        nearest = min(same, key=lambda change: abs(change[0] - switch.time), default=None)
        farthest = max(farthest, abs(nearest[0] - switch.time) if nearest else math.inf)
        matched.add(nearest)
    free = [change for change in found if change not in matched and _matters(truth, change[0])]
    spans = [span for scene in _scenes(sidecar) for span in _spans(scene)]
    swapped = sum(_is_swapped(frame, sidecar) for frame in truth.frames)
    return Switches(farthest, len(free), min(spans, default=math.inf), swapped)


def _scenes(sidecar: Sidecar) -> list[list[Shot]]:
    """The shots from cut to cut."""
    scenes: list[list[Shot]] = []
    for shot in sidecar.shots:
        if shot.cut or not scenes:
            scenes.append([])
        scenes[-1].append(shot)
    return scenes


def _spans(scene: list[Shot]) -> list[float]:
    """How long two persons are shown at a time and how long not, where that changes."""
    runs = [list(run) for _, run in itertools.groupby(scene, key=lambda shot: shot.mode == "dual")]
    return [run[-1].end - run[0].start for run in runs] if len(runs) > 1 else []


def _matters(truth: Truth, time: float) -> bool:
    """Whether the truth asks for a mode at a time."""
    return truth.frame_at(time).mode is not None


def _is_swapped(frame: Frame, sidecar: Sidecar) -> bool:
    boxes = sidecar.crops_at(frame.time)
    there = frame.shown() if frame.mode == "dual" else list(frame.faces)
    faces = sorted(there, key=lambda face: face.x)
    if sidecar.shot_at(frame.time).mode != "dual" or len(faces) != 2:
        return False
    return any(holds(box, face) for box, face in zip(boxes, reversed(faces), strict=True))


def turns(truth: Truth, sidecar: Sidecar) -> Turns:
    """Compares who is seen with who speaks, in turns of at least 0.7 s."""
    asked = shown = alone = 0
    for frame in truth.frames:
        for face in filter(lambda face: face.speaking, frame.shown()):
            boxes = sidecar.crops_at(frame.time)
            held = any(holds(box, face) for box in boxes)
            others = [other for other in frame.faces if other.id != face.id]
            asked += 1
            shown += held
            alone += held and not any(holds(box, other) for box in boxes for other in others)
    asked = max(asked, 1)
    return Turns(100 * shown / asked, 100 * alone / asked, _followed(truth, sidecar))


def _followed(truth: Truth, sidecar: Sidecar) -> int:
    """Interjections that a shot follows."""
    count = 0
    for utterance in truth.utterances:
        if utterance.end - utterance.start > TURN:
            continue
        first, last = utterance.start - 0.3, utterance.end + 0.5
        count += any(
            shot.mode == "single"
            and first <= shot.start <= last
            and _shows_only(truth, sidecar, shot.start, utterance.person)
            for shot in sidecar.shots
        )
    return count


def _shows_only(truth: Truth, sidecar: Sidecar, time: float, person: int) -> bool:
    frame = truth.frame_at(time)
    boxes = sidecar.crops_at(time)
    seen = {face.id for face in frame.faces if any(holds(box, face) for box in boxes)}
    return seen == {person}
