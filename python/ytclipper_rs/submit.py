"""Putting a request into the queue."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, overload

from .job import Job
from .outcome import (
    Analysis,
    Download,
    MediaInfo,
    Model,
    Project,
    RenderReport,
    Thumbnail,
    Transcript,
)
from .spec import (
    AnalyzeSpec,
    DownloadSpec,
    InstallModelSpec,
    JobSpec,
    ProbeSpec,
    ProcessSpec,
    RenderPlan,
    SubmitOptions,
    ThumbnailSpec,
    TranscribeSpec,
)

__all__ = ["Submits"]

Seconds = float | None


class Submits(ABC):
    """Takes requests of every kind; the request says what the job leaves."""

    @abstractmethod
    def _submit(self, spec: JobSpec, options: SubmitOptions) -> Job[Any]:
        """Puts the request into the queue."""

    @overload
    def submit(
        self,
        spec: ProbeSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[MediaInfo]: ...
    @overload
    def submit(
        self,
        spec: DownloadSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Download]: ...
    @overload
    def submit(
        self,
        spec: TranscribeSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Transcript]: ...
    @overload
    def submit(
        self,
        spec: AnalyzeSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Analysis]: ...
    @overload
    def submit(
        self,
        spec: RenderPlan,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[RenderReport]: ...
    @overload
    def submit(
        self,
        spec: ThumbnailSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Thumbnail]: ...
    @overload
    def submit(
        self,
        spec: ProcessSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Project]: ...
    @overload
    def submit(
        self,
        spec: InstallModelSpec,
        *,
        priority: int = ...,
        queue_timeout: Seconds = ...,
        run_timeout: Seconds = ...,
        stall_timeout: Seconds = ...,
    ) -> Job[Model]: ...
    def submit(
        self,
        spec: JobSpec,
        *,
        priority: int = 0,
        queue_timeout: Seconds = None,
        run_timeout: Seconds = None,
        stall_timeout: Seconds = None,
    ) -> Job[Any]:
        """Puts any request into the queue and returns at once.

        A deadline that passes ends the job: it has failed, with a `JobTimeout` whose
        `context["deadline"]` names it. A running job is stopped as by a cancel; one that succeeds
        all the same has succeeded.

        Args:
            spec: The request.
            priority: Jobs of a higher priority start first (-100 to 100). Each `ageing` seconds of
                waiting, a setting of the engine, raise a job by one, so that none waits for ever.
            queue_timeout: Longest time in the queue, in seconds (0.001 to 31,536,000). It goes on
                while the queue is paused.
            run_timeout: Longest time on a worker, in seconds.
            stall_timeout: Longest time on a worker without progress, in seconds. Progress is a
                higher percentage, another stage or message, or new segments of speech.

        Raises:
            InvalidSpec: The request or an option is malformed; `field` names the first fault.
            QueueFull: Too many jobs wait; try again later.
            ShutDown: The engine has been closed.
            EngineForked: The engine was made before a fork; make one in the child.

        Example:
            >>> import ytclipper_rs as yt
            >>> with yt.Engine() as engine:
            ...     job = engine.submit(yt.ProbeSpec("no-such.mp4"), priority=5, run_timeout=60)
            ...     type(job.exception()).__name__
            'NotFound'
        """
        options = SubmitOptions(priority, queue_timeout, run_timeout, stall_timeout)
        return self._submit(spec, options)
