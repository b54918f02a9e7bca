"""The engine: jobs go in, handles come out."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import json
import os
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

from . import _exit, _log, _native
from ._codec import StrPath, decode, encode
from .exceptions import EngineForked
from .job import Job, _call_soon
from .methods import JobMethods
from .models import packaged_face_model
from .spec import JobSpec, SubmitOptions, spec_to_json
from .stats import ShutdownMode, Stats

__all__ = ["Engine"]

E = TypeVar("E", bound="Engine")


class Engine(JobMethods):
    """A bounded pool of worker threads that runs media jobs.

    Every method that names a kind of job puts one into the queue and returns its
    [`Job`][ytclipper_rs.Job] at once. Nothing here holds the GIL while it works or waits.

    As a context manager, plain or `async`, the engine finishes all its jobs when the block is
    left normally (`drain`), and cancels them when an exception leaves it (`now`).

    Args:
        workers: Jobs that run at the same time.
        data_dir: Folder for intermediate files; the system's temporary folder where None.
        model_dir: Folder of the installed models; see `default_model_dir`.
        queue_capacity: Jobs that may wait for a worker (1 to 1,000,000); `submit` refuses more
            with `QueueFull`.
        ageing: Seconds of waiting that raise a queued job's priority by one (0.001 to 86,400): a
            job is overtaken only by those that come within so many seconds for each step of
            priority that they have above it.
        keep_finished: Finished jobs that `job` and `jobs` still know (0 to 1,000,000), the
            newest ones.
        threads: Threads that codecs, filters and models of all running jobs share (0 to 1024);
            0 takes all cores.
        nice: Steps of niceness that the workers stand behind the host (0 to 19).
        allow_hosts: Private or loopback hosts that downloads may contact nevertheless.
        max_download_bytes: Largest download, in bytes; 16 GiB where None.
        download_timeout: Longest time that a download may make no progress, in whole seconds.
        yt_dlp: Command that runs yt-dlp; the package beside this one where None.
        face_model: The face model, `centerface.onnx`; where None, the one in this package, or that
            of the model folder where the package has none or a damaged one.
        cancel_on_await_cancel: Whether cancelling a task that awaits a job cancels the job too.

    Raises:
        InvalidSpec: A setting is out of range.

    Example:
        >>> import ytclipper_rs as yt
        >>> with yt.Engine(workers=2) as engine:
        ...     engine.jobs()
        []
    """

    def __init__(
        self,
        workers: int = 2,
        data_dir: StrPath | None = None,
        model_dir: StrPath | None = None,
        *,
        queue_capacity: int = 1000,
        ageing: float = 30.0,
        keep_finished: int = 1000,
        threads: int = 0,
        nice: int = 10,
        allow_hosts: Sequence[str] = (),
        max_download_bytes: int | None = None,
        download_timeout: int = 60,
        yt_dlp: Sequence[str] | None = None,
        face_model: StrPath | None = None,
        cancel_on_await_cancel: bool = False,
    ) -> None:
        self.cancel_on_await_cancel = cancel_on_await_cancel
        settings = {
            "workers": workers,
            "data_dir": None if data_dir is None else os.fspath(data_dir),
            "model_dir": None if model_dir is None else os.fspath(model_dir),
            "face_model": _face_model() if face_model is None else os.fspath(face_model),
            "queue_capacity": queue_capacity,
            "ageing_s": ageing,
            "keep_finished": keep_finished,
            "threads": threads,
            "nice": nice,
            "allow_hosts": list(allow_hosts),
            "max_download_bytes": max_download_bytes,
            "download_timeout_s": download_timeout,
            "yt_dlp": _yt_dlp_command() if yt_dlp is None else list(yt_dlp),
        }
        given = {name: value for name, value in settings.items() if value is not None}
        _log.follow_level()
        self._native = _native.Engine(json.dumps(given))
        self._jobs: weakref.WeakValueDictionary[int, Job[Any]] = weakref.WeakValueDictionary()
        self._wrapping = threading.Lock()
        _exit.close_at_exit(self)

    def _submit(self, spec: JobSpec, options: SubmitOptions) -> Job[Any]:
        _log.follow_level()
        given = json.dumps(encode(options))
        return self._wrap(self._native.submit(spec_to_json(spec), given))

    def job(self, id: int) -> Job[Any] | None:
        """The job of this number, or None where the engine knows none.

        Example:
            again = engine.job(job.id)
        """
        native = self._native.job(id)
        return None if native is None else self._wrap(native)

    def jobs(self) -> list[Job[Any]]:
        """The jobs that the engine knows, in order of submission.

        Example:
            waiting = [job for job in engine.jobs() if job.state == "queued"]
        """
        return [self._wrap(native) for native in self._native.jobs()]

    def stats(self) -> Stats:
        """What the engine is doing and has done.

        Example:
            now = engine.stats()
            print(now.queued, now.running, now.succeeded)
        """
        return decode(Stats, json.loads(self._native.stats()))

    def metrics(self) -> str:
        """The numbers of `stats` as a page for Prometheus, in its text format 0.0.4; serve it as
        `text/plain; version=0.0.4`. All names begin with `ytclipper_`.

        Example:
            >>> import ytclipper_rs as yt
            >>> with yt.Engine(workers=3) as engine:
            ...     "ytclipper_workers 3" in engine.metrics().splitlines()
            True
        """
        return self._native.metrics()

    def pause(self) -> None:
        """Starts no more jobs until `resume`; running ones go on, and jobs are taken in. Harmless
        when repeated; shutting the engine down ends the pause.

        Example:
            >>> import ytclipper_rs as yt
            >>> with yt.Engine() as engine:
            ...     engine.pause()
            ...     job = engine.probe("no-such.mp4")
            ...     print(job.state)
            ...     engine.resume()
            queued
        """
        self._native.pause()

    def resume(self) -> None:
        """Ends a pause. Harmless when there is none.

        Example:
            engine.resume()
        """
        self._native.resume()

    def shutdown(self, mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
        """Closes the engine and waits until its jobs have ended. Harmless when repeated.

        Args:
            mode: What becomes of jobs; a later call may be harsher than an earlier one.
            timeout: Longest wait in seconds.

        Raises:
            JobTimeout: Not all jobs had ended in time.
            WouldDeadlock: The call was made inside a callback.

        Example:
            engine.shutdown("finish_running", timeout=60)
        """
        self._native.shutdown(mode, timeout)

    async def aclose(self, mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
        """Closes the engine as `shutdown` does, without blocking the event loop. When the task is
        cancelled meanwhile, so are the jobs.

        Example:
            await engine.aclose("now")
        """
        try:
            await _in_thread(functools.partial(self.shutdown, mode, timeout))
        except asyncio.CancelledError:
            await _in_thread(functools.partial(self.shutdown, "now"))
            raise

    def _wrap(self, native: _native.Job) -> Job[Any]:
        with self._wrapping:
            return self._jobs.setdefault(native.id, Job(native, self))

    def __enter__(self: E) -> E:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.shutdown("drain" if kind is None else "now")
        except KeyboardInterrupt:
            self.shutdown("now")
            raise

    async def __aenter__(self: E) -> E:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose("drain" if kind is None else "now")

    def __repr__(self) -> str:
        try:
            now = self.stats()
        except EngineForked:
            return "<Engine of the process that this one was forked from>"
        state = "closed" if now.shut_down else "open"
        return (
            f"<Engine {state}, {now.workers} workers, {now.running} running, {now.queued} queued>"
        )


def _yt_dlp_command() -> list[str] | None:
    """The downloader of this interpreter; it is looked for, not imported."""
    if not sys.executable or importlib.util.find_spec("yt_dlp") is None:
        return None
    return [sys.executable, "-m", "yt_dlp"]


def _face_model() -> str | None:
    """The face model that came with the package, if it is whole."""
    model = packaged_face_model()
    return None if model is None else str(model.path)


async def _in_thread(work: Callable[[], None]) -> None:
    """Runs blocking work on a thread of its own: the loop's executor may be busy or closing."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:
            failure = error
        _call_soon(loop, functools.partial(_finish, done, failure))

    threading.Thread(target=run, name="ytclipper-close", daemon=True).start()
    await done


def _finish(done: asyncio.Future[None], failure: BaseException | None) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(failure)
