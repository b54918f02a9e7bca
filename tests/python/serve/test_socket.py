"""The plan's third test: a WebSocket that stays open, and one that is lost and comes back."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from proof import tell
from serving import Served
from websockets.asyncio.client import ClientConnection, connect

from conftest import Media
from serve.asking import clip, put, short_work, submit
from serve.conftest import Start
from serve.size import WHOLE

PING = 10.0 if WHOLE else 0.2
LATE = 1.0


BRIEF = (clip(1, 7), clip(20, 26))
"""About a second's work, told of by a dozen messages."""
LONGER = (clip(1, 20), clip(30, 50)) * (25 if WHOLE else 1)
"""A few seconds' work; whole, more than a minute's."""
AT_LEAST = 60.0 if WHOLE else 0.0
Clips = Sequence[dict[str, Any]]


def socket_of(server: Served, **query: object) -> connect:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return connect(f"ws://127.0.0.1:{server.port}/ws?{asked}", max_queue=None)


async def start_work(server: Served, media: Media, clips: Clips = BRIEF) -> str:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        source = put(server.folder, media.long)
        body = short_work(source, preanalyzed_clips=clips, client_id="me")
        answer = await client.post("/api/process", params={"background": True}, json=body)
        return str(answer.json()["task_id"])


async def until_end(socket: ClientConnection) -> list[dict[str, Any]]:
    """All messages up to the task's end, each with the time at which it came."""
    told = []
    async for text in socket:
        told.append(json.loads(text) | {"at": time.monotonic()})
        if told[-1]["type"] == "task" and told[-1]["state"] == "succeeded":
            return told
    raise AssertionError("the connection was closed")


@pytest.mark.timeout(600)
def test_it_stays_open_for_the_whole_run_with_pings_on_time(start: Start, media: Media) -> None:
    server = start(ping_interval=PING)

    async def main() -> list[dict[str, Any]]:
        async with socket_of(server, client_id="me") as socket:
            await start_work(server, media, LONGER)
            return await until_end(socket)

    told = asyncio.run(main())
    assert told[0]["type"] == "connection"
    assert told[0]["client_id"] == "me"
    pings = [told[0]["at"]] + [message["at"] for message in told if message["type"] == "ping"]
    assert len(pings) > 3
    gaps = [later - earlier for earlier, later in itertools.pairwise(pings)]
    assert max(gaps) < PING + LATE
    progress = [message for message in told if message["type"] == "progress"]
    percents = [message["percent"] for message in progress]
    assert percents == sorted(percents)
    assert (progress[-1]["stage"], percents[-1]) == ("complete", 100)
    assert {"clipping", "complete"} <= {message["stage"] for message in progress}
    numbers = [message["seq"] for message in told[1:] if message["type"] != "ping"]
    assert numbers == list(range(1, len(numbers) + 1))
    lasted = told[-1]["at"] - told[0]["at"]
    assert lasted >= AT_LEAST
    found = (
        f"a WebSocket open for a run of {lasted:.0f} s: {len(pings) - 1} pings, at most "
        f"{max(gaps) - PING:.3f} s late; {len(percents)} reports, none lost, none back"
    )
    assert tell("S3", found, f"<= {LATE:g} s, 0", max(gaps) < PING + LATE)


@pytest.mark.timeout(600)
def test_nothing_is_lost_by_a_dropped_connection(start: Start, media: Media) -> None:
    server = start()

    async def main() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        async with (
            socket_of(server, client_id="other") as other,
            socket_of(server, client_id="me") as watching,
        ):
            seen: list[dict[str, Any]] = []
            last = drops = 0
            task = await start_work(server, media, LONGER)
            whole = asyncio.ensure_future(until_end(watching))
            while not seen or seen[-1].get("state") != "succeeded":
                async with socket_of(server, client_id="me", since=last) as socket:
                    hello = json.loads(await socket.recv())
                    assert hello["type"] == "connection"
                    for _ in range(3):
                        seen.append(json.loads(await socket.recv()))
                        last = seen[-1]["seq"]
                        if seen[-1].get("state") == "succeeded":
                            break
                    socket.transport.abort()  # a line that is cut, not closed
                    drops += 1
            assert drops > 2
            assert {message["task_id"] for message in seen} == {task}
            heard = [m for m in await whole if "seq" in m and m["type"] != "connection"]
            assert json.loads(await other.recv())["type"] == "connection"
            await other.close()
            assert {json.loads(text)["type"] async for text in other} <= {"ping"}
            return seen, heard

    seen, whole = asyncio.run(main())
    found = f"a connection cut every three messages: {len(seen)} of {len(whole)} received"
    same = [message["seq"] for message in seen] == [message["seq"] for message in whole]
    assert tell("S3", found, "each once, in order", same)


def test_a_client_of_another_start_gets_all_and_one_that_is_new_what_comes(
    start: Start, media: Media
) -> None:
    server = start()

    async def main() -> None:
        async with socket_of(server, client_id="me") as socket:
            await start_work(server, media)
            told = await until_end(socket)
        last = told[-1]["seq"]
        async with socket_of(server, client_id="me") as socket:
            assert json.loads(await socket.recv())["seq"] == last
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.2)
        async with socket_of(server, client_id="me", since=9999, instance="another") as socket:
            assert json.loads(await socket.recv())["instance"] == told[0]["instance"]
            assert json.loads(await socket.recv())["seq"] == 1

    asyncio.run(main())


def test_one_that_was_away_too_long_is_told(start: Start, media: Media) -> None:
    server = start(replay_messages=5)

    async def main() -> list[dict[str, Any]]:
        async with socket_of(server, client_id="me") as socket:
            await start_work(server, media)
            await until_end(socket)
        async with socket_of(server, client_id="me", since=1) as socket:
            return [json.loads(await socket.recv()) for _ in range(7)]

    hello, resync, *rest = asyncio.run(main())
    assert (hello["type"], resync["type"]) == ("connection", "resync")
    assert [message["seq"] for message in rest] == [resync["seq"] + n for n in range(1, 6)]


def test_progress_without_a_client_goes_to_all(start: Start, media: Media) -> None:
    server = start()

    async def main() -> None:
        async with socket_of(server) as one, socket_of(server) as two:
            names = {json.loads(await socket.recv())["client_id"] for socket in (one, two)}
            assert len(names) == 2
            with httpx.Client(base_url=server.url, timeout=30) as client:
                id = submit(client, short_work(put(server.folder, media.long)))
            for socket in (one, two):
                assert (await until_end(socket))[-1]["task_id"] == id

    asyncio.run(main())
