"""`CaptionGenerator`: subtitles from words, and their way onto the picture."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from .._codec import StrPath
from .._files import write_whole
from ..job import Job
from ..outcome import RenderReport, TimeRange, Word
from ..spec import CaptionSpec, CaptionStyle, RenderPlan, spec_from_json, spec_to_json
from . import _ass, _rules
from ._call import Failure, Result, answers, awaited, finished, submitted, waited
from ._cues import group
from ._engine import get_engine
from ._text import join_words
from ._values import beside, caption_style, fault, number, path, words
from .clipper import made

__all__ = ["CaptionGenerator"]

Words = list[dict[str, Any]]


class CaptionGenerator:
    """Makes subtitles from words and draws them.

    Args:
        config: `caption_settings`, or the whole settings that have them: `words_per_caption,
            font_family, font_size, vertical_position`. Other names of `ytclipper_rs.CaptionStyle`
            count, too (`primary_color`, `letter_case`, ...).

    Example:
        captions = CaptionGenerator({"font_size": 56})
        await captions.create_ass_subtitles(words, "clip.ass", 12.5, 1080, 1920)
        result = await captions.burn_captions("clip.mp4", "clip.ass")
    """

    def __init__(self, config: dict[str, Any] | None) -> None:
        self.config = config

    @awaited
    async def create_ass_subtitles(
        self,
        words: Words,
        output_path: StrPath,
        clip_start_time: float = 0,
        video_width: int = 1920,
        video_height: int = 1080,
    ) -> str | Failure:
        """Writes words as ASS subtitles.

        Args:
            words: Dictionaries with `word`, `start` and `end` in seconds.
            output_path: The file, replaced where it exists.
            clip_start_time: Time in the words at which the clip begins, in seconds.
            video_width: Width of the picture in pixels.
            video_height: Height of the picture in pixels.

        Returns:
            The file's path.
        """
        size = (video_width, video_height)
        return await asyncio.to_thread(self._write, words, output_path, clip_start_time, size)

    @answers
    def create_ass_subtitles_sync(
        self,
        words: Words,
        output_path: StrPath,
        clip_start_time: float = 0,
        video_width: int = 1920,
        video_height: int = 1080,
    ) -> str | Failure:
        """`create_ass_subtitles`, waited for."""
        return self._write(words, output_path, clip_start_time, (video_width, video_height))

    @awaited
    async def burn_captions(
        self,
        video_path: StrPath,
        subtitle_path: StrPath,
        output_path: StrPath | None = None,
    ) -> Result:
        """Draws subtitles on a whole video.

        Args:
            video_path: The source.
            subtitle_path: A file of `create_ass_subtitles`, edited or not; ASS, SRT and WebVTT of
                other programs are drawn by their text, times and (ASS) style, without their
                override codes.
            output_path: The result, replaced where it exists; `<stem>_captioned.mp4` beside the
                source where None.

        Returns:
            `success, output_path`.
        """

        def submit() -> Job[RenderReport]:
            return _job(video_path, self._read(subtitle_path), output_path)

        return _told(await finished(await submitted(submit)))

    @answers
    def burn_captions_sync(
        self,
        video_path: StrPath,
        subtitle_path: StrPath,
        output_path: StrPath | None = None,
    ) -> Result:
        """`burn_captions`, waited for."""
        return _told(waited(_job(video_path, self._read(subtitle_path), output_path)))

    @awaited
    async def generate_clip_caption(
        self, words: Words, clip_start_time: float, clip_end_time: float
    ) -> str | Failure:
        """The words that overlap a clip, joined. No job is made; the words, which may be a whole
        transcript, are read beside the event loop."""
        return await asyncio.to_thread(_caption, words, clip_start_time, clip_end_time)

    @answers
    def generate_clip_caption_sync(
        self, words: Words, clip_start_time: float, clip_end_time: float
    ) -> str | Failure:
        """`generate_clip_caption`, at once."""
        return _caption(words, clip_start_time, clip_end_time)

    def _write(
        self, given: object, output_path: StrPath, begin: float, size: tuple[int, int]
    ) -> str:
        offset = number(begin, "clip_start_time")
        width, height = number(size[0], "video_width"), number(size[1], "video_height")
        if min(width, height) < 1:
            raise fault("video_width", f"and video_height must be above 0, got {size}")
        style = _checked(caption_style(self.config))
        cues = group(_shifted(words(given), offset), style)
        file = made(output_path)
        write_whole(Path(file), _ass.ass_document(cues, style, int(width), int(height)))
        return file

    def _read(self, subtitle_path: StrPath) -> CaptionSpec:
        file = path(subtitle_path, "subtitle_path")
        found, style = _ass.read_subtitles(file, caption_style(self.config))
        return CaptionSpec(tuple(found), style)


def _checked(style: CaptionStyle) -> CaptionStyle:
    """The style, whose settings the core finds possible."""
    plan = RenderPlan("source.mp4", "output.mp4", captions=CaptionSpec((), style))
    spec_from_json(spec_to_json(plan))
    return style


def _shifted(spoken: list[Word], offset: float) -> list[Word]:
    """The words that are not over when the clip begins, on the clip's own timeline."""
    return [
        Word(word.word, max(word.start - offset, 0.0), word.end - offset)
        for word in spoken
        if word.end > offset
    ]


def _caption(given: object, start: float, end: float) -> str:
    at = TimeRange(number(start, "clip_start_time"), number(end, "clip_end_time"))
    return join_words(word.word for word in _rules.inside(words(given), at))


def _job(video: StrPath, captions: CaptionSpec, output: StrPath | None) -> Job[RenderReport]:
    source = path(video)
    name = beside(source, "captioned") if output is None else made(output)
    return get_engine().render(RenderPlan(source, name, overwrite=True, captions=captions))


def _told(report: RenderReport) -> Result:
    return {"success": True, "output_path": str(report.output)}
