"""A clean end of the interpreter while jobs run.

Before Python takes its threads down, every engine is closed and the core stops calling into
Python. A child of `fork` has no worker threads and leaves its parent's engines alone.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import time
import weakref
from typing import TYPE_CHECKING

from . import _native
from .exceptions import YtclipperError

if TYPE_CHECKING:
    from .engine import Engine

GRACE_SECONDS = 3.5
"""How long engines may take at exit to stop their jobs and remove what those left."""

CALLBACK_SECONDS = 0.5
"""How long callbacks under way may take after that; one that takes longer is left behind."""

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def close_at_exit(engine: Engine) -> None:
    """Closes the engine at the end of the process, should nobody have done so by then."""
    _engines.add(engine)


@atexit.register
def _close_all() -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    engines = list(_engines)
    for patience in (0.0, GRACE_SECONDS):  # all are asked to stop before one is waited for
        for engine in engines:
            with contextlib.suppress(YtclipperError):
                engine.shutdown("now", timeout=min(patience, deadline - time.monotonic()))
    _native.quiesce(CALLBACK_SECONDS)


def _forget_all() -> None:
    _engines.clear()
    _native.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
