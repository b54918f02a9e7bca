"""What calls return: keys and values, over real media, awaited and blocking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from framing import truth

import ytclipper_rs as yt
from compat.calls import BOTH, Call
from compat.conftest import SPEECH_MODEL
from compat.table import keys
from conftest import Media, ffmpeg
from ytclipper_rs import compat

pytestmark = pytest.mark.timeout(180)
both = pytest.mark.parametrize("call", BOTH, ids=lambda call: call.__name__)
WORDS = [
    {"word": text, "start": 0.4 * at, "end": 0.4 * at + 0.3}
    for at, text in enumerate(("it", "was", "the", "best", "of", "times"))
]


def probed(path: str) -> yt.MediaInfo:
    return compat.get_engine().probe(path).result(20)


def size(path: str) -> tuple[int, int]:
    video = probed(path).video
    assert video is not None
    return video.width, video.height


# Sources ------------------------------------------------------------------------------------------


@both
def test_a_video_is_downloaded_and_removed(
    call: Call, media: Media, site: str, tmp_path: Path
) -> None:
    downloader = compat.VideoDownloader(tmp_path / "Downloads")
    result = call(downloader, "download_video", f"{site}/video.mp4")
    assert result["success"], result
    assert set(result) == keys("download_video")
    video = Path(result["video_path"])
    assert video.read_bytes() == media.video.read_bytes()
    assert video.name == f"{result['video_id']}.mp4"
    assert call(downloader, "cleanup_video", result["video_path"]) is True
    assert not video.exists()
    assert call(downloader, "cleanup_video", result["video_path"]) is False


@both
def test_only_what_was_downloaded_is_removed(call: Call, tmp_path: Path) -> None:
    own, inside = tmp_path / "own.mp4", tmp_path / "Downloads" / "x.mp4"
    own.touch()
    inside.parent.mkdir()
    (inside.parent / "link.mp4").symlink_to(own)
    downloader = compat.VideoDownloader(inside.parent)
    for outside in (own, inside.parent / ".." / "own.mp4", inside.parent / "link.mp4", None):
        assert call(downloader, "cleanup_video", outside) is False
    assert own.exists()


@both
def test_speech_becomes_segments_and_words(call: Call, talk: Path) -> None:
    transcriber = compat.AudioTranscriber(SPEECH_MODEL)
    result = call(transcriber, "transcribe", str(talk))
    assert result["success"], result
    assert set(result) == keys("transcribe")
    assert result["language"] == "en"
    assert result["audio_path"] is None
    segments = result["segments"]
    assert segments
    assert all(set(segment) == keys("segment") for segment in segments)
    words = [word for segment in segments for word in segment["words"]]
    assert all(set(word) == keys("word") for word in words)
    assert all(isinstance(word["start"], float) for word in words)
    text = call(transcriber, "get_text_at_timestamp", segments, 0, 6)
    assert text == result["full_text"].strip()
    assert talk.with_name("talk_transcript.json").exists()
    json.dumps(result)


# Clips --------------------------------------------------------------------------------------------


@both
def test_a_clip_is_cut(call: Call, media: Media, tmp_path: Path) -> None:
    clipper = compat.VideoClipper(tmp_path / "temp")
    assert call(clipper, "get_video_dimensions", media.video) == (320, 240)
    result = call(clipper, "create_clip", str(media.video), 1, 2.5)
    assert set(result) == keys("create_clip")
    assert (result["start_time"], result["end_time"], result["duration"]) == (1, 2.5, 1.5)
    assert Path(result["clip_path"]).parent == tmp_path / "temp"
    assert probed(result["clip_path"]).duration == pytest.approx(1.5, abs=0.05)
    again = call(clipper, "create_clip", str(media.video), 1, 2.5)
    assert again["clip_path"] != result["clip_path"], "two requests do not share a file"


@both
def test_a_given_output_is_replaced_and_the_end_is_the_sources(
    call: Call, media: Media, tmp_path: Path
) -> None:
    output = tmp_path / "new" / "clip.mp4"
    for end, expected in ((2.0, 2.0), (9.0, 4.0)):
        result = call(
            compat.VideoClipper(tmp_path), "create_clip", media.video, 1.0, end, output_path=output
        )
        assert result["clip_path"] == str(output)
        assert result["end_time"] == pytest.approx(expected, abs=0.05)
        assert probed(str(output)).duration == pytest.approx(expected - 1, abs=0.05)
    assert [path.name for path in output.parent.iterdir()] == ["clip.mp4"]


@both
def test_parts_are_joined(call: Call, media: Media, tmp_path: Path) -> None:
    parts = [{"start": 0.0, "end": 1.0}, {"start": 2.0, "end": 3.0}, {"start": 1.0, "end": 2.0}]
    result = call(compat.VideoClipper(tmp_path), "create_multipart_clip", media.video, parts)
    assert set(result) == keys("create_multipart_clip")
    assert (result["parts"], result["part_count"], result["is_multipart"]) == (parts, 3, True)
    assert result["duration"] == pytest.approx(3 - 2 * 0.1, abs=0.02)


@both
def test_each_clip_of_a_batch_succeeds_or_fails_alone(
    call: Call, media: Media, tmp_path: Path
) -> None:
    clips = [
        {"start": 0, "end": 1},
        {"start": 3, "end": 2},
        {"text": "no times"},
        {"parts": [{"start": 0, "end": 0.5}, {"start": 1, "end": 1.5}]},
        {"start": 50, "end": 60},
    ]
    folder = tmp_path / "batch"
    batch = call(compat.VideoClipper(), "create_clips_batch", media.video, clips, folder)
    assert [result["success"] for result in batch] == [True, False, False, True, False]
    assert set(batch[0]) == keys("create_clip")
    assert set(batch[3]) == keys("create_multipart_clip")
    assert len(list(folder.iterdir())) == 2


# Pictures -----------------------------------------------------------------------------------------


@both
def test_a_reel_without_detection_needs_no_model(call: Call, media: Media, tmp_path: Path) -> None:
    compat.configure(face_model=tmp_path / "none.onnx")
    short = call(compat.VideoClipper(tmp_path), "create_clip", media.video, 0, 1)["clip_path"]
    result = call(
        compat.ReelsProcessor(),
        "convert_to_reels",
        short,
        tmp_path / "reel.mp4",
        auto_detect=False,
        caption_text="Look: {at} this",
    )
    assert set(result) == keys("convert_to_reels")
    assert result["mode"] == "single"
    assert size(result["output_path"]) == (1080, 1920)
    crop = result["crop_params"]
    assert (crop["width"], crop["height"], crop["x"], crop["y"]) == (135, 240, 92, 0)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """1.5 s each: one person, two, one and then two, nobody."""
    folder = tmp_path_factory.mktemp("people")
    begins = {"still": 1.0, "both": 0.0, "bunny": 1.0}
    for name, start in begins.items():
        assert name in truth.names(), "make sample makes it"
        source = str(truth.load(name).video)
        cut = ("-ss", str(start), "-i", source, "-t", "1.5", "-c:v", "libx264", "-crf", "16")
        ffmpeg(*cut, "-preset", "veryfast", str(folder / f"{name}.mp4"))
    second = str(truth.load("second").video)
    ffmpeg("-i", second, "-t", "4.5", "-c:v", "libx264", "-crf", "20", str(folder / "second.mp4"))
    return {path.stem: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "options", "mode"),
    [
        ("still", {}, "single"),
        ("both", {}, "dual"),
        ("both", {"dynamic_mode": False}, "single"),
        ("second", {}, "dynamic"),
        ("bunny", {}, "smooth"),
        ("still", {"output_format": "stacked_photo"}, "stacked_photo"),
        ("still", {"output_format": "stacked_video"}, "stacked_video"),
    ],
)
def test_a_reel_has_the_mode_of_what_it_shows(
    people: dict[str, Path], tmp_path: Path, name: str, options: dict[str, Any], mode: str
) -> None:
    output = tmp_path / "reel.mp4"
    if mode == "stacked_video":
        options = {**options, "ai_content_path": people["bunny"]}
    result = BOTH[0](
        compat.ReelsProcessor(), "convert_to_reels", str(people[name]), output, **options
    )
    assert result["success"], result
    assert result["mode"] == mode, result["crop_params"]["modes"]
    crop = result["crop_params"]
    assert 0 < crop["width"] <= crop["source_width"]
    assert 0 < crop["height"] <= crop["source_height"]
    assert Path(crop["framing_path"]).exists()
    assert size(result["output_path"]) == (1080, 1920)


@both
def test_captions_are_written_and_burnt(call: Call, media: Media, tmp_path: Path) -> None:
    captions = compat.CaptionGenerator({"font_size": 80, "vertical_position": 50})
    words = [
        {"word": text, "start": 10 + 0.4 * at, "end": 10.3 + 0.4 * at}
        for at, text in enumerate(("it", "was", "the", "best"))
    ]
    ass = call(captions, "create_ass_subtitles", words, tmp_path / "a.ass", 10, 320, 240)
    assert ass == str(tmp_path / "a.ass")
    result = call(captions, "burn_captions", str(media.video), ass)
    assert set(result) == keys("burn_captions")
    assert result["output_path"] == str(media.video.with_name("video_captioned.mp4"))
    assert probed(result["output_path"]).duration == pytest.approx(4, abs=0.05)
    Path(result["output_path"]).unlink()
    assert call(captions, "generate_clip_caption", words, 10.5, 11.0) == "was the"


@both
def test_a_watermark_is_added_where_it_is_enabled(call: Call, media: Media, tmp_path: Path) -> None:
    settings = {"enabled": True, "type": "text", "text": "@me", "position": "bottom_left", "gap": 9}
    marks = compat.WatermarkProcessor({"watermark_settings": settings})
    result = call(marks, "add_watermark", str(media.video), tmp_path / "marked.mp4")
    assert set(result) == keys("add_watermark")
    assert (result["watermark_added"], result["watermark_type"]) == (True, "text")
    assert size(result["output_path"]) == (320, 240)
    off = {**settings, "enabled": False}
    unchanged = call(marks, "add_watermark", str(media.video), watermark_config=off)
    assert unchanged == {
        "success": True,
        "output_path": str(media.video),
        "watermark_added": False,
    }


@both
def test_an_image_is_a_watermark(call: Call, media: Media, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1", str(logo))
    settings = {"enabled": True, "type": "image", "text": "", "image_path": str(logo)}
    marks = compat.WatermarkProcessor(settings)
    result = call(marks, "add_watermark", media.video, tmp_path / "marked.mp4")
    assert result["watermark_type"] == "image", result


# Projects -----------------------------------------------------------------------------------------


@both
def test_clips_become_a_project(call: Call, media: Media, tmp_path: Path) -> None:
    files = compat.FileManager(tmp_path / "ToUpload")
    folders = [call(files, "create_project_folder", 'How to: "win"?') for _ in range(2)]
    assert folders[1] == f"{folders[0]}_1"
    clip = tmp_path / "some clip.mp4"
    clip.write_bytes(media.video.read_bytes())
    clip.with_suffix(".framing.json").write_text("{}")
    given = {
        "clip_path": str(clip),
        "start_time": 3.0,
        "end_time": 7.5,
        "title": "T",
        "reason": "why",
        "keywords": ["k"],
        "text": "said",
    }
    info = {"title": "V", "channel": "C", "description": "D", "url": "U", "video_id": "x"}
    (organized,) = call(files, "organize_clips", [given], folders[0], info, "reels")
    video = Path(folders[0]) / "reels" / "clip_001.mp4"
    assert organized["clip_path"] == str(video)
    assert json.loads(Path(organized["info_path"]).read_text()) == {
        "clip": {
            "title": "T",
            "description": "why",
            "keywords": ["k"],
            "start_time": 3.0,
            "end_time": 7.5,
            "duration_seconds": 4.5,
            "format": "reels",
        },
        "video": {"title": "V", "channel": "C", "description": "D", "url": "U"},
        "transcript": "said",
    }
    assert call(files, "cleanup_temp_files", [str(clip), None, tmp_path / "gone"]) is True
    assert not clip.exists()
    assert not clip.with_suffix(".framing.json").exists()
    assert video.read_bytes() == media.video.read_bytes()
    summary = call(files, "get_project_summary", folders[0])
    assert (summary["total_clips"], summary["total_size_bytes"]) == (1, video.stat().st_size)
    assert summary["formats"][0]["clips"][0]["info_path"] == organized["info_path"]
    assert call(files, "cleanup_temp_files", [tmp_path]) is False, "folders stay"


# In one job ---------------------------------------------------------------------------------------


@both
def test_a_fused_clip_takes_one_encode(call: Call, media: Media, tmp_path: Path) -> None:
    result = call(
        compat,
        "render_clip",
        media.video,
        parts=[{"start": 0, "end": 1}, {"start": 2, "end": 3}],
        format_type="reels",
        words=WORDS,
        watermark_settings={"enabled": True, "text": "@me"},
        output_dir=tmp_path,
    )
    assert keys("create_multipart_clip") < set(result), result
    assert (result["encodes"], result["captions_added"], result["watermark_added"]) == (
        1,
        True,
        True,
    )
    assert result["mode"] == "smooth"
    assert result["duration"] == pytest.approx(1.9, abs=0.02)
    assert size(result["clip_path"]) == (1080, 1920)
