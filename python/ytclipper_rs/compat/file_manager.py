"""`FileManager`: project folders."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import json
import os
import shutil
from pathlib import Path
from typing import Any

from .._codec import StrPath
from .._files import write_whole
from ..exceptions import NotFound
from ._call import Failure, answers, awaited
from ._project import format_folder, safe_title
from ._values import FORMATS, Item, fault, items, number, path

__all__ = ["FileManager"]

_VIDEOS = (".mp4", ".mov", ".m4v", ".mkv")


class FileManager:
    """Puts finished clips into project folders: `<title>_<YYYY-MM-DD>[_n]/<original|reels>`.

    The work is done beside the event loop: large files may be copied.

    Args:
        base_output_dir: Folder that project folders go into.

    Example:
        files = FileManager()
        folder = await files.create_project_folder("My talk")
        await files.organize_clips(clips, folder, video_info, "reels")
    """

    def __init__(self, base_output_dir: StrPath = "./ToUpload") -> None:
        self.base_output_dir = base_output_dir

    @awaited
    async def create_project_folder(self, title: str) -> str | Failure:
        """Makes the project's own folder; two projects of one title on one day get two.

        Returns:
            The folder's path.
        """
        return await asyncio.to_thread(self._create, title)

    @answers
    def create_project_folder_sync(self, title: str) -> str | Failure:
        """`create_project_folder`, waited for."""
        return self._create(title)

    @awaited
    async def organize_clips(
        self,
        clips: list[dict[str, Any]],
        folder: StrPath,
        video_info: dict[str, Any],
        format_type: str,
    ) -> list[dict[str, Any]] | Failure:
        """Puts clips into a project as `clip_001.mp4` with `clip_001_info.json`. The given files
        stay, for `cleanup_temp_files`; where the disk allows it, nothing is copied.

        Args:
            clips: Dictionaries with `clip_path`; also `clip_number, start_time, end_time,
                duration, text, title, reason, keywords`.
            folder: The project's folder.
            video_info: `title, channel, description, url`.
            format_type: `original`, `reels`, `vertical_9x16`, `stacked_photo`, `stacked_video`.

        Returns:
            For each clip what was given, with `clip_path` and `info_path` in the project.
        """
        return await asyncio.to_thread(_organize, clips, folder, video_info, format_type)

    @answers
    def organize_clips_sync(
        self,
        clips: list[dict[str, Any]],
        folder: StrPath,
        video_info: dict[str, Any],
        format_type: str,
    ) -> list[dict[str, Any]] | Failure:
        """`organize_clips`, waited for."""
        return _organize(clips, folder, video_info, format_type)

    async def cleanup_temp_files(self, paths: list[StrPath]) -> bool:
        """Removes files, and the framing reports beside clips. Folders stay.

        Returns:
            Whether none of the files is left.
        """
        return await asyncio.to_thread(self.cleanup_temp_files_sync, paths)

    def cleanup_temp_files_sync(self, paths: list[StrPath]) -> bool:
        """`cleanup_temp_files`, waited for."""
        gone = [_removed(Path(given)) for given in paths or [] if given]
        return all(gone)

    @awaited
    async def get_project_summary(self, folder: StrPath) -> dict[str, Any]:
        """What a project holds.

        Returns:
            `folder, name, formats, total_clips, total_size_bytes`; a format has `name` and
            `clips`, a clip `path, info_path, size_bytes`.
        """
        return await asyncio.to_thread(_summary, folder)

    @answers
    def get_project_summary_sync(self, folder: StrPath) -> dict[str, Any]:
        """`get_project_summary`, waited for."""
        return _summary(folder)

    def _create(self, title: str) -> str:
        if not isinstance(title, str):
            raise fault("title", f"must be text, got {title!r}")
        base = Path(path(self.base_output_dir, "base_output_dir"))
        base.mkdir(parents=True, exist_ok=True)
        name = f"{safe_title(title)}_{datetime.date.today().isoformat()}"
        for count in itertools.count():
            folder = base / (f"{name}_{count}" if count else name)
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return str(folder)
        raise AssertionError("counting does not end")


def _organize(
    clips: object, folder: StrPath, video_info: Item | None, format_type: str
) -> list[dict[str, Any]]:
    if format_type not in FORMATS:
        raise fault("format_type", f"must be one of {', '.join(FORMATS)}, got {format_type!r}")
    given = items(clips, "clips")
    sources = [
        Path(path(clip.get("clip_path"), f"clips[{n}].clip_path")) for n, clip in enumerate(given)
    ]
    for source in sources:
        if not source.is_file():
            raise NotFound(f"cannot find the clip {source}", context={"path": str(source)})
    target = Path(path(folder, "folder")) / format_folder(format_type)
    target.mkdir(parents=True, exist_ok=True)
    organized = []
    for index, (clip, source) in enumerate(zip(given, sources, strict=True), start=1):
        count = int(number(clip.get("clip_number") or index, "clip_number"))
        video = target / f"clip_{count:03}{source.suffix.lower() or '.mp4'}"
        info = target / f"clip_{count:03}_info.json"
        _put(source, video)
        if (framing := source.with_suffix(".framing.json")).is_file():
            _put(framing, video.with_suffix(".framing.json"))
        text = json.dumps(_info(clip, count, video_info or {}, format_type), indent=2)
        write_whole(info, f"{text}\n")
        organized.append({**clip, "clip_path": str(video), "info_path": str(info)})
    return organized


def _put(source: Path, target: Path) -> None:
    """A second name for a file, or a copy where the disk has no such thing; whole when it is seen,
    and in the place of what was there."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
            with part.open("rb") as copied:
                os.fsync(copied.fileno())
        if target.exists() and target.samefile(source):
            part.unlink()
        else:
            part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _info(clip: Item, count: int, video: Item, format: str) -> dict[str, Any]:
    start, end = (
        clip.get("start_time", clip.get("start", 0.0)),
        clip.get("end_time", clip.get("end", 0.0)),
    )
    duration = clip.get("duration", number(end, "end_time") - number(start, "start_time"))
    return {
        "clip": {
            "title": str(clip.get("title") or "").strip() or f"Clip {count}",
            "description": clip.get("reason") or clip.get("description") or "",
            "keywords": list(clip.get("keywords") or []),
            "start_time": round(number(start, "start_time"), 3),
            "end_time": round(number(end, "end_time"), 3),
            "duration_seconds": round(number(duration, "duration"), 3),
            "format": format,
        },
        "video": {name: video.get(name, "") for name in ("title", "channel", "description", "url")},
        "transcript": clip.get("text", ""),
    }


def _removed(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
        if file.suffix.lower() in _VIDEOS:
            file.with_suffix(".framing.json").unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _summary(folder: StrPath) -> dict[str, Any]:
    project = Path(path(folder, "folder"))
    formats = []
    for inner in sorted(entry for entry in project.iterdir() if entry.is_dir()):
        clips = [_clip_file(file) for file in sorted(inner.iterdir()) if _is_clip(file)]
        if clips:
            formats.append({"name": inner.name, "clips": clips})
    found: list[Any] = [clip for format in formats for clip in format["clips"]]
    return {
        "folder": str(project),
        "name": project.name,
        "formats": formats,
        "total_clips": len(found),
        "total_size_bytes": sum(clip["size_bytes"] for clip in found),
    }


def _is_clip(file: Path) -> bool:
    """A debug video shows how a clip was made; it is none. Hidden files are in the making."""
    named = file.stem.startswith("clip_") and not file.stem.endswith("_debug")
    return named and file.suffix.lower() in _VIDEOS


def _clip_file(file: Path) -> dict[str, Any]:
    info = file.with_name(f"{file.stem}_info.json")
    return {
        "path": str(file),
        "info_path": str(info) if info.is_file() else None,
        "size_bytes": file.stat().st_size,
    }
