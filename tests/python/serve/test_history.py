"""What was done, and what was logged."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import httpx
import pytest
from serving import Served

import ytclipper_rs as yt
from serve.asking import ended, put, short_work, submit, until
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app
from ytclipper_rs.server.logs import LogRing
from ytclipper_rs.server.paths import PathNames
from ytclipper_rs.server.views import past

KEYS = {"task_id", "kind", "source", "format", "state", "finished_at", "elapsed_s"}


def test_the_history_tells_what_ended_the_newest_first(
    shared: Served, client: httpx.Client
) -> None:
    begun = time.time()
    source = put(shared.folder)
    made = submit(client, short_work(source))
    until(client, made, ended)
    failed = submit(client, {"url": "http://10.0.0.1/v.mp4"})
    until(client, failed, ended)
    told = client.get("/api/history").json()
    last, first = told["history"][:2]
    assert told["total"] == len(told["history"])
    assert set(last) == set(first) == KEYS | {"clips_created", "message"}
    assert (last["task_id"], last["state"], last["clips_created"]) == (failed, "failed", None)
    assert "private network" in last["message"]
    assert (first["task_id"], first["state"], first["clips_created"]) == (made, "succeeded", 1)
    assert (first["source"], first["message"]) == (source, "1 clip made")
    assert begun < first["finished_at"] < last["finished_at"] < time.time()
    assert len(client.get("/api/history", params={"limit": 1}).json()["history"]) == 1
    assert client.get("/api/history", params={"limit": 0}).status_code == 422


def test_the_history_is_computed_once_a_task(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))

    async def main() -> None:
        async with asked(app) as client:
            body = {"url": "http://10.0.0.1/v.mp4"}
            assert (await client.post("/api/process", json=body)).status_code == 422
            (task,) = app.state.service.tasks.ended()
            assert past(task) is past(task)
            assert (await client.get("/api/history")).json()["history"] == [past(task)]

    asyncio.run(main())


def test_the_log_tells_of_tasks_the_newest_first_and_without_paths(
    shared: Served, client: httpx.Client
) -> None:
    broken = shared.folder / "broken.mp4"
    broken.write_bytes(b"This is no video.\n" * 100)
    id = submit(client, {"url": put(shared.folder, broken)})
    until(client, id, ended)
    records = client.get("/api/logs").json()["logs"]
    ours = [record for record in records if id in record["message"]]
    assert [record["level"] for record in ours] == ["INFO", "INFO"]
    assert {record["logger"] for record in ours} == {"ytclipper_rs.server"}
    assert f"task {id} has ended, failed: upload:broken/talk.mp4" in ours[0]["message"]
    assert "is taken in" in ours[1]["message"]
    times = [record["time"] for record in records]
    assert times == sorted(times, reverse=True)
    assert any(record["logger"] == "uvicorn.error" for record in records)
    assert client.get("/api/logs", params={"level": "error"}).json() == {"logs": []}
    assert len(client.get("/api/logs", params={"limit": 1}).json()["logs"]) == 1


def test_records_are_bounded_and_faults_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path, keep_logs=3)
    hidden: list[str] = []

    async def main() -> None:
        async with asked(create_app(settings)) as client:
            logger = logging.getLogger("ytclipper_rs.tests")
            for number in range(5):
                logger.warning("warning %d of %s", number, tmp_path / "ToUpload/a/b.mp4")
            for fault in (ValueError("odd"), yt.NotFound("even")):
                try:
                    raise fault
                except (ValueError, yt.NotFound):
                    logger.exception("it failed")
            monkeypatch.setattr(PathNames, "hide", lambda _, text: hidden.append(text))
            told = (await client.get("/api/logs", params={"level": "warning"})).json()["logs"]
            monkeypatch.undo()
            assert [record["message"] for record in told] == [
                "it failed (NotFound('even'))",
                "it failed (ValueError)",
                "warning 4 of clip:a/b.mp4",
            ]

    asyncio.run(main())
    assert hidden == [], "once, as it came in"
    handlers = logging.getLogger("ytclipper_rs").handlers
    assert not [handler for handler in handlers if isinstance(handler, LogRing)]
