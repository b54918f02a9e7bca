"""`render_clip`: what the server's classes do one after the other, in one job and one encode."""

from __future__ import annotations

import asyncio
from typing import Any

from .._codec import StrPath
from ..job import Job
from ..outcome import RenderReport, TimeRange
from ..spec import CaptionSpec, Layout, RenderPlan, Transition, Watermark
from . import _framing
from ._call import ProgressCallback, Result, answers, awaited, finished, submitted, waited
from ._engine import get_engine
from ._values import (
    caption_style,
    fault,
    layout,
    number,
    path,
    spans,
    temporary,
    watermark,
    words,
)
from .clipper import clip_told, made, multipart_told

__all__ = ["render_clip", "render_clip_sync"]


@awaited
async def render_clip(
    video_path: StrPath,
    start_time: float | None = None,
    end_time: float | None = None,
    output_path: StrPath | None = None,
    format_type: str = "original",
    *,
    parts: list[dict[str, Any]] | None = None,
    transition_duration: float = 0.1,
    words: list[dict[str, Any]] | None = None,
    caption_settings: dict[str, Any] | None = None,
    watermark_settings: dict[str, Any] | None = None,
    ai_content_path: StrPath | None = None,
    output_dir: StrPath = "./temp",
    progress_callback: ProgressCallback | None = None,
) -> Result:
    """Cuts or joins, reframes, captions and marks a clip in one decode and one encode.

    It stands for `create_clip` or `create_multipart_clip`, `convert_to_reels`, `add_watermark`,
    `create_ass_subtitles` and `burn_captions`, which encode up to four times.

    Args:
        video_path: The source.
        start_time: Begin in seconds; with `end_time`, unless `parts` are given.
        end_time: End in seconds.
        output_path: The clip, replaced where it exists; a new name in `output_dir` where None.
        format_type: `original`, `vertical_9x16` (or `reels`), `stacked_photo`, `stacked_video`.
        parts: Dictionaries with `start` and `end`, joined in this order.
        transition_duration: Length of the cross-fades in seconds.
        words: Words to draw, in **source** time: those of the clip are found and moved here, also
            over joins. They are read beside the event loop, so a whole transcript will do; leave
            them as they are meanwhile. No captions where None.
        caption_settings: As for `CaptionGenerator`.
        watermark_settings: As for `WatermarkProcessor`; none where not `enabled`.
        ai_content_path: The photo or video of a stacked picture.
        output_dir: Folder for clips without `output_path`.
        progress_callback: Called in the event loop with `stage` (`clipping`), `percent`, `message`.

    Returns:
        What `create_clip` or `create_multipart_clip` returns, and `mode` and `crop_params` of
        `convert_to_reels` where the format is not `original`, `captions_added`,
        `watermark_added`, `encodes` (1).

    Example:
        result = await render_clip(
            "talk.mp4", 12.5, 40.0, format_type="reels", words=words,
            watermark_settings={"enabled": True, "type": "text", "text": "@channel"},
        )
    """
    clip = _Clip(video_path, start_time, end_time, parts, format_type)

    def submit() -> Job[RenderReport]:
        clip.draw(words, caption_settings, watermark_settings, ai_content_path)
        return clip.job(output_path, output_dir, transition_duration)

    report = await finished(await submitted(submit), "clipping", progress_callback)
    return await asyncio.to_thread(clip.told, report)


@answers
def render_clip_sync(
    video_path: StrPath,
    start_time: float | None = None,
    end_time: float | None = None,
    output_path: StrPath | None = None,
    format_type: str = "original",
    *,
    parts: list[dict[str, Any]] | None = None,
    transition_duration: float = 0.1,
    words: list[dict[str, Any]] | None = None,
    caption_settings: dict[str, Any] | None = None,
    watermark_settings: dict[str, Any] | None = None,
    ai_content_path: StrPath | None = None,
    output_dir: StrPath = "./temp",
    progress_callback: ProgressCallback | None = None,
) -> Result:
    """`render_clip`, waited for; the callback runs on the caller's thread."""
    clip = _Clip(video_path, start_time, end_time, parts, format_type)
    clip.draw(words, caption_settings, watermark_settings, ai_content_path)
    job = clip.job(output_path, output_dir, transition_duration)
    return clip.told(waited(job, "clipping", progress_callback))


class _Clip:
    """One clip in the making."""

    def __init__(
        self,
        video: StrPath,
        start: float | None,
        end: float | None,
        parts: list[dict[str, Any]] | None,
        format: str,
    ) -> None:
        self._source = path(video)
        self._given = parts
        if parts:
            if start is not None or end is not None:
                raise fault("parts", "must not come with start_time and end_time")
            self._parts = spans(parts)
        else:
            self._parts = [TimeRange(number(start, "start_time"), number(end, "end_time"))]
        self._format = format
        self._layout = Layout()
        self._captions: CaptionSpec | None = None
        self._watermark: Watermark | None = None

    def draw(self, spoken: object, captions: object, mark: object, insert: StrPath | None) -> None:
        self._layout = layout(self._format, insert=insert, field="format_type")
        if insert and self._layout.mode != "stacked":
            raise fault("ai_content_path", "needs format_type stacked_photo or stacked_video")
        if spoken is not None:
            self._captions = CaptionSpec(tuple(words(spoken)), caption_style(captions))
        self._watermark = watermark(mark)

    def job(self, output: StrPath | None, folder: StrPath, transition: float) -> Job[RenderReport]:
        named = temporary(folder, self._source, self._format) if output is None else made(output)
        plan = RenderPlan(
            self._source,
            named,
            overwrite=True,
            parts=self._parts,
            transition=Transition(number(transition, "transition_duration")),
            layout=self._layout,
            captions=self._captions,
            watermark=self._watermark,
        )
        return get_engine().render(plan)

    def told(self, report: RenderReport) -> Result:
        at = self._parts[0]
        told = (
            multipart_told(report, self._given)
            if self._given
            else clip_told(report, at.start, at.end)
        )
        if self._format != "original":
            told["mode"] = _framing.mode(self._format, report)
            told["crop_params"] = _framing.tracked(report)
        told["captions_added"] = self._captions is not None
        told["watermark_added"] = self._watermark is not None
        told["encodes"] = report.encodes
        return told
