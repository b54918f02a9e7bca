"""The plan's second test: many requests at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import Any

import httpx
import pytest
from proof import tell
from serving import Served
from websockets.asyncio.client import connect

from conftest import Media
from serve.asking import (
    SAMPLE,
    listed,
    long_work,
    put,
    short_work,
    submit,
    task,
    until,
    whole_work,
    working,
)
from serve.conftest import Start
from serve.size import WHOLE

WORKERS = 2


async def watch(server: Served, most: list[int]) -> None:
    """Notes how many jobs run at the same time."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        while True:
            most.append((await client.get("/api/health")).json()["running"])
            await asyncio.sleep(0.01)


async def hear(server: Served, client_id: str, told: list[dict[str, Any]]) -> None:
    """Listens until its task has ended."""
    async with connect(f"ws://127.0.0.1:{server.port}/ws?client_id={client_id}") as socket:
        async for text in socket:
            message = json.loads(text)
            told.append(message)
            if message["type"] == "task" and message["state"] not in ("queued", "running"):
                return


@pytest.mark.timeout(1800 if WHOLE else 120)
@pytest.mark.parametrize(("count", "real"), [(2, True), (10, WHOLE)])
def test_requests_at_once_all_finish_in_order_and_each_hears_of_its_own(
    start: Start, media: Media, count: int, real: bool
) -> None:
    server = start(workers=WORKERS, queue_capacity=10)
    source = put(server.folder, SAMPLE if real else media.long)
    work = whole_work if WHOLE else short_work
    told: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    most: list[int] = []

    async def main() -> list[httpx.Response]:
        listening = [
            asyncio.ensure_future(hear(server, f"client-{n}", told[n])) for n in range(count)
        ]
        while not all(told):  # each has been greeted
            await asyncio.sleep(0.01)
        watching = asyncio.ensure_future(watch(server, most))
        async with httpx.AsyncClient(base_url=server.url, timeout=1800) as client:
            bodies = (work(source, client_id=f"client-{n}") for n in range(count))
            answers = await asyncio.gather(
                *(client.post("/api/process", json=body) for body in bodies)
            )
        await asyncio.gather(*listening)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        return answers

    answers = asyncio.run(main())
    assert [answer.status_code for answer in answers] == [200] * count
    assert max(most) == WORKERS
    assert len({answer.json()["project_folder"] for answer in answers}) == count
    for answer, messages in zip(answers, told, strict=True):
        named = {message["task_id"] for message in messages if "task_id" in message}
        assert named == {answer.headers["x-task-id"]}
        percents = [m["percent"] for m in messages if m["type"] == "progress"]
        assert percents == sorted(percents)
        assert percents[-1] == 100
    with httpx.Client(base_url=server.url) as client:
        tasks = client.get("/api/tasks").json()["tasks"][::-1]
    begun = [task["started_at"] for task in tasks]
    assert [task["created_at"] for task in tasks] == sorted(task["created_at"] for task in tasks)
    for earlier, later in zip(begun, begun[WORKERS:], strict=False):
        assert earlier < later, "a later request overtook an earlier one"
    found = (
        f"{count} requests at once on {WORKERS} workers: begun in order, at most {max(most)} at a "
        "time, each client heard of its own only, all finished"
    )
    assert tell("S2", found, "all", True)


def test_one_more_than_the_queue_holds_is_asked_to_come_again(start: Start) -> None:
    server = start(workers=WORKERS, queue_capacity=8, retry_after=7)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        body = long_work(put(server.folder))
        ids = [submit(client, body) for _ in range(WORKERS)]
        for id in ids:
            until(client, id, working)
        ids += [submit(client, body) for _ in range(8)]
        for background in (True, False):
            refused = client.post("/api/process", params={"background": background}, json=body)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "7"
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["kind"] == "queue_full"
        states = [task(client, id)["state"] for id in ids]
        assert states == ["running"] * 2 + ["queued"] * 8
        assert client.get("/api/health").json()["queued"] == 8
        client.delete(f"/api/tasks/{ids[-1]}")
        until(client, ids[-1], lambda found: found["state"] == "cancelled")
        submit(client, body)


def request(server: Served, body: str) -> bytes:
    """A request for clips, for a line of the test's own."""
    head = f"POST /api/process HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def test_a_client_that_goes_away_does_not_end_its_job(start: Start, media: Media) -> None:
    server = start()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        source = put(server.folder, media.long)
        body = short_work(source, preanalyzed_clips=[{"start": 1, "end": 16}])
        body["full_transcript_words"] = [{"word": "word", "start": 1, "end": 2}]
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(request(server, json.dumps(body | {"client_id": "goes"})))
            found = listed(client, "goes")
            until(client, found["task_id"], working)
            line.setblocking(False)
            with pytest.raises(BlockingIOError):
                line.recv(1)  # it waits for its answer
        done = until(client, found["task_id"], lambda found: found["state"] == "succeeded")
        assert done["result"]["clips_created"] == 1
