"""How quick the host stays: an asyncio loop ticks every 10 ms while the engine takes all cores.

One engine has a worker for each core; half of them encode and half transcribe, without a pause, in
the process of the loop. A tick's lag is how much later than asked it came. The loop awaits the jobs
and listens to their events meanwhile, as a server does.

For comparison the same work is done as a server without an engine would do it: FFmpeg in child
processes, one for each core, at the host's own priority, waited for in a thread pool.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from measure import machine, percentile
from proof import tell
from report import table, write_section

import ytclipper_rs as yt

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "media/sample.mp4"
TICK = 0.01
P99_BAR_MS = 5.0
MAX_BAR_MS = 40.0
Load = Callable[[], AbstractAsyncContextManager[None]]


def p99(lags: list[float]) -> float:
    """The lag that one tick of a hundred exceeds."""
    return percentile(lags, 0.99)


async def heartbeat(seconds: float, load: Load) -> list[float]:
    """Lags of the ticks in milliseconds while the load lasts."""
    lags: list[float] = []
    async with load():
        end = time.perf_counter() + seconds
        while (before := time.perf_counter()) < end:
            await asyncio.sleep(TICK)
            lags.append((time.perf_counter() - before - TICK) * 1000)
    return lags


@asynccontextmanager
async def idle() -> AsyncIterator[None]:
    """Nothing else to do."""
    yield


@asynccontextmanager
async def engine_at_work(model: str | None = "base") -> AsyncIterator[None]:
    """A worker for each core; every other one transcribes, where there is a model."""
    workers = os.cpu_count() or 2
    with tempfile.TemporaryDirectory() as name:
        engine = yt.Engine(workers=workers)
        loops = [
            asyncio.ensure_future(keep_working(engine, Path(name) / f"{number}.mp4", model, number))
            for number in range(workers)
        ]
        try:
            await all_at_work(engine, workers)
            yield
            failed = [loop for loop in loops if loop.done()]
            if failed:
                await asyncio.gather(*failed)
        finally:
            for loop in loops:
                loop.cancel()
            await engine.aclose("now")
            await asyncio.gather(*loops, return_exceptions=True)


async def keep_working(engine: yt.Engine, output: Path, model: str | None, number: int) -> None:
    """One job after the other, listened to and awaited."""
    for turn in itertools.count():
        job: yt.Job[yt.Transcript] | yt.Job[yt.RenderReport]
        if model is not None and number % 2:
            job = engine.transcribe(SAMPLE, model=model, cache=False)
        else:
            encode = yt.EncodeSpec(preset="medium", crf=23)
            layout = yt.Layout(mode="vertical", track="off")
            plan = yt.RenderPlan(SAMPLE, output, True, layout=layout, encode=encode)
            job = engine.render(plan)
        async for event in job.events():
            if event.percent > 0 and turn == 0:
                at_work.add(job.id)
        await job


at_work: set[int] = set()
"""Jobs that have reported."""


async def all_at_work(engine: yt.Engine, count: int) -> None:
    """Waits until that many jobs have reported."""
    at_work.clear()
    while len(at_work) < count:
        await asyncio.sleep(TICK)
        if any(job.state == "failed" for job in engine.jobs()):
            await asyncio.gather(*(job for job in engine.jobs() if job.done()))


@asynccontextmanager
async def blocked() -> AsyncIterator[None]:
    """The negative control: somebody waits for a job in the loop's own thread."""
    async with engine_at_work(None):
        with yt.Engine(workers=1) as engine, tempfile.TemporaryDirectory() as name:

            def wait() -> None:
                engine.clip(SAMPLE, 0, 2, Path(name) / "a.mp4").result()

            asyncio.get_running_loop().call_later(5 * TICK, wait)
            yield


@asynccontextmanager
async def children() -> AsyncIterator[None]:
    """The usual way: ffmpeg in child processes, each waited for by a thread of a pool."""
    command = (
        f"ffmpeg -nostdin -v error -stream_loop -1 -i {SAMPLE} -vf crop=608:1080,scale=1080:1920 "
        "-c:v libx264 -preset medium -crf 23 -c:a aac -f null -"
    )
    running = [subprocess.Popen(command.split()) for _ in range(os.cpu_count() or 2)]
    with ThreadPoolExecutor() as pool:
        waits = [asyncio.get_running_loop().run_in_executor(pool, child.wait) for child in running]
        try:
            await asyncio.sleep(1)
            yield
        finally:
            for child in running:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
            await asyncio.gather(*waits)


def row(name: str, lags: list[float], judged: bool) -> list[str]:
    """One line of the table."""
    met = "yes" if p99(lags) < P99_BAR_MS and max(lags) < MAX_BAR_MS else "NO"
    figures = [f"{x:.2f}" for x in (percentile(lags, 0.5), p99(lags), max(lags))]
    return [name, str(len(lags)), *figures, met if judged else "–"]


def main() -> None:
    """Measures, prints, and writes where asked. Fails where the bar is missed, or where the
    negative control is not found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    measured = {
        name: asyncio.run(heartbeat(seconds, load))
        for name, load, seconds in (
            ("nothing else", idle, 5.0),
            ("the engine, all workers busy", engine_at_work, arguments.seconds),
            ("ffmpeg in child processes", children, min(arguments.seconds, 20.0)),
            ("a blocking wait in the loop (control)", blocked, 5.0),
        )
    }
    judged = "the engine, all workers busy"
    rows = [row(name, lags, name == judged) for name, lags in measured.items()]
    bars = f"p99 < {P99_BAR_MS:g}, max < {MAX_BAR_MS:g}"
    text = table(["lag in milliseconds, beside", "ticks", "p50", "p99", "max", bars], rows)
    print(text)
    if arguments.write:
        intro = (__doc__ or "").split("\n\n", 1)[1]
        command = "python benches/heartbeat.py --write"
        write_section("heartbeat", "The host's heartbeat", machine(None), command, intro, text)
    if max(measured["a blocking wait in the loop (control)"]) < MAX_BAR_MS:
        raise SystemExit("the control was not found: this measurement cannot fail")
    lags = measured[judged]
    found = (
        f"a loop in the engine's process, all workers busy for {arguments.seconds:g} s: "
        f"{len(lags)} ticks, lag p99 {p99(lags):.2f} ms, max {max(lags):.2f} ms"
    )
    bar = f"p99 < {P99_BAR_MS:g}, max < {MAX_BAR_MS:g}"
    if not tell(27, found, bar, p99(lags) < P99_BAR_MS and max(lags) < MAX_BAR_MS):
        raise SystemExit("the bar was missed")


if __name__ == "__main__":
    main()
