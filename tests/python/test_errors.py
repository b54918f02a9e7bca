"""Every kind of error is an exception of its own, and the builtin that a caller would catch."""

from __future__ import annotations

import asyncio
import errno
import pickle
from pathlib import Path

import pytest

import ytclipper_rs as yt
from conftest import Media
from ytclipper_rs import _native
from ytclipper_rs.exceptions import error_from_native

PARENTS: dict[str, tuple[type[yt.YtclipperError], type[BaseException]]] = {
    "invalid_spec": (yt.InvalidSpec, ValueError),
    "not_found": (yt.NotFound, FileNotFoundError),
    "is_directory": (yt.IsDirectory, IsADirectoryError),
    "unsupported_media": (yt.UnsupportedMedia, ValueError),
    "corrupt_media": (yt.CorruptMedia, ValueError),
    "limit_exceeded": (yt.LimitExceeded, ValueError),
    "download": (yt.DownloadError, ConnectionError),
    "model_unavailable": (yt.ModelUnavailable, LookupError),
    "no_space": (yt.NoSpace, OSError),
    "io": (yt.IoError, OSError),
    "cancelled": (yt.JobCancelled, yt.YtclipperError),
    "timeout": (yt.JobTimeout, TimeoutError),
    "queue_full": (yt.QueueFull, RuntimeError),
    "shut_down": (yt.ShutDown, RuntimeError),
    "worker_crashed": (yt.WorkerCrashed, RuntimeError),
    "would_deadlock": (yt.WouldDeadlock, RuntimeError),
    "engine_forked": (yt.EngineForked, RuntimeError),
    "internal": (yt.InternalError, RuntimeError),
}


def test_no_kind_of_the_core_is_forgotten() -> None:
    assert set(PARENTS) == set(_native.ERROR_KINDS)
    assert len({cls for cls, _ in PARENTS.values()}) == len(PARENTS)


@pytest.mark.parametrize("kind", _native.ERROR_KINDS)
def test_a_kind_is_its_class_and_the_builtin_and_survives_pickling(kind: str) -> None:
    cls, builtin = PARENTS[kind]
    made = error_from_native(
        kind, "clipping", "what happened", {"path": "a b.mp4", "field": "x[0]"}
    )
    for error in (made, pickle.loads(pickle.dumps(made))):
        assert type(error) is cls
        assert isinstance(error, builtin)
        assert isinstance(error, yt.YtclipperError)
        assert (error.kind, error.stage, error.message) == (kind, "clipping", "what happened")
        assert error.context == {"path": "a b.mp4", "field": "x[0]"}
        assert str(error) == "what happened"


def test_a_cancelled_job_is_not_a_cancelled_task() -> None:
    assert not issubclass(yt.JobCancelled, asyncio.CancelledError)


def test_a_missing_file_is_a_filenotfounderror_with_name_and_number(engine: yt.Engine) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        engine.probe("no-such.mp4").result(10)
    assert isinstance(caught.value, yt.NotFound)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, "no-such.mp4")


def test_what_is_no_video_is_told_apart(engine: yt.Engine, media: Media, tmp_path: Path) -> None:
    for source, kind in (
        (tmp_path, yt.IsDirectory),
        (media.text, yt.UnsupportedMedia),
        (media.empty, yt.CorruptMedia),
    ):
        assert type(engine.probe(source).exception(10)) is kind, source


def test_a_faulty_request_names_its_field_before_anything_runs(engine: yt.Engine) -> None:
    with pytest.raises(yt.InvalidSpec) as caught:
        engine.stitch("a.mp4", [(0, 1), (5, 5)], "b.mp4")
    assert caught.value.field == "parts[1].end"
    with pytest.raises(ValueError, match=r"encode\.crf"):
        engine.clip("a.mp4", 0, 1, "b.mp4", encode=yt.EncodeSpec(crf=99))
    assert engine.jobs() == []


def test_each_waiter_gets_an_exception_of_its_own(engine: yt.Engine) -> None:
    job = engine.probe("no-such.mp4")
    first, second = job.exception(), job.exception()
    assert first is not second
    assert str(first) == str(second)
