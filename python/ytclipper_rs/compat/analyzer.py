"""`SectionAnalyzer`: chooses clips from a transcript by rules."""

from __future__ import annotations

import asyncio
from typing import Any

from ..outcome import TimeRange
from . import _rules
from ._call import Failure, answers, awaited
from ._values import fault, items, number, span

__all__ = ["SectionAnalyzer"]

Clip = dict[str, Any]


class SectionAnalyzer:
    """Chooses clips from a transcript: by what is said, without a language model.

    Nothing here is a job: it is arithmetic over text, quick for hours of speech, and done beside
    the event loop where there is much of it. `engine.analyze` does the same from a video, and
    falls back to whole sentences where nothing reaches the score of 20; this class does not.

    Args:
        min_clip_duration: Shortest clip in seconds; shorter ones grow by adjacent segments.
        max_clip_duration: Longest clip in seconds.

    Example:
        >>> import asyncio
        >>> analyzer = SectionAnalyzer()
        >>> said = {"start": 0.0, "end": 8.0, "text": "That is amazing!", "words": []}
        >>> asyncio.run(analyzer.score_segment(said))
        15.0
    """

    def __init__(self, min_clip_duration: float = 15, max_clip_duration: float = 60) -> None:
        self.min_clip_duration = min_clip_duration
        self.max_clip_duration = max_clip_duration

    @awaited
    async def score_segment(self, segment: dict[str, Any]) -> float | Failure:
        """How promising a segment is, 0 to 100. Pure and quick."""
        return _score(segment)

    @answers
    def score_segment_sync(self, segment: dict[str, Any]) -> float | Failure:
        """`score_segment`, at once."""
        return _score(segment)

    @awaited
    async def find_interesting_clips(
        self, segments: list[dict[str, Any]], num_clips: int = 5
    ) -> list[Clip] | Failure:
        """The best clips, in order of time, numbered from 1: segments of at least 20 points, grown
        to the shortest length, cut at the longest, never overlapping. They are not padded yet:
        `adjust_clip_timing` does that.

        Returns:
            A list of `start, end, text, words, score, clip_number`.
        """
        return await asyncio.to_thread(self._find, segments, num_clips)

    @answers
    def find_interesting_clips_sync(
        self, segments: list[dict[str, Any]], num_clips: int = 5
    ) -> list[Clip] | Failure:
        """`find_interesting_clips`, waited for."""
        return self._find(segments, num_clips)

    @awaited
    async def adjust_clip_timing(self, clip: Clip, padding: float = 0.5) -> Clip | Failure:
        """The clip with `padding` seconds before and after, from 0 on and cut at the longest
        length. Its words and text stay. Pure and quick."""
        return self._adjust(clip, padding)

    @answers
    def adjust_clip_timing_sync(self, clip: Clip, padding: float = 0.5) -> Clip | Failure:
        """`adjust_clip_timing`, at once."""
        return self._adjust(clip, padding)

    def _find(self, segments: object, num_clips: int) -> list[Clip]:
        given, wanted = items(segments, "segments"), number(num_clips, "num_clips")
        shortest = number(self.min_clip_duration, "min_clip_duration")
        longest = number(self.max_clip_duration, "max_clip_duration")
        if not 0 < shortest <= longest:
            raise fault("max_clip_duration", "must not be below min_clip_duration, above 0")
        picks = _rules.pick(_rules.timeline(given), int(wanted), shortest, longest)
        spoken = _rules.words_of(given)
        return [
            _rules.candidate(pick, index, given, spoken)
            for index, pick in enumerate(picks, start=1)
        ]

    def _adjust(self, clip: Clip, padding: float) -> Clip:
        at, padding = span(clip, "clip"), number(padding, "padding")
        wide = TimeRange(max(at.start - padding, 0.0), at.end + padding)
        fits = _rules.cut(wide, number(self.max_clip_duration, "max_clip_duration"))
        return {**clip, "start": fits.start, "end": fits.end}


def _score(segment: object) -> float:
    (given,) = items([segment], "segment")
    return _rules.score_segment(given)
