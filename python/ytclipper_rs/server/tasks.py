"""All tasks of a server: taken in, found again, told of, and remembered over its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from ..engine import Engine
from ..job import Job
from . import records
from .door import Door
from .hub import Hub
from .journal import Event, Journal, Record, Written
from .newest import Newest
from .paths import PathNames
from .task import Order, Task, interrupted

__all__ = ["Tasks"]

LOGGER = logging.getLogger("ytclipper_rs.server")


class Tasks:
    """All tasks that are at work, and the newest that have ended."""

    def __init__(
        self, engine: Engine, hub: Hub, journal: Journal, newest: Newest, paths: PathNames
    ) -> None:
        self._door = Door(engine)
        self._entering = asyncio.Lock()
        self._hub = hub
        self._journal = journal
        self._newest = newest
        self._paths = paths
        self._tasks: dict[str, Task] = {}
        self._running: set[asyncio.Task[None]] = set()

    def restore(self, tasks: Sequence[Task]) -> None:
        """Takes in what an earlier start left. What had not ended has failed."""
        self._tasks = {task.id: task for task in tasks}
        for task in tasks:
            if not task.done:
                task.end(interrupted())
                self._note(task, "ended", records.ended(task))
        for task in sorted(tasks, key=lambda task: task.finished_at or 0.0):
            self._finish(task)

    async def start(
        self, order: Order, retry_of: str | None = None
    ) -> tuple[Task, Future[Written]]:
        """Puts the order's first job into the queue and follows it, without waiting for it. The
        future tells whether the task will outlive the process, once that is known.

        Raises:
            YtclipperError: The engine refused it.
        """
        async with self._entering:  # tasks are known in the order in which their jobs begin
            # It may bring a long transcript.
            job = await asyncio.to_thread(lambda: self._door.first(order.steps[0](())))
            return self._taken(order, job, retry_of)

    def _taken(
        self, order: Order, job: Job[Any], retry_of: str | None
    ) -> tuple[Task, Future[Written]]:
        task = Task(order.asked, self._paths, job, retry_of)
        self._tasks[task.id] = task
        written = self._note(task, "taken", records.taken(task))
        LOGGER.info("task %s is taken in: %s of %s", task.id, task.asked.kind, task.asked.source)
        self._tell_state(task)
        running = asyncio.get_running_loop().create_task(self._follow(task, order))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return task, written

    def get(self, id: str) -> Task | None:
        """The task of this id."""
        return self._tasks.get(id)

    def all(self) -> list[Task]:
        """All that are known, in order of submission."""
        return list(self._tasks.values())

    def ended(self) -> list[Task]:
        """All that have ended, the newest first."""
        return [self._tasks[id] for id in self._newest.newest_first()]

    async def settled(self) -> None:
        """Waits until all have ended."""
        while self._running:
            await asyncio.wait(self._running)

    async def _follow(self, task: Task, order: Order) -> None:
        try:
            await task.run(self._door, order, self._tell_progress)
        finally:
            self._finish(task)
            self._note(task, "ended", records.ended(task))
            why = f": {task.error}" if task.state == "failed" else ""
            LOGGER.info("task %s has ended, %s%s", task.id, task.state, why)
            self._tell_state(task)

    def _note(self, task: Task, event: Event, record: Record) -> Future[Written]:
        """Writes it down. The task knows of it before whoever waits for the future does."""
        loop = asyncio.get_running_loop()
        written = self._journal.note(task.id, event, record)
        written.add_done_callback(
            lambda noted: loop.call_soon_threadsafe(self._noted, task, noted.result())
        )
        return written

    def _noted(self, task: Task, written: Written) -> None:
        task.noted(written)
        self._forget(self._newest.grow(task.id, written.size))

    def _finish(self, task: Task) -> None:
        self._forget(self._newest.add(task.id, task.size))

    def _forget(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._tasks.pop(id, None)

    def _tell_progress(self, task: Task) -> None:
        report = task.report
        if report.stage == "queued" or (report.stage == "complete" and task.percent < 100):
            return
        message = {
            "type": "progress",
            "task_id": task.id,
            "stage": report.stage,
            "percent": round(task.percent, 2),
            "message": task.message,
            "eta_s": report.eta_s,
        }
        self._hub.publish(task.asked.client_id, message)

    def _tell_state(self, task: Task) -> None:
        problem = task.problem()
        message = {
            "type": "task",
            "task_id": task.id,
            "kind": task.asked.kind,
            "state": task.state,
            "error": None if problem is None else problem.model_dump(exclude_none=True),
        }
        self._hub.publish(task.asked.client_id, message)
