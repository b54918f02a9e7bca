"""Servers of the tests, each a process of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from serving import SERVE, Served, served

Start = Callable[..., Served]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with settings; it is ended after the test."""
    with contextlib.ExitStack() as stack:

        def run(command: Sequence[str] = SERVE, **settings: object) -> Served:
            given: dict[str, object] = {"shutdown_timeout": 1} | settings
            return stack.enter_context(served(tmp_path, command, **given))

        yield run


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a file share."""
    with served(tmp_path_factory.mktemp("server"), SERVE, shutdown_timeout=1) as server:
        yield server


@pytest.fixture
def client(shared: Served) -> Iterator[httpx.Client]:
    """Asks the shared server."""
    with httpx.Client(base_url=shared.url, timeout=60) as client:
        yield client
