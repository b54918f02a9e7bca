"""A task: what a request asked for, followed until it is done, whoever still listens."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from ..exceptions import InternalError, JobCancelled, ShutDown, YtclipperError
from ..job import Job
from ..outcome import Progress
from ..spec import JobSpec
from .asked import FIELD_NAMES, Asked
from .door import Door
from .journal import Written
from .paths import PathNames
from .problems import Problem, problem_of

__all__ = ["Order", "Results", "Task", "TaskState", "interrupted"]

LOGGER = logging.getLogger("ytclipper_rs.server")
TaskState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
"""Where a task stands, in the engine's words; the last three are final."""
T = TypeVar("T")
Results = Sequence[Any]
Step = Callable[[Results], JobSpec]
"""The next job, made of what the ones before have left."""
Answer = Callable[[Results], Awaitable[dict[str, Any]]]
"""What a caller gets, made of what the jobs have left."""


@dataclass(frozen=True)
class Order:
    """How a request is fulfilled."""

    asked: Asked
    steps: Sequence[Step]
    """Jobs, one after the other."""
    answer: Answer
    thinks: bool = False
    """Whether the answer takes its time, as an application's picker does, so that a cancel must
    reach it. Otherwise what the jobs have left counts."""


def interrupted() -> ShutDown:
    """Why a task failed that the end of the server broke off."""
    return ShutDown("the server ended while this was waiting or at work")


class Task:
    """One request, at work or over."""

    def __init__(
        self,
        asked: Asked,
        paths: PathNames,
        job: Job[Any] | None = None,
        retry_of: str | None = None,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.asked = asked
        self.retry_of = retry_of
        self.created_at = time.time()
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.percent = 0.0
        self.report = Progress("queued", 0.0, "", None, 0)
        self.result: dict[str, Any] | None = None
        self.error: YtclipperError | None = None
        self.durable = True
        """Whether all that is known of it is on disk, as far as that was tried."""
        self.size = 0
        """Bytes of what is written down of it."""
        self.listed: dict[str, Any] | None = None
        """How lists show it, once it has ended."""
        self.past: dict[str, Any] | None = None
        """How the history shows it then."""
        self._paths = paths
        self._job = job
        self._step = 0
        self._cancelled = False
        self._waits: asyncio.Future[Any] | None = None
        self._done = asyncio.Event()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.finished_at is not None

    @property
    def state(self) -> TaskState:
        """Where it stands."""
        if not self.done:
            waits = self._step == 0 and (self._job is None or self._job.state == "queued")
            return "queued" if waits else "running"
        if self.error is None:
            return "succeeded"
        return "cancelled" if isinstance(self.error, JobCancelled) else "failed"

    @property
    def message(self) -> str:
        """What is being done, for a person."""
        return self._paths.hide(self.report.message)

    def problem(self) -> Problem | None:
        """Why it failed, if it did."""
        if self.error is None:
            return None
        return problem_of(self.error, self._paths, FIELD_NAMES[self.asked.kind])

    async def wait(self) -> dict[str, Any]:
        """Waits for the end; raises what went wrong."""
        await self._done.wait()
        if self.error is not None:
            raise self.error
        return self.result or {}

    def noted(self, written: Written) -> None:
        """It was written down, or could not be."""
        self.size += written.size
        if not written.on_disk:
            self.durable = False
            self.listed = None

    def cancel(self) -> bool:
        """Asks it to stop; False where it has ended."""
        if self.done or self._job is None:
            return False
        self._cancelled = True
        self._job.cancel()
        if self._waits is not None:
            self._waits.cancel()
        return True

    def end(self, error: YtclipperError | None = None, at: float | None = None) -> None:
        """It is over. A task that nobody cancelled, but the end of the server, has failed."""
        if isinstance(error, (JobCancelled, ShutDown)) and not self._cancelled:
            error = interrupted()
        self.error = error
        self.finished_at = at or time.time()
        self._done.set()

    async def run(self, door: Door, order: Order, told: Callable[[Task], None]) -> None:
        """Follows its jobs to the end. What goes wrong is its error."""
        error: YtclipperError | None = None
        try:
            self.result = await self._work(door, order, told)
        except YtclipperError as fault:
            error = fault
        except asyncio.CancelledError:
            error = interrupted()
            raise
        except Exception as fault:
            LOGGER.exception("task %s failed", self.id)
            error = InternalError(f"a fault of the server: {type(fault).__name__}")
        finally:
            self.end(error)

    async def _work(self, door: Door, order: Order, told: Callable[[Task], None]) -> dict[str, Any]:
        results: list[Any] = []
        for step in order.steps:
            if self._job is None or results:
                self._step = len(results)
                await self._go_on(door, step(results))
            assert self._job is not None
            async for report in self._job.events():
                self._note(report, len(order.steps))
                told(self)
            results.append(await self._job)
        return await self._answer(order, results)

    async def _go_on(self, door: Door, spec: JobSpec) -> None:
        """Begins a later job."""
        self._job = await self._unless_cancelled(door.later(spec, self.created_at))
        if self._cancelled:  # just when it was taken in
            self._job.cancel()

    async def _answer(self, order: Order, results: Results) -> dict[str, Any]:
        answer = order.answer(results)
        return await (self._unless_cancelled(answer) if order.thinks else answer)

    async def _unless_cancelled(self, work: Awaitable[T]) -> T:
        """Waits for what is no job of the engine, so that a cancel reaches it."""
        waits: asyncio.Future[T] = asyncio.ensure_future(work)
        self._waits = waits
        if self._cancelled:
            waits.cancel()
        try:
            return await waits
        except asyncio.CancelledError:
            if self._cancelled:
                raise JobCancelled("the task was cancelled") from None
            raise

    def _note(self, report: Progress, steps: int) -> None:
        """Each job has an equal share of the percents."""
        if self.started_at is None and report.stage != "queued":
            self.started_at = time.time()
        share = (self._step + report.percent / 100) / steps
        self.percent = max(self.percent, 100 * share)
        self.report = report
