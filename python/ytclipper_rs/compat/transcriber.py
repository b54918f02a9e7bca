"""`AudioTranscriber`: turns speech into words with times."""

from __future__ import annotations

import asyncio
from typing import Any

from .._codec import StrPath
from ..job import Job
from ..outcome import Segment, Transcript
from ._call import Failure, ProgressCallback, Result, answers, awaited, finished, waited
from ._engine import get_engine
from ._values import Item, items, number, path, span

__all__ = ["AudioTranscriber"]


class AudioTranscriber:
    """Turns speech into words with times, by whisper.

    Args:
        model_name: Name of an installed model (`base`, `tiny.en`), or the path of a ggml file.

    Example:
        transcriber = AudioTranscriber(model_name="base")
        result = await transcriber.transcribe("talk.mp4")
        print(result["full_text"])
    """

    def __init__(self, model_name: str = "base") -> None:
        self.model_name = model_name

    @awaited
    async def transcribe(
        self, video_path: StrPath, progress_callback: ProgressCallback | None = None
    ) -> Result:
        """Transcribes a video; the result is kept beside it as `<stem>_transcript.json`, and
        reused as long as video and model are the same.

        Args:
            video_path: A video or sound file.
            progress_callback: Called in the event loop with `stage` (`transcribing`), `percent`
                and `message`.

        Returns:
            `success, language, segments, full_text, audio_path`. A segment has `id, start, end,
            text, words`, a word `word, start, end`. `audio_path` is None: no sound file is made,
            so there is none to remove.
        """
        spoken = await finished(self._job(video_path), "transcribing", progress_callback)
        # Hours of speech take a while: beside the event loop they do not hold it up.
        return await asyncio.to_thread(_told, spoken)

    @answers
    def transcribe_sync(
        self, video_path: StrPath, progress_callback: ProgressCallback | None = None
    ) -> Result:
        """`transcribe`, waited for; the callback runs on the caller's thread."""
        return _told(waited(self._job(video_path), "transcribing", progress_callback))

    @awaited
    async def get_text_at_timestamp(
        self, segments: list[dict[str, Any]], start: float, end: float
    ) -> str | Failure:
        """The texts of the segments that overlap `start` to `end` (seconds), joined by spaces. No
        job is made; the segments are read beside the event loop."""
        return await asyncio.to_thread(_text_at, segments, start, end)

    @answers
    def get_text_at_timestamp_sync(
        self, segments: list[dict[str, Any]], start: float, end: float
    ) -> str | Failure:
        """`get_text_at_timestamp`, at once."""
        return _text_at(segments, start, end)

    def _job(self, video_path: StrPath) -> Job[Transcript]:
        return get_engine().transcribe(path(video_path), model=self.model_name)


def _text_at(segments: object, start: float, end: float) -> str:
    start, end = number(start, "start"), number(end, "end")
    return text_at(items(segments, "segments"), start, end)


def text_at(segments: list[Item], start: float, end: float) -> str:
    """The texts of the segments that overlap a span."""
    found = []
    for index, segment in enumerate(segments):
        at = span(segment, f"segments[{index}]")
        if at.start < end and at.end > start:
            found.append(str(segment.get("text", "")).strip())
    return " ".join(text for text in found if text)


def _told(spoken: Transcript) -> Result:
    return {
        "success": True,
        "language": spoken.language,
        "segments": [_segment(segment) for segment in spoken.segments],
        "full_text": spoken.full_text,
        "audio_path": None,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    words = [{"word": word.word, "start": word.start, "end": word.end} for word in segment.words]
    return {
        "id": segment.id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "words": words,
    }
