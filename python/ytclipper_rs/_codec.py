"""Dataclasses to plain JSON values and back, driven by their annotations.

The core's JSON has the same field names. A name that Python reserves ends in an underscore here
(`from_`), which JSON does not show.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import pathlib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ._repr import Short
from .exceptions import InvalidSpec

T = TypeVar("T")
StrPath = str | os.PathLike[str]
"""A path as a caller gives it."""
Decode = Callable[[Any], Any]


def json_name(field: str) -> str:
    """The field's name in JSON."""
    return field.rstrip("_")


class Request(Short):
    """Base of all request dataclasses: what they hold is settled when they are made.

    Lists become tuples and path objects become strings, so that a request is immutable,
    hashable, and equal to what comes back from its JSON.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in dataclasses.fields(typing.cast(Any, self)):
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))
            elif isinstance(value, os.PathLike):
                object.__setattr__(self, field.name, os.fspath(value))


def encode(value: object, path: str = "") -> Any:
    """Plain JSON values of a dataclass, deep.

    Raises:
        InvalidSpec: A field holds what JSON cannot carry.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (str, os.PathLike)):
        return _encode_text(os.fspath(value), path)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            json_name(f.name): encode(getattr(value, f.name), _join(path, json_name(f.name)))
            for f in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): encode(item, _join(path, str(key))) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [encode(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise _fault(path, f"must not be a {type(value).__name__}")


def _encode_text(text: object, path: str) -> str:
    if not isinstance(text, str):
        raise _fault(path, "must be text, not bytes")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _fault(path, "must be Unicode text; this file name is not") from error
    return text


def _join(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _fault(path: str, message: str) -> InvalidSpec:
    field = path or "$"
    return InvalidSpec(f"{field}: {message}", context={"field": field})


def decode(cls: type[T], value: Any) -> T:
    """A dataclass from plain JSON values. Fields that JSON lacks take their defaults."""
    annotation: Any = cls
    return typing.cast(T, decoder(annotation)(value))


@functools.cache
def decoder(annotation: Any) -> Decode:
    """A function that turns JSON values into what the annotation says."""
    if annotation is pathlib.Path:
        return pathlib.Path
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return _dataclass_decoder(annotation)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(args)
    if origin is Mapping:
        held = decoder(args[1])
        return lambda values: {key: held(value) for key, value in values.items()}
    if origin is tuple or origin is Sequence:
        item = decoder(args[0])
        return lambda values: tuple([item(value) for value in values])
    return _as_is


def _as_is(value: Any) -> Any:
    return value


def _union_decoder(args: tuple[Any, ...]) -> Decode:
    inner = [decoder(arg) for arg in args if arg is not type(None)]
    if len(inner) != 1 or inner[0] is _as_is:
        return _as_is
    only = inner[0]
    return lambda value: None if value is None else only(value)


def _dataclass_decoder(cls: type[Any]) -> Decode:
    hints = typing.get_type_hints(cls)
    names = {json_name(f.name): f.name for f in dataclasses.fields(cls)}
    decoders = {key: decoder(hints[name]) for key, name in names.items()}
    inner = {key: convert for key, convert in decoders.items() if convert is not _as_is}

    def build(value: Mapping[str, Any]) -> Any:
        given = {name: value[key] for key, name in names.items() if key in value}
        for key, convert in inner.items():
            name = names[key]
            if name in given:
                given[name] = convert(given[name])
        return cls(**given)

    return build
