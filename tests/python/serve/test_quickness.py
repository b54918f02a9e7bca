"""The plan's first test: the server answers while it works. The full form, with its bars, is
`benches/server.py`."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import load

from serve.asking import clip, long_work, put, short_work, submit, task, until, working
from serve.conftest import Start

pytestmark = pytest.mark.alone
RATE = 75.0
P99_MS, MAX_MS = 100.0, 400.0
"""Loose, as other work goes on where tests run; the plan asks for 100."""
CONTROL = (str(Path(__file__).with_name("blocking.py")),)


def test_health_answers_while_two_long_videos_are_processed(start: Start) -> None:
    server = start()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        source = put(server.folder)
        ids = [submit(client, long_work(source)) for _ in range(2)]
        for id in ids:
            until(client, id, working)
        measured = asyncio.run(load(server.port, "/api/health", RATE, 6))
        assert [task(client, id)["state"] for id in ids] == ["running"] * 2
        assert len(measured.times) == int(6 * RATE)
        assert measured.quantile(0.99) < P99_MS, measured.quantile(0.99)
        assert measured.max < MAX_MS, measured.max


def test_the_control_that_blocks_is_found_by_the_same_measurement(start: Start) -> None:
    server = start(CONTROL)
    # Longer than `MAX_MS` on any machine, as it decodes six seconds of 1080p.
    body = short_work(put(server.folder), preanalyzed_clips=[clip(1, 7)])
    answers = []

    def ask() -> None:
        answers.append(httpx.post(f"{server.url}/control/process", json=body, timeout=60))

    asking = threading.Thread(target=ask)
    asking.start()
    measured = asyncio.run(load(server.port, "/api/health", RATE, 3))
    asking.join()
    assert answers[0].status_code == 200, answers[0].text
    assert measured.max > MAX_MS


async def body_of(reader: asyncio.StreamReader) -> Any:
    """The JSON of an answer on a plain connection: a hundred of them cost a client little."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert head.startswith(b"HTTP/1.1 200"), head
    assert length is not None
    return json.loads(await reader.readexactly(int(length[1])))


def test_two_hundred_clients_poll_while_a_video_is_processed(start: Start) -> None:
    server = start()

    async def poll(id: str) -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        request = f"GET /api/tasks/{id} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        seen = []
        for _ in range(3):
            writer.write(request.encode())
            seen.append((await body_of(reader))["progress"]["percent"])
        writer.close()
        await writer.wait_closed()
        return seen

    async def main(id: str) -> None:
        for seen in await asyncio.gather(*(poll(id) for _ in range(200))):
            assert seen == sorted(seen)

    with httpx.Client(base_url=server.url, timeout=30) as client:
        id = submit(client, long_work(put(server.folder)))
        until(client, id, working)
        asyncio.run(main(id))
        assert task(client, id)["state"] == "running"
