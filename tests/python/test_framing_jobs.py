"""Framing within whole jobs: parts, projects of clips, cancel, the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from framing import sidecar, truth
from PIL import Image

import ytclipper_rs as yt

QUICK = yt.EncodeSpec(preset="ultrafast", crf=30, size=yt.Size(270, 480))


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
        red, _, blue = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 4))
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


def test_the_command_line_frames_and_frames_again(tmp_path: Path) -> None:
    known = truth.load("second")
    command = [sys.executable, "-m", "ytclipper_rs.cli", "reframe", str(known.video)]
    speed = ["--preset", "ultrafast", "--overwrite"]
    first = subprocess.run(
        [*command, "-o", "a.mp4", "--end", "5", "--debug-overlay", *speed],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"a.mp4", "a.framing.json", "a_debug.mp4"}
    assert "2 people" in first.stdout
    assert "dual" in first.stdout
    again = subprocess.run(
        [*command, "-o", "b.mp4", "--end", "5", "--framing", "a.framing.json", "--json", *speed],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    report = json.loads(again.stdout)
    assert report["timings"]["framing"] == 0
    shots = [json.loads((tmp_path / f"{name}.framing.json").read_text())["shots"] for name in "ab"]
    assert shots[0] == shots[1]
