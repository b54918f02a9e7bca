"""Tasks outlive the server: they are listed with their results, and can be repeated."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx

from conftest import Media
from serve.asking import clip, ended, put, short_work, submit, until
from serve.conftest import Start
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app


def all_of(client: httpx.Client) -> list[dict[str, Any]]:
    """All tasks, with their results."""
    listed = client.get("/api/tasks").json()["tasks"]
    return [client.get(f"/api/tasks/{task['task_id']}").json() for task in listed]


def test_ended_tasks_are_listed_after_a_restart_as_they_were(start: Start, media: Media) -> None:
    server = start(workers=1)
    with httpx.Client(base_url=server.url, timeout=60) as client:
        source = put(server.folder, media.long)
        made = submit(client, short_work(source, format="reels", client_id="me"))
        failed = submit(client, {"url": "http://10.0.0.1/v.mp4"})
        plan = {"source": source, "parts": [{"start": 0, "end": 0.5}]}
        rendered = submit(client, plan, "/api/render")
        cancelled = submit(client, short_work(source, preanalyzed_clips=[clip(1, 50)]))
        client.delete(f"/api/tasks/{cancelled}")
        for id in (made, failed, rendered, cancelled):
            until(client, id, ended)
        before = all_of(client)
    assert {task["state"] for task in before} == {"succeeded", "failed", "cancelled"}
    server.stop()
    again = start(workers=1)
    with httpx.Client(base_url=again.url, timeout=60) as client:
        assert all_of(client) == before
        repeated = client.post(f"/api/tasks/{cancelled}/retry").json()["task_id"]
        client.delete(f"/api/tasks/{repeated}")
        until(client, repeated, ended)
        assert len(all_of(client)) == len(before) + 1
        assert client.post(f"/api/tasks/{made}/retry").status_code == 409


def line(id: str, kind: str, body: dict[str, Any], **more: object) -> str:
    """A task that was taken in, as an earlier start wrote it down."""
    request = {"kind": kind, "source": "somewhere", "body": json.dumps(body), **more}
    taken = {"event": "taken", "task_id": id, "asked": request, "retry_of": None}
    return json.dumps(taken | {"created_at": 1.0}) + "\n"


def test_a_repeated_request_is_confined_as_it_was_at_first(tmp_path: Path) -> None:
    """Whoever can write the file gets no further than with a request."""
    plan = {"parts": [{"start": 0, "end": 0.5}]}
    lines = {
        line("file", "process", {"url": "/etc/passwd"}): 422,
        line("gone", "process", {"url": "upload:no/such.mp4"}): 404,
        line("bad", "process", {"url": 5}): 422,
        line("hear", "analyze", {"url": "file:///etc/passwd"}): 422,
        line("plan", "render", {"source": "/etc/passwd", **plan}): 422,
        line("odd", "unknown", {}): None,
        line("old", "process", {}, later="a field of another version"): 422,
    }
    settings = settings_in(tmp_path)
    settings.journal.parent.mkdir()
    settings.journal.write_text("".join(lines))

    async def main() -> None:
        async with asked(create_app(settings)) as client:
            listed = (await client.get("/api/tasks")).json()["tasks"]
            assert len(listed) == sum(status is not None for status in lines.values())
            assert {task["state"] for task in listed} == {"failed"}
            for text, status in lines.items():
                id = json.loads(text)["task_id"]
                told = await client.post(f"/api/tasks/{id}/retry")
                assert told.status_code == (status or 404), told.text

    asyncio.run(main())


def end(id: str, **more: object) -> str:
    """That it ended, as an earlier start wrote it down."""
    told = {"event": "ended", "task_id": id, "started_at": 1.5, "finished_at": 2.0}
    how = {"percent": 100.0, "stage": "complete", "message": "", "result": {}, "error": None}
    return json.dumps(told | how | more) + "\n"


STRANGE: list[dict[str, object]] = [
    {"result": [1]},
    {"result": "made"},
    {"finished_at": "inf"},
    {"finished_at": None},
    {"percent": "x"},
    {"percent": 10**400},
    {"started_at": []},
    {"stage": 5},
    {"error": {"kind": "io"}},
    {"error": {"kind": "io", "stage": None, "message": "m", "context": {"path": 5}}},
]


def test_what_is_strange_is_left_out_and_what_is_not_is_shown(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, state_file=tmp_path / "state.jsonl")
    body = {"url": "upload:a/b.mp4"}
    text = line("good", "process", body) + end("good")
    for number, fault in enumerate(STRANGE):
        text += line(f"t{number}", "process", body) + end(f"t{number}", **fault)
    settings.journal.write_text(text)

    async def main() -> None:
        async with asked(create_app(settings)) as client:
            listed = (await client.get("/api/tasks")).json()["tasks"]
            assert [task["task_id"] for task in listed] == ["good"]
            assert (await client.get("/api/tasks/good")).json()["result"] == {}
            assert (await client.get("/api/history")).json()["total"] == 1

    asyncio.run(main())


def test_the_oldest_are_forgotten_also_when_the_server_broke_off(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, keep_tasks=3, state_file=tmp_path / "state.jsonl")
    body = {"url": "upload:a/b.mp4"}
    settings.journal.write_text("".join(line(f"t{n}", "process", body) for n in range(5)))

    async def ids() -> list[str]:
        async with asked(create_app(settings)) as client:
            listed = (await client.get("/api/tasks")).json()["tasks"]
            return [task["task_id"] for task in listed]

    for _ in range(2):
        assert asyncio.run(ids()) == ["t4", "t3", "t2"]
