"""How quick the server answers while it works: the plan's first test, at its full size.

The server runs with two workers, both busy with vertical clips of a 1080p video, one after the
other, for as long as is measured. `GET /api/health` is asked at fixed times, whether or not the
requests before are answered, and an answer's time counts from when its request was due. The one who
asks is a process of its own on the same cores. A WebSocket is open meanwhile, and how late its
pings come is measured.

For comparison, in the same run: the plan's fix, which is FFmpeg in child processes, two at a time,
each waited for in a thread pool by the same kind of server; and the negative control, the same
server with an endpoint that calls the blocking twin.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from measure import machine
from proof import tell
from report import table, write_section
from serving import SERVE, Latencies, Served, load, served
from websockets.asyncio.client import connect

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "media/sample.mp4"
CONTROL = (str(ROOT / "tests/python/serve/blocking.py"),)
POOL = (str(ROOT / "benches/pool_server.py"),)
RATE = 75.0
WORKERS = 2
P99_BAR_MS, MAX_BAR_MS, PING_BAR_MS = 10.0, 50.0, 1000.0
PING_SECONDS = 10.0
Work = Callable[[Served], AbstractAsyncContextManager[None]]


def ask(server: Served, path: str, body: dict[str, Any] | None = None) -> Any:
    """One request; blocks."""
    request = urllib.request.Request(
        server.url + path,
        None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def body_of(server: Served, seconds: float) -> dict[str, Any]:
    """A vertical clip of the sample with captions, its words given."""
    source = server.folder / "Uploads/sample/talk.mp4"
    source.parent.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        shutil.copyfile(SAMPLE, source)
    words = [{"word": "word", "start": second, "end": second + 0.5} for second in range(1, 60)]
    clip = {"start": 1.0, "end": 1.0 + seconds, "text": "words", "words": words}
    url = "upload:sample/talk.mp4"
    return {"url": url, "format": "vertical_9x16", "preanalyzed_clips": [clip]}


@asynccontextmanager
async def idle(server: Served) -> AsyncIterator[None]:
    """Nothing to do."""
    yield


@asynccontextmanager
async def busy(server: Served) -> AsyncIterator[None]:
    """Always work for both workers, and one waiting."""
    body = body_of(server, 20)

    async def feed() -> None:
        while True:
            await asyncio.to_thread(ask, server, "/api/process", body)

    feeding = [asyncio.ensure_future(feed()) for _ in range(WORKERS + 1)]
    try:
        await until_busy(server)
        yield
        assert not [task for task in feeding if task.done()], "the work ended"
        assert (await asyncio.to_thread(ask, server, "/api/health"))["running"] == WORKERS
    finally:
        for task in feeding:
            task.cancel()
        for task in (await asyncio.to_thread(ask, server, "/api/tasks"))["tasks"]:
            if task["state"] in ("queued", "running"):
                await asyncio.to_thread(cancel, server, task["task_id"])
        await asyncio.gather(*feeding, return_exceptions=True)


def cancel(server: Served, task: str) -> None:
    """Cancels a task."""
    request = urllib.request.Request(f"{server.url}/api/tasks/{task}", method="DELETE")
    urllib.request.urlopen(request, timeout=60).close()


async def until_busy(server: Served) -> None:
    """Waits until both workers make pictures."""
    while True:
        tasks = (await asyncio.to_thread(ask, server, "/api/tasks"))["tasks"]
        if sum(task["progress"]["stage"] == "clipping" for task in tasks) >= WORKERS:
            return
        await asyncio.sleep(0.05)


@asynccontextmanager
async def pooled(server: Served) -> AsyncIterator[None]:
    """The plan's fix at work."""
    feeding = [
        asyncio.ensure_future(asyncio.to_thread(ask, server, "/api/process", {}))
        for _ in range(WORKERS)
    ]
    try:
        await asyncio.sleep(1)
        yield
        assert not [task for task in feeding if task.done()], "the work ended"
    finally:
        server.process.terminate()
        await asyncio.gather(*feeding, return_exceptions=True)


@asynccontextmanager
async def blocked(server: Served) -> AsyncIterator[None]:
    """The negative control: one request that is waited for in the loop's thread."""
    body = body_of(server, 3)
    asking = asyncio.ensure_future(asyncio.to_thread(ask, server, "/control/process", body))
    yield
    await asking


async def pings(server: Served, late: list[float]) -> None:
    """Milliseconds by which each ping is later than the period after the one before."""
    async with connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        before = time.perf_counter()
        async for text in socket:
            if json.loads(text)["type"] == "ping":
                now = time.perf_counter()
                late.append((now - before - PING_SECONDS) * 1000)
                before = now


async def measure(server: Served, work: Work, seconds: float) -> tuple[Latencies, list[float]]:
    """Times of answers, and of pings where the server has a WebSocket."""
    late: list[float] = []
    async with work(server):
        listening = asyncio.ensure_future(pings(server, late))
        measured = await load(server.port, "/api/health", RATE, seconds)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await listening
    return measured, late


def run(command: tuple[str, ...], work: Work, seconds: float) -> tuple[Latencies, list[float]]:
    """Measures a server of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), command, workers=WORKERS, shutdown_mode="now") as server,
    ):
        return asyncio.run(measure(server, work, seconds))


def row(name: str, measured: Latencies, judged: bool) -> list[str]:
    """One line of the table."""
    p99, most = measured.quantile(0.99), measured.max
    met = "yes" if p99 < P99_BAR_MS and most < MAX_BAR_MS else "NO"
    figures = [f"{x:.2f}" for x in (measured.quantile(0.5), p99, most)]
    return [name, str(len(measured.times)), *figures, met if judged else "–"]


def main() -> None:
    """Measures, prints, and writes where asked. Fails where a bar is missed, or where the negative
    control is not found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    short = min(arguments.seconds, 20.0)
    nothing, _ = run(SERVE, idle, min(short, 5.0))
    ours, late = run(SERVE, busy, arguments.seconds)
    pool, _ = run(POOL, pooled, short)
    control, _ = run(CONTROL, blocked, 5.0)
    rows = [
        row("nothing else", nothing, False),
        row("two workers busy", ours, True),
        row("ffmpeg in a thread pool (the plan's fix)", pool, False),
        row("a blocking endpoint (control)", control, False),
    ]
    bars = f"p99 < {P99_BAR_MS:g}, max < {MAX_BAR_MS:g}"
    text = table(["answer in milliseconds, beside", "asked", "p50", "p99", "max", bars], rows)
    if late:
        text += f"\n\nPings while two workers were busy: {len(late)}, at most "
        text += f"{max(late):.1f} ms late (bar: {PING_BAR_MS:g})."
    print(text)
    if arguments.write:
        intro = (__doc__ or "").split("\n\n", 1)[1]
        command = "python benches/server.py --write"
        write_section("server", "The server", machine(None), command, intro, text)
    judge(arguments.seconds, ours, pool, control, late)


def judge(
    seconds: float, ours: Latencies, pool: Latencies, control: Latencies, late: list[float]
) -> None:
    """Tells the figures; ends with an error where a bar was missed."""
    p99, most, theirs = ours.quantile(0.99), ours.max, pool.quantile(0.99)
    found = (
        f"health beside two busy workers for {seconds:g} s: p99 {p99:.2f} ms, max {most:.2f} ms; "
        f"the plan's thread pool in the same run: {theirs:.2f} and {pool.max:.2f} ms"
    )
    bar = f"p99 < {P99_BAR_MS:g}, max < {MAX_BAR_MS:g}, p99 below the pool's"
    kept = [tell(27, found, bar, p99 < P99_BAR_MS and most < MAX_BAR_MS and p99 < theirs)]
    if seconds >= 2 * PING_SECONDS:
        worst = max(late, default=float("inf"))
        found = f"{len(late)} WebSocket pings meanwhile, at most {worst:.1f} ms late"
        kept.append(tell(27, found, f"<= {PING_BAR_MS:g} ms", worst <= PING_BAR_MS))
    if control.max < MAX_BAR_MS:
        sys.exit("the control was not found: this measurement cannot fail")
    if not all(kept):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
