"""The core's log in Python's `logging`, below the logger `ytclipper_rs`.

Only an engine's dispatcher thread comes here, so that no worker ever waits for a handler. A record
carries the time and the thread of where it was made.
"""

from __future__ import annotations

import logging

from . import _native

LOGGER = logging.getLogger("ytclipper_rs")
LOGGER.addHandler(logging.NullHandler())
logging.addLevelName(5, "TRACE")


def follow_level() -> None:
    """Tells the core which levels somebody listens to: what is below is not even written."""
    _native.set_log_level(min(LOGGER.getEffectiveLevel(), 255))


def emit(level: int, target: str, message: str, thread: str, time: float, left_out: int) -> None:
    """Logs one record of the core's. `left_out` records before it found the queue full."""
    logger = logging.getLogger(logger_name(target))
    if left_out:
        logger.warning("%d messages were left out: the handlers are too slow", left_out)
    if logger.isEnabledFor(level):
        record = logger.makeRecord(logger.name, level, "", 0, message, (), None)
        record.relativeCreated += 1000 * (time - record.created)
        record.created, record.msecs, record.threadName = time, int(time % 1 * 1000), thread
        logger.handle(record)


def logger_name(target: str) -> str:
    """`ytclipper::media::input` logs as `ytclipper_rs.media.input`."""
    module = target.replace("::", ".").removeprefix("ytclipper").lstrip(".")
    return f"{LOGGER.name}.{module}" if module else LOGGER.name
