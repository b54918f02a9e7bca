"""A task that was taken in goes on: before later requests, and where the queue is full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from conftest import SLOW, Media
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app, door
from ytclipper_rs.server.asked import Asked
from ytclipper_rs.server.service import Service
from ytclipper_rs.server.task import Order

SECONDS = 20


async def answer(results: Sequence[Any]) -> dict[str, Any]:
    return {"jobs": len(results)}


def order(video: Path, between: Callable[[], object]) -> Order:
    """Two jobs; `between` is called when the first is over and the second not yet queued."""

    def second(results: Sequence[Any]) -> yt.JobSpec:
        between()
        return yt.ProbeSpec(video)

    return Order(Asked("analyze", "a test", "{}"), (lambda _: yt.ProbeSpec(video), second), answer)


def one(video: Path) -> Order:
    """One job."""
    return Order(Asked("analyze", "a test", "{}"), (lambda _: yt.ProbeSpec(video),), answer)


class Crowd:
    """Makes the queue full between two jobs of a task: nothing is begun, and a job waits."""

    def __init__(self, service: Service, spec: yt.JobSpec) -> None:
        self._engine = service.engine
        self._spec = spec
        self.came = asyncio.Event()
        self.jobs: list[yt.Job[Any]] = []

    def __call__(self) -> None:
        self._engine.pause()
        self.jobs.append(self._engine.submit(self._spec))
        self.came.set()

    def goes(self) -> None:
        """There is a place again."""
        for job in self.jobs:
            job.cancel()
        self._engine.resume()


def test_a_later_job_of_a_task_goes_before_later_requests(tmp_path: Path, media: Media) -> None:
    app = create_app(settings_in(tmp_path))

    async def main() -> None:
        async with asked(app):
            service: Service = app.state.service
            slow = yt.RenderPlan(media.long, tmp_path / "slow.mp4", encode=SLOW)
            crowd = Crowd(service, slow)
            task, _ = await service.tasks.start(order(media.video, crowd))
            await asyncio.wait_for(crowd.came.wait(), SECONDS)
            service.engine.resume()
            assert await asyncio.wait_for(task.wait(), SECONDS) == {"jobs": 2}
            (later,) = crowd.jobs
            assert not later.done(), "it was asked for before, and takes a minute"
            crowd.goes()

    asyncio.run(main())


def test_a_full_queue_holds_up_a_task_and_does_not_end_it(tmp_path: Path, media: Media) -> None:
    app = create_app(settings_in(tmp_path, queue_capacity=1))

    async def main() -> None:
        async with asked(app):
            service: Service = app.state.service
            crowd = Crowd(service, yt.ProbeSpec(media.video))
            task, _ = await service.tasks.start(order(media.video, crowd))
            await asyncio.wait_for(crowd.came.wait(), SECONDS)
            with pytest.raises(yt.QueueFull):
                service.engine.submit(yt.ProbeSpec(media.video))  # the control
            assert task.state == "running"
            crowd.goes()
            assert await asyncio.wait_for(task.wait(), SECONDS) == {"jobs": 2}

    asyncio.run(main())


def test_while_a_task_waits_for_a_place_nobody_else_gets_it_and_a_cancel_reaches_it(
    tmp_path: Path, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings_in(tmp_path, queue_capacity=1))
    waits = asyncio.Event()

    async def for_ever() -> None:
        waits.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(door, "_a_while", for_ever)

    async def main() -> None:
        async with asked(app):
            service: Service = app.state.service
            crowd = Crowd(service, yt.ProbeSpec(media.video))
            task, _ = await service.tasks.start(order(media.video, crowd))
            await asyncio.wait_for(waits.wait(), SECONDS)
            crowd.goes()
            with pytest.raises(yt.QueueFull, match="earlier requests"):
                await service.tasks.start(one(media.video))
            assert task.cancel()
            with pytest.raises(yt.JobCancelled):
                await asyncio.wait_for(task.wait(), SECONDS)
            assert task.state == "cancelled"
            after, _ = await service.tasks.start(one(media.video))
            assert await asyncio.wait_for(after.wait(), SECONDS) == {"jobs": 1}

    asyncio.run(main())


def test_the_longer_ago_a_task_was_taken_in_the_sooner_it_goes_on() -> None:
    ages = (-1.0, 0.0, door.AGEING - 1, door.AGEING + 1, 1e6)
    assert [door._priority(age) for age in ages] == [1, 1, 1, 2, 100]
