"""The existing server's classes under their own names, each method awaitable.

Change the imports and put `await` before the calls; `docs/migrating.md` goes through it step by
step. Every method has a blocking twin (`create_clip_sync`), which gives the GIL up while it waits.

A failed call returns `{'success': False, 'error': text}` and does not raise, whatever it returns
otherwise. A cancelled task raises `asyncio.CancelledError`; its job has stopped by then. All
classes share one engine of the process: see `configure`.

Example:
    from ytclipper_rs.compat import VideoClipper

    result = await VideoClipper().create_clip("talk.mp4", start_time=12.5, end_time=40.0)
    if not result["success"]:
        print(result["error"])
"""

from ._engine import aclose, configure, get_engine, shutdown
from .analyzer import SectionAnalyzer
from .caption_generator import CaptionGenerator
from .clipper import VideoClipper
from .downloader import VideoDownloader
from .file_manager import FileManager
from .reels_processor import ReelsProcessor
from .render import render_clip, render_clip_sync
from .transcriber import AudioTranscriber
from .watermark_processor import WatermarkProcessor

__all__ = [
    "AudioTranscriber",
    "CaptionGenerator",
    "FileManager",
    "ReelsProcessor",
    "SectionAnalyzer",
    "VideoClipper",
    "VideoDownloader",
    "WatermarkProcessor",
    "aclose",
    "configure",
    "get_engine",
    "render_clip",
    "render_clip_sync",
    "shutdown",
]
