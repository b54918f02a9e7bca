"""The engine that all classes of this package share."""

from __future__ import annotations

import os
import threading
from typing import Any

from ..engine import Engine
from ..stats import ShutdownMode

__all__ = ["aclose", "configure", "get_engine", "shutdown"]


class _Shared:
    """One engine for the process, made when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._settings: dict[str, Any] | None = {}

    def use(self, engine: Engine | None, settings: dict[str, Any]) -> None:
        given = engine is not None
        chosen = engine if engine is not None else Engine(**settings)
        with self._lock:
            self._engine, self._settings = chosen, None if given else settings

    def get(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = Engine(**(self._settings or {}))
            return self._engine

    def own(self) -> Engine | None:
        """The engine that was made here, if there is one. One that was given is its owner's, who
        may have other work in it."""
        with self._lock:
            return None if self._settings is None else self._engine

    def after_fork(self) -> None:
        """An engine does not live on in a child. One that the program made itself stays, and says
        so (`EngineForked`), because only the program knows what to make instead."""
        self._lock = threading.Lock()  # another thread of the parent may have held it
        if self._settings is not None:
            self._engine = None


_shared = _Shared()
os.register_at_fork(after_in_child=_shared.after_fork)


def configure(engine: Engine | None = None, **settings: Any) -> None:
    """Chooses the engine that all classes of this package share.

    Without a call to this, the first use makes `Engine()`: two workers. Calls that are at work go
    on with the engine that they began with. In a child of a fork, a new engine with the same
    `settings` is made; an `engine` that was given is of no use there.

    Args:
        engine: The engine to use. It stays the program's: `shutdown` and `aclose` leave it open.
        settings: What `ytclipper_rs.Engine` takes, to make one: `workers=2`, `model_dir=...`.

    Raises:
        InvalidSpec: A setting is out of range.
        TypeError: There is no such setting, or both an engine and settings were given.

    Example:
        >>> from ytclipper_rs import compat
        >>> compat.configure(workers=1, queue_capacity=20)
        >>> compat.get_engine().stats().workers
        1
        >>> compat.shutdown()
    """
    if engine is not None and settings:
        raise TypeError("give an engine or settings for one, not both")
    _shared.use(engine, settings)


def get_engine() -> Engine:
    """The shared engine, for what the server's classes do not offer: `jobs()`, `stats()`, events.

    Example:
        >>> from ytclipper_rs import compat
        >>> compat.configure(workers=2)
        >>> compat.get_engine() is compat.get_engine()
        True
        >>> compat.shutdown()
    """
    return _shared.get()


def shutdown(mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
    """Closes the shared engine and waits for its jobs, as `Engine.shutdown` does. Calls that come
    later fail, until `configure` chooses another engine. Harmless when repeated, and where no
    engine was made. An engine that was given to `configure` is left as it is: whoever made it
    closes it, and calls go on until then.

    Raises:
        JobTimeout: Not all jobs had ended in time.

    Example:
        >>> import ytclipper_rs as yt
        >>> from ytclipper_rs import compat
        >>> with yt.Engine() as engine:
        ...     compat.configure(engine)
        ...     compat.shutdown()
        ...     engine.stats().shut_down is None
        True
    """
    engine = _shared.own()
    if engine is not None:
        engine.shutdown(mode, timeout)


async def aclose(mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
    """Closes the shared engine as `shutdown` does, without blocking the event loop."""
    engine = _shared.own()
    if engine is not None:
        await engine.aclose(mode, timeout)
