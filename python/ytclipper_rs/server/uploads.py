"""Uploads: streamed to disk, limited, and seen only when they are whole."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import uuid
from collections.abc import AsyncIterator
from io import FileIO
from pathlib import Path

from ..exceptions import InvalidSpec, IoError, LimitExceeded, NoSpace

__all__ = ["receive", "safe_name"]

CHUNK = 1 << 20
VIDEO = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".mpeg")
SOUND = (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".opus")
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
ENDINGS = frozenset((*VIDEO, *SOUND, *PICTURES))
"""Endings of files that may be uploaded."""


def safe_name(name: str) -> str:
    """A file name as the client gave it, without what could lead elsewhere.

    Raises:
        InvalidSpec: Its ending is none of media.

    Example:
        >>> safe_name("../../My talk: 1.MP4")
        'My talk 1.mp4'
    """
    last = re.split(r"[/\\]", name)[-1]
    path = Path(re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "", last).strip(". ") or "video")
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        known = " ".join(sorted(ENDINGS))
        raise InvalidSpec(f"filename: must end in one of {known}", context={"field": "filename"})
    stem = path.stem.encode("utf-8", "ignore")[:100].decode("utf-8", "ignore").strip(". ")
    return f"{stem or 'video'}{ending}"


async def receive(root: Path, name: str, chunks: AsyncIterator[bytes], most: int) -> Path:
    """Writes what comes and gives it its name. Nothing is left where it breaks off.

    Raises:
        LimitExceeded: More came than may come.
        NoSpace: The disk is full.
    """
    folder = root / uuid.uuid4().hex[:12]
    part = folder / f".{name}.part"
    try:
        await asyncio.to_thread(_begin, folder, part)
        await _fill(part, chunks, most)
        await asyncio.to_thread(os.replace, part, folder / name)
    except BaseException as error:
        _remove(folder, part)
        if isinstance(error, OSError) and not isinstance(error, (NoSpace, IoError)):
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise (NoSpace if full else IoError)(f"cannot write the upload: {error}") from error
        raise
    return folder / name


def _remove(folder: Path, part: Path) -> None:
    """What cannot be removed, as it was never made, does not hide why."""
    with contextlib.suppress(OSError):
        part.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _begin(folder: Path, part: Path) -> None:
    folder.mkdir()
    part.touch()


async def _fill(part: Path, chunks: AsyncIterator[bytes], most: int) -> None:
    """In pieces of a mebibyte, so that the threads are not asked for every packet."""
    total, waiting = 0, bytearray()
    with part.open("ab", buffering=0) as file:
        async for chunk in chunks:
            total += len(chunk)
            if total > most:
                raise LimitExceeded(f"an upload may have {most} bytes at most")
            waiting += chunk
            if len(waiting) >= CHUNK:
                await asyncio.to_thread(_write, file, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(_write, file, bytes(waiting))
        await asyncio.to_thread(os.fsync, file.fileno())
    if total == 0:
        raise InvalidSpec("the body is empty", context={"field": "$"})


def _write(file: FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]
