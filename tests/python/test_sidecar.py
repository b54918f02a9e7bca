"""The framing report beside a clip: read, edited, written, and what of it the engine obeys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from framing import sidecar, truth
from framing.truth import Truth

import ytclipper_rs as yt
from sidecars import cut_out, found_places, given, picture

QUICK = yt.EncodeSpec(preset="ultrafast", crf=16, size=yt.Size(270, 480))
FRAMING = yt.Framing(
    1,
    1280,
    720,
    (
        yt.Shot(
            0.0,
            2.0,
            "dual",
            (
                yt.CropPath((yt.CropKeyframe(0.0, 300.25, 360.0, 405.0),), person=1),
                yt.CropPath((yt.CropKeyframe(0.0, 900.0, 360.0, 405.0),), person=0),
            ),
        ),
        yt.Shot(
            2.0, 3.0, "wide", (yt.CropPath((yt.CropKeyframe(2.0, 640, 360, 1280),)),), cut=True
        ),
    ),
    aspect=0.5625,
)


@pytest.fixture(scope="module")
def known() -> Truth:
    assert truth.names(), "media/faces is missing: run `make sample`"
    return truth.load("walk")


@pytest.fixture(scope="module")
def framed(known: Truth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a walk as a vertical clip, its report beside it."""
    clip = tmp_path_factory.mktemp("framed") / "walk.mp4"
    with yt.Engine() as engine:
        engine.clip(known.video, 1, 3, clip, layout="vertical", encode=QUICK).result(100)
    return clip


def rendered(
    known: Truth, framing: yt.Framing, clip: Path, mode: yt.LayoutMode = "vertical", **plan: Any
) -> yt.RenderReport:
    """The clip of a framing, by an engine that could not look for anything."""
    file = clip.with_name("given.json")
    framing.save(file, overwrite=True)
    layout = yt.Layout(mode, framing=file)
    spec = yt.RenderPlan(known.video, clip, layout=layout, **{"encode": QUICK, **plan})
    with yt.Engine(face_model=clip.with_name("none.onnx")) as engine:
        return engine.render(spec).result(60)


def refusal(known: Truth, framing: yt.Framing, folder: Path, **plan: Any) -> yt.InvalidSpec:
    """Why a framing is not taken."""
    with pytest.raises(yt.InvalidSpec) as caught:
        rendered(known, framing, folder / "out.mp4", **plan)
    assert not (folder / "out.mp4").exists()
    return caught.value


# As a file --------------------------------------------------------------------------------------


def test_a_framing_comes_back_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "a.framing.json"
    FRAMING.save(file)
    assert yt.Framing.load(file) == FRAMING
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_keyframe_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    FRAMING.save(tmp_path / "a.json")
    lines = (tmp_path / "a.json").read_text().splitlines()
    assert '        {"time": 0.0, "x": 300.25, "y": 360.0, "width": 405.0}' in lines
    assert '  "aspect": 0.5625,' in lines
    assert "report" not in "".join(lines)


def test_a_file_in_the_way_is_replaced_only_when_told_to(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match=r"a\.json"):
        FRAMING.save(file)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    FRAMING.save(file, overwrite=True)
    assert yt.Framing.load(file) == FRAMING


def test_what_json_cannot_carry_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        replace(FRAMING, aspect=float("nan")).save(tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "field", "told"),
    [
        ("{", "$", "is not JSON"),
        ("\xff", "$", "is not JSON"),
        ("[]", "version", "must be 1, got null"),
        ('{"version": 2}', "version", "must be 1, got 2"),
        ('{"version": 1, "shots": []}', "$", "source_width"),
        (
            '{"version": 1, "source_width": 2, "source_height": 2, "shots": [{"start": 0}]}',
            "$",
            "mode",
        ),
        (
            '{"version": 1, "source_width": 2, "source_height": 2, "shots": '
            '[{"start": 0, "end": 1, "mode": "pan", "crops": [{"keyframes": [], "persn": 1}]}]}',
            "shots[0].crops[0].persn",
            "unknown field",
        ),
    ],
)
def test_a_file_that_is_no_framing_is_told(
    tmp_path: Path, text: str, field: str, told: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(yt.InvalidSpec, match=r"bad\.json") as caught:
        yt.Framing.load(file)
    assert (caught.value.field, told in str(caught.value)) == (field, True)
    with pytest.raises(FileNotFoundError):
        yt.Framing.load(tmp_path / "none.json")


@pytest.mark.timeout(240)
def test_a_report_of_the_engine_is_read_and_written_as_it_is(framed: Path, tmp_path: Path) -> None:
    beside = sidecar.beside(framed)
    framing = yt.Framing.load(beside)
    assert (framing.source_width, framing.source_height, framing.aspect) == (1280, 720, 0.5625)
    assert {shot.mode for shot in framing.shots} == {"single"}
    assert framing.report is not None
    assert (framing.report.persons, framing.report.face_inside_percent) == (1, 100)
    assert 0 < framing.report.detections <= framing.report.looks
    framing.save(tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(beside.read_text())


# As a request -----------------------------------------------------------------------------------


@pytest.mark.timeout(240)
def test_a_shifted_cut_out_is_rendered_where_it_was_put(
    known: Truth, framed: Path, tmp_path: Path
) -> None:
    framing = yt.Framing.load(sidecar.beside(framed))
    shifted = tuple(
        replace(
            shot,
            crops=tuple(
                replace(crop, keyframes=tuple(replace(key, x=900.0) for key in crop.keyframes))
                for crop in shot.crops
            ),
        )
        for shot in framing.shots
    )
    edited = replace(framing, shots=shifted)
    made = rendered(known, edited, tmp_path / "out.mp4", parts=[yt.TimeRange(1, 3)])
    first = known.frames.index(known.frame_at(1.0))
    frames = [0, 30, made.frames - 1]
    assert found_places(known, tmp_path / "out.mp4", frames, first) == pytest.approx(
        [900] * 3, abs=6
    )
    assert made.notes == ()
    report = made.framing
    assert report is not None
    figures = (report.face_inside_percent, report.face_central_percent, report.mean_offset)
    assert figures == (None, None, None), "nobody looked"
    assert (report.looks, report.detections, report.max_speed, report.persons) == (0, 0, 0, 1)
    assert sum(report.modes.values()) == pytest.approx(2.0, abs=0.05)


def test_a_framing_of_another_shape_is_refused(known: Truth, tmp_path: Path) -> None:
    vertical = replace(given(known, (0, known.duration, 640)), aspect=0.5625)
    error = refusal(known, vertical, tmp_path, mode="stacked", encode=yt.EncodeSpec())
    assert error.field == "layout.framing.aspect"
    assert "0.5625" in str(error)
    # Within 1 %, and where the file does not tell, it is taken.
    for aspect in (0.5669, None):
        taken = replace(vertical, aspect=aspect)
        rendered(known, taken, tmp_path / f"{aspect}.mp4", parts=[yt.TimeRange(0, 0.2)])


def test_a_framing_of_another_source_is_refused(known: Truth, tmp_path: Path) -> None:
    other = replace(given(known, (0, known.duration, 640)), source_width=1920)
    assert refusal(known, other, tmp_path).field == "layout.framing.source_width"


def test_a_part_that_no_shot_meets_is_refused(known: Truth, tmp_path: Path) -> None:
    early = given(known, (0, 1, 640))
    parts = [yt.TimeRange(0, 1), yt.TimeRange(2, 3)]
    error = refusal(known, early, tmp_path, parts=parts)
    assert error.field == "layout.framing"
    assert "2" in str(error)


def test_a_part_that_shots_cover_in_part_is_told(known: Truth, tmp_path: Path) -> None:
    early = given(known, (0, 1, 640))
    made = rendered(known, early, tmp_path / "out.mp4", parts=[yt.TimeRange(0.5, 2)])
    assert (made.frames, len(made.notes)) == (36, 1)
    whole = rendered(known, early, tmp_path / "whole.mp4", parts=[yt.TimeRange(0, 1)])
    assert whole.notes == ()


# As pixels --------------------------------------------------------------------------------------

# Half of the usual size: the middle of the picture is a whole even row.
HALF = yt.EncodeSpec(preset="ultrafast", crf=12, size=yt.Size(540, 960))
SECOND = [yt.TimeRange(0, 0.4)]


def test_dual_shows_the_left_place_above_the_right_one_without_a_gap(
    known: Truth, tmp_path: Path
) -> None:
    boxes = [sidecar.Box(100, 200, 405, 360), sidecar.Box(800, 120, 405, 360)]
    crops = tuple(yt.CropPath((yt.CropKeyframe(0, box.x, box.y, box.width),)) for box in boxes)
    shot = yt.Shot(0, known.duration, "dual", crops)
    framing = yt.Framing(1, known.width, known.height, (shot,))
    made = rendered(known, framing, tmp_path / "out.mp4", encode=HALF, parts=SECOND)
    shown = picture(tmp_path / "out.mp4", made.frames - 1, (540, 960))
    source = picture(known.video, made.frames - 1, (known.width, known.height))
    wanted = np.vstack([cut_out(source, box, (540, 480)) for box in boxes])
    apart = np.abs(shown - wanted)
    assert apart.mean() < 4
    assert apart[476:484].mean() < 8, "the halves meet"
    other = np.vstack([wanted[480:], wanted[:480]])
    assert np.abs(shown - other).mean() > 3 * apart.mean(), "the places could be told apart"


def test_wide_shows_the_whole_picture_between_blurred_darker_bars(
    known: Truth, tmp_path: Path
) -> None:
    path = yt.CropPath((yt.CropKeyframe(0, known.width / 2, known.height / 2, known.width),))
    shot = yt.Shot(0, known.duration, "wide", (path,))
    framing = yt.Framing(1, known.width, known.height, (shot,))
    made = rendered(known, framing, tmp_path / "out.mp4", encode=HALF, parts=SECOND)
    shown = picture(tmp_path / "out.mp4", made.frames - 1, (540, 960))
    source = picture(known.video, made.frames - 1, (known.width, known.height))
    # 1280 x 720 in 540 of width is 304 high, around the middle of 960.
    whole = sidecar.Box(0, 0, known.width, known.height)
    band = cut_out(source, whole, (540, 304))
    assert np.abs(shown[328:632] - band)[4:-4].mean() < 4
    # The largest 9:16 cut-out of the middle is what is blurred.
    middle = sidecar.Box((known.width - 405) / 2, 0, 405, 720)
    sharp = cut_out(source, middle, (540, 960))
    for bar in (slice(0, 320), slice(640, 960)):
        assert shown[bar].mean() < 0.75 * sharp[bar].mean(), "darker"
        # Darkening alone leaves 0.45 of the detail.
        assert detail(shown[bar]) < 0.25 * detail(sharp[bar]), "blurred"


def detail(part: Any) -> float:
    """How far pixels are from the mean of those 4 to the left and to the right."""
    return float(np.abs(part[:, 4:-4] - (part[:, 8:] + part[:, :-8]) / 2).mean())
