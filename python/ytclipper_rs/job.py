"""A submitted job, for synchronous and asynchronous callers alike."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from . import _native
from .exceptions import EngineForked, JobTimeout, YtclipperError
from .outcome import Progress, outcome_from_json
from .outcome.progress import progress_from_json

if TYPE_CHECKING:
    from .engine import Engine

__all__ = ["Job", "JobState"]

T = TypeVar("T")
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
"""Where a job stands; the last three are final."""

_FINAL = ("succeeded", "failed", "cancelled")


class Job(Generic[T]):
    """A job of an [`Engine`][ytclipper_rs.Engine]; its methods make it, callers do not.

    It may be awaited from any number of event loops and waited for from any number of threads.
    Dropping it does not cancel the work.

    Example:
        >>> import ytclipper_rs as yt
        >>> with yt.Engine() as engine:
        ...     job = engine.probe("no-such-file.mp4")
        ...     print(job.exception())  # doctest: +ELLIPSIS
        cannot ...no-such-file.mp4...
    """

    __slots__ = ("__weakref__", "_engine", "_lock", "_native", "_value")

    def __init__(self, native: _native.Job, engine: Engine) -> None:
        self._native = native
        self._engine = engine
        self._lock = threading.Lock()
        self._value: tuple[T] | None = None

    @property
    def id(self) -> int:
        """Number of the job within its engine."""
        return self._native.id

    @property
    def kind(self) -> str:
        """Kind of the request (`"render"`)."""
        return self._native.kind

    @property
    def state(self) -> JobState:
        """Where the job stands."""
        return cast(JobState, self._native.state())

    @property
    def progress(self) -> Progress:
        """The newest report."""
        return progress_from_json(self._native.progress())

    def done(self) -> bool:
        """Whether the job has succeeded, failed or been cancelled.

        Example:
            if job.done():
                print(job.state)
        """
        return self._native.state() in _FINAL

    def cancelled(self) -> bool:
        """Whether the job has been cancelled.

        Example:
            if job.cancelled():
                print("nothing was made")
        """
        return self._native.state() == "cancelled"

    def cancel(self) -> bool:
        """Asks the job to stop and returns at once. Harmless when repeated.

        The work stops within 250 ms (1 s in a download) and leaves no file behind; whoever waits
        for the job gets [`JobCancelled`][ytclipper_rs.JobCancelled].

        Returns:
            Whether that had an effect: False where the job was done or asked to stop already.

        Example:
            job.cancel()
            assert isinstance(job.exception(), yt.JobCancelled)
        """
        return self._native.cancel()

    def result(self, timeout: float | None = None) -> T:
        """Waits for the job and returns what it leaves. Ctrl-C interrupts the wait.

        In a coroutine write `await job` instead, which does not block the event loop.

        Args:
            timeout: Longest wait in seconds; None waits as long as it takes.

        Raises:
            JobTimeout: The job was not done in time; it goes on.
            JobCancelled: The job was cancelled.
            WouldDeadlock: The call was made inside a callback of an unfinished job.
            YtclipperError: The job failed; the class tells how.

        Example:
            try:
                report = engine.clip("talk.mp4", 12.5, 40.0, "clip.mp4").result(timeout=600)
            except FileNotFoundError:
                print("no such video")
        """
        self._wait(timeout)
        return self._take()

    def exception(self, timeout: float | None = None) -> YtclipperError | None:
        """Waits for the job as `result` does and returns its error instead of raising it.

        Raises:
            JobTimeout: The job was not done in time; it goes on.
            WouldDeadlock: The call was made inside a callback of an unfinished job.

        Example:
            error = job.exception()
            if error is not None:
                print(error.kind, error.stage, error.message)
        """
        self._wait(timeout)
        return self._native.error()

    def add_done_callback(self, callback: Callable[[Job[T]], object]) -> None:
        """Calls `callback(job)` exactly once when the job is done, or soon where it is already.

        It runs on the engine's dispatcher thread and should be short. There `cancel`, `state` and
        the engine's `submit` are allowed; waiting for an unfinished job and closing the engine
        raise [`WouldDeadlock`][ytclipper_rs.WouldDeadlock]. What it raises goes to
        `sys.unraisablehook`.

        Example:
            job.add_done_callback(lambda job: print(job.id, job.state))
        """
        self._native.add_done_callback(functools.partial(callback, self))

    def iter_events(self, since: int = 0) -> Iterator[Progress]:
        """Yields the job's reports as they come and ends when the job is done, however it ended.

        Reports come at most ten a second. The newest 256 are kept, so that iterating late
        replays them.

        Args:
            since: Only reports with a greater `seq` are given.

        Example:
            for event in job.iter_events():
                print(f"{event.stage} {event.percent:.0f} % {event.message}")
        """
        if not self.done():
            self._native.wait(0.0)  # refused in a callback, which would wait for itself
        wake = threading.Event()
        with (
            contextlib.closing(self._native.subscribe(wake.set)),
            contextlib.closing(self._native.add_done_callback(wake.set)),
        ):
            while True:
                wake.clear()
                finished = self.done()
                for event in self._events_since(since):
                    since = event.seq
                    yield event
                if finished:
                    return
                wake.wait()

    async def events(self, since: int = 0) -> AsyncGenerator[Progress, None]:
        """Yields the job's reports as `iter_events` does, for `async for`.

        Example:
            async for event in job.events():
                print(event.stage, event.percent, event.message)
            project = await job
        """
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()
        notify = functools.partial(_call_soon, loop, wake.set)
        with (
            contextlib.closing(self._native.subscribe(notify)),
            contextlib.closing(self._native.add_done_callback(notify)),
        ):
            while True:
                wake.clear()
                finished = self.done()
                for event in self._events_since(since):
                    since = event.seq
                    yield event
                if finished:
                    return
                await wake.wait()

    def __await__(self) -> Generator[Any, None, T]:
        return self._finish().__await__()

    async def _finish(self) -> T:
        # A result that nobody has read yet is waited for, too: the dispatcher reads it.
        if self._value is None and self.state not in ("failed", "cancelled"):
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            notify = functools.partial(self._wake, loop, future)
            with contextlib.closing(self._native.add_done_callback(notify)):
                try:
                    await future
                except asyncio.CancelledError:
                    if self._engine.cancel_on_await_cancel:
                        self.cancel()
                    raise
        return self._take()

    def _wake(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
        # A long transcript takes a while to read: here it does not hold up the event loop.
        try:
            with contextlib.suppress(YtclipperError):
                self._take()
        finally:
            _call_soon(loop, functools.partial(_settle, future))

    def _wait(self, timeout: float | None) -> None:
        if not self.done() and not self._native.wait(timeout):
            raise JobTimeout(f"job {self.id} was not done within {timeout} s; it goes on")

    def _take(self) -> T:
        with self._lock:
            if self._value is None:
                self._value = (outcome_from_json(self._native.result_json()),)
            return self._value[0]

    def _events_since(self, seq: int) -> Iterator[Progress]:
        return map(progress_from_json, self._native.events_since(seq))

    def __repr__(self) -> str:
        try:
            state, now = self.state, self.progress
        except EngineForked:
            return f"<Job {self.id} {self.kind} of a forked engine>"
        name = f"Job {self.id} {self.kind} {state}"
        if state in _FINAL:
            return f"<{name}>"
        return f"<{name} {now.percent:.0f}% {now.stage}: {now.message}>"


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:
        if not loop.is_closed():  # nobody is left to be told
            raise


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
