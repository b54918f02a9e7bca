"""What the tests ask a server for."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "media/sample.mp4"
FINAL = ("succeeded", "failed", "cancelled")
KEPT = (".ytclipper-server.lock", ".ytclipper-tasks.jsonl", ".ytclipper-tasks.jsonl.lock")
"""Hidden files that are not in the making."""


def put(folder: Path, file: Path = SAMPLE, name: str = "talk.mp4") -> str:
    """Puts a file where uploads are, and tells its name."""
    target = folder / "Uploads" / file.stem / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        try:
            target.hardlink_to(file)
        except OSError:
            shutil.copyfile(file, target)
    return f"upload:{file.stem}/{name}"


def clip(start: float, end: float) -> dict[str, Any]:
    """A clip that was chosen already, with its words, so that nothing is transcribed."""
    words = [{"word": "word", "start": start + 0.1, "end": start + 0.9}]
    return {"start": start, "end": end, "text": "word", "words": words}


def long_work(source: str, **more: object) -> dict[str, Any]:
    """About a minute's work on real media, which begins at once."""
    encode = {"preset": "slow", "fps": 120}
    return {
        "url": source,
        "format": "vertical_9x16",
        "preanalyzed_clips": [clip(1, 20), clip(30, 50)],
        "encode": encode,
        **more,
    }


def short_work(source: str, **more: object) -> dict[str, Any]:
    """About a second's work."""
    encode = {"preset": "ultrafast", "size": {"width": 320, "height": 180}}
    return {"url": source, "preanalyzed_clips": [clip(1, 2.5)], "encode": encode, **more}


def whole_work(source: str, **more: object) -> dict[str, Any]:
    """All that a request can ask for: speech, moments, the speaker followed, captions."""
    return {
        "url": source,
        "format": "vertical_9x16",
        "num_clips": 2,
        "model": "tiny.en",
        "burn_captions": True,
        **more,
    }


def submit(client: httpx.Client, body: dict[str, Any], path: str = "/api/process") -> str:
    """Starts it in the background and tells the task's id."""
    answer = client.post(path, params={"background": True}, json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/tasks/{answer.json()['task_id']}"
    return str(answer.json()["task_id"])


def listed(client: httpx.Client, client_id: str) -> dict[str, Any]:
    """The task of a client, once it is listed."""
    limit = time.monotonic() + 20
    while True:
        found = client.get("/api/tasks", params={"client_id": client_id}).json()["tasks"]
        if found:
            (only,) = found
            return dict(only)
        assert time.monotonic() < limit
        time.sleep(0.01)


def task(client: httpx.Client, id: str) -> dict[str, Any]:
    """A task as it is now."""
    answer = client.get(f"/api/tasks/{id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def until(
    client: httpx.Client, id: str, met: Callable[[dict[str, Any]], bool], seconds: float = 60
) -> dict[str, Any]:
    """Looks at a task until a condition is met."""
    limit = time.monotonic() + seconds
    while True:
        found = task(client, id)
        if met(found):
            return found
        assert found["state"] not in FINAL, found
        assert time.monotonic() < limit, found
        time.sleep(0.02)


def ended(found: dict[str, Any]) -> bool:
    """Whether a task has ended."""
    return found["state"] in FINAL


def working(found: dict[str, Any]) -> bool:
    """Whether pictures are being made."""
    progress = found["progress"]
    return bool(progress["stage"] == "clipping" and progress["percent"] > 0)


def left(folder: Path) -> list[str]:
    """Files of the server's folders that no finished clip is: whatever is in the making."""
    return [
        str(path.relative_to(folder))
        for root in ("ToUpload", "Downloads", "Uploads")
        for path in sorted((folder / root).rglob(".*"))
        if path.name not in KEPT
    ]
