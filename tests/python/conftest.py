"""Media made by ffmpeg, and engines that are closed after each test."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import ytclipper_rs as yt

# A shell starts background commands with Ctrl-C ignored, and children inherit that; the tests of
# Ctrl-C must not depend on how the tests were started.
signal.signal(signal.SIGINT, signal.default_int_handler)

# 14,400 cheap pictures: about a minute's work, which stops quickly when told to.
SLOW = yt.EncodeSpec(preset="slow", fps=240)


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-y", "-v", "error", *arguments], check=True)


@dataclass(frozen=True)
class Media:
    """Files that the tests read."""

    video: Path
    """4 s, 320x240, 30 fps, with sound."""
    long: Path
    """60 s, 640x360, 30 fps, with sound."""
    text: Path
    """No media, whatever its name says."""
    empty: Path


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    folder = tmp_path_factory.mktemp("media")
    for name, size, seconds in (("video", "320x240", 4), ("long", "640x360", 60)):
        ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration={seconds}"),
            *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
            str(folder / f"{name}.mp4"),
        )
    (folder / "text.mp4").write_text("This is no video.\n" * 100)
    (folder / "empty.mp4").touch()
    return Media(*(folder / f"{name}.mp4" for name in ("video", "long", "text", "empty")))


@pytest.fixture
def engine() -> Iterator[yt.Engine]:
    engine = yt.Engine(workers=2)
    yield engine
    engine.shutdown("now", timeout=20)


Slow = Callable[[yt.Engine], yt.Job[yt.RenderReport]]


@pytest.fixture
def slow(media: Media, tmp_path: Path) -> Slow:
    """Starts a job that takes about a minute, and returns when it is in the middle of it."""

    def start(engine: yt.Engine) -> yt.Job[yt.RenderReport]:
        job = engine.render(yt.RenderPlan(media.long, tmp_path / "slow.mp4", encode=SLOW))
        for event in job.iter_events():
            if event.percent > 0:
                return job
        raise AssertionError(f"the job ended at once: {job.exception()!r}")

    return start


Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs Python code in an interpreter of its own, in an empty folder."""

    def run(code: str, *arguments: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
