"""What the docstrings show, works; and every public name has one."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import textwrap
from typing import Any, get_origin

import pytest

import ytclipper_rs as yt
from ytclipper_rs._codec import Request

MODULES = [
    module.name
    for module in pkgutil.walk_packages(yt.__path__, "ytclipper_rs.")
    if not module.name.endswith(("__main__", "_native"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_work(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def methods(cls: type[Any]) -> dict[str, Any]:
    """Public methods and properties by their names."""
    members = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {f"{cls.__name__}.{name}": member for name, member in members.items()}


PUBLIC: dict[str, Any] = {
    **{name: getattr(yt, name) for name in yt.__all__ if callable(getattr(yt, name))},
    **methods(yt.Engine),
    **methods(yt.Job),
}
# What a caller calls or makes, other than results and errors, which the engine makes.
CALLED = [
    name
    for name, value in PUBLIC.items()
    if inspect.isfunction(value) or (isinstance(value, type) and issubclass(value, Request))
]


def examples(docstring: str) -> str:
    """The code below `Example:`, without what a doctest runs."""
    _, found, code = inspect.cleandoc(docstring).partition("Example:\n")
    return textwrap.dedent(code) if found and ">>>" not in code else ""


def test_the_public_names_were_found() -> None:
    assert {"Engine.render", "Job.cancel", "RenderPlan", "spec_to_json"} <= set(CALLED)
    assert "Job.state" in PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_described(name: str) -> None:
    if get_origin(PUBLIC[name]) is None:  # an alias has no docstring of its own
        assert (PUBLIC[name].__doc__ or "").strip()


@pytest.mark.parametrize("name", CALLED)
def test_what_can_be_called_has_an_example_that_is_python(name: str) -> None:
    docstring = PUBLIC[name].__doc__
    assert "Example:" in docstring
    compile(examples(docstring), name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
