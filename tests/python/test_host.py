"""The host stays quick and ends cleanly, whatever the engine is doing."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import ytclipper_rs as yt
from conftest import SLOW, Media, Script

# A second is far more than a healthy interpreter needs and far less than a job that would hold
# the GIL takes.
LAG = 0.5
START = """
import sys, time, os, signal, threading
import ytclipper_rs as yt
SLOW = yt.EncodeSpec(preset="slow", fps=240)
def start(engine, name="slow.mp4"):
    job = engine.render(yt.RenderPlan(sys.argv[1], name, encode=SLOW))
    next(event for event in job.iter_events() if event.percent > 0)
    return job
"""


def test_threads_and_loops_tick_while_the_engine_works_and_is_waited_for(
    media: Media, tmp_path: Path
) -> None:
    lags: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.is_set():
            before = time.perf_counter()
            time.sleep(0.005)
            lags.append(time.perf_counter() - before)

    async def main(engine: yt.Engine) -> None:
        jobs = [engine.clip(media.long, 0, 30, tmp_path / f"{n}.mp4") for n in range(2)]
        waiter = threading.Thread(target=jobs[0].result)
        waiter.start()
        work = asyncio.gather(*jobs)
        while not work.done():
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - before)
        waiter.join()
        assert [report.frames for report in await work] == [900, 900]

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        with yt.Engine(workers=2) as engine:
            asyncio.run(main(engine))
    finally:
        stop.set()
        ticker.join()
    assert len(lags) > 50
    assert max(lags) < LAG


def test_submitting_does_not_wait_for_a_worker(media: Media, tmp_path: Path) -> None:
    with yt.Engine(workers=1) as engine:
        begun = time.perf_counter()
        for number in range(100):
            engine.render(yt.RenderPlan(media.long, tmp_path / f"{number}.mp4", encode=SLOW))
        took = time.perf_counter() - begun
        engine.shutdown("now", timeout=20)
    assert took < 2


def test_ctrl_c_interrupts_a_wait(script: Script, media: Media) -> None:
    code = (
        START
        + """
engine = yt.Engine()
job = start(engine)
signal.signal(signal.SIGALRM, signal.default_int_handler)
for wait in (job.result, lambda: job.result(60), lambda: list(job.iter_events()), engine.shutdown):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    begun = time.perf_counter()
    try:
        wait()
    except KeyboardInterrupt:
        print(time.perf_counter() - begun < 2, job.state)
"""
    )
    done = script(code, media.long)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["True", "running"] * 4


def test_ctrl_c_in_a_with_block_that_drains_cancels(script: Script, media: Media) -> None:
    code = (
        START
        + """
signal.signal(signal.SIGALRM, signal.default_int_handler)
try:
    with yt.Engine() as engine:
        job = start(engine)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
except KeyboardInterrupt:
    print(job.state, os.listdir())
"""
    )
    done = script(code, media.long)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "cancelled []\n"


def exits_quickly(script: Script, code: str, *arguments: object) -> None:
    done = script(START + code + "\nprint(time.time(), flush=True)", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.time() - float(done.stdout.split()[-1]) < 5, "from the last line to the exit"


def test_the_interpreter_exits_while_jobs_run(script: Script, media: Media, tmp_path: Path) -> None:
    exits_quickly(
        script, "engine = yt.Engine(); a = start(engine); b = start(engine, 'b.mp4')", media.long
    )
    assert list(tmp_path.iterdir()) == []


def test_the_interpreter_exits_while_threads_wait(script: Script, media: Media) -> None:
    code = """
engine = yt.Engine()
job = start(engine)
job.add_done_callback(lambda job: job.exception())
def wait():
    try:
        job.result()
    except yt.JobCancelled:
        pass
def listen():
    list(job.iter_events())
for target in [wait, listen] * 5:
    threading.Thread(target=target, daemon=True).start()
"""
    exits_quickly(script, code, media.long)


def test_the_interpreter_exits_while_a_loop_that_was_stopped_awaits(
    script: Script, media: Media
) -> None:
    code = """
import asyncio
engine = yt.Engine()
job = start(engine)
async def main():
    asyncio.get_running_loop().call_later(0.1, asyncio.get_running_loop().stop)
    await job
loop = asyncio.new_event_loop()
task = loop.create_task(main())
loop.run_forever()
task.cancel()
loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
loop.close()
"""
    exits_quickly(script, code, media.long)


def test_a_forked_child_is_told_and_ends_while_the_parent_works_on(
    script: Script, media: Media
) -> None:
    code = (
        START
        + """
engine = yt.Engine()
job = start(engine)
child = os.fork()
if child == 0:
    probe = lambda: engine.probe("a.mp4")
    for action in (engine.jobs, engine.stats, job.result, probe, engine.shutdown):
        try:
            action()
        except yt.EngineForked:
            print("forked", flush=True)
    with yt.Engine() as own:
        print(own.probe(sys.argv[1]).result().container, flush=True)
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), job.state)
"""
    )
    done = script(code, media.long)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["forked"] * 5 + ["mov,mp4,m4a,3gp,3g2,mj2", "0", "running"]
