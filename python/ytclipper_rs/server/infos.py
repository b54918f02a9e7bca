"""What the info files beside clips say: read once, and believed only where it fits."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Info", "info_of"]

FAULTY = (ValueError, OverflowError, RecursionError)
MOST_BYTES = 4 * 2**20
MOST_KEPT_BYTES = 64 * 2**10
MOST_KEPT = 1000
"""Files whose contents are remembered: as many as a list may show, 64 MiB at worst."""


class Info(NamedTuple):
    """What a clip's info file says."""

    title: str = ""
    video_title: str = ""
    text: str = ""
    keywords: tuple[str, ...] = ()
    duration: float | None = None
    start: float | None = None
    end: float | None = None


def info_of(path: Path) -> Info:
    """What a file says; nothing where it is gone or not what it should be. Blocks."""
    try:
        found = path.stat()
        if found.st_size > MOST_BYTES:
            return Info()
        if found.st_size > MOST_KEPT_BYTES:
            return _read(path)
        return _kept(path, found.st_mtime_ns, found.st_size)
    except (OSError, *FAULTY):
        return Info()


@lru_cache(MOST_KEPT)
def _kept(path: Path, mtime_ns: int, size: int) -> Info:
    """Read anew where it has changed."""
    try:
        return _read(path)
    except FAULTY:
        return Info()


def _read(path: Path) -> Info:
    whole = _object(json.loads(path.read_text(encoding="utf-8")))
    clip, video = _object(whole.get("clip")), _object(whole.get("video"))
    keywords = clip.get("keywords")
    return Info(
        title=_text(clip.get("title")),
        video_title=_text(video.get("title")),
        text=_text(whole.get("transcript")),
        keywords=tuple(filter(None, map(_text, keywords))) if isinstance(keywords, list) else (),
        duration=_number(clip.get("duration_seconds")),
        start=_number(clip.get("start_time")),
        end=_number(clip.get("end_time")),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """JSON may hold half characters, which no answer can."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    """Python reads `NaN` and `true` as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None
