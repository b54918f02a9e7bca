"""Servers of the tests, each a process of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from serving import SERVE, Served, served

from conftest import ffmpeg
from serve.asking import SAMPLE

Start = Callable[..., Served]
AT_END = 0.1
"""Seconds that jobs get when a test is over."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with settings; it is ended after the test."""
    with contextlib.ExitStack() as stack:

        def run(command: Sequence[str] = SERVE, **settings: object) -> Served:
            given: dict[str, object] = {"shutdown_timeout": AT_END} | settings
            return stack.enter_context(served(tmp_path, command, **given))

        yield run


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds in which somebody speaks."""
    video = tmp_path_factory.mktemp("speech") / "speech.mp4"
    ffmpeg("-i", str(SAMPLE), "-t", "20", "-c", "copy", str(video))
    return video


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a file share."""
    with served(tmp_path_factory.mktemp("server"), SERVE, shutdown_timeout=AT_END) as server:
        yield server


@pytest.fixture
def client(shared: Served) -> Iterator[httpx.Client]:
    """Asks the shared server."""
    with httpx.Client(base_url=shared.url, timeout=60) as client:
        yield client
