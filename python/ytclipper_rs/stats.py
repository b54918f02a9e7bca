"""What an engine tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["KindStats", "Quantiles", "ShutdownMode", "Stats"]

ShutdownMode = Literal["drain", "finish_running", "now"]
"""What becomes of jobs at shutdown: all are finished; the running ones are finished and the
queued ones cancelled; all are cancelled."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How durations spread, since the engine's start. A quantile is right within 5 %."""

    count: int
    """How many durations; where 0, so are the others."""
    p50: float
    """Half of them were at most this long, in seconds."""
    p95: float
    """95 % of them, in seconds."""
    p99: float
    """99 % of them, in seconds."""
    max: float
    """The longest, in seconds; exact."""


@dataclass(frozen=True, slots=True)
class KindStats:
    """Numbers of one kind of job."""

    queued: int
    """Jobs that wait for a worker."""
    running: int
    """Jobs that run."""
    succeeded: int
    """Jobs that succeeded."""
    failed: int
    """Jobs that failed."""
    cancelled: int
    """Jobs that were cancelled."""
    wait: Quantiles
    """How long they waited for a worker."""
    run: Quantiles
    """How long they took from when a worker took them to their end."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Numbers of an engine at one moment. Those of jobs that have begun or ended count from the
    engine's start.

    Example:
        >>> import ytclipper_rs as yt
        >>> with yt.Engine(workers=3) as engine:
        ...     engine.stats().workers
        3
    """

    queued: int
    """Jobs that wait for a worker."""
    running: int
    """Jobs that run."""
    succeeded: int
    """Jobs that succeeded."""
    failed: int
    """Jobs that failed; those that ran into a deadline are among them."""
    cancelled: int
    """Jobs that were cancelled."""
    kinds: Mapping[str, KindStats]
    """The same for each kind of job that was submitted."""
    wait: Quantiles
    """How long jobs waited for a worker; those count that a worker took."""
    run: Quantiles
    """How long jobs took from when a worker took them to their end."""
    workers: int
    """Job threads."""
    queue_capacity: int
    """Jobs that may wait at most."""
    paused: bool
    """Whether the queue is paused."""
    threads: int
    """Threads that codecs, filters and models may have in all."""
    threads_leased: int
    """Threads that are leased to jobs now."""
    memory_bytes: int | None
    """Memory of the whole process that is in RAM, in bytes; None where the system does not tell."""
    callback_panics: int
    """Callbacks of the core that panicked; what Python functions raise is not counted."""
    shut_down: ShutdownMode | None
    """How the engine was shut down, if it was."""
