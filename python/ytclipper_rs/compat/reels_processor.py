"""`ReelsProcessor`: brings a video to 1080×1920, upon whoever speaks."""

from __future__ import annotations

import asyncio

from .._codec import StrPath
from ..job import Job
from ..outcome import MediaInfo, RenderReport, Word
from ..spec import CaptionSpec, CaptionStyle, RenderPlan
from . import _framing
from ._call import Result, answers, awaited, finished, waited
from ._engine import get_engine
from ._values import beside, fault, layout, path
from .clipper import made

__all__ = ["ReelsProcessor"]

WHOLE_CLIP = 86_400.0
"""Seconds, longer than a clip: what ends later ends with the clip."""

SEAM = 50.0
"""Between the halves of a stacked picture, in percent of the height."""


class ReelsProcessor:
    """Brings a video to 1080×1920. How it is framed: `docs/framing.md`.

    Example:
        reels = ReelsProcessor()
        result = await reels.convert_to_reels("clip.mp4")
        print(result["output_path"], result["mode"])
    """

    @awaited
    async def convert_to_reels(
        self,
        video_path: StrPath,
        output_path: StrPath | None = None,
        auto_detect: bool = True,
        dynamic_mode: bool = True,
        output_format: str | None = None,
        ai_content_path: StrPath | None = None,
        caption_text: str | None = None,
    ) -> Result:
        """Converts a whole video; the sound stays.

        Args:
            video_path: The source.
            output_path: The result, replaced where it exists; `<stem>_reels.mp4` beside the source
                where None.
            auto_detect: Whether faces are looked for; a crop in the middle where not.
            dynamic_mode: Whether one or two people are shown as the picture asks for; always one
                where not.
            output_format: `vertical_9x16` (or None), `stacked_photo` or `stacked_video`.
            ai_content_path: The photo or video of a stacked picture; a dark placeholder where
                None. Only with a stacked `output_format`.
            caption_text: A text drawn for the whole length, as it is.

        Returns:
            `success, output_path, mode, crop_params`. `crop_params` has the cut-out at the
            beginning (`x, y, width, height`, pixels of the source), `source_width`,
            `source_height`, `modes` (seconds of each) and `framing_path`, the editable report with
            the whole path of the camera.
        """
        reel = _Reel(video_path, output_path, auto_detect, dynamic_mode, output_format)
        info: MediaInfo | None = None
        if not auto_detect:
            info = await finished(reel.probe())
        report = await finished(reel.job(ai_content_path, caption_text))
        return await asyncio.to_thread(reel.told, report, info)

    @answers
    def convert_to_reels_sync(
        self,
        video_path: StrPath,
        output_path: StrPath | None = None,
        auto_detect: bool = True,
        dynamic_mode: bool = True,
        output_format: str | None = None,
        ai_content_path: StrPath | None = None,
        caption_text: str | None = None,
    ) -> Result:
        """`convert_to_reels`, waited for."""
        reel = _Reel(video_path, output_path, auto_detect, dynamic_mode, output_format)
        info = None if auto_detect else waited(reel.probe())
        report = waited(reel.job(ai_content_path, caption_text))
        return reel.told(report, info)


class _Reel:
    """One conversion."""

    def __init__(
        self,
        video: StrPath,
        output: StrPath | None,
        auto_detect: bool,
        dynamic_mode: bool,
        format: str | None,
    ) -> None:
        self._source = path(video)
        self._output = beside(self._source, "reels") if output is None else made(output)
        self._format = format or "vertical_9x16"
        self._auto_detect = auto_detect
        self._dynamic_mode = dynamic_mode
        if self._format == "original":
            raise fault("output_format", "must be a vertical or stacked one")

    def probe(self) -> Job[MediaInfo]:
        return get_engine().probe(self._source)

    def job(self, insert: StrPath | None, text: str | None) -> Job[RenderReport]:
        shown = layout(
            self._format,
            auto_detect=self._auto_detect,
            dynamic_mode=self._dynamic_mode,
            insert=insert,
        )
        if insert and shown.mode != "stacked":
            raise fault("ai_content_path", "needs output_format stacked_photo or stacked_video")
        plan = RenderPlan(
            self._source,
            self._output,
            overwrite=True,
            layout=shown,
            captions=_title(text, shown.mode == "stacked") if text else None,
        )
        return get_engine().render(plan)

    def told(self, report: RenderReport, info: MediaInfo | None) -> Result:
        crop = _framing.tracked(report) if info is None else _framing.fixed(self._format, info)
        return {
            "success": True,
            "output_path": str(report.output),
            "mode": _framing.mode(self._format, report),
            "crop_params": crop,
        }


def _title(text: str, stacked: bool) -> CaptionSpec:
    """One text for the whole length; over the seam of a stacked picture."""
    position = SEAM if stacked else CaptionStyle().vertical_position
    style = CaptionStyle(words_per_caption=1, letter_case="as_is", vertical_position=position)
    return CaptionSpec((Word(str(text), 0.0, WHOLE_CLIP),), style)
