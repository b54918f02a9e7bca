"""The owner's `config.json`: what the server does not know of stays in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ytclipper_rs import InvalidSpec
from ytclipper_rs.server.folders import Folders
from ytclipper_rs.server.stored import ConfigChange, StoredConfig

OWNERS: dict[str, Any] = {
    "downloader_backend": "yt-dlp",
    "api_keys": {"openai": "sk-…", "others": [1, None]},
    "caption_settings": {"font_size": 60, "highlight": {"colour": "#ff0"}},
    "ai_validation": {"min_clip_duration": 20, "strict": True},
}


def stored(path: Path, file: object) -> StoredConfig:
    """The settings of a file."""
    path.write_text(json.dumps(file))
    config = StoredConfig(path, Folders({"upload": path.parent}))
    config.load()
    return config


def kept(path: Path) -> Any:
    """What the file says."""
    return json.loads(path.read_text())


def test_a_change_leaves_what_the_server_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    config = stored(path, OWNERS)
    config.change(ConfigChange(caption_settings={"words_per_caption": 3}))
    config.change(ConfigChange(ai_validation={"max_clip_duration": 50}))
    now = kept(path)
    assert now["api_keys"] == OWNERS["api_keys"]
    captions = now["caption_settings"]
    assert captions["highlight"] == {"colour": "#ff0"}
    assert (captions["font_size"], captions["words_per_caption"]) == (60, 3)
    limits = now["ai_validation"]
    assert (limits["strict"], limits["min_clip_duration"]) == (True, 20)
    assert limits["max_clip_duration"] == 50
    assert list(now)[: len(OWNERS)] == list(OWNERS), "in its order"
    again = StoredConfig(path, Folders({}))
    again.load()
    assert again.now == config.now


def test_a_change_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    config = stored(path, OWNERS)
    for wrong in ({"font_size": "x"}, {"font_size": 1}):
        with pytest.raises(InvalidSpec):
            config.change(ConfigChange(caption_settings=wrong))
    config.change(ConfigChange(caption_settings={"no_such": 1}))
    assert kept(path)["caption_settings"].keys() >= OWNERS["caption_settings"].keys()
    assert "no_such" not in kept(path)["caption_settings"], "clients change what is known only"
    assert config.now.caption_settings.font_size == 60


@pytest.mark.parametrize("backend", ["pytube", "", None, 7])
def test_another_downloader_is_told_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, backend: object
) -> None:
    path = tmp_path / "config.json"
    config = stored(path, OWNERS | {"downloader_backend": backend})
    assert config.now.downloader_backend == "yt-dlp"
    assert config.now.caption_settings.font_size == 60
    (told,) = caplog.messages
    assert f"no downloader_backend {backend!r}; yt-dlp is used" in told
    config.change(ConfigChange(caption_settings={"words_per_caption": 3}))
    assert kept(path)["downloader_backend"] == backend, "nobody asked for another one"
    with pytest.raises(InvalidSpec, match="downloader_backend"):
        config.change(ConfigChange(downloader_backend="pytube"))
    config.change(ConfigChange(downloader_backend="yt-dlp"))
    assert kept(path)["downloader_backend"] == "yt-dlp"


def test_the_downloader_that_there_is_is_nothing_to_tell(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stored(tmp_path / "config.json", OWNERS)
    stored(tmp_path / "config.json", {})
    assert caplog.messages == []


@pytest.mark.parametrize("file", [[], "yt-dlp", None, {"caption_settings": 7}])
def test_what_is_no_settings_file_is_named(tmp_path: Path, file: object) -> None:
    with pytest.raises(InvalidSpec, match=r"config\.json"):
        stored(tmp_path / "config.json", file)
