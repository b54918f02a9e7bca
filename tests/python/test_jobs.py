"""Handles of jobs: wait, cancel, callbacks, and what they leave."""

from __future__ import annotations

import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from conftest import Media, Slow


def test_a_probe_tells_what_is_in_the_file(engine: yt.Engine, media: Media) -> None:
    info = engine.probe(media.video).result(10)
    assert info.path == media.video
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (320, 240, 30.0)
    assert info.audio is not None
    assert info.duration == pytest.approx(4.0, abs=0.1)


def test_a_clip_is_exact_and_its_report_says_so(
    engine: yt.Engine, media: Media, tmp_path: Path
) -> None:
    output = tmp_path / "clip.mp4"
    report = engine.clip(media.video, 1.0, 2.5, output).result(30)
    assert (report.output, report.frames, report.encodes) == (output, 45, 1)
    again = engine.probe(output).result(10)
    assert again.duration == pytest.approx(1.5, abs=0.05)
    assert [file.name for file in tmp_path.iterdir()] == ["clip.mp4"]


def test_each_method_makes_its_picture(engine: yt.Engine, media: Media, tmp_path: Path) -> None:
    words = [yt.Word("Hello", 0.1, 0.6)]
    small = yt.EncodeSpec("ultrafast", size=yt.Size(90, 160))
    jobs = [
        engine.stitch(media.video, [(0, 1), yt.TimeRange(2, 3)], tmp_path / "stitch.mp4", 0.2),
        engine.reframe(media.video, tmp_path / "tall.mp4", encode=small),
        engine.burn_captions(media.video, words, tmp_path / "captions.mp4"),
        engine.watermark(media.video, tmp_path / "mark.mp4", "@channel"),
    ]
    stitched, tall, captioned, marked = (job.result(60) for job in jobs)
    assert (stitched.part_count, stitched.frames) == (2, 54)
    assert (tall.width, tall.height) == (90, 160)
    assert captioned.frames == marked.frames == 120
    still = engine.thumbnail(media.video, tmp_path / "still.jpg", time=1.0).result(10)
    assert still.output.read_bytes().startswith(b"\xff\xd8")


def test_results_survive_pickling(engine: yt.Engine, media: Media, tmp_path: Path) -> None:
    for job in (engine.probe(media.video), engine.clip(media.video, 0, 1, tmp_path / "a.mp4")):
        result: Any = job.result(30)
        assert pickle.loads(pickle.dumps(result)) == result
        assert isinstance(hash(result), int)


def test_an_engine_finds_its_jobs(engine: yt.Engine, media: Media) -> None:
    first, second = engine.probe(media.video), engine.probe(media.video)
    assert engine.job(first.id) is first
    assert engine.jobs() == [first, second]
    assert engine.job(second.id + 1) is None
    assert first.kind == "probe"
    first.result(10)
    assert repr(first) == f"<Job {first.id} probe succeeded>"
    assert (first.done(), first.cancelled(), first.state) == (True, False, "succeeded")


def test_a_wait_that_ends_too_early_leaves_the_job_running(engine: yt.Engine, slow: Slow) -> None:
    job = slow(engine)
    with pytest.raises(TimeoutError):
        job.result(0.15)
    with pytest.raises(yt.JobTimeout):
        job.exception(0)
    assert job.state == "running"
    assert "running" in repr(job)
    with pytest.raises(ValueError, match="NaN"):
        job.result(float("nan"))


def test_cancel_in_the_middle_of_an_encode_leaves_nothing(
    engine: yt.Engine, slow: Slow, tmp_path: Path
) -> None:
    job = slow(engine)
    assert job.cancel()
    with pytest.raises(yt.JobCancelled):
        job.result(5)
    assert not job.cancel()
    assert (job.state, job.cancelled()) == ("cancelled", True)
    assert isinstance(job.exception(), yt.JobCancelled)
    assert list(tmp_path.iterdir()) == []


def test_a_done_callback_is_called_once_however_the_job_ends(
    engine: yt.Engine, media: Media, slow: Slow
) -> None:
    called: list[tuple[str, str]] = []
    running = slow(engine)
    jobs: list[yt.Job[Any]] = [engine.probe(media.video), engine.probe("no-such.mp4"), running]
    for job in jobs:
        job.add_done_callback(lambda job: called.append((job.kind, job.state)))
    running.cancel()
    for job in jobs:
        job.exception(10)
        job.add_done_callback(lambda job: called.append(("late", job.state)))
    engine.shutdown()
    assert sorted(called) == [
        ("late", "cancelled"),
        ("late", "failed"),
        ("late", "succeeded"),
        ("probe", "failed"),
        ("probe", "succeeded"),
        ("render", "cancelled"),
    ]


def test_a_callback_may_read_the_result_and_submit_but_not_wait(
    engine: yt.Engine, media: Media, slow: Slow
) -> None:
    busy = slow(engine)
    seen: list[Any] = []
    finished = threading.Event()

    def look(job: yt.Job[yt.MediaInfo]) -> None:
        seen.append(job.result().duration)
        seen.append(job.exception())
        seen.append(engine.probe(media.video))
        for action in (busy.result, engine.shutdown, lambda: next(busy.iter_events())):
            try:
                action()
            except yt.WouldDeadlock as error:
                seen.append(error.kind)
        finished.set()

    engine.probe(media.video).add_done_callback(look)
    assert finished.wait(10)
    duration, error, job, *refused = seen
    assert duration == pytest.approx(4.0, abs=0.1)
    assert error is None
    assert refused == ["would_deadlock"] * 3
    assert job.result(10).path == media.video
    assert busy.state == "running"


def test_what_a_callback_raises_is_reported_and_changes_nothing(
    engine: yt.Engine, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: reported.append(args.exc_value))
    job = engine.probe(media.video)
    job.add_done_callback(lambda job: 1 / 0)
    assert job.result(10).path == media.video
    engine.shutdown()
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_events_are_monotonic_and_can_be_replayed(
    engine: yt.Engine, media: Media, tmp_path: Path
) -> None:
    job = engine.clip(media.video, 0, 4, tmp_path / "a.mp4")
    events = list(job.iter_events())
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    assert [event.percent for event in events] == sorted(event.percent for event in events)
    assert (events[0].stage, events[-1].stage, events[-1].percent) == ("queued", "complete", 100)
    assert list(job.iter_events()) == events
    assert list(job.iter_events(since=events[-2].seq)) == events[-1:]
    assert job.progress == events[-1]


def test_events_of_a_failed_job_end_without_raising(engine: yt.Engine) -> None:
    job = engine.probe("no-such.mp4")
    events = list(job.iter_events())
    assert events[0].stage == "queued"
    assert events[-1].stage != "complete"
    assert job.state == "failed"
