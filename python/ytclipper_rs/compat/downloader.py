"""`VideoDownloader`: fetches videos."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from .._codec import StrPath
from ..job import Job
from ..outcome import Download
from ._call import ProgressCallback, Result, answers, awaited, finished, waited
from ._engine import get_engine
from ._values import fault, path

__all__ = ["VideoDownloader"]


class VideoDownloader:
    """Fetches videos with yt-dlp, up to 1080p, as `<id>.mp4`.

    Args:
        download_dir: Folder for the files.

    Example:
        downloader = VideoDownloader()
        result = await downloader.download_video("https://example.org/watch?v=1", print)
        if result["success"]:
            print(result["video_path"], result["title"])
    """

    def __init__(self, download_dir: StrPath = "./Downloads") -> None:
        self.download_dir = download_dir

    @awaited
    async def download_video(
        self, url: str, progress_callback: ProgressCallback | None = None
    ) -> Result:
        """Fetches a video; a file that is there is reused.

        Args:
            url: An http(s) URL. Local paths are refused, since URLs come from a server's callers.
            progress_callback: Called in the event loop with `stage` (`downloading`), `percent` and
                `message`, which tells size, speed and time left.

        Returns:
            `success, video_path, video_id, title, channel, duration, description`.
        """
        return _told(await finished(self._job(url), "downloading", progress_callback))

    @answers
    def download_video_sync(
        self, url: str, progress_callback: ProgressCallback | None = None
    ) -> Result:
        """`download_video`, waited for; the callback runs on the caller's thread."""
        return _told(waited(self._job(url), "downloading", progress_callback))

    async def cleanup_video(self, video_path: StrPath) -> bool:
        """Removes a downloaded video; its cached transcript stays.

        Returns:
            Whether it was removed: False where it is not there, cannot be removed, or is not in
            `download_dir`.
        """
        return await asyncio.to_thread(self.cleanup_video_sync, video_path)

    def cleanup_video_sync(self, video_path: StrPath) -> bool:
        """`cleanup_video`, waited for."""
        try:
            video = Path(video_path).resolve()
            if not video.is_relative_to(Path(self.download_dir).resolve()):
                return False
            video.unlink()
        except (OSError, TypeError, ValueError):
            return False
        return True

    def _job(self, url: str) -> Job[Download]:
        if not isinstance(url, str) or urlsplit(url).scheme.lower() not in ("http", "https"):
            raise fault("url", f"must be an http(s) URL, got {url!r}")
        return get_engine().download(url, path(self.download_dir, "download_dir"))


def _told(download: Download) -> Result:
    return {
        "success": True,
        "video_path": str(download.video_path),
        "video_id": download.video_id,
        "title": download.title,
        "channel": download.channel,
        "duration": download.duration,
        "description": download.description,
    }
