"""Jobs in event loops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pytest

import ytclipper_rs as yt
from conftest import Media, Slow

T = TypeVar("T")


async def within(seconds: float, awaitable: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaitable, seconds)


def test_many_awaiters_and_a_waiting_thread_get_the_same_result(
    engine: yt.Engine, media: Media, tmp_path: Path
) -> None:
    job = engine.clip(media.video, 0, 3, tmp_path / "a.mp4")
    results: list[yt.RenderReport] = []

    async def several() -> list[yt.RenderReport]:
        return list(await within(30, asyncio.gather(job, job, job)))

    threads = [
        threading.Thread(target=lambda: results.extend(asyncio.run(several()))),
        threading.Thread(target=lambda: results.extend(asyncio.run(several()))),
        threading.Thread(target=lambda: results.append(job.result(30))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 7
    assert all(result is results[0] for result in results)


def test_a_failure_reaches_the_awaiter(engine: yt.Engine) -> None:
    async def main() -> None:
        job = engine.probe("no-such.mp4")
        for _ in range(2):
            with pytest.raises(yt.NotFound):
                await within(10, job)

    asyncio.run(main())


def test_cancelling_the_awaiting_task_leaves_the_job_running(engine: yt.Engine, slow: Slow) -> None:
    job = slow(engine)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await within(0.1, job)
        assert job.state == "running"
        other = asyncio.ensure_future(job)
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(yt.JobCancelled):
            await within(5, other)

    asyncio.run(main())


def test_cancelling_the_awaiting_task_cancels_the_job_where_the_engine_was_told_so(
    slow: Slow,
) -> None:
    with yt.Engine(cancel_on_await_cancel=True) as engine:
        job = slow(engine)

        async def main() -> None:
            with pytest.raises(asyncio.TimeoutError):
                await within(0.1, job)

        asyncio.run(main())
        with pytest.raises(yt.JobCancelled):
            job.result(5)


def test_a_loop_that_was_closed_meanwhile_is_tolerated(engine: yt.Engine, slow: Slow) -> None:
    job = slow(engine)
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        async for _ in job.events():
            pass

    tasks = [loop.create_task(within(60, job)), loop.create_task(listen())]
    loop.run_until_complete(asyncio.sleep(0.05))
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
    job.cancel()
    assert isinstance(job.exception(5), yt.JobCancelled)
    engine.shutdown()  # delivers the callbacks; what they raised would fail this test


def test_waits_that_ended_early_hold_on_to_nothing(engine: yt.Engine, slow: Slow) -> None:
    job = slow(engine)

    async def main() -> weakref.ref[asyncio.AbstractEventLoop]:
        with pytest.raises(asyncio.TimeoutError):
            await within(0.05, job)
        async with contextlib.aclosing(job.events()) as events:
            await within(10, anext(events))
        return weakref.ref(asyncio.get_running_loop())

    loops = [asyncio.run(main()) for _ in range(3)]
    gc.collect()
    assert [loop() for loop in loops] == [None] * 3
    assert job.state == "running"


def test_events_arrive_in_order_for_each_listener(
    engine: yt.Engine, media: Media, tmp_path: Path
) -> None:
    async def listen(job: yt.Job[yt.RenderReport]) -> list[yt.Progress]:
        return [event async for event in job.events()]

    async def main() -> None:
        job = engine.clip(media.video, 0, 4, tmp_path / "a.mp4")
        first, second, report = await within(30, asyncio.gather(listen(job), listen(job), job))
        assert first == second
        seqs = [event.seq for event in first]
        assert seqs == sorted(set(seqs))
        assert first[-1].percent == 100
        assert report.frames == 120
        late = [event async for event in job.events(since=seqs[0])]
        assert late == first[1:]

    asyncio.run(main())


def test_leaving_an_event_loop_early_ends_the_subscription(engine: yt.Engine, slow: Slow) -> None:
    job = slow(engine)

    async def main() -> None:
        events = job.events()
        async for event in events:
            assert event.seq
            break
        await events.aclose()

    asyncio.run(main())
    assert job.state == "running"


def test_async_with_finishes_all_jobs(media: Media, tmp_path: Path) -> None:
    async def main() -> yt.Job[yt.RenderReport]:
        async with yt.Engine() as engine:
            return engine.clip(media.video, 0, 4, tmp_path / "a.mp4")

    assert asyncio.run(main()).state == "succeeded"


def test_async_with_cancels_its_jobs_when_an_exception_leaves_it(slow: Slow) -> None:
    job: yt.Job[yt.RenderReport] | None = None

    async def main() -> None:
        nonlocal job
        async with yt.Engine() as engine:
            job = await asyncio.to_thread(slow, engine)
            raise KeyError("x")

    with pytest.raises(KeyError):
        asyncio.run(main())
    assert job is not None
    assert job.state == "cancelled"


def test_a_close_that_is_cancelled_cancels_the_jobs(slow: Slow) -> None:
    engine = yt.Engine()
    job = slow(engine)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await within(0.1, engine.aclose())

    asyncio.run(main())
    assert job.state == "cancelled"


def test_closing_does_not_block_the_loop(media: Media, tmp_path: Path) -> None:
    async def main() -> int:
        ticks = 0
        engine = yt.Engine()
        job = engine.clip(media.long, 0, 30, tmp_path / "a.mp4")
        closing = asyncio.ensure_future(engine.aclose())
        while not closing.done():
            ticks += 1
            await asyncio.sleep(0.01)
        await closing
        assert job.state == "succeeded"
        return ticks

    assert asyncio.run(main()) > 5
