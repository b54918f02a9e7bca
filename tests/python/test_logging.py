"""The core's log in Python's `logging`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

import ytclipper_rs as yt
from conftest import Media, Script
from ytclipper_rs._log import emit, logger_name

LOGGER = logging.getLogger("ytclipper_rs")


class Keep(logging.Handler):
    """Keeps records and the threads that brought them."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.threads: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.threads.add(threading.get_native_id())


@pytest.fixture
def kept() -> Iterator[Keep]:
    handler = Keep()
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    yield handler
    LOGGER.setLevel(logging.NOTSET)
    LOGGER.removeHandler(handler)


def test_a_record_has_the_time_of_its_event_to_the_millisecond(kept: Keep) -> None:
    emit(logging.ERROR, "ytclipper::media", "told late", "a-worker", 1000.25, 0)
    (record,) = (record for record in kept.records if record.getMessage() == "told late")
    assert (record.created, record.msecs, record.threadName) == (1000.25, 250, "a-worker")
    told = logging.Formatter("%(asctime)s").format(record)
    assert told.endswith(",250")


def test_a_job_that_is_over_is_logged_by_the_dispatcher_thread(kept: Keep, media: Media) -> None:
    dispatcher: list[int] = []
    with yt.Engine() as engine:
        for path in (media.video, "no-such.mp4"):
            engine.probe(path).add_done_callback(
                lambda _: dispatcher.append(threading.get_native_id())
            )
    lines = [record.getMessage() for record in kept.records if "is over" in record.getMessage()]
    assert lines[0].startswith("a job is over job=")
    assert {line.split("state=")[1] for line in lines} == {'"succeeded"', '"failed"'}
    assert kept.threads == set(dispatcher)
    record = kept.records[0]
    assert record.levelno == logging.DEBUG
    assert record.name == "ytclipper_rs.engine.dispatcher"
    assert record.threadName == "ytc-dispatcher"


def test_what_nobody_listens_to_is_not_even_written(kept: Keep, media: Media) -> None:
    LOGGER.setLevel(logging.WARNING)
    with yt.Engine() as engine:
        engine.probe(media.video)
    assert kept.records == []


def test_a_handler_that_raises_or_submits_harms_nothing(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: unraisable.append(args.exc_value))
    engine = yt.Engine()
    refused: list[str] = []

    class Bad(Keep):
        def emit(self, record: logging.LogRecord) -> None:
            super().emit(record)
            try:
                engine.shutdown()
            except yt.WouldDeadlock as error:
                refused.append(error.kind)
            raise KeyError("handler")

    handler = Bad()
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    try:
        assert engine.probe(media.video).result(10).path == media.video
        engine.shutdown()
    finally:
        LOGGER.setLevel(logging.NOTSET)
        LOGGER.removeHandler(handler)
    assert refused == ["would_deadlock"]
    assert [type(error) for error in unraisable] == [KeyError]


def test_an_engine_without_a_handler_prints_nothing(script: Script, media: Media) -> None:
    code = "import sys, ytclipper_rs as yt\nwith yt.Engine() as e: e.probe(sys.argv[1])"
    done = script(code, media.video)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_child_of_a_fork_logs_its_own_engine(script: Script, media: Media) -> None:
    code = """
import logging, os, sys
import ytclipper_rs as yt
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s")
engine = yt.Engine()
if os.fork() == 0:
    with yt.Engine() as own:
        own.probe(sys.argv[1])
    sys.exit(0)
os.wait()
"""
    done = script(code, media.video)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["ytclipper_rs.engine.dispatcher"]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("ytclipper::media::input", "ytclipper_rs.media.input"),
        ("ytclipper", "ytclipper_rs"),
        ("whisper", "ytclipper_rs.whisper"),
    ],
)
def test_a_module_of_the_core_has_its_logger(target: str, name: str) -> None:
    assert logger_name(target) == name
