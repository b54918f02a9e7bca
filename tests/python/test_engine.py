"""Engines: settings, shutdown, numbers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import ytclipper_rs as yt
from conftest import SLOW, Media, Slow


def test_a_faulty_setting_is_named() -> None:
    with pytest.raises(yt.InvalidSpec) as caught:
        yt.Engine(workers=0)
    assert caught.value.field == "workers"
    with pytest.raises(yt.InvalidSpec):
        yt.Engine(nice=-5)


def test_every_setting_is_taken(tmp_path: Path) -> None:
    with yt.Engine(
        3,
        tmp_path,
        tmp_path / "models",
        queue_capacity=7,
        ageing=1.5,
        keep_finished=5,
        threads=2,
        nice=0,
        allow_hosts=["localhost"],
        max_download_bytes=1000,
        download_timeout=10,
        yt_dlp=["yt-dlp"],
    ) as engine:
        stats = engine.stats()
    assert (stats.workers, stats.queue_capacity, stats.threads) == (3, 7, 2)


def test_closing_again_is_harmless_and_nothing_more_is_taken(media: Media) -> None:
    engine = yt.Engine()
    job = engine.probe(media.video)
    engine.shutdown()
    engine.shutdown("now")
    engine.shutdown("drain", timeout=0)
    assert job.result().path == media.video
    with pytest.raises(yt.ShutDown):
        engine.probe(media.video)
    assert engine.stats().shut_down == "now"
    assert "closed" in repr(engine)
    with pytest.raises(yt.InvalidSpec):
        engine.shutdown("slowly")  # type: ignore[arg-type]


def test_with_finishes_all_jobs(media: Media, tmp_path: Path) -> None:
    with yt.Engine(workers=1) as engine:
        jobs = [engine.clip(media.video, 0, 2, tmp_path / f"{n}.mp4") for n in range(3)]
    assert [job.state for job in jobs] == ["succeeded"] * 3


def test_with_cancels_its_jobs_when_an_exception_leaves_it(slow: Slow, tmp_path: Path) -> None:
    engine = yt.Engine()
    job = slow(engine)

    def leave() -> None:
        with engine:
            raise KeyError("x")

    with pytest.raises(KeyError):
        leave()
    assert job.state == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_finish_running_cancels_what_waits(media: Media, tmp_path: Path) -> None:
    engine = yt.Engine(workers=1)
    running = engine.clip(media.long, 0, 20, tmp_path / "a.mp4")
    next(event for event in running.iter_events() if event.percent > 0)
    waiting = engine.probe(media.video)
    engine.shutdown("finish_running")
    assert (running.state, waiting.state) == ("succeeded", "cancelled")


def test_a_shutdown_that_takes_too_long_says_so(slow: Slow) -> None:
    engine = yt.Engine()
    job = slow(engine)
    with pytest.raises(yt.JobTimeout, match="busy"):
        engine.shutdown("drain", timeout=0.2)
    assert not job.done()
    engine.shutdown("now", timeout=10)
    assert job.cancelled()


def test_a_full_queue_refuses(media: Media, slow: Slow) -> None:
    engine = yt.Engine(workers=1, queue_capacity=1)
    slow(engine)
    waiting = engine.probe(media.video)
    with pytest.raises(yt.QueueFull):
        engine.probe(media.video)
    assert waiting.cancel()
    engine.shutdown("now", timeout=10)


def test_numbers_count_what_was_done(engine: yt.Engine, media: Media) -> None:
    engine.probe(media.video).result(10)
    engine.probe("no-such.mp4").exception(10)
    stats = engine.stats()
    assert (stats.succeeded, stats.failed, stats.cancelled) == (1, 1, 0)
    assert list(stats.kinds) == ["probe"]
    probes = stats.kinds["probe"]
    assert (probes.succeeded, probes.failed, probes.queued, probes.running) == (1, 1, 0, 0)
    assert stats.run == probes.run
    assert 0 < stats.run.p50 <= stats.run.p95 <= stats.run.p99 <= stats.run.max
    assert stats.wait.count == 2
    assert stats.memory_bytes is None or stats.memory_bytes > 1_000_000


def test_a_job_keeps_its_engine_alive(media: Media, tmp_path: Path) -> None:
    assert yt.Engine().clip(media.video, 0, 4, tmp_path / "a.mp4").result(30).frames == 120


def test_a_plan_that_waits_is_cancelled_at_once(media: Media, tmp_path: Path) -> None:
    engine = yt.Engine(workers=1)
    jobs = [
        engine.render(yt.RenderPlan(media.long, tmp_path / f"{n}.mp4", encode=SLOW))
        for n in range(5)
    ]
    engine.shutdown("now", timeout=10)
    assert {job.state for job in jobs} == {"cancelled"}
    assert list(tmp_path.iterdir()) == []


def test_the_downloader_of_this_interpreter_is_found_without_importing_it() -> None:
    from ytclipper_rs.engine import _yt_dlp_command

    assert _yt_dlp_command() == [sys.executable, "-m", "yt_dlp"]
    assert "yt_dlp" not in sys.modules
