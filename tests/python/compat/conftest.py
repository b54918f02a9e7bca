"""A shared engine for each test, and what its calls need."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from conftest import Media, ffmpeg
from ytclipper_rs import compat

SAMPLE = Path(__file__).parents[3] / "media" / "sample.mp4"
SPEECH_MODEL = "tiny.en"


@pytest.fixture(autouse=True)
def shared() -> Iterator[yt.Engine]:
    """The engine that all classes share."""
    compat.configure(workers=2, allow_hosts=["127.0.0.1"])
    engine = compat.get_engine()
    yield engine
    compat.shutdown("now", timeout=20)
    engine.shutdown("now", timeout=20)  # where the test has chosen another one


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of speech."""
    assert SAMPLE.exists(), "make sample makes it"
    assert yt.model_path(SPEECH_MODEL).exists(), "make models installs it"
    file = tmp_path_factory.mktemp("talk") / "talk.mp4"
    ffmpeg("-i", str(SAMPLE), "-t", "6", "-c", "copy", str(file))
    return file


@pytest.fixture(scope="session")
def site(media: Media) -> Iterator[str]:
    """A web site on this machine that has the test's video."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    handler = partial(Silent, directory=str(media.video.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
