"""Representations that fit a line of a log or a debugger."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from typing import Any, cast

MOST_ITEMS = 3
MOST_TEXT = 60

_short = reprlib.Repr()
_short.maxstring = _short.maxother = MOST_TEXT


class Short:
    """Base of dataclasses that show what differs from its default, and long content by its length:
    `Transcript(text='and mister john…', segments=<87 × Segment>)`."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={_value(value)}"
            for field in dataclasses.fields(cast(Any, self))
            if (value := getattr(self, field.name)) != _default(field)
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _value(value: object) -> str:
    if isinstance(value, tuple) and len(value) > MOST_ITEMS:
        return f"<{len(value)} × {type(value[0]).__name__}>"
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping) and len(value) > MOST_ITEMS:
        return f"<{len(value)} × {type(next(iter(value))).__name__}>"
    return repr(value) if isinstance(value, (Short, Mapping)) else _short.repr(value)
