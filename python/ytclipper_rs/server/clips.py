"""The finished clips on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .answers import url_of
from .folders import Folders
from .infos import info_of

__all__ = ["SERVED", "finished"]

VIDEOS = frozenset({".mp4", ".mov", ".m4v", ".mkv"})
SERVED = VIDEOS | {".jpg", ".json", ".srt", ".vtt"}
"""Endings of files that are served."""


class Found(NamedTuple):
    """A clip on disk, as it was when it was found; it may be gone since then."""

    modified_at: float
    path: Path
    size: int


def finished(folders: Folders, limit: int) -> list[dict[str, Any]]:
    """The newest clips of all projects. Blocks; call it in a thread."""
    found = sorted(filter(None, map(_found, _videos(folders.roots["clip"]))), reverse=True)
    return [_clip(folders, clip) for clip in found[:limit]]


def _videos(root: Path) -> Iterator[Path]:
    """What may be a clip, by its name: of projects, and of renders."""
    for project in _shown(root):
        inside = _shown(project)
        if project.name == "renders":
            yield from filter(_is_clip, inside)
        for format in inside:
            yield from filter(_is_clip, _shown(format))


def _shown(folder: Path) -> list[Path]:
    """What is in a folder and may be served; nothing where it is none, or gone."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  # names cost less than paths
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and _is_text(name)]


def _is_text(name: str) -> bool:
    """Names on disk are bytes, which need not be text; no URL names those that are not."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_clip(path: Path) -> bool:
    return path.suffix in VIDEOS and not path.stem.endswith("_debug")


def _found(path: Path) -> Found | None:
    """A file as it is; None where it is none, or gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Found(found.st_mtime, path, found.st_size)


def _clip(folders: Folders, found: Found) -> dict[str, Any]:
    path = found.path
    relative = path.relative_to(folders.roots["clip"])
    info = info_of(path.with_name(f"{path.stem}_info.json"))
    return {
        "id": relative.as_posix(),
        "project": relative.parts[0],
        "format": relative.parts[1] if len(relative.parts) == 3 else "render",
        "name": path.name,
        "source": f"clip:{relative.as_posix()}",
        "title": info.title,
        "video_title": info.video_title or relative.parts[0],
        "text": info.text,
        "keywords": list(info.keywords),
        "duration": info.duration,
        "start": info.start,
        "end": info.end,
        "size_bytes": found.size,
        "modified_at": found.modified_at,
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
    return url_of(folders, other) if os.path.isfile(other) else None  # noqa: PTH113  # never raises
