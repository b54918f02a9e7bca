"""Tracked framing, from outside: real faces on known paths (`make sample`), the report beside the
clip, and the pixels. The figures over all sequences are in `make bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from framing import metrics, pictures, pixels, sidecar, truth
from framing.sidecar import Sidecar
from framing.switches import switches, turns
from framing.truth import Truth

import ytclipper_rs as yt
from sidecars import found_places, given

# What is looked at is where the crop stands, not how fine the picture is.
QUICK = yt.EncodeSpec(preset="ultrafast", crf=23)
# Longer than the waits for results: what is too slow ends with a message.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(autouse=True)
def _faces() -> None:
    assert truth.names(), "media/faces is missing: run `make sample`"


def framed(engine: yt.Engine, name: str, folder: Path, **layout: Any) -> tuple[Truth, Sidecar]:
    """A sequence as a vertical clip `<name>.mp4`: its truth and the report beside the clip."""
    known, clip = truth.load(name), folder / f"{name}.mp4"
    made = engine.reframe(
        known.video, clip, layout=yt.Layout("vertical", **layout), encode=QUICK
    ).result(100)
    assert (made.width, made.height, made.frames) == (1080, 1920, len(known.frames))
    assert made.framing_path == sidecar.beside(clip)
    return known, sidecar.load(clip)


def test_a_still_subject_is_not_followed_by_a_pixel(engine: yt.Engine, tmp_path: Path) -> None:
    known, chosen = framed(engine, "still", tmp_path)
    assert metrics.motion(known, chosen) == 0
    assert [shot.mode for shot in chosen.shots] == ["single"]
    assert metrics.central(known, chosen).percent == 100
    assert metrics.whole(known, chosen).percent == 100


def test_the_crop_changes_with_the_picture_at_every_cut(engine: yt.Engine, tmp_path: Path) -> None:
    known, chosen = framed(engine, "cuts", tmp_path)
    assert metrics.wrong_after_cut(known, chosen) == 0
    begun = [shot.start for shot in chosen.shots[1:] if shot.cut]
    assert begun == pytest.approx([known.frames[cut].time for cut in known.cuts], abs=1e-3)
    seen = pixels.around_cuts(known, chosen, tmp_path / "cuts.mp4")
    assert (seen.looked, seen.wrong) == (8 * len(known.cuts), 0)
    assert metrics.central(known, chosen).percent >= 99


def test_two_persons_are_shown_while_two_are_there(engine: yt.Engine, tmp_path: Path) -> None:
    known, chosen = framed(engine, "second", tmp_path)
    changes = switches(known, chosen)
    assert changes.farthest <= 0.5
    assert (changes.additional, changes.swapped) == (0, 0)
    assert changes.shortest >= 1
    assert metrics.whole(known, chosen).percent >= 99.5
    people = [[path.person for path in shot.crops] for shot in chosen.shots]
    alone = {person for shot in people if len(shot) == 1 for person in shot}
    assert len(alone) == 1, f"one person stays all the time, but is called {alone}"
    assert len({person for shot in people for person in shot}) == 2


def test_one_is_asked_for_and_one_is_shown(engine: yt.Engine, tmp_path: Path) -> None:
    _, chosen = framed(engine, "third", tmp_path, speakers="one")
    assert {shot.mode for shot in chosen.shots} == {"single"}


def test_who_speaks_is_seen_and_interjections_are_not_followed(
    engine: yt.Engine, tmp_path: Path
) -> None:
    known, chosen = framed(engine, "turns", tmp_path)
    told = turns(known, chosen)
    assert told.shown >= 95
    assert told.followed == 0


def test_where_no_face_is_nobody_is_followed(engine: yt.Engine, tmp_path: Path) -> None:
    known, chosen = framed(engine, "bunny", tmp_path)
    assert metrics.false_tracks(chosen) == 0
    assert {shot.mode for shot in chosen.shots} == {"pan"}
    places = [chosen.crops_at(frame.time)[0].x / known.width for frame in known.frames]
    assert max(places) - min(places) > 0.2
    assert min(places) >= 0.15
    assert max(places) <= 0.85


def test_where_no_face_is_the_middle_may_be_asked_for(engine: yt.Engine, tmp_path: Path) -> None:
    known, chosen = framed(engine, "bikes", tmp_path, no_face="centre")
    assert {shot.mode for shot in chosen.shots} == {"fixed"}
    boxes = {chosen.crops_at(frame.time)[0] for frame in known.frames}
    assert {box.x for box in boxes} == {known.width / 2}


def test_the_report_tells_what_was_done(engine: yt.Engine, tmp_path: Path) -> None:
    known = truth.load("still")
    job = engine.clip(known.video, 1.0, 3.0, tmp_path / "part.mp4", layout="vertical", encode=QUICK)
    report = job.result(60).framing
    assert report is not None
    assert (report.face_inside_percent, report.face_central_percent) == (100, 100)
    assert (report.persons, report.cuts, report.max_speed) == (1, 0, 0)
    assert report.modes == pytest.approx({"single": 2.0}, abs=0.04)
    # Six looks a second, of the clip's two seconds only.
    assert 10 <= report.looks <= 15
    chosen = sidecar.load(tmp_path / "part.mp4")
    assert chosen.shots[0].start == pytest.approx(1.0, abs=0.02)
    assert chosen.shots[-1].end == pytest.approx(3.0, abs=0.04)


# Reports given ----------------------------------------------------------------------------------


def test_an_edited_report_is_obeyed_and_nothing_is_looked_for(tmp_path: Path) -> None:
    known = truth.load("walk")
    edited = tmp_path / "edited.json"
    given(known, (0.0, 1.98, 300.0), (1.98, known.duration, 1000.0)).save(edited)
    # Without a model nothing could be looked for.
    with yt.Engine(face_model=tmp_path / "none.onnx") as engine:
        clip = tmp_path / "clip.mp4"
        layout = yt.Layout("vertical", framing=edited)
        engine.reframe(known.video, clip, layout=layout, encode=QUICK).result(60)
    # Picture 47 is shown at 1.960 s, the next one at 2.002 s.
    found = found_places(known, clip, [0, 47, 48, 200])
    assert found == pytest.approx([300, 300, 1000, 1000], abs=6)


def test_the_report_beside_a_clip_makes_the_same_clip_again(
    engine: yt.Engine, tmp_path: Path
) -> None:
    known, first = framed(engine, "walk", tmp_path)
    layout = yt.Layout("vertical", framing=sidecar.beside(tmp_path / "walk.mp4"))
    again = tmp_path / "again.mp4"
    with yt.Engine(face_model=tmp_path / "none.onnx") as blind:
        blind.reframe(known.video, again, layout=layout, encode=QUICK).result(60)
    # The encoder may have other threads the second time.
    apart = [
        abs(a.astype(int) - b.astype(int)).mean()
        for a, b in zip(
            pictures.grey(tmp_path / "walk.mp4", 216, 384),
            pictures.grey(again, 216, 384),
            strict=True,
        )
    ]
    assert max(apart) < 0.5
    assert sidecar.load(again).shots == first.shots


@pytest.mark.parametrize("text", ["", "{}", '{"version": 99}', '{"version": 1, "shots": "x"}'])
def test_a_report_that_is_none_is_refused(engine: yt.Engine, tmp_path: Path, text: str) -> None:
    known, bad = truth.load("still"), tmp_path / "bad.json"
    bad.write_text(text)
    layout = yt.Layout("vertical", framing=bad)
    job = engine.reframe(known.video, tmp_path / "out.mp4", layout=layout)
    assert isinstance(job.exception(30), yt.YtclipperError)
    assert not isinstance(job.exception(), yt.InternalError)
    assert list(tmp_path.iterdir()) == [bad]


# The model --------------------------------------------------------------------------------------


def test_a_missing_model_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    known = truth.load("still")
    with yt.Engine(face_model=tmp_path / "none.onnx") as engine:
        failed = engine.reframe(known.video, tmp_path / "a.mp4", layout="vertical")
        assert isinstance(failed.exception(30), yt.ModelUnavailable)
        told = str(failed.exception())
        assert "ytclipper models install centerface" in told
        assert str(tmp_path / "none.onnx") in told, "the file that was tried"
        assert "face_model" in told, "the setting that named it"
        assert list(tmp_path.iterdir()) == []


def test_a_fixed_crop_needs_no_model_and_leaves_no_report(tmp_path: Path) -> None:
    known, clip = truth.load("walk"), tmp_path / "fixed.mp4"
    with yt.Engine(face_model=tmp_path / "none.onnx") as engine:
        layout = yt.Layout("vertical", track="off", x=0.3)
        made = engine.reframe(known.video, clip, layout=layout, encode=QUICK).result(60)
    assert (made.framing, made.framing_path) == (None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["fixed.mp4"]
    assert found_places(known, clip, [0, 100]) == pytest.approx([384, 384], abs=6)


def test_the_debug_overlay_shows_the_whole_picture(engine: yt.Engine, tmp_path: Path) -> None:
    known, _ = framed(engine, "portrait", tmp_path, debug_overlay=True)
    overlay = tmp_path / "portrait_debug.mp4"
    assert len(pictures.times(overlay)) == len(known.frames)
    width, height = pictures.shape(overlay)
    assert width / height == pytest.approx(known.width / known.height, abs=0.01)
    plain = next(pictures.grey(known.video, 360, 480)).astype(int)
    drawn = next(pictures.grey(overlay, 360, 480)).astype(int)
    different = (abs(plain - drawn) > 40).mean()
    assert 0.001 < different < 0.5
