"""The finished clips on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .answers import url_of
from .folders import Folders

__all__ = ["SERVED", "finished"]

VIDEOS = frozenset({".mp4", ".mov", ".m4v", ".mkv"})
SERVED = VIDEOS | {".jpg", ".json", ".srt", ".vtt"}
"""Endings of files that are served."""
MOST_INFO_BYTES = 4 * 2**20


def finished(folders: Folders, limit: int) -> list[dict[str, Any]]:
    """The newest clips of all projects. Blocks; call it in a thread."""
    root = folders.roots["clip"]
    found = [
        (path.stat().st_mtime, path)
        for path in root.glob("*/*/*")
        if path.suffix in VIDEOS and _is_clip(path)
    ]
    found += [(path.stat().st_mtime, path) for path in root.glob("renders/*") if _is_clip(path)]
    found.sort(reverse=True)
    return [_clip(folders, path, time) for time, path in found[:limit]]


def _is_clip(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.stem.endswith("_debug")
    return path.suffix in VIDEOS and not hidden and not path.is_symlink() and path.is_file()


def _clip(folders: Folders, path: Path, time: float) -> dict[str, Any]:
    root = folders.roots["clip"]
    relative = path.relative_to(root)
    info = _json(path.with_name(f"{path.stem}_info.json"))
    clip, video = info.get("clip", {}), info.get("video", {})
    return {
        "id": relative.as_posix(),
        "project": relative.parts[0],
        "format": relative.parts[1] if len(relative.parts) == 3 else "render",
        "name": path.name,
        "source": f"clip:{relative.as_posix()}",
        "title": clip.get("title") or "",
        "video_title": video.get("title") or relative.parts[0],
        "text": info.get("transcript") or "",
        "keywords": clip.get("keywords") or [],
        "duration": clip.get("duration_seconds"),
        "start": clip.get("start_time"),
        "end": clip.get("end_time"),
        "size_bytes": path.stat().st_size,
        "modified_at": time,
        "url": url_of(folders, path),
        "thumbnail_url": _beside(folders, path, ".jpg"),
        "info_url": _beside(folders, path, "_info.json"),
        "framing_url": _beside(folders, path, ".framing.json"),
        "captions": {
            ending: url
            for ending in ("srt", "vtt")
            if (url := _beside(folders, path, f".{ending}")) is not None
        },
    }


def _beside(folders: Folders, path: Path, ending: str) -> str | None:
    other = path.with_name(path.stem + ending)
    return url_of(folders, other) if other.is_file() else None


def _json(path: Path) -> dict[str, Any]:
    """What an info file says; nothing where it is not what it should be."""
    try:
        if path.stat().st_size > MOST_INFO_BYTES:
            return {}
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
