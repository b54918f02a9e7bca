"""How a call of the existing server runs as a job: awaited or waited for, never raising."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import logging
import sys
import threading
import types
from collections.abc import Callable, Coroutine
from typing import Any, Generic, ParamSpec, TypeVar, cast

from ..exceptions import YtclipperError
from ..job import Job
from ..outcome import Progress, Stage

P = ParamSpec("P")
T = TypeVar("T")

Result = dict[str, Any]
"""What a call returns, with the keys of the existing server."""
Failure = dict[str, Any]
"""What a failed call returns: `{'success': False, 'error': text}`."""
ProgressCallback = Callable[[dict[str, Any]], object]
"""Takes `{'stage': str, 'percent': float, 'message': str}`."""

_log = logging.getLogger("ytclipper_rs.compat")


def failure(error: Exception) -> Failure:
    """The answer that stands for an error."""
    if not isinstance(error, (YtclipperError, OSError)):
        _log.error("an unforeseen fault became an answer", exc_info=error)
    return {"success": False, "error": str(error) or type(error).__name__}


def answers(work: Callable[P, T]) -> Callable[P, T | Failure]:
    """A function whose errors are answers."""

    @functools.wraps(work)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T | Failure:
        try:
            return work(*args, **kwargs)
        except Exception as error:
            return failure(error)

    return answer


def awaited(
    work: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T | Failure]]:
    """A coroutine function whose errors are answers. A cancelled task is cancelled."""

    @functools.wraps(work)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> T | Failure:
        try:
            return await work(*args, **kwargs)
        except Exception as error:
            return failure(error)

    return answer


async def submitted(submit: Callable[[], Job[T]]) -> Job[T]:
    """Makes a request and submits it beside the event loop, for those that may hold the words of
    hours. Where the task is cancelled meanwhile, so is the job, and it has stopped when the task
    goes on."""
    coming = _Coming(submit)
    thread = asyncio.ensure_future(asyncio.to_thread(coming.run))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        coming.give_up()
        with contextlib.suppress(Exception):
            await (await thread)
        raise


class _Coming(Generic[T]):
    """A job that a thread is submitting. No thread can be stopped, but its job can: whichever comes
    second, the job or giving it up, sees the first, and cancels."""

    def __init__(self, submit: Callable[[], Job[T]]) -> None:
        self._submit = submit
        self._lock = threading.Lock()
        self._job: Job[T] | None = None
        self._given_up = False

    def run(self) -> Job[T]:
        job = self._submit()
        with self._lock:
            self._job = job
            unwanted = self._given_up
        if unwanted:
            job.cancel()
        return job

    def give_up(self) -> None:
        with self._lock:
            self._given_up = True
            job = self._job
        if job is not None:
            job.cancel()


async def finished(
    job: Job[T], stage: Stage = "clipping", callback: ProgressCallback | None = None
) -> T:
    """Awaits a job that is nobody else's: where the task is cancelled, the job is, and it has
    stopped when the task goes on. The callback runs in the event loop; what it returns is awaited
    where it can be."""
    try:
        if callback is not None:
            async with contextlib.aclosing(job.events()) as events:
                async for event in events:
                    await _tell_loop(callback, _progress(event, stage))
        return await job
    except BaseException as error:
        job.cancel()
        if isinstance(error, asyncio.CancelledError):
            with contextlib.suppress(YtclipperError):
                await job
        raise


def waited(job: Job[T], stage: Stage = "clipping", callback: ProgressCallback | None = None) -> T:
    """Waits for a job that is nobody else's, without the GIL: where the wait is interrupted, the
    job is cancelled. The callback runs on the caller's thread."""
    try:
        if callback is not None:
            for event in job.iter_events():
                _tell(callback, _progress(event, stage))
        return job.result()
    except BaseException:
        job.cancel()
        raise


def _progress(event: Progress, stage: Stage) -> dict[str, Any]:
    """A report under the name of the stage that the call is: a job's own `queued` and `complete`
    would look like those of the whole request."""
    return {"stage": stage, "percent": event.percent, "message": event.message}


def _tell(callback: ProgressCallback, progress: dict[str, Any]) -> None:
    try:
        told = callback(progress)
        if inspect.iscoroutine(told):
            told.close()
            raise TypeError("a blocking call cannot await its callback; give it a plain function")
    except Exception as error:
        _unraisable(error, callback)


async def _tell_loop(callback: ProgressCallback, progress: dict[str, Any]) -> None:
    try:
        told = callback(progress)
        if inspect.isawaitable(told):
            await told
    except Exception as error:
        _unraisable(error, callback)


def _unraisable(error: Exception, callback: ProgressCallback) -> None:
    """What a callback raises changes nothing and is reported as for other callbacks."""
    told = types.SimpleNamespace(
        exc_type=type(error),
        exc_value=error,
        exc_traceback=error.__traceback__,
        err_msg="Exception ignored in a progress callback",
        object=callback,
    )
    sys.unraisablehook(cast("sys.UnraisableHookArgs", told))
