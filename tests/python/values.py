"""A value of every public dataclass, made from its annotations."""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing
from pathlib import Path
from typing import Any

import ytclipper_rs as yt

ITEMS = 5


def dataclasses_of_the_package() -> list[type[Any]]:
    """All public requests and results."""
    public = (getattr(yt, name) for name in yt.__all__)
    return [
        value for value in public if isinstance(value, type) and dataclasses.is_dataclass(value)
    ]


def example(annotation: Any) -> Any:
    """A value of this type, no field of which is empty."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return example(next(arg for arg in args if arg is not type(None)))
    if origin is typing.Literal:
        return args[-1]
    if origin is tuple and Ellipsis not in args:
        return tuple(example(arg) for arg in args)
    if origin in (tuple, collections.abc.Sequence):
        return (example(args[0]),) * ITEMS
    if origin is collections.abc.Mapping:
        return {example(args[0]): example(args[1])}
    if dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        fields = dataclasses.fields(annotation)
        return typing.cast(Any, annotation)(**{f.name: example(hints[f.name]) for f in fields})
    return {str: "long text " * 30, int: 7, float: 0.5, bool: True, Path: Path("a b/c.mp4")}[
        annotation
    ]
