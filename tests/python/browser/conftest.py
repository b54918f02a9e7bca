"""A real server in a process of its own, and a real Chromium that looks at its page."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from serving import SERVE

from conftest import ffmpeg

SAMPLE = Path("media/sample.mp4")
SECONDS = 20


class Served:
    """The server, which may be ended and begun again at the same address."""

    def __init__(
        self, folder: Path, command: Sequence[str] = SERVE, prefix: str = "", **settings: str
    ) -> None:
        self.folder = folder
        self._command = command
        self._settings = settings
        self.output = folder / "ToUpload"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}{prefix}/"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = {
            "PORT": str(self.port),
            "MODEL": "tiny.en",
            "ALLOW_HOSTS": '["127.0.0.1"]',
            "SHUTDOWN_MODE": "now",
            **self._settings,
        }
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=os.environ | {f"YTCLIPPER_{name}": value for name, value in settings.items()},
            )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}api/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"))
    # Clips of seconds: the tests look at the page, not at long videos.
    lengths = {"ai_validation": {"min_clip_duration": 1, "max_clip_duration": 3}}
    (served.folder / "config.json").write_text(json.dumps(lengths))
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="package")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small video in which somebody speaks: a clip of it is made in seconds."""
    assert SAMPLE.is_file(), "media/sample.mp4 is missing: run `make sample`"
    video = tmp_path_factory.mktemp("talk") / "A talk.mp4"
    size = f"testsrc2=size=320x240:rate=24:duration={SECONDS}"
    ffmpeg(
        *("-f", "lavfi", "-i", size, "-i", str(SAMPLE), "-map", "0:v", "-map", "1:a"),
        *("-t", str(SECONDS), "-c:a", "aac"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(video)),
    )
    return video


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "chromium is missing: run `make setup`"
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root, as in a container.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Complaints(list[str]):
    """What the page complained of in its console; `ignored` are beginnings of what must come."""

    ignored: tuple[str, ...] = ()

    def take(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(self.ignored):
            self.append(f"{message.type}: {message.text}")


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=served.url, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """The page, connected. In the end it has complained of nothing."""
    page = context.new_page()
    page.on("console", complaints.take)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.locator("#link[data-state=live]").wait_for()
    yield page
    assert complaints == []
