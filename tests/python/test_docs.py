"""What the docstrings show, works; and every public name has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import ytclipper_rs as yt

MODULES = [
    module.name
    for module in pkgutil.walk_packages(yt.__path__, "ytclipper_rs.")
    if not module.name.endswith(("__main__", "_native"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_work(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_every_public_name_is_described() -> None:
    for name in yt.__all__:
        value = getattr(yt, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
    for name, method in inspect.getmembers(yt.Engine) + inspect.getmembers(yt.Job):
        if inspect.isfunction(method) and not name.startswith("_"):
            assert method.__doc__, name
