"""Where the jobs of tasks go into the engine's queue, in the order of the requests."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..engine import Engine
from ..exceptions import QueueFull
from ..job import Job
from ..spec import JobSpec

__all__ = ["AGEING", "Door"]

AGEING = 30.0
"""Seconds of waiting that raise a queued job's priority by one."""
HIGHEST = 100
LOOK_AGAIN = 0.1
"""Seconds between two looks for a place in a full queue."""


class Door:
    """A task that was taken in has its turn from then on: its later jobs go before those of later
    requests, and wait for a place where the queue is full; meanwhile nobody else is let in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting = 0

    def first(self, spec: JobSpec) -> Job[Any]:
        """Puts a request's first job into the queue.

        Raises:
            QueueFull: There is no place.
            YtclipperError: The engine refused it for another reason.
        """
        if self._waiting:
            raise QueueFull("jobs of earlier requests wait for a place; try again later")
        return self._engine.submit(spec)

    async def later(self, spec: JobSpec, since: float) -> Job[Any]:
        """Puts a later job of a request into the queue, as soon as there is a place.

        Args:
            spec: The job.
            since: When the request was taken in, in seconds since 1970.
        """
        self._waiting += 1
        try:
            while True:
                try:
                    return self._engine.submit(spec, priority=_priority(time.time() - since))
                except QueueFull:
                    await _a_while()
        finally:
            self._waiting -= 1


async def _a_while() -> None:
    await asyncio.sleep(LOOK_AGAIN)


def _priority(age: float) -> int:
    """What a job would have that had waited since then, and one step more.

    Example:
        >>> [_priority(age) for age in (-1.0, 0.0, 29.0, 31.0, 1e6)]
        [1, 1, 1, 2, 100]
    """
    return min(HIGHEST, 1 + int(max(0.0, age) / AGEING))
