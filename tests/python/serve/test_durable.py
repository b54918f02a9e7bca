"""What is answered by 202 is on disk, or says that it is not."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.asking import clip
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app

BODY = {"url": "http://10.0.0.1/v.mp4"}
WAIT = 20


async def background(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/api/process", params={"background": True}, json=BODY)


def test_no_task_is_accepted_before_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, released = threading.Event(), threading.Event()

    def blocked(_: int) -> None:
        begun.set()
        released.wait(WAIT)

    async def main() -> None:
        async with asked(create_app(settings_in(tmp_path))) as client:
            monkeypatch.setattr(os, "fdatasync", blocked)
            answer = asyncio.ensure_future(background(client))
            assert await asyncio.to_thread(begun.wait, WAIT)
            while not (await client.get("/api/history")).json()["history"]:
                await asyncio.sleep(0.01)
            assert not answer.done(), "the task is over, but not on disk"
            released.set()
            told = await answer
            assert (told.status_code, told.json()["durable"]) == (202, True)

    try:
        asyncio.run(main())
    finally:
        released.set()


@pytest.mark.parametrize("number", [28, 5])  # no space, input or output
def test_a_task_that_cannot_be_written_down_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(_: int) -> None:
        raise OSError(number, os.strerror(number))

    async def main() -> None:
        async with asked(create_app(settings_in(tmp_path))) as client:
            good = (await background(client)).json()
            await over(client, good["task_id"])
            monkeypatch.setattr(os, "fdatasync", failing)
            told = await background(client)
            assert (told.status_code, told.json()["durable"]) == (202, False)
            bad = await over(client, told.json()["task_id"])
            assert (bad["error"]["kind"], bad["durable"]) == ("download", False)
            listed = (await client.get("/api/tasks")).json()["tasks"]
            assert [task["durable"] for task in listed] == [False, True]
            records = (await client.get("/api/logs", params={"level": "warning"})).json()["logs"]
            assert "tasks cannot be kept" in records[0]["message"]
        monkeypatch.undo()
        async with asked(create_app(settings_in(tmp_path))) as client:
            listed = (await client.get("/api/tasks")).json()["tasks"]
            assert [task["task_id"] for task in listed] == [good["task_id"]]

    asyncio.run(main())


def test_large_tasks_are_forgotten_before_many(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, keep_bytes=50_000))
    clips = [clip(n, n + 1) | {"text": "x" * 9_000} for n in range(2)]

    async def main() -> None:
        async with asked(app) as client:
            for number in range(5):
                body = {**BODY, "preanalyzed_clips": clips, "client_id": f"c{number}"}
                told = await client.post("/api/process", params={"background": True}, json=body)
                await app.state.service.tasks.settled()
                assert told.status_code == 202, told.text
            while (await client.get("/api/history")).json()["total"] > 2:
                await asyncio.sleep(0.01)
            listed = (await client.get("/api/tasks")).json()["tasks"]
            assert [task["client_id"] for task in listed] == ["c4", "c3"]

    asyncio.run(main())


@pytest.mark.parametrize("place", ["a folder", "a file/tasks.jsonl"])
def test_a_place_that_cannot_be_written_does_not_keep_the_server_from_starting(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()

    async def main() -> None:
        settings = settings_in(tmp_path, state_file=tmp_path / place)
        async with asked(create_app(settings)) as client:
            told = await background(client)
            assert (told.status_code, told.json()["durable"]) == (202, False)
            assert (await over(client, told.json()["task_id"]))["state"] == "failed"
            records = (await client.get("/api/logs", params={"level": "warning"})).json()["logs"]
            assert "tasks cannot be kept" in records[-1]["message"]

    asyncio.run(main())
    assert (tmp_path / "a folder").is_dir()


async def over(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    """A task once it has ended."""
    while True:
        task: dict[str, Any] = (await client.get(f"/api/tasks/{id}")).json()
        if task["finished_at"] is not None:
            return task
        await asyncio.sleep(0.01)
