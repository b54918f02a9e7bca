"""A call that fails says why and does not raise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from compat.calls import BOTH, Call
from compat.table import TABLE
from conftest import Media
from ytclipper_rs import compat

both = pytest.mark.parametrize("call", BOTH, ids=lambda call: call.__name__)
CLIPPER, REELS = compat.VideoClipper("temp"), compat.ReelsProcessor()
CAPTIONS = compat.CaptionGenerator({})
MARKS = compat.WatermarkProcessor({"enabled": True, "text": "@me"})
ANALYZER, FILES = compat.SectionAnalyzer(), compat.FileManager("ToUpload")
LISTENER, DOWNLOADER = compat.AudioTranscriber("tiny.en"), compat.VideoDownloader("Downloads")
Arguments = tuple[Any, ...]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(result: Any) -> str:
    """The error of a failure."""
    assert set(result) == {"success", "error"}, result
    assert result["success"] is False
    return str(result["error"])


# A call for each that takes a file, with the file's name to be put in.
SOURCES: list[tuple[object, str, Callable[[str], Arguments]]] = [
    (CLIPPER, "create_clip", lambda source: (source, 0, 1)),
    (CLIPPER, "create_multipart_clip", lambda source: (source, [{"start": 0, "end": 1}])),
    (CLIPPER, "get_video_dimensions", lambda source: (source,)),
    (REELS, "convert_to_reels", lambda source: (source, "reel.mp4", False)),
    (MARKS, "add_watermark", lambda source: (source, "marked.mp4")),
    (LISTENER, "transcribe", lambda source: (source,)),
    (compat, "render_clip", lambda source: (source, 0, 1)),
]
each_source = pytest.mark.parametrize(
    ("owner", "name", "given"), SOURCES, ids=[name for _, name, _ in SOURCES]
)


@both
@each_source
def test_a_missing_file_is_named(
    call: Call, owner: object, name: str, given: Callable[[str], Arguments]
) -> None:
    error = told(call(owner, name, *given("no-such.mp4")))
    assert "no-such.mp4" in error
    assert "No such file" in error


@both
@each_source
def test_a_file_that_is_no_media_is_named(
    call: Call, owner: object, name: str, given: Callable[[str], Arguments], media: Media
) -> None:
    assert "text.mp4 is not media" in told(call(owner, name, *given(str(media.text))))


WRONG: list[tuple[object, str, Arguments, str]] = [
    (DOWNLOADER, "download_video", ("not a url",), "url: must be an http(s) URL"),
    (DOWNLOADER, "download_video", ("/etc/passwd",), "url: must be an http(s) URL"),
    (DOWNLOADER, "download_video", ("http://10.0.0.1/a.mp4",), "private"),
    (DOWNLOADER, "download_video", (None,), "url"),
    (CLIPPER, "create_clip", ("a.mp4", 5, 2), "must be after start (5 s), got 2"),
    (CLIPPER, "create_clip", ("a.mp4", -1, 2), "parts[0].start"),
    (CLIPPER, "create_clip", ("a.mp4", "x", 2), "start_time: must be a number"),
    (CLIPPER, "create_clip", ("a.mp4", float("nan"), 2), "start_time: must be a number"),
    (CLIPPER, "create_clip", (None, 0, 2), "video_path: must be a path"),
    (CLIPPER, "create_clip", ("a.mp4", 0, 2, "clip.avi"), "output"),
    (CLIPPER, "create_clip", ("a.mp4", 0, 2, None, "square"), "format_type: must be one of"),
    (CLIPPER, "create_multipart_clip", ("a.mp4", []), "parts: must have at least one"),
    (CLIPPER, "create_multipart_clip", ("a.mp4", [{"start": 1}]), "parts[0].end: is missing"),
    (CLIPPER, "create_multipart_clip", ("a.mp4", "x"), "parts: must be a list"),
    (CLIPPER, "create_clips_batch", ("a.mp4", [3]), "clips[0]: must be a dict"),
    (CLIPPER, "get_video_dimensions", ("",), "path"),
    (REELS, "convert_to_reels", ("a.mp4", None, True, True, "wide"), "output_format"),
    (REELS, "convert_to_reels", ("a.mp4", None, True, True, None, "b.png"), "ai_content_path"),
    (CAPTIONS, "create_ass_subtitles", ([{"word": "x"}], "a.ass"), "words[0].start: is missing"),
    (CAPTIONS, "create_ass_subtitles", ([], "a.ass", "x"), "clip_start_time"),
    (CAPTIONS, "burn_captions", ("a.mp4", "no-such.ass"), "no-such.ass"),
    (CAPTIONS, "generate_clip_caption", (["x"], 0, 1), "words[0]: must be a dict"),
    (MARKS, "add_watermark", ("a.mp4", None, {"enabled": True, "text": ""}), "watermark"),
    (MARKS, "add_watermark", ("a.mp4", None, "x"), "watermark_settings: must be a dict"),
    (LISTENER, "get_text_at_timestamp", ([{}], 0, 1), "segments[0].start: is missing"),
    (ANALYZER, "score_segment", ({"text": "x"},), "segment.start: is missing"),
    (ANALYZER, "find_interesting_clips", ({},), "segments: must be a list"),
    (ANALYZER, "adjust_clip_timing", ({"start": 1},), "clip.end: is missing"),
    (FILES, "create_project_folder", (None,), "title: must be text"),
    (FILES, "organize_clips", ([{"clip_path": "x.mp4"}], "p", {}, "reels"), "x.mp4"),
    (FILES, "organize_clips", ([{}], "p", {}, "reels"), "clips[0].clip_path"),
    (FILES, "organize_clips", ([], "p", {}, "avi"), "format_type"),
    (FILES, "get_project_summary", ("no-such",), "no-such"),
    (compat, "render_clip", ("a.mp4",), "start_time: must be a number"),
]


@both
@pytest.mark.parametrize(
    ("owner", "name", "given", "expected"), WRONG, ids=[f"{w[1]}-{w[3][:24]}" for w in WRONG]
)
def test_what_is_wrong_is_told(
    call: Call, owner: object, name: str, given: Arguments, expected: str
) -> None:
    assert expected in told(call(owner, name, *given))


def test_every_call_of_the_table_is_made_to_fail() -> None:
    """But those that answer with a bool."""
    failed = {name for _, name, _ in SOURCES} | {name for _, name, _, _ in WRONG}
    calls = {call for entry in TABLE for call in entry.calls}
    assert calls - failed == {"cleanup_video", "cleanup_temp_files"}


@both
def test_a_missing_speech_model_is_told_with_the_remedy(call: Call, media: Media) -> None:
    error = told(call(compat.AudioTranscriber("no-such"), "transcribe", media.video))
    assert "ytclipper models install no-such" in error


@both
def test_a_missing_face_model_is_told_with_the_remedy(
    call: Call, media: Media, tmp_path: Path
) -> None:
    compat.configure(face_model=tmp_path / "none.onnx")
    error = told(call(REELS, "convert_to_reels", media.video, "reel.mp4"))
    assert "ytclipper models install centerface" in error
    assert list(tmp_path.iterdir()) == []


@both
def test_a_setting_that_cannot_be_is_named(call: Call, media: Media) -> None:
    captions = compat.CaptionGenerator({"font_size": 9000})
    assert "font_size" in told(call(captions, "create_ass_subtitles", [], "a.ass"))
    assert "font_size" in told(
        call(
            compat, "render_clip", media.video, 0, 1, words=[], caption_settings={"font_size": "x"}
        )
    )


@both
def test_a_closed_engine_says_so(call: Call, media: Media) -> None:
    compat.shutdown("now", timeout=20)
    assert "shut down" in told(call(CLIPPER, "create_clip", media.video, 0, 1))
    compat.configure(workers=1)
    assert call(CLIPPER, "create_clip", media.video, 0, 1)["success"] is True


def test_a_full_queue_says_so(media: Media) -> None:
    compat.configure(workers=1, queue_capacity=1)
    engine = compat.get_engine()
    engine.pause()
    waiting = engine.probe(media.video)
    for call in BOTH:
        assert "queue" in told(call(CLIPPER, "create_clip", media.video, 0, 1))
    engine.resume()
    assert waiting.result(20).duration > 0


def test_a_cancelled_job_says_so(media: Media, shared: yt.Engine) -> None:
    shared.pause()

    async def main() -> Any:
        task = asyncio.create_task(CLIPPER.create_clip(media.video, 0, 1))
        while not shared.jobs():
            await asyncio.sleep(0)
        assert shared.jobs()[0].cancel()
        return await asyncio.wait_for(task, 20)

    assert "cancelled" in told(asyncio.run(main()))


def test_an_unforeseen_fault_is_an_answer_and_is_logged(
    media: Media, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(yt.Engine, "_submit", broken)
    for call in BOTH:
        assert told(call(CLIPPER, "create_clip", media.video, 0, 1)) == "broken"
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
