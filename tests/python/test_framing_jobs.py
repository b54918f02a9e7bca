"""Framing within whole jobs: parts, projects of clips and their plans, cancel, the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from framing import sidecar, truth
from framing.truth import Truth
from PIL import Image

import ytclipper_rs as yt
from sidecars import found_places, given, picture

QUICK = yt.EncodeSpec(preset="ultrafast", crf=30, size=yt.Size(270, 480))
# Longer than the waits for results: what is too slow ends with a message.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(autouse=True)
def _faces() -> None:
    assert truth.names(), "media/faces is missing: run `make sample`"


def test_only_what_the_parts_show_is_looked_at(engine: yt.Engine, tmp_path: Path) -> None:
    known, clip = truth.load("cuts"), tmp_path / "parts.mp4"
    parts = [(known.duration - 1.0, known.duration), (0.0, 1.0)]
    made = engine.stitch(known.video, parts, clip, layout="vertical", encode=QUICK).result(60)
    chosen = sidecar.load(clip)
    spans = [(shot.start, shot.end) for shot in chosen.shots]
    assert spans == sorted(spans)
    assert spans[0][0] == pytest.approx(0, abs=0.05)
    inside = sum(end - start for start, end in spans)
    assert inside == pytest.approx(2, abs=0.1)
    assert made.framing is not None
    assert made.framing.looks <= 2 * (6 + 3)
    assert made.framing.face_inside_percent == 100


def test_each_clip_of_a_project_has_its_own_report(engine: yt.Engine, tmp_path: Path) -> None:
    known = truth.load("interview")
    clips = [yt.ClipRequest(start, start + 2) for start in (1.0, 6.0, 13.0)]
    options = yt.ProcessOptions(
        format="vertical_9x16",
        clips=clips,
        full_transcript_words=[yt.Word("hello", 1.2, 1.6)],
        output_dir=tmp_path,
        encode=QUICK,
    )
    project = engine.process(known.video, options).result(120)
    assert len(project.clips) == 3
    for clip, request in zip(project.clips, clips, strict=True):
        assert clip.report.framing_path == sidecar.beside(clip.path)
        chosen = sidecar.load(clip.path)
        assert chosen.shots[0].start == pytest.approx(request.start, abs=0.05)
        assert chosen.shots[-1].end == pytest.approx(request.end, abs=0.05)
        info = json.loads(clip.info_path.read_text())
        assert info["engine"]["report"]["framing"]["persons"] == 1 + (request.start > 12)


def test_a_project_of_stacked_clips_takes_its_photo(engine: yt.Engine, tmp_path: Path) -> None:
    known, photo = truth.load("still"), tmp_path / "photo.png"
    Image.new("RGB", (300, 200), (20, 20, 220)).save(photo)
    options = yt.ProcessOptions(
        format="stacked_photo",
        layout=yt.Layout("stacked", insert=yt.Insert(photo)),
        clips=[yt.ClipRequest(0.5, 1.5)],
        burn_captions=False,
        full_transcript_words=[yt.Word("hello", 0.6, 0.9)],
        output_dir=tmp_path / "out",
        encode=QUICK,
    )
    (clip,) = engine.process(known.video, options).result(60).clips
    assert clip.path.parent.name == "reels"
    assert clip.thumbnail_path is not None
    with Image.open(clip.thumbnail_path) as picture:
        pixel = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 4))
    assert isinstance(pixel, tuple)
    red, _, blue = pixel
    assert blue > 150 > red


def test_a_project_that_needs_the_face_model_fails_before_anything_is_done(tmp_path: Path) -> None:
    options = yt.ProcessOptions(
        format="vertical_9x16", clips=[yt.ClipRequest(0, 1)], output_dir=tmp_path / "out"
    )
    with yt.Engine(face_model=tmp_path / "none.onnx") as engine:
        job = engine.process(truth.load("still").video, options)
        error = job.exception(30)
    assert isinstance(error, yt.ModelUnavailable)
    assert "centerface" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_during_the_analysis_leaves_nothing(engine: yt.Engine, tmp_path: Path) -> None:
    job = engine.reframe(truth.load("interview").video, tmp_path / "a.mp4")
    for event in job.iter_events():
        if "faces" in event.message.lower():
            job.cancel()
            break
    assert isinstance(job.exception(5), yt.JobCancelled)
    assert list(tmp_path.iterdir()) == []


def test_files_in_the_way_are_told_before_the_work(engine: yt.Engine, tmp_path: Path) -> None:
    (tmp_path / "a.framing.json").write_text("{}")
    error = engine.reframe(truth.load("still").video, tmp_path / "a.mp4").exception(30)
    assert isinstance(error, yt.IoError)
    assert error.context["path"].endswith("a.framing.json")
    assert [path.name for path in tmp_path.iterdir()] == ["a.framing.json"]


def cli(folder: Path, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The command line, run in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "ytclipper_rs.cli", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_command_line_frames_and_frames_again(tmp_path: Path) -> None:
    command = ["reframe", truth.load("second").video]
    speed = ["--preset", "ultrafast", "--overwrite"]
    first = cli(tmp_path, *command, "-o", "a.mp4", "--end", "5", "--debug-overlay", *speed)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"a.mp4", "a.framing.json", "a_debug.mp4"}
    assert "2 people" in first.stdout
    assert "dual" in first.stdout
    given = ["--framing", "a.framing.json", "--json"]
    again = cli(tmp_path, *command, "-o", "b.mp4", "--end", "5", *given, *speed)
    report = json.loads(again.stdout)
    assert report["timings"]["framing"] == 0
    assert report["framing"]["face_inside_percent"] is None
    shots = [json.loads((tmp_path / f"{name}.framing.json").read_text())["shots"] for name in "ab"]
    assert shots[0] == shots[1]


def test_the_command_line_takes_a_fixed_place(tmp_path: Path) -> None:
    known = truth.load("walk")
    made = cli(
        tmp_path,
        *("reframe", known.video, "-o", "a.mp4", "--end", "0.4", "--x", "0.7", "--json"),
        *("--preset", "ultrafast"),
    )
    assert json.loads(made.stdout)["framing_path"] is None
    assert found_places(known, tmp_path / "a.mp4", [0, 8]) == pytest.approx([896] * 2, abs=6)
    refused = cli(tmp_path, "reframe", known.video, "--x", "0.7", "--framing", "a.json", code=2)
    assert "layout.x" in refused.stderr


# A clip of a project, made again ----------------------------------------------------------------

TALK = yt.Watermark(text="@talk", font_size=96, opacity=1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> yt.Project:
    """One clip of a walk, with captions and a watermark."""
    options = yt.ProcessOptions(
        format="vertical_9x16",
        layout=yt.Layout(x=0.5, track="speaker", no_face="centre"),
        clips=[yt.ClipRequest(1, 2)],
        full_transcript_words=[yt.Word("hello", 1, 2)],
        watermark=TALK,
        output_dir=tmp_path_factory.mktemp("project"),
        encode=yt.EncodeSpec(preset="ultrafast", crf=16, size=yt.Size(270, 480)),
    )
    with yt.Engine() as engine:
        return engine.process(truth.load("walk").video, options).result(100)


def test_the_plan_beside_a_clip_makes_it_again_from_its_edited_framing(
    project: yt.Project, tmp_path: Path
) -> None:
    known, clip = truth.load("walk"), project.clips[0].path
    beside = sidecar.beside(clip)
    given(known, (0, known.duration, 1000.0)).save(beside, overwrite=True)
    edited = beside.read_text()
    others = {path: path.stat().st_mtime_ns for path in clip.parent.iterdir() if path != clip}
    # From elsewhere: the plan's paths are absolute.
    again = cli(tmp_path, "render", clip.with_suffix(".plan.json"), "--json")
    report = json.loads(again.stdout)
    assert (Path(report["output"]), report["timings"]["framing"]) == (clip, 0)
    assert {path: path.stat().st_mtime_ns for path in others} == others
    assert beside.read_text() == edited
    first = known.frames.index(known.frame_at(1.0))
    last = report["frames"] - 1
    assert found_places(known, clip, [0, last], first) == pytest.approx([1000] * 2, abs=8)
    assert_drawn_upon(known, clip, beside, tmp_path)


def assert_drawn_upon(known: Truth, clip: Path, framing: Path, folder: Path) -> None:
    """Captions and watermark are where they belong: what differs from the bare picture."""
    layout = yt.Layout("vertical", framing=framing)
    encode = yt.EncodeSpec(preset="ultrafast", crf=16, size=yt.Size(270, 480))
    with yt.Engine() as engine:
        bare = engine.clip(known.video, 1, 2, folder / "bare.mp4", layout=layout, encode=encode)
        bare.result(60)
    drawn = abs(picture(clip, 12, (270, 480)) - picture(folder / "bare.mp4", 12, (270, 480))) > 60
    caption, mark = drawn[355:413], drawn[:100, 135:]
    assert caption.sum() > 60, "the caption at 80 % of the height"
    assert mark.sum() > 60, "the watermark in the upper right corner"
    assert drawn.sum() == caption.sum() + mark.sum()


def test_the_plan_of_a_clip_is_a_request_of_its_own(project: yt.Project) -> None:
    clip = project.clips[0].path
    plan = yt.spec_from_json(clip.with_suffix(".plan.json").read_text())
    assert isinstance(plan, yt.RenderPlan)
    assert (plan.output, plan.overwrite) == (str(clip), True)
    assert plan.source == str(truth.load("walk").video)
    assert plan.layout.framing == str(sidecar.beside(clip))
    assert plan.parts == (yt.TimeRange(1, 2),)
    assert plan.captions is not None
    assert [word.word for word in plan.captions.words] == ["hello"]
    assert plan.watermark == TALK


def test_the_plan_of_a_clip_without_a_framing_looks_for_none(
    engine: yt.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = yt.ProcessOptions(
        clips=[yt.ClipRequest(1, 1.5)],
        full_transcript_words=[yt.Word("hello", 1, 2)],
        output_dir="out",
        encode=yt.EncodeSpec(preset="ultrafast", crf=30, size=yt.Size(320, 180)),
    )
    (clip,) = engine.process(truth.load("walk").video, options).result(60).clips
    plan = yt.spec_from_json(clip.path.with_suffix(".plan.json").read_text())
    assert isinstance(plan, yt.RenderPlan)
    assert plan.layout.framing is None
    assert Path(plan.output) == clip.path.absolute()
    assert engine.submit(plan).result(60).frames == clip.report.frames
