"""How a job stands among others, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

from .._codec import Request


@dataclass(frozen=True, slots=True)
class SubmitOptions(Request):
    """What a submission says beside its request. A deadline that passes ends the job with
    `JobTimeout`, whose `context["deadline"]` is `queue`, `run` or `stall`. `Engine.submit` makes
    it, `Engine.with_options` takes it for any job.

    Example:
        options = yt.SubmitOptions(priority=5, run_timeout_s=600.0)
    """

    priority: int = 0
    """Jobs of a higher priority start first (-100 to 100). Waiting counts: each `ageing` seconds
    (a setting of the engine) raise a job by one, so that none waits for ever."""
    queue_timeout_s: float | None = None
    """Longest time in the queue, in seconds (0.001 to 31,536,000). It goes on in a pause."""
    run_timeout_s: float | None = None
    """Longest time on a worker, in seconds (0.001 to 31,536,000)."""
    stall_timeout_s: float | None = None
    """Longest time on a worker without progress, in seconds (0.001 to 31,536,000). Progress is a
    higher percentage, another stage or message, or new segments of speech."""
