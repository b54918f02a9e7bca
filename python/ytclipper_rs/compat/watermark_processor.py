"""`WatermarkProcessor`: draws a text or a picture in a corner."""

from __future__ import annotations

from typing import Any

from .._codec import StrPath
from ..job import Job
from ..outcome import RenderReport
from ..spec import Watermark
from ._call import Result, answers, awaited, finished, waited
from ._engine import get_engine
from ._values import beside, path, watermark
from .clipper import made

__all__ = ["WatermarkProcessor"]


class WatermarkProcessor:
    """Draws a text or a picture in a corner of a video.

    Args:
        config: `watermark_settings`, or the whole settings that have them: `enabled, type, text,
            image_path, position, gap`. Nothing is drawn unless `enabled` is true. Other names of
            `ytclipper_rs.Watermark` count, too (`opacity`, `font_size`, ...).

    Example:
        marks = WatermarkProcessor({"enabled": True, "type": "text", "text": "@channel"})
        result = await marks.add_watermark("clip.mp4")
    """

    def __init__(self, config: dict[str, Any] | None) -> None:
        self.config = config

    @awaited
    async def add_watermark(
        self,
        video_path: StrPath,
        output_path: StrPath | None = None,
        watermark_config: dict[str, Any] | None = None,
    ) -> Result:
        """Draws the watermark on a whole video.

        Args:
            video_path: The source.
            output_path: The result, replaced where it exists; `<stem>_watermarked.mp4` beside the
                source where None.
            watermark_config: Settings instead of those of this object.

        Returns:
            `success, output_path, watermark_added, watermark_type`; where it is not enabled
            `success, output_path=video_path, watermark_added=False`, and nothing is made.
        """
        mark = self._mark(watermark_config)
        if mark is None:
            return _unchanged(video_path)
        return _told(await finished(_job(video_path, output_path, mark)), mark)

    @answers
    def add_watermark_sync(
        self,
        video_path: StrPath,
        output_path: StrPath | None = None,
        watermark_config: dict[str, Any] | None = None,
    ) -> Result:
        """`add_watermark`, waited for."""
        mark = self._mark(watermark_config)
        if mark is None:
            return _unchanged(video_path)
        return _told(waited(_job(video_path, output_path, mark)), mark)

    def _mark(self, given: dict[str, Any] | None) -> Watermark | None:
        return watermark(self.config if given is None else given)


def _job(video: StrPath, output: StrPath | None, mark: Watermark) -> Job[RenderReport]:
    source = path(video)
    name = beside(source, "watermarked") if output is None else made(output)
    return get_engine().watermark(source, name, mark, overwrite=True)


def _told(report: RenderReport, mark: Watermark) -> Result:
    return {
        "success": True,
        "output_path": str(report.output),
        "watermark_added": True,
        "watermark_type": mark.type,
    }


def _unchanged(video: StrPath) -> Result:
    return {"success": True, "output_path": path(video), "watermark_added": False}
