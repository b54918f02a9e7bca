"""What can go wrong: one exception class for each kind of error the engine knows.

Every class is a [`YtclipperError`][ytclipper_rs.YtclipperError] and also the builtin that a
caller would catch, so both of these work::

    try:
        info = engine.probe("talk.mp4").result()
    except FileNotFoundError:            # or yt.NotFound
        print("no such video")
    except yt.YtclipperError as error:
        print(error.kind, error.stage, error.message, error.context)
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import ClassVar

__all__ = [
    "CorruptMedia",
    "DownloadError",
    "EngineForked",
    "InternalError",
    "InvalidSpec",
    "IoError",
    "IsDirectory",
    "JobCancelled",
    "JobTimeout",
    "LimitExceeded",
    "ModelUnavailable",
    "NoSpace",
    "NotFound",
    "QueueFull",
    "ShutDown",
    "UnsupportedMedia",
    "WorkerCrashed",
    "WouldDeadlock",
    "YtclipperError",
    "error_from_native",
]


class YtclipperError(Exception):
    """A failure of the engine or of one of its jobs.

    Attributes:
        kind: Name of the kind, the same in Rust, C and JSON (`"not_found"`).
        stage: Stage that failed (`"transcribing"`), or None where none had begun.
        message: What happened and what to do.
        context: Named details: `path`, `field`, `reason`.
    """

    kind: str = "internal"
    stage: str | None
    message: str
    context: Mapping[str, str]
    _by_kind: ClassVar[dict[str, type[YtclipperError]]] = {}

    def __init__(
        self,
        message: str,
        *,
        stage: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.stage = stage
        self.context = dict(context or {})

    def __init_subclass__(cls, kind: str | None = None) -> None:
        super().__init_subclass__()
        if kind is not None:
            cls.kind = kind
            YtclipperError._by_kind[kind] = cls

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (error_from_native, (self.kind, self.stage, self.message, dict(self.context)))


class _OsFault(YtclipperError, OSError):
    """A failure with the operating system's number and, where known, the file's name."""

    _errno: ClassVar[int] = errno.EIO

    def __init__(
        self,
        message: str,
        *,
        stage: str | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, stage=stage, context=context)
        self.errno = self._errno
        self.strerror = message
        self.filename = self.context.get("path")


class InvalidSpec(YtclipperError, ValueError, kind="invalid_spec"):
    """A request is malformed; `field` names the first fault (`"parts[0].end"`)."""

    @property
    def field(self) -> str:
        """Path of the field at fault; `"$"` for the request as a whole."""
        return self.context.get("field", "$")


class NotFound(_OsFault, FileNotFoundError, kind="not_found"):
    """A file that the request names does not exist."""

    _errno = errno.ENOENT


class IsDirectory(_OsFault, IsADirectoryError, kind="is_directory"):
    """A folder stands where a file was expected."""

    _errno = errno.EISDIR


class UnsupportedMedia(YtclipperError, ValueError, kind="unsupported_media"):
    """The file is not media that the engine reads, or lacks the stream that the job needs."""


class CorruptMedia(YtclipperError, ValueError, kind="corrupt_media"):
    """The file is media, but broken or empty."""


class LimitExceeded(YtclipperError, ValueError, kind="limit_exceeded"):
    """The input exceeds a limit of the engine: pixels, streams, duration, bytes."""


class DownloadError(YtclipperError, ConnectionError, kind="download"):
    """A download failed; `context["reason"]` tells how."""


class ModelUnavailable(YtclipperError, LookupError, kind="model_unavailable"):
    """A model, font or tool that a job needs is not installed; the message says how to get it."""


class NoSpace(_OsFault, kind="no_space"):
    """The disk is full or a file-size limit was reached."""

    _errno = errno.ENOSPC


class IoError(_OsFault, kind="io"):
    """Reading or writing failed for another reason, such as permissions."""


class JobCancelled(YtclipperError, kind="cancelled"):
    """The job was cancelled. It is not `asyncio.CancelledError`: the awaiting task lives on."""


class JobTimeout(YtclipperError, TimeoutError, kind="timeout"):
    """A wait or a job ran into its deadline. A job whose wait timed out goes on; one that ran into
    a deadline of its own has failed: `context["deadline"]` is `queue`, `run` or `stall`."""


class QueueFull(YtclipperError, RuntimeError, kind="queue_full"):
    """The engine's queue is full; try again later."""


class ShutDown(YtclipperError, RuntimeError, kind="shut_down"):
    """The engine has been shut down."""


class WorkerCrashed(YtclipperError, RuntimeError, kind="worker_crashed"):
    """A worker died while it held the job."""


class WouldDeadlock(YtclipperError, RuntimeError, kind="would_deadlock"):
    """The call would wait for itself, as a wait inside a callback does."""


class EngineForked(YtclipperError, RuntimeError, kind="engine_forked"):
    """The engine was made before a fork and is used in the child. Make one in the child."""


class InternalError(YtclipperError, RuntimeError, kind="internal"):
    """A fault of the engine itself, a panic included."""


def error_from_native(
    kind: str, stage: str | None, message: str, context: Mapping[str, str]
) -> YtclipperError:
    """The exception for an error of the core, told apart by the name of its kind."""
    cls = YtclipperError._by_kind.get(kind, InternalError)
    return cls(message, stage=stage, context=context)
