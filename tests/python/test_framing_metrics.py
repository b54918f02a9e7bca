"""The figures of `benches/framing`: each is good for a framing that is good, and goes red for one
that is not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from framing import metrics, pixels, sidecar, truth
from framing.sidecar import Sidecar
from framing.switches import switches, turns
from framing.truth import Truth

FPS, WIDTH, HEIGHT, CROP = 30, 1280, 720, 405.0
Places = Callable[[int], list[tuple[int, float]]]


def known(
    frames: int,
    places: Places,
    *,
    cuts: tuple[int, ...] = (),
    modes: Callable[[int], str | None] = lambda frame: "single",
    show: Callable[[int], list[int]] | None = None,
    speaking: Callable[[int], list[int]] = lambda frame: [],
    utterances: list[dict[str, float]] | None = None,
    switches: list[dict[str, Any]] | None = None,
) -> Truth:
    """A truth of faces of 110 x 150 pixels at the given centres."""
    pictures = [
        {
            "time": frame / FPS,
            "scene": sum(cut <= frame for cut in cuts),
            "mode": modes(frame),
            "show": show(frame) if show else [id for id, _ in places(frame)],
            "persons": [
                {
                    "id": id,
                    "face": [x - 55, 210, 110, 150],
                    "visible": 1.0,
                    "speaking": id in speaking(frame),
                }
                for id, x in places(frame)
            ],
        }
        for frame in range(frames)
    ]
    value = {
        "about": "",
        "width": WIDTH,
        "height": HEIGHT,
        "fps": FPS,
        "duration": frames / FPS,
        "checks": [],
        "cuts": list(cuts),
        "jumps": [],
        "switches": switches or [],
        "utterances": utterances or [],
        "frames": pictures,
    }
    return truth.from_json("made", value)


def shot(
    first: int, last: int, *ways: Callable[[int], float], mode: str = "single", cut: bool = False
) -> dict[str, Any]:
    """A shot from a picture to before another, with a keyframe at each."""
    width = CROP if mode == "single" else 2 * CROP * 0.6
    crops = [
        {
            "person": person,
            "keyframes": [
                {"time": frame / FPS, "x": way(frame), "y": HEIGHT / 2, "width": width}
                for frame in range(first, last)
            ],
        }
        for person, way in enumerate(ways)
    ]
    return {"start": first / FPS, "end": last / FPS, "mode": mode, "cut": cut, "crops": crops}


def framing(*shots: dict[str, Any]) -> Sidecar:
    value = {"version": 1, "source_width": WIDTH, "source_height": HEIGHT, "shots": list(shots)}
    return sidecar.from_json(value | {"report": {"persons": len(shots)}})


def walk(frame: int) -> float:
    """60 pixels a second."""
    return 400 + 2.0 * frame


WALK = known(200, lambda frame: [(0, walk(frame))])


def test_a_crop_upon_the_face_holds_it_in_its_middle() -> None:
    perfect = framing(shot(0, 200, walk))
    assert metrics.central(WALK, perfect).percent == 100
    assert metrics.whole(WALK, perfect).percent == 100
    assert metrics.path_error(WALK, perfect) < 0.01


def test_a_crop_that_lags_loses_the_middle_and_then_the_face() -> None:
    # 2 s of 60 pixels are 0.3 of the width: the edge of the middle; 3 s are beyond it.
    late = framing(shot(0, 200, lambda frame: walk(max(0, frame - 90))))
    assert metrics.central(WALK, late).percent < 40
    assert metrics.path_error(WALK, late) > 30
    behind = framing(shot(0, 200, lambda _frame: 400.0))
    assert metrics.whole(WALK, behind).percent < 50


def test_what_the_edge_of_the_picture_forbids_is_not_asked_for() -> None:
    edge = known(30, lambda _frame: [(0, 1220.0)])
    assert metrics.central(edge, framing(shot(0, 30, lambda _frame: 1077.5))).all == 0


def test_showing_nobody_is_a_miss() -> None:
    pan = framing(shot(0, 200, walk, mode="pan"))
    assert metrics.central(WALK, pan).good == 0
    assert metrics.seen(WALK, pan).percent == 0


@pytest.mark.parametrize("step", [0.0, 0.01])
def test_still_is_exact(step: float) -> None:
    still = known(60, lambda _frame: [(0, 400.0)])
    moved = metrics.motion(still, framing(shot(0, 60, lambda frame: 400 + step * frame)))
    assert (moved == 0) is (step == 0)


def test_a_change_of_mode_is_a_motion() -> None:
    still = known(60, lambda _frame: [(0, 400.0)])
    split = framing(
        shot(0, 30, lambda _frame: 400.0), shot(30, 60, lambda _frame: 400.0, mode="wide")
    )
    assert metrics.motion(still, split) >= WIDTH


def test_detections_that_tremble_have_more_jerk_than_a_straight_path() -> None:
    noise = np.random.default_rng(1).normal(0, 2, 220)
    raw = [(frame / FPS, walk(frame) + noise[frame]) for frame in range(0, 200, 5)]

    def ratio(way: Callable[[int], float]) -> float:
        return metrics.jerk_ratio(framing(shot(0, 200, way)), raw)

    def mean_of_three(frame: int) -> float:
        return walk(frame) + float(np.mean([noise[max(0, frame + by)] for by in (-5, 0, 5)]))

    assert ratio(walk) > 1000
    assert ratio(lambda frame: walk(frame) + noise[frame]) == pytest.approx(1)
    assert ratio(mean_of_three) < 5, "a running mean over three looks is not enough"


TWO_SCENES = known(60, lambda frame: [(0, 300.0 if frame < 31 else 900.0)], cuts=(31,))


@pytest.mark.parametrize(("change", "wrong"), [(31, 0), (32, 1), (29, 2), (36, 5)])
def test_every_picture_of_a_wrong_crop_at_a_cut_counts(change: int, wrong: int) -> None:
    shots = framing(shot(0, change, lambda _f: 300.0), shot(change, 60, lambda _f: 900.0, cut=True))
    assert metrics.wrong_after_cut(TWO_SCENES, shots) == wrong


def test_a_shot_that_runs_over_a_cut_is_wrong_in_the_shorter_scene() -> None:
    over = framing(shot(0, 60, lambda frame: 300.0 if frame < 31 else 900.0))
    assert metrics.wrong_after_cut(TWO_SCENES, over) == 29


def test_persons_in_a_video_without_faces_are_false() -> None:
    assert metrics.false_tracks(framing(shot(0, 60, walk))) == 1
    empty = {
        **shot(0, 60, walk, mode="pan"),
        "crops": [{"keyframes": [{"time": 0, "x": 640, "y": 360, "width": CROP}]}],
    }
    value = {"version": 1, "source_width": WIDTH, "source_height": HEIGHT, "shots": [empty]}
    assert metrics.false_tracks(sidecar.from_json(value | {"report": {"persons": 0}})) == 0


LEFT, RIGHT = (lambda _frame: 330.0), (lambda _frame: 940.0)
SECOND = known(
    300,
    lambda frame: [(0, 330.0), (1, 940.0)] if 90 <= frame < 240 else [(0, 330.0)],
    modes=lambda frame: "dual" if 90 <= frame < 240 else "single",
    switches=[
        {"time": 3.0, "from": "single", "to": "dual"},
        {"time": 8.0, "from": "dual", "to": "single"},
    ],
)


def second(*changes: int, upper: Any = LEFT, lower: Any = RIGHT) -> Sidecar:
    """One person, two between each pair of changes, one at the end."""
    ends = [0, *changes, 300]
    return framing(
        *(
            shot(a, b, upper, lower, mode="dual") if index % 2 else shot(a, b, LEFT)
            for index, (a, b) in enumerate(itertools.pairwise(ends))
        )
    )


def test_switches_of_two_persons_are_timed_counted_and_ordered() -> None:
    good = switches(SECOND, second(90, 240))
    assert (good.farthest, good.additional, good.shortest, good.swapped) == (0, 0, 2, 0)
    assert switches(SECOND, second(110, 240)).farthest == pytest.approx(20 / 30)
    assert switches(SECOND, second()).farthest == math.inf
    nervous = switches(SECOND, second(90, 150, 165, 240))
    assert (nervous.additional, nervous.shortest) == (2, 0.5)
    assert switches(SECOND, second(90, 240, upper=RIGHT, lower=LEFT)).swapped == 150


def test_a_span_of_two_that_a_cut_ends_is_measured_too() -> None:
    def shots(*ends: tuple[int, int, bool, bool]) -> Sidecar:
        return framing(
            *(
                shot(a, b, LEFT, RIGHT, mode="dual", cut=cut) if dual else shot(a, b, LEFT, cut=cut)
                for a, b, dual, cut in ends
            )
        )

    brief = shots((0, 150, False, False), (150, 165, True, False), (165, 300, True, True))
    assert switches(SECOND, brief).shortest == 0.5
    plain = shots((0, 15, False, False), (15, 300, True, True))
    assert switches(SECOND, plain).shortest == math.inf


TURNS = known(
    300,
    lambda _frame: [(0, 330.0), (1, 940.0)],
    modes=lambda _frame: None,
    show=lambda frame: [0] if frame < 150 else [1],
    speaking=lambda frame: [0, 1] if 60 <= frame < 75 else [0] if frame < 150 else [1],
    utterances=[
        {"person": 0, "start": 0.0, "end": 5.0},
        {"person": 1, "start": 2.0, "end": 2.5},
        {"person": 1, "start": 5.0, "end": 10.0},
    ],
)


def test_the_speaker_has_to_be_seen() -> None:
    good = turns(TURNS, framing(shot(0, 150, LEFT), shot(150, 300, RIGHT)))
    assert (good.shown, good.alone, good.followed) == (100, 100, 0)
    late = turns(TURNS, framing(shot(0, 180, LEFT), shot(180, 300, RIGHT)))
    assert late.shown == pytest.approx(90)
    both = turns(TURNS, framing(shot(0, 300, LEFT, RIGHT, mode="dual")))
    assert (both.shown, both.alone) == (100, 0)


def test_an_interjection_that_is_followed_is_counted() -> None:
    shots = [shot(0, 62, LEFT), shot(62, 95, RIGHT), shot(95, 150, LEFT), shot(150, 300, RIGHT)]
    assert turns(TURNS, framing(*shots)).followed == 1


def test_the_curve_is_a_line_for_two_keyframes_and_rests_between_equal_ones() -> None:
    assert sidecar.interpolated([0.0, 2.0], [0.0, 10.0], 0.5) == pytest.approx(2.5)
    times, values = [0.0, 1.0, 2.0, 3.0], [0.0, 4.0, 4.0, 9.0]
    assert sidecar.interpolated(times, values, 1.5) == 4
    between = [sidecar.interpolated(times, values, t / 50) for t in range(-10, 170)]
    assert between == sorted(between)
    assert (between[0], between[-1]) == (0, 9)


def textured(x: float, width: int = 400) -> pixels.Signal:
    """A picture without an edge, moved by any fraction of a pixel."""
    columns = np.arange(width) - x
    rows = [np.sin(columns / 7 + row) + np.sin(columns / 17 + 2 * row) for row in range(6)]
    return np.array(rows) * 50


@pytest.mark.parametrize("by", [0.0, 0.3, -0.8, 0.5, 5.33, -9.7])
def test_fractions_of_a_pixel_are_measured(by: float) -> None:
    assert pixels.shift(textured(0), textured(by)) == pytest.approx(by, abs=0.02)


def test_steps_of_whole_pixels_are_seen() -> None:
    places = [0.8 * frame for frame in range(60)]

    def spread(rounded: Callable[[float], float]) -> float:
        pictures = [textured(rounded(place)) for place in places]
        moved = [pixels.shift(a, b) for a, b in itertools.pairwise(pictures)]
        return pixels.steadiness(moved).spread

    assert spread(lambda place: place) < 0.05
    assert spread(lambda place: float(round(place))) > 0.9


def test_a_cut_out_is_found_in_its_source() -> None:
    random = np.random.default_rng(5)
    source = np.kron(random.integers(0, 255, (45, 80)), np.ones((4, 4))).astype(np.uint8)
    box = sidecar.Box(400.0, 0.0, CROP, 720.0)
    output = np.kron(source[:, 100:201], np.ones((2, 2))).astype(np.uint8)
    assert pixels.place(source, output, box, 0.25) == 400
