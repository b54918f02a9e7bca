"""Tasks: what a request asked for, followed until it is done, whoever still listens."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..engine import Engine
from ..exceptions import InternalError, JobCancelled, YtclipperError
from ..job import Job
from ..outcome import Progress
from ..spec import JobSpec
from .hub import Hub
from .paths import PathNames
from .problems import Problem, problem_of

__all__ = ["Order", "Task", "TaskState", "Tasks"]

LOGGER = logging.getLogger("ytclipper_rs.server")
TaskState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
"""Where a task stands, in the engine's words; the last three are final."""
Results = Sequence[Any]
Step = Callable[[Results], JobSpec]
"""The next job, made of what the ones before have left."""
Answer = Callable[[Results], Awaitable[dict[str, Any]]]
"""What a caller gets, made of what the jobs have left."""


@dataclass(frozen=True)
class Order:
    """What a request asks for."""

    kind: str
    """`process`, `analyze`, `render`, `thumbnail`."""
    source: str
    """The source, as the request named it."""
    steps: Sequence[Step]
    """Jobs, one after the other."""
    answer: Answer
    client_id: str | None = None
    """Whom to send progress; all where None."""
    names: dict[str, str] = field(default_factory=dict)
    """The request's names of fields that the engine calls otherwise."""
    details: dict[str, Any] = field(default_factory=dict)
    """What a list of tasks shows of it."""


class Task:
    """One order at work."""

    def __init__(
        self, order: Order, first: Job[Any], retry_of: str | None, paths: PathNames
    ) -> None:
        self.id = uuid.uuid4().hex
        self.order = order
        self.retry_of = retry_of
        self.created_at = time.time()
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.percent = 0.0
        self.report = Progress("queued", 0.0, "", None, 0)
        self.result: dict[str, Any] | None = None
        self.error: YtclipperError | None = None
        self._paths = paths
        self._job = first
        self._step = 0
        self._cancelled = False
        self._done = asyncio.Event()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.finished_at is not None

    @property
    def state(self) -> TaskState:
        """Where it stands."""
        if not self.done:
            return "queued" if self._step == 0 and self._job.state == "queued" else "running"
        if self.error is None:
            return "succeeded"
        return "cancelled" if isinstance(self.error, JobCancelled) else "failed"

    def problem(self) -> Problem | None:
        """Why it failed, if it did."""
        if self.error is None:
            return None
        return problem_of(self.error, self._paths, self.order.names)

    async def wait(self) -> dict[str, Any]:
        """Waits for the end; raises what went wrong."""
        await self._done.wait()
        if self.error is not None:
            raise self.error
        return self.result or {}

    def cancel(self) -> bool:
        """Asks it to stop; False where it has ended."""
        if self.done:
            return False
        self._cancelled = True
        self._job.cancel()
        return True

    async def run(self, engine: Engine, told: Callable[[Task, Progress], None]) -> None:
        """Follows its jobs to the end. What goes wrong is its error."""
        try:
            self.result = await self._work(engine, told)
        except YtclipperError as error:
            self.error = error
        except asyncio.CancelledError:
            self.error = JobCancelled("the server was closed")
            raise
        except Exception as error:
            LOGGER.exception("task %s failed", self.id)
            self.error = InternalError(f"a fault of the server: {type(error).__name__}")
        finally:
            self.finished_at = time.time()
            self._done.set()

    async def _work(self, engine: Engine, told: Callable[[Task, Progress], None]) -> dict[str, Any]:
        results: list[Any] = []
        for step in self.order.steps:
            if results:
                if self._cancelled:
                    raise JobCancelled("the task was cancelled")
                self._step += 1
                self._job = engine.submit(step(results))
            async for report in self._job.events():
                self._note(report)
                told(self, report)
            results.append(await self._job)
        return await self.order.answer(results)

    def _note(self, report: Progress) -> None:
        """Each job has an equal share of the percents."""
        if self.started_at is None and report.stage != "queued":
            self.started_at = time.time()
        share = (self._step + report.percent / 100) / len(self.order.steps)
        self.percent = max(self.percent, 100 * share)
        self.report = report


class Tasks:
    """All tasks that are at work, and the newest that have ended."""

    def __init__(self, engine: Engine, hub: Hub, kept: int, paths: PathNames) -> None:
        self._engine = engine
        self._paths = paths
        self._hub = hub
        self._kept = kept
        self._tasks: dict[str, Task] = {}
        self._finished: list[str] = []
        self._running: set[asyncio.Task[None]] = set()

    def start(self, order: Order, retry_of: str | None = None) -> Task:
        """Puts the order's first job into the queue and follows it, without waiting.

        Raises:
            YtclipperError: The engine refused it.
        """
        task = Task(order, self._engine.submit(order.steps[0](())), retry_of, self._paths)
        self._tasks[task.id] = task
        self._tell_state(task)
        running = asyncio.get_running_loop().create_task(self._follow(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return task

    def get(self, id: str) -> Task | None:
        """The task of this id."""
        return self._tasks.get(id)

    def all(self) -> list[Task]:
        """All that are known, in order of submission."""
        return list(self._tasks.values())

    async def settled(self) -> None:
        """Waits until all have ended."""
        while self._running:
            await asyncio.wait(self._running)

    async def _follow(self, task: Task) -> None:
        try:
            await task.run(self._engine, self._tell_progress)
        finally:
            self._finished.append(task.id)
            if len(self._finished) > self._kept:
                self._tasks.pop(self._finished.pop(0), None)
            self._tell_state(task)

    def _tell_progress(self, task: Task, report: Progress) -> None:
        if report.stage == "queued" or (report.stage == "complete" and task.percent < 100):
            return
        message = {
            "type": "progress",
            "task_id": task.id,
            "stage": report.stage,
            "percent": round(task.percent, 2),
            "message": report.message,
            "eta_s": report.eta_s,
        }
        self._hub.publish(task.order.client_id, message)

    def _tell_state(self, task: Task) -> None:
        problem = task.problem()
        message = {
            "type": "task",
            "task_id": task.id,
            "kind": task.order.kind,
            "state": task.state,
            "error": None if problem is None else problem.model_dump(exclude_none=True),
        }
        self._hub.publish(task.order.client_id, message)
