"""A call of the server in both ways: awaited, and through its blocking twin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]


def awaited(owner: object, name: str, *arguments: Any, **named: Any) -> Any:
    """`await owner.name(...)` in an event loop of its own."""
    return asyncio.run(getattr(owner, name)(*arguments, **named))


def blocking(owner: object, name: str, *arguments: Any, **named: Any) -> Any:
    """`owner.name_sync(...)`."""
    return getattr(owner, f"{name}_sync")(*arguments, **named)


BOTH = (awaited, blocking)
