"""The text of a framing report: JSON that a person can edit, a keyframe a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from .._codec import decode, encode
from ..exceptions import InvalidSpec

T = TypeVar("T")
VERSION = 1


def parse_framing(cls: type[T], text: bytes, name: str) -> T:
    """A framing from the content of the file `name`.

    Raises:
        InvalidSpec: It is none; the fault is told with its field.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidSpec(f"{name} is not JSON: {error}") from error
    version = value.get("version") if isinstance(value, dict) else None
    if version != VERSION:
        message = f"{name}: version must be {VERSION}, got {json.dumps(version)}"
        raise InvalidSpec(message, context={"field": "version"})
    try:
        framing = decode(cls, value)
    except (TypeError, KeyError, AttributeError) as error:
        raise InvalidSpec(f"{name} is no framing: {error}") from error
    for field in _unknown(value, encode(framing), ""):
        raise InvalidSpec(f"{name}: unknown field {field}", context={"field": field})
    return framing


def _unknown(given: Any, known: Any, path: str) -> Iterator[str]:
    """Fields that no part of a framing has. The figures are not read, so they may be anything."""
    if isinstance(given, dict):
        for key, item in given.items():
            place = f"{path}.{key}" if path else key
            if key not in known:
                yield place
            elif place != "report":
                yield from _unknown(item, known[key], place)
    elif isinstance(given, list):
        for index, (item, same) in enumerate(zip(given, known, strict=True)):
            yield from _unknown(item, same, f"{path}[{index}]")


def framing_json(framing: object) -> str:
    """The framing as JSON; what is None is left out.

    Raises:
        ValueError: A number is not finite.
    """
    fields = {name: item for name, item in encode(framing).items() if item is not None}
    return f"{_lines(fields, 0)}\n"


def _lines(value: Any, indent: int) -> str:
    """The JSON of a value: an item of a list, and a field of the outermost objects, on a line of
    its own."""
    if isinstance(value, dict):
        broken = indent == 0 or value.keys() >= {"modes"}
        step = indent + 2 if broken else indent
        fields = [f"{json.dumps(name)}: {_lines(item, step)}" for name, item in value.items()]
        return _joined("{}", fields, indent) if broken else f"{{{', '.join(fields)}}}"
    if isinstance(value, list):
        return _joined("[]", [_lines(item, indent + 2) for item in value], indent)
    return json.dumps(value, allow_nan=False)


def _joined(brackets: str, items: list[str], indent: int) -> str:
    if not items:
        return brackets
    begin, end = f"\n{' ' * (indent + 2)}", f"\n{' ' * indent}"
    return f"{brackets[0]}{begin}{f',{begin}'.join(items)}{end}{brackets[1]}"
