"""The queue: priorities, deadlines, pauses, metrics."""

from __future__ import annotations

import pytest

import ytclipper_rs as yt
from conftest import SLOW, Media, Slow


def test_a_higher_priority_starts_first(media: Media, slow: Slow) -> None:
    engine = yt.Engine(workers=1)
    running = slow(engine)
    order: list[int] = []
    jobs = [engine.submit(yt.ProbeSpec(media.video), priority=step) for step in (0, -5, 7)]
    for job in jobs:
        job.add_done_callback(lambda job: order.append(job.id))
    running.cancel()
    engine.shutdown(timeout=20)
    assert order == [jobs[2].id, jobs[0].id, jobs[1].id]


def test_named_methods_take_options_too(media: Media, slow: Slow) -> None:
    engine = yt.Engine(workers=1)
    running = slow(engine)
    order: list[int] = []
    urgent = engine.with_options(yt.SubmitOptions(priority=7))
    jobs = [
        engine.probe(media.video),
        urgent.probe(media.video),
        urgent.submit(yt.ProbeSpec(media.video), priority=9),
        urgent.with_options(yt.SubmitOptions(priority=-5)).probe(media.video),
    ]
    hasty = urgent.with_options(yt.SubmitOptions(queue_timeout_s=0.001)).probe(media.video)
    assert isinstance(hasty.exception(20), yt.JobTimeout)
    for job in jobs:
        job.add_done_callback(lambda job: order.append(job.id))
    running.cancel()
    engine.shutdown(timeout=20)
    assert order == [jobs[index].id for index in (2, 1, 0, 3)]


def test_a_job_that_waits_too_long_fails_with_a_timeout(media: Media, slow: Slow) -> None:
    engine = yt.Engine(workers=1)
    slow(engine)
    patient = engine.submit(yt.ProbeSpec(media.video))
    hasty = engine.submit(yt.ProbeSpec(media.video), queue_timeout=0.05)
    with pytest.raises(yt.JobTimeout, match="queue deadline") as caught:
        hasty.result(20)
    assert caught.value.context["deadline"] == "queue"
    assert (hasty.state, patient.state) == ("failed", "queued")
    engine.shutdown("now", timeout=20)


def test_a_job_that_runs_too_long_is_stopped_and_leaves_nothing(
    engine: yt.Engine, media: Media, tmp_path: object
) -> None:
    output = f"{tmp_path}/slow.mp4"
    plan = yt.RenderPlan(media.long, output, encode=SLOW)
    with pytest.raises(TimeoutError, match="run deadline") as caught:
        engine.submit(plan, run_timeout=0.5).result(20)
    assert isinstance(caught.value, yt.JobTimeout)
    assert caught.value.context == {"deadline": "run", "limit_s": "0.5"}
    assert engine.stats().failed == 1


def test_a_render_is_progress_so_that_it_does_not_stall(
    engine: yt.Engine, media: Media, tmp_path: object
) -> None:
    plan = yt.RenderPlan(media.video, f"{tmp_path}/a.mp4")
    assert engine.submit(plan, stall_timeout=20).result(60).frames == 120


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"priority": 101}, "priority"),
        ({"queue_timeout": 0}, "queue_timeout_s"),
        ({"run_timeout": -1}, "run_timeout_s"),
        ({"stall_timeout": float("inf")}, "$"),
    ],
)
def test_a_faulty_option_is_named(engine: yt.Engine, options: dict[str, float], field: str) -> None:
    with pytest.raises(yt.InvalidSpec) as caught:
        engine.submit(yt.ProbeSpec("a"), **options)  # type: ignore[call-overload]
    assert caught.value.field == field
    assert engine.jobs() == []


def test_a_paused_queue_starts_nothing_until_it_is_resumed(engine: yt.Engine, media: Media) -> None:
    engine.pause()
    job = engine.probe(media.video)
    with pytest.raises(yt.JobTimeout):
        job.result(0.1)
    assert (job.state, engine.stats().paused) == ("queued", True)
    engine.resume()
    assert job.result(10).path == media.video
    assert not engine.stats().paused


def test_the_metrics_page_counts_jobs(engine: yt.Engine, media: Media) -> None:
    engine.probe(media.video).result(10)
    lines = engine.metrics().splitlines()
    assert 'ytclipper_jobs_finished_total{kind="probe",state="succeeded"} 1' in lines
    assert 'ytclipper_job_run_seconds_bucket{kind="probe",le="+Inf"} 1' in lines
    assert "# TYPE ytclipper_job_run_seconds histogram" in lines
