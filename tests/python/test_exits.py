"""The interpreter ends cleanly at any moment, and a fork of a busy process harms neither side.

A few times here; `make prove` repeats them (`YTC_EXITS`, `YTC_FORKS`; a failing `YTC_SEED` can be
replayed).
"""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from proof import tell

from conftest import Media

EXITS = int(os.environ.get("YTC_EXITS", "14"))
FORKS = int(os.environ.get("YTC_FORKS", "20"))
SEED = int(os.environ.get("YTC_SEED", random.randrange(10**6)))
LIMIT = 5.0
BUSY = """
import asyncio, logging, os, random, signal, sys, threading, time
import ytclipper_rs as yt
logging.basicConfig(level=logging.DEBUG, stream=open(os.devnull, "w"))
source, pause = sys.argv[1], float(sys.argv[2])
SLOW = yt.EncodeSpec(preset="slow", fps=240)
engine = yt.Engine(workers=2)
jobs = [engine.render(yt.RenderPlan(source, f"{n}.mp4", encode=SLOW)) for n in range(3)]
for job in jobs:
    job.add_done_callback(lambda job: (job.state, job.exception()))
def listen():
    for job in jobs:
        list(job.iter_events())
for _ in range(3):
    threading.Thread(target=listen, daemon=True).start()
def leave(*_):
    print(time.time(), flush=True)
    sys.exit(0)
"""
# How a process ends, and the exit status that it then has.
ENDS = {
    "normal": ("time.sleep(pause); leave()", 0),
    "exception": ("time.sleep(pause); print(time.time(), flush=True); raise KeyError('end')", 1),
    "sigterm": (
        "signal.signal(signal.SIGTERM, leave)\n"
        "threading.Timer(pause, os.kill, (os.getpid(), signal.SIGTERM)).start()\n"
        "jobs[0].exception()",
        0,
    ),
    "sigint": (
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(pause, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try: engine.shutdown()\n"
        "except KeyboardInterrupt: leave()",
        0,
    ),
    "loop_closed": (
        "loop = asyncio.new_event_loop()\n"
        "tasks = [loop.create_task(asyncio.wait_for(job, 60)) for job in jobs]\n"
        "loop.run_until_complete(asyncio.sleep(pause))\n"
        "[task.cancel() for task in tasks]\n"
        "loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))\n"
        "loop.close(); leave()",
        0,
    ),
    "engine_dropped": ("time.sleep(pause); del engine, jobs, job; leave()", 0),
    "asyncio_exit": (
        "async def main():\n"
        "    async with engine:\n"
        "        await asyncio.sleep(pause)\n"
        "        leave()\n"
        "asyncio.run(main())",
        0,
    ),
}


# Without what closes engines when the interpreter ends.
UNGUARDED = """
import atexit
from ytclipper_rs import _exit
atexit.unregister(_exit._close_all)
"""


def end(name: str, pause: float, source: Path, folder: Path, before: str = "") -> float:
    """Runs a busy process to its end, which must be clean; seconds that the end took."""
    code, status = ENDS[name]
    command = [sys.executable, "-c", BUSY + before + code, str(source), str(pause)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    told = f"{name} after {pause:.3f} s: {done.returncode}\n{done.stderr}"
    took = time.time() - float(done.stdout.split()[0])
    assert done.returncode == status, told
    assert "Fatal" not in done.stderr, told
    assert "KeyError: 'end'" in done.stderr if status else done.stderr == "", told
    assert list(folder.iterdir()) == [], told
    return took


@pytest.mark.timeout(30 + 10 * EXITS)
def test_the_interpreter_ends_cleanly_at_any_moment(media: Media, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    names = itertools.islice(itertools.cycle(ENDS), EXITS)
    took = [end(name, chance.uniform(0, 0.6), media.long, tmp_path) for name in names]
    found = (
        f"{EXITS} exits of a busy interpreter at random points, in {len(ENDS)} ways, seed {SEED}: "
        f"the slowest took {max(took):.2f} s, 0 signals"
    )
    assert tell(14, found, f"<= {LIMIT:g} s, 0", max(took) <= LIMIT)


def test_an_exit_without_the_guard_is_noticed(media: Media, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="normal after"):
        end("normal", 1.0, media.long, tmp_path, UNGUARDED)


# What a callback may be at when the interpreter ends: it never comes back, or too late.
STUCK = {
    "waits for a thread that waits for the engine": (
        "waiting = threading.Thread(target=engine.shutdown, daemon=True)\n"
        "def callback(job):\n"
        "    inside.set()\n"
        "    waiting.start()\n"
        "    waiting.join()\n"
    ),
    "asks for the GIL again and again": (
        "def callback(job):\n    inside.set()\n    while True:\n        time.sleep(0.0001)\n"
    ),
    "raises, and the hook never returns": (
        "def hook(unraisable):\n"
        "    inside.set()\n"
        "    while True:\n"
        "        time.sleep(0.0001)\n"
        "sys.unraisablehook = hook\n"
        "def callback(job):\n"
        "    raise KeyError\n"
    ),
}
LEAVE_STUCK = """
inside = threading.Event()
engine.probe(source).add_done_callback(callback)
inside.wait()
time.sleep(pause)
leave()
"""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("way", STUCK)
def test_a_callback_that_never_returns_does_not_keep_the_interpreter(
    way: str, media: Media, tmp_path: Path
) -> None:
    # An engine of its own: nothing is delivered by one that is busy.
    code = "engine = yt.Engine(workers=1)\n" + STUCK[way] + LEAVE_STUCK
    ENDS[way] = (code, 0)
    assert end(way, 0.1, media.long, tmp_path) <= LIMIT


FORGOTTEN = """
import sys
import ytclipper_rs as yt
def work():
    encode = yt.EncodeSpec(preset="slow", fps=240)
    job = yt.Engine(1).render(yt.RenderPlan(sys.argv[1], "forgotten.mp4", encode=encode))
    next(event for event in job.iter_events() if event.percent > 0)
work()
"""


def test_an_engine_that_was_let_go_of_leaves_nothing_at_exit(media: Media, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORGOTTEN, str(media.long)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


FORKING = """
import struct
count, seed = int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
def child(number):
    begun = time.perf_counter()
    job = jobs[0]
    calls = (
        engine.jobs, engine.stats, engine.shutdown, lambda: engine.job(1),
        lambda: engine.probe(source), lambda: asyncio.run(engine.aclose()),
        job.result, job.exception, job.cancel, job.done, lambda: job.state, lambda: job.progress,
        lambda: job.add_done_callback(print), lambda: list(job.iter_events()),
        lambda: asyncio.run(asyncio.wait_for(job, 1)),
    )
    for call in calls:
        try:
            call()
        except yt.EngineForked:
            continue
        os._exit(11)
    if "forked" not in repr(job) or "forked" not in repr(engine):
        os._exit(13)
    told = time.perf_counter() - begun
    if told > 1:
        os._exit(12)
    os.write(telling[1], struct.pack("d", told))
    if number % 4 == 0:
        with yt.Engine(workers=1) as own:
            own.probe(source).result(10)
    if number % 2:
        os._exit(0)
    sys.exit(0)
telling = os.pipe()
took = []
def ended(pid, limit):
    while time.monotonic() < limit:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    return "hung"
while jobs[0].progress.percent == 0:
    time.sleep(0.01)
for number in range(count):
    time.sleep(chance.uniform(0, 0.02))
    pid = os.fork()
    if pid == 0:
        child(number)
    status = ended(pid, time.monotonic() + 10)
    if status != 0:
        sys.exit(f"child {number}: {status}")
    took += struct.unpack("d", os.read(telling[0], 8))
    if jobs[0].done():
        jobs[0] = engine.render(yt.RenderPlan(source, f"more{number}.mp4", encode=SLOW))
seen = jobs[0].progress.seq
if not jobs[0].done():
    next(job for job in jobs[0].iter_events(since=seen))
print(f"the slowest took {max(took):.3f} s", flush=True)
leave()
"""


@pytest.mark.timeout(60 + 3 * FORKS)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_forks_of_a_busy_process_are_told_and_the_parent_works_on(
    media: Media, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    command = [sys.executable, "-c", BUSY + FORKING, str(media.long), "0", str(FORKS), str(SEED)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=55 + 3 * FORKS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    found = (
        f"{FORKS} forks of a busy process, seed {SEED}: each child got EngineForked, "
        f"{done.stdout.splitlines()[0]} for that; the parent's jobs went on"
    )
    assert tell(15, found, "all, <= 1 s", True)
