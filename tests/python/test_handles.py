"""Handles that nobody keeps: what was asked of them happens all the same."""

from __future__ import annotations

import asyncio
import gc
import pickle
import threading
import weakref

import pytest

import ytclipper_rs as yt
from conftest import Media, Slow


def test_a_callback_of_a_job_that_nobody_keeps_is_called(media: Media) -> None:
    called = threading.Event()
    states: list[str] = []

    def done(job: yt.Job[yt.MediaInfo]) -> None:
        states.append(job.state)
        called.set()

    yt.Engine().probe(media.video).add_done_callback(done)
    gc.collect()
    assert called.wait(10)
    assert states == ["succeeded"]


def test_a_job_is_let_go_of_once_it_is_over(engine: yt.Engine, media: Media) -> None:
    job = engine.probe(media.video)
    job.add_done_callback(lambda _: None)
    job.result(10)
    engine.shutdown()
    gone = weakref.ref(job)
    del job
    gc.collect()
    assert gone() is None


def test_awaiting_a_job_that_nobody_keeps_ends(engine: yt.Engine, media: Media) -> None:
    async def main() -> yt.MediaInfo:
        task = asyncio.ensure_future(engine.probe(media.video))
        gc.collect()
        return await asyncio.wait_for(task, 10)

    assert asyncio.run(main()).path == media.video


def test_an_event_generator_that_is_dropped_ends_its_subscription(
    engine: yt.Engine, slow: Slow
) -> None:
    job = slow(engine)
    events = job.iter_events()
    next(events)
    del events
    gc.collect()
    assert job.cancel()
    assert isinstance(job.exception(5), yt.JobCancelled)


def test_an_engine_that_nobody_keeps_cancels_its_jobs(slow: Slow) -> None:
    engine = yt.Engine()
    native = slow(engine)._native
    del engine
    gc.collect()
    assert native.wait(10)
    assert native.state() == "cancelled"


def test_engines_and_jobs_refuse_to_be_pickled(engine: yt.Engine, media: Media) -> None:
    for handle in (engine, engine.probe(media.video)):
        with pytest.raises(TypeError):
            pickle.dumps(handle)
