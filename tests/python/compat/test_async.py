"""In an event loop, in threads, after a fork: who is called where, and nobody waits in vain."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from compat.conftest import SPEECH_MODEL
from compat.table import keys
from conftest import Media, Script, ffmpeg
from ytclipper_rs import compat

LAG = 0.5
"""Seconds: far more than a healthy loop needs, far less than a call that blocked it would take."""
Progress = dict[str, Any]


@pytest.fixture
def quick(media: Media, tmp_path: Path) -> dict[str, Any]:
    """A fused clip of 2 s."""
    return {
        "video_path": media.video,
        "start_time": 0,
        "end_time": 2,
        "output_path": tmp_path / "clip.mp4",
    }


def assert_told(told: list[Progress], stage: str) -> None:
    assert told
    assert all(set(one) == keys("progress") for one in told)
    assert {one["stage"] for one in told} == {stage}
    percents = [one["percent"] for one in told]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert all(isinstance(one["message"], str) for one in told)


# Progress -----------------------------------------------------------------------------------------


def test_a_callback_is_called_in_the_event_loops_thread(talk: Path, tmp_path: Path) -> None:
    ffmpeg("-i", str(talk), "-c", "copy", str(tmp_path / "own.mp4"))
    told: list[Progress] = []
    threads: set[int] = set()

    def callback(progress: Progress) -> None:
        asyncio.get_running_loop()
        threads.add(threading.get_ident())
        told.append(progress)

    listener = compat.AudioTranscriber(SPEECH_MODEL)
    result = asyncio.run(listener.transcribe(tmp_path / "own.mp4", callback))
    assert result["success"], result
    assert_told(told, "transcribing")
    assert threads == {threading.get_ident()}


def test_a_callback_of_a_download_tells_its_stage(site: str, tmp_path: Path) -> None:
    told: list[Progress] = []
    downloader = compat.VideoDownloader(tmp_path)
    assert downloader.download_video_sync(f"{site}/video.mp4", told.append)["success"]
    assert_told(told, "downloading")


def test_a_callback_of_a_twin_is_called_in_the_callers_thread(quick: dict[str, Any]) -> None:
    told: list[Progress] = []
    threads: set[int] = set()

    def callback(progress: Progress) -> None:
        threads.add(threading.get_ident())
        told.append(progress)

    assert compat.render_clip_sync(**quick, progress_callback=callback)["success"]
    assert_told(told, "clipping")
    assert threads == {threading.get_ident()}


def test_an_async_callback_is_awaited(quick: dict[str, Any]) -> None:
    told: list[Progress] = []

    async def callback(progress: Progress) -> None:
        await asyncio.sleep(0)
        told.append(progress)

    assert asyncio.run(compat.render_clip(**quick, progress_callback=callback))["success"]
    assert_told(told, "clipping")


def test_what_a_callback_raises_is_reported_and_changes_nothing(
    quick: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: reported.append(str(told.exc_value)))

    def faulty(_: Progress) -> None:
        raise ValueError("my fault")

    async def unfit(_: Progress) -> None:
        raise AssertionError("is not run")

    assert asyncio.run(compat.render_clip(**quick, progress_callback=faulty))["success"]
    assert compat.render_clip_sync(**quick, progress_callback=faulty)["success"]
    assert set(reported) == {"my fault"}
    reported.clear()
    assert compat.render_clip_sync(**quick, progress_callback=unfit)["success"]
    assert "plain function" in reported[0]


# The host -----------------------------------------------------------------------------------------


def test_the_loop_stays_quick_while_clips_are_made(media: Media, tmp_path: Path) -> None:
    lags: list[float] = []

    async def main() -> list[Any]:
        clipper = compat.VideoClipper(tmp_path)
        work = asyncio.gather(*(clipper.create_clip(media.long, 0, 15) for _ in range(2)))
        while not work.done():
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - before)
        return await work

    assert all(result["success"] for result in asyncio.run(main()))
    assert len(lags) > 50
    assert max(lags) < LAG


def test_a_twin_blocks_the_loop_that_calls_it(media: Media, tmp_path: Path) -> None:
    """The negative control of the test above."""

    async def main() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.005)
                ticks += 1

        ticker = asyncio.create_task(tick())
        await asyncio.sleep(0.05)
        before = ticks
        assert compat.VideoClipper(tmp_path).create_clip_sync(media.long, 0, 10)["success"]
        during = ticks - before
        ticker.cancel()
        return during

    assert asyncio.run(main()) == 0


def test_a_twin_gives_the_gil_up_while_it_waits(media: Media, tmp_path: Path) -> None:
    lags: list[float] = []
    results: list[Any] = []

    def work() -> None:
        results.append(compat.VideoClipper(tmp_path).create_clip_sync(media.long, 0, 20))

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        before = time.perf_counter()
        time.sleep(0.005)
        lags.append(time.perf_counter() - before)
    thread.join()
    assert results[0]["success"]
    assert len(lags) > 50
    assert max(lags) < LAG


class Words(list[dict[str, Any]]):
    """Words that note the threads that read them."""

    def __init__(self) -> None:
        super().__init__([{"word": "a", "start": 0.0, "end": 1.0, "text": "a"}])
        self.readers: set[int] = set()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.readers.add(threading.get_ident())
        return super().__iter__()


@pytest.mark.parametrize("call", ["render_clip", "generate_clip_caption", "get_text_at_timestamp"])
def test_the_words_of_hours_are_read_beside_the_loop(call: str, quick: dict[str, Any]) -> None:
    words = Words()
    calls: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "render_clip": lambda: compat.render_clip(**quick, words=words),
        "generate_clip_caption": lambda: compat.CaptionGenerator({}).generate_clip_caption(
            words, 0, 2
        ),
        "get_text_at_timestamp": lambda: compat.AudioTranscriber().get_text_at_timestamp(
            words, 0, 2
        ),
    }
    told: Any = asyncio.run(calls[call]())
    assert told == "a" or told["captions_added"], told
    assert words.readers
    assert threading.get_ident() not in words.readers


@pytest.fixture
def submitters(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The threads that encode requests for the engine."""
    found: set[int] = set()
    submit = yt.Engine._submit

    def noted(engine: yt.Engine, spec: Any, options: Any) -> Any:
        found.add(threading.get_ident())
        return submit(engine, spec, options)

    monkeypatch.setattr(yt.Engine, "_submit", noted)
    return found


def test_the_words_of_hours_are_encoded_beside_the_loop(
    quick: dict[str, Any], tmp_path: Path, submitters: set[int]
) -> None:
    async def main() -> None:
        captions = compat.CaptionGenerator({})
        ass: Any = await captions.create_ass_subtitles(Words(), tmp_path / "a.ass")
        burnt = await captions.burn_captions(quick["video_path"], ass, tmp_path / "burnt.mp4")
        assert burnt["success"], burnt
        assert (await compat.render_clip(**quick, words=Words()))["success"]

    asyncio.run(main())
    assert submitters
    assert threading.get_ident() not in submitters


# Cancelling ---------------------------------------------------------------------------------------


class Held(Words):
    """Words that are not given until the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.given = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.asked.set()
        assert self.given.wait(20)
        return super().__iter__()


def test_a_task_that_is_cancelled_while_its_request_is_made_waits_for_its_cancelled_job(
    quick: dict[str, Any], shared: yt.Engine
) -> None:
    shared.pause()
    words = Held()

    async def main() -> list[str]:
        task = asyncio.create_task(compat.render_clip(**quick, words=words))
        await asyncio.to_thread(words.asked.wait, 20)
        task.cancel()
        await asyncio.sleep(0)  # the task sees it
        assert not shared.jobs()
        words.given.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return [job.state for job in shared.jobs()]

    assert asyncio.run(main()) == ["cancelled"]


def test_a_job_that_comes_when_nobody_waits_for_it_any_more_is_cancelled(
    quick: dict[str, Any], shared: yt.Engine
) -> None:
    shared.pause()
    words = Held()

    async def main() -> None:
        task = asyncio.create_task(compat.render_clip(**quick, words=words))
        await asyncio.to_thread(words.asked.wait, 20)
        for _ in range(2):  # the second ends the wait for the job, too
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        words.given.set()
        while not shared.jobs():
            await asyncio.sleep(0)
        (job,) = shared.jobs()
        with pytest.raises(yt.JobCancelled):
            await asyncio.wait_for(job, 20)

    asyncio.run(main())


async def _begun(engine: yt.Engine) -> yt.Job[Any]:
    """The engine's one job, in the middle of its work."""
    while not engine.jobs():
        await asyncio.sleep(0)
    (job,) = engine.jobs()
    async for event in job.events():
        if event.percent > 0:
            return job
    raise AssertionError("the job ended at once")


def test_a_cancelled_task_is_cancelled_and_its_job_has_stopped(
    media: Media, tmp_path: Path, shared: yt.Engine
) -> None:
    async def main() -> str:
        task = asyncio.create_task(compat.VideoClipper(tmp_path).create_clip(media.long, 0, 60))
        job = await _begun(shared)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return job.state

    assert asyncio.run(main()) == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_cancelling_a_batch_stops_all_of_it(
    media: Media, tmp_path: Path, shared: yt.Engine
) -> None:
    async def main() -> None:
        shared.pause()
        clips = [{"start": 0, "end": 1}, {"start": 1, "end": 2}]
        batch = compat.VideoClipper(tmp_path).create_clips_batch(media.video, clips)
        task = asyncio.create_task(batch)
        while len(shared.jobs()) < 2:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert {job.state for job in shared.jobs()} == {"cancelled"}
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_a_twin_and_its_job(script: Script, media: Media) -> None:
    code = """
import signal, sys, threading, os
import ytclipper_rs as yt
from ytclipper_rs import compat
engine = compat.get_engine()
engine.pause()
main = threading.main_thread().ident
def waits():
    frame, names = sys._current_frames()[main], set()
    while frame is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return {"waited", "result"} <= names
def interrupt():
    while not waits():
        pass
    os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Thread(target=interrupt).start()
try:
    compat.VideoClipper("temp").create_clip_sync(sys.argv[1], 0, 1)
except KeyboardInterrupt:
    print("interrupted", engine.jobs()[0].state)
"""
    done = script(code, media.video)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["interrupted", "cancelled"]


# The shared engine --------------------------------------------------------------------------------


def test_one_engine_is_made_when_it_is_needed(script: Script, media: Media) -> None:
    code = """
import sys, threading
from ytclipper_rs import compat
compat.shutdown()
before = threading.active_count()
found = set()
threads = [threading.Thread(target=lambda: found.add(compat.get_engine())) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
size = compat.VideoClipper().get_video_dimensions_sync(sys.argv[1])
print(before, len(found), compat.get_engine().stats().workers, *size)
"""
    done = script(code, media.video)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["1", "1", "2", "320", "240"]


def test_a_child_of_a_fork_gets_an_engine_of_its_own(script: Script, media: Media) -> None:
    code = """
import os, sys
from ytclipper_rs import compat
compat.configure(workers=1)
size = lambda: compat.VideoClipper().get_video_dimensions_sync(sys.argv[1])
print(*size(), flush=True)
child = os.fork()
if child == 0:
    print(*size(), compat.get_engine().stats().workers, flush=True)
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), *size())
"""
    done = script(code, media.video)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["320 240", "320 240 1", "0 320 240"]


def test_a_given_engine_is_used_and_says_in_a_child_that_it_is_the_parents(
    script: Script, media: Media
) -> None:
    code = """
import os, sys
import ytclipper_rs as yt
from ytclipper_rs import compat
engine = yt.Engine(workers=1)
compat.configure(engine)
assert compat.get_engine() is engine
child = os.fork()
if child == 0:
    print(compat.VideoClipper().get_video_dimensions_sync(sys.argv[1])["error"], flush=True)
    sys.exit(0)
os.waitpid(child, 0)
"""
    done = script(code, media.video)
    assert (done.returncode, done.stderr) == (0, "")
    assert "fork" in done.stdout


def test_an_engine_and_settings_are_not_given_together(engine: yt.Engine) -> None:
    with pytest.raises(TypeError, match="not both"):
        compat.configure(engine, workers=2)
    with pytest.raises(TypeError, match="wrokers"):
        compat.configure(wrokers=2)
    with pytest.raises(yt.InvalidSpec, match="workers"):
        compat.configure(workers=0)


def test_a_given_engine_is_closed_by_its_owner_alone(
    media: Media, tmp_path: Path, engine: yt.Engine
) -> None:
    compat.configure(engine)
    clipper = compat.VideoClipper(tmp_path)
    engine.pause()
    waiting = engine.probe(media.video)
    compat.shutdown("now", timeout=20)
    asyncio.run(compat.aclose("now", timeout=20))
    assert waiting.state == "queued"
    engine.resume()
    assert clipper.create_clip_sync(media.video, 0, 1)["success"]
    engine.shutdown()
    assert "shut down" in clipper.create_clip_sync(media.video, 0, 1)["error"]


def test_an_engine_that_was_made_here_is_closed_here(shared: yt.Engine) -> None:
    compat.shutdown("now", timeout=20)
    assert shared.stats().shut_down
    compat.configure(workers=1)
    engine = compat.get_engine()
    asyncio.run(compat.aclose("now", timeout=20))
    assert engine.stats().shut_down


def test_closing_does_not_block_the_loop(media: Media, tmp_path: Path) -> None:
    async def main() -> tuple[Any, Any]:
        clipper = compat.VideoClipper(tmp_path)
        task = asyncio.create_task(clipper.create_clip(media.long, 0, 10))
        while not compat.get_engine().jobs():
            await asyncio.sleep(0)
        await compat.aclose("drain")
        return await task, await clipper.create_clip(media.long, 0, 1)

    finished, refused = asyncio.run(main())
    assert finished["success"]
    assert not refused["success"]
