"""Every class, method, argument and default of the existing server; each method awaitable, each
with a blocking twin."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from compat.table import TABLE, Entry
from ytclipper_rs import compat

CALLS = [pytest.param(entry, call, id=call) for entry in TABLE for call in entry.calls]


def shown(function: Any) -> str:
    """The parameters with their defaults, as a signature shows them without types."""
    found = list(inspect.signature(function).parameters.values())
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in found if one.name != "self"]
    return str(inspect.Signature(plain))


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_a_class_has_its_name_and_place_and_arguments(entry: Entry) -> None:
    module = importlib.import_module(f"ytclipper_rs.compat.{entry.module}")
    cls = getattr(module, entry.name)
    assert cls is getattr(compat, entry.name)
    assert entry.name in compat.__all__
    own = "__init__" in vars(cls)
    assert (shown(cls.__init__) if own else "()") == entry.init


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_a_class_has_no_other_public_methods(entry: Entry) -> None:
    cls = getattr(compat, entry.name)
    public = {name for name in vars(cls) if not name.startswith("_")}
    assert public == set(entry.calls) | {f"{call}_sync" for call in entry.calls}


@pytest.mark.parametrize(("entry", "call"), CALLS)
def test_a_method_is_awaitable_and_its_twin_is_not(entry: Entry, call: str) -> None:
    cls = getattr(compat, entry.name)
    method, twin = getattr(cls, call), getattr(cls, f"{call}_sync")
    assert shown(method) == shown(twin) == entry.calls[call]
    assert inspect.iscoroutinefunction(method)
    assert not inspect.iscoroutinefunction(twin)
    assert method.__doc__
    assert twin.__doc__


def test_the_fused_call_has_a_twin_with_the_same_arguments() -> None:
    assert shown(compat.render_clip) == shown(compat.render_clip_sync)
    assert inspect.iscoroutinefunction(compat.render_clip)
