"""An engine in the worker processes of uvicorn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from proof import tell

from conftest import Media

APP = """
import json, os
import ytclipper_rs as yt

engine = None

async def app(scope, receive, send):
    global engine
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                engine = yt.Engine(workers=1)
            else:
                await engine.aclose("now")
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    info = await engine.probe(os.environ["SOURCE"])
    body = json.dumps({"pid": os.getpid(), "duration": info.duration}).encode()
    headers = [(b"connection", b"close")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.mark.timeout(90)
def test_two_workers_of_uvicorn_serve_and_end_cleanly(media: Media, tmp_path: Path) -> None:
    (tmp_path / "served.py").write_text(APP)
    log = (tmp_path / "log").open("w+")
    command = [sys.executable, "-m", "uvicorn", "served:app", "--workers", "2", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--log-level", "info"],
        cwd=tmp_path,
        stderr=log,
        stdout=log,
        env=os.environ | {"SOURCE": str(media.video)},
    )
    try:
        url = address(tmp_path / "log", server)
        seen: set[int] = set()
        for _ in range(200):
            with urllib.request.urlopen(url, timeout=20) as answer:
                told = json.load(answer)
            assert told["duration"] == pytest.approx(4.0, abs=0.1)
            seen.add(told["pid"])
            if len(seen) == 2:
                break
        assert len(seen) == 2, "one worker answered everything"
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) in (0, -signal.SIGTERM)
        took = time.monotonic() - begun
        assert took < 10
    finally:
        server.kill()
        server.wait()
        log.close()
    assert "Traceback" not in (tmp_path / "log").read_text()
    found = f"two workers of uvicorn, an engine in each, answer and end within {took:.2f} s"
    assert tell(15, found, "both, < 10 s", True)


def address(log: Path, server: subprocess.Popen[bytes]) -> str:
    """Where the server listens, as it says itself, once both workers have started."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        text = log.read_text()
        if text.count("Application startup complete") == 2:
            return text.split("running on ")[1].split()[0]
        assert server.poll() is None, text
        time.sleep(0.05)
    raise AssertionError(log.read_text())
