"""The newest log records, kept for `/api/logs`."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..exceptions import YtclipperError
from .paths import PathNames

__all__ = ["Kept", "LogRing"]

LOGGERS = ("ytclipper_rs", "uvicorn.error")
"""The engine and the server, and what runs it."""


@dataclass(frozen=True)
class Kept:
    """A record as it was written, without paths of this machine."""

    time: float
    level: int
    level_name: str
    logger: str
    message: str


class LogRing(logging.Handler):
    """Keeps the newest records, as clients may see them. It decides nothing about levels: those
    are the loggers'."""

    def __init__(self, kept: int, paths: PathNames) -> None:
        super().__init__()
        self._paths = paths
        self._records: deque[Kept] = deque(maxlen=kept)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Takes records in while the block lasts."""
        loggers = [logging.getLogger(name) for name in LOGGERS]
        for logger in loggers:
            logger.addHandler(self)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one; the oldest makes room."""
        try:
            message = record.getMessage()
        except Exception:  # a record whose arguments do not fit is the caller's fault
            self.handleError(record)
            return
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({_told(record.exc_info[1])})"
        shown = self._paths.hide(message)
        kept = Kept(record.created, record.levelno, record.levelname, record.name, shown)
        self._records.append(kept)

    def newest(self, limit: int, level: int = 0) -> list[Kept]:
        """The newest records of this level or above, the newest first."""
        records = list(self._records)  # a copy, as other threads write
        found = (kept for kept in reversed(records) if kept.level >= level)
        return list(islice(found, limit))


def _told(error: BaseException) -> str:
    """The engine's errors whole; of others the name alone, as what an application's own code
    raises may hold its secrets. The console has all of it."""
    return repr(error) if isinstance(error, YtclipperError) else type(error).__name__
