"""The list of finished clips, whatever is on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ytclipper_rs.server import clips, infos
from ytclipper_rs.server.folders import Folders

WHOLE = {
    "clip": {"title": "A", "keywords": ["k"], "duration_seconds": 2.5, "start_time": 1},
    "video": {"title": "Talk"},
    "transcript": "Well, hello.",
}
FAULTY: dict[str, Any] = {
    "null": {"clip": None, "video": None, "transcript": None},
    "text": {"clip": "A", "video": "B", "transcript": 7},
    "lists": {"clip": [1], "video": [], "transcript": ["x"]},
    "values": {"clip": {"title": 1, "keywords": "k", "duration_seconds": "2", "end_time": True}},
    "no number": {"clip": {"duration_seconds": float("nan"), "start_time": float("inf")}},
    "keywords": {"clip": {"keywords": [None, {}, 1]}},
    "no object": [1],
    "empty": "",
    "cut off": '{"clip": {',
    "deep": "[" * 100_000,
    "huge": '{"clip": {"start_time": 1' + "0" * 400 + "}}",
}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """An output folder with one clip."""
    put(tmp_path, "whole", WHOLE)
    return Folders({"clip": tmp_path})


def put(root: Path, project: str, info: object) -> Path:
    """A clip with its info file."""
    path = root / project / "reels/clip_001.mp4"
    path.parent.mkdir(parents=True)
    path.write_text("video")
    text = info if isinstance(info, str) else json.dumps(info)
    path.with_name("clip_001_info.json").write_text(text)
    return path


def listed(folders: Folders) -> dict[str, dict[str, Any]]:
    """The clips by their project, as JSON carries them."""
    found = clips.finished(folders, 100)
    text = json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    return {clip["project"]: clip for clip in json.loads(text)}


def test_a_clip_is_listed_with_what_its_info_says(folders: Folders) -> None:
    (clip,) = listed(folders).values()
    told = [clip[key] for key in ("title", "video_title", "text", "keywords", "duration", "start")]
    assert told == ["A", "Talk", "Well, hello.", ["k"], 2.5, 1]
    assert (clip["end"], clip["size_bytes"]) == (None, 5)


@pytest.mark.parametrize("info", FAULTY.values(), ids=FAULTY)
def test_a_clip_whose_info_is_broken_is_listed_without(
    folders: Folders, tmp_path: Path, info: object
) -> None:
    put(tmp_path, "broken", info)
    found = listed(folders)
    assert found["whole"]["title"] == "A"
    broken = found["broken"]
    assert (broken["title"], broken["video_title"], broken["text"]) == ("", "broken", "")
    assert (broken["keywords"], broken["duration"]) == ([], None)
    assert (broken["start"], broken["end"]) == (None, None)


def test_half_a_character_is_no_reason_to_fail(folders: Folders, tmp_path: Path) -> None:
    put(tmp_path, "half", '{"transcript": "a \\ud800", "clip": {"keywords": ["\\ud800"]}}')
    assert listed(folders)["half"]["text"] == "a ?"


def test_what_goes_while_it_is_looked_at_is_left_out(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = put(tmp_path, "gone", WHOLE)
    found = clips._videos

    def and_goes(root: Path) -> Iterator[Path]:
        for path in found(root):
            if path == gone:
                path.unlink()
            yield path

    monkeypatch.setattr(clips, "_videos", and_goes)
    assert listed(folders).keys() == {"whole"}
    assert clips._shown(tmp_path / "no-such") == []


def test_a_clip_that_goes_after_it_was_found_does_no_harm(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "gone", WHOLE)
    told = clips._found

    def then_goes(asked: Path) -> clips.Found | None:
        found = told(asked)
        if asked == path:
            path.with_name("clip_001_info.json").unlink()
            path.unlink()
        return found

    monkeypatch.setattr(clips, "_found", then_goes)
    assert listed(folders)["whole"]["title"] == "A"


def test_only_clips_that_are_served_are_listed(folders: Folders, tmp_path: Path) -> None:
    reels = tmp_path / "whole/reels"
    for name in (".hidden.mp4", "clip_001_debug.mp4", "notes.txt", os.fsdecode(b"\xff.mp4")):
        (reels / name).touch()
    (reels / "link.mp4").symlink_to("clip_001.mp4")
    (reels / "folder.mp4").mkdir()
    (tmp_path / ".work/reels").mkdir(parents=True)
    (tmp_path / ".work/reels/a.mp4").touch()
    (tmp_path / "renders").mkdir()
    (tmp_path / "renders/best.mp4").touch()
    found = clips.finished(folders, 100)
    assert {clip["id"] for clip in found} == {"whole/reels/clip_001.mp4", "renders/best.mp4"}
    newest = clips.finished(folders, 1)
    assert [clip["format"] for clip in newest] == ["render"]


def test_an_info_file_is_read_again_only_where_it_has_changed(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    reading = infos._read

    def noted(path: Path) -> infos.Info:
        read.append(path)
        return reading(path)

    monkeypatch.setattr(infos, "_read", noted)
    for _ in range(3):
        assert listed(folders)["whole"]["title"] == "A"
    assert len(read) == 1
    info = tmp_path / "whole/reels/clip_001_info.json"
    info.write_text(json.dumps({"clip": {"title": "Another"}}))
    assert listed(folders)["whole"]["title"] == "Another"
    assert len(read) == 2
    info.write_text(json.dumps({"transcript": "x" * infos.MOST_KEPT_BYTES}))
    for _ in range(2):
        assert len(listed(folders)["whole"]["text"]) == infos.MOST_KEPT_BYTES
    assert len(read) == 4, "a long one is not kept"
    assert infos._kept.cache_info().maxsize == infos.MOST_KEPT
