"""How `SectionAnalyzer` chooses, on dictionaries: the rules of the core's `analyze`, which reads
speech of its own. A test holds both against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..outcome import TimeRange, Word
from ._text import join_words
from ._values import Item, span, words
from .transcriber import text_at

MIN_SCORE = 20.0
"""A segment below it is not picked."""

ADJACENT_GAP = 1.0
"""Segments with a smaller pause between them are adjacent, in seconds."""

_EXCITEMENT = """
amazing astonishing awesome brilliant crazy epic excited exciting explode exploded extraordinary
fantastic fascinating genius hilarious huge incredible incredibly insane insanely legendary love
magic magical massive mind-blowing mindblowing outrageous perfect phenomenal ridiculous secret
shocked shocking spectacular stunning surprised surprising terrifying unbelievable unreal wild
wonderful wow
"""
_QUESTION = """
how what what's when where which who who's whom whose why
"""
_EMPHASIS = """
absolutely actually always best biggest certainly clearly completely crucial definitely entirely
especially essential exactly extremely fundamental greatest important importantly indeed key
literally most must never obviously only really remember seriously so totally truly truth
ultimate very worst
"""

EXCITEMENT_WORDS = frozenset(_EXCITEMENT.split())
QUESTION_WORDS = frozenset(_QUESTION.split())
EMPHASIS_WORDS = frozenset(_EMPHASIS.split())


_TOKEN = re.compile(r"(?:[^\W_]|['-])+")


@dataclass(frozen=True)
class Scored:
    """A segment within the timeline, or a span that was chosen."""

    range: TimeRange
    score: float


def score_segment(segment: Item) -> float:
    """How promising a segment is, 0 to 100.

    Excitement words 10 each (30 at most), question words 5 each with each `?` counting two (20),
    emphasis words 3 each (15), `!` 5 each (10), over 30 % of the letters capital 10, 11 to 49
    words 5. Under 5 s half of that, over 120 s 0.3 of it.
    """
    text, at = str(segment.get("text", "")), span(segment, "segment")
    plain = text.lower().replace("\u2019", "'")
    tokens = [token.strip("'-") for token in _TOKEN.findall(plain)]
    questions = _count(tokens, QUESTION_WORDS) + 2 * sum(map(text.count, "?\uff1f؟"))
    points = min(10 * _count(tokens, EXCITEMENT_WORDS), 30) + min(5 * questions, 20)
    points += min(3 * _count(tokens, EMPHASIS_WORDS), 15)
    points += min(5 * sum(map(text.count, "!\uff01")), 10)
    points += 10 if _mostly_capitals(text) else 0
    points += 5 if 11 <= len(text.split()) <= 49 else 0
    return points * _length_factor(at.end - at.start)


def _count(tokens: list[str], listed: frozenset[str]) -> int:
    return sum(token in listed for token in tokens)


def _mostly_capitals(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters > 0 and sum(map(str.isupper, text)) > 0.3 * letters


def _length_factor(seconds: float) -> float:
    if seconds < 5.0:
        return 0.5
    return 0.3 if seconds > 120.0 else 1.0


def timeline(segments: list[Item]) -> list[Scored]:
    """The usable segments in order of time, none overlapping the one before."""
    placed = [(span(item, f"segments[{index}]"), item) for index, item in enumerate(segments)]
    placed.sort(key=lambda pair: (pair[0].start, pair[0].end))
    free_from, usable = 0.0, []
    for at, segment in placed:
        start = max(at.start, free_from)
        if at.end > start:
            usable.append(Scored(TimeRange(start, at.end), score_segment(segment)))
            free_from = at.end
    return usable


def pick(scored: list[Scored], num_clips: int, shortest: float, longest: float) -> list[Scored]:
    """The best segments, each grown and cut, in order of time; the earlier one of equals first."""
    order = [index for index, item in enumerate(scored) if item.score >= MIN_SCORE]
    order.sort(key=lambda index: -scored[index].score)
    picks: list[Scored] = []
    for index in order:
        if len(picks) >= num_clips:
            break
        if _free(scored[index].range, picks):
            grown = _grow(scored, index, picks, shortest)
            picks.append(Scored(cut(grown, longest), scored[index].score))
    return sorted(picks, key=lambda chosen: chosen.range.start)


def _free(at: TimeRange, picks: list[Scored]) -> bool:
    return not any(at.start < pick.range.end and at.end > pick.range.start for pick in picks)


def _grow(scored: list[Scored], seed: int, picks: list[Scored], shortest: float) -> TimeRange:
    """Takes adjacent segments in, later ones first, until the shortest length is reached."""

    def adjacent(before: int, after: int) -> bool:
        return scored[after].range.start - scored[before].range.end < ADJACENT_GAP

    def fits(index: int) -> bool:
        return _free(scored[index].range, picks)

    first = last = seed
    while scored[last].range.end - scored[first].range.start < shortest:
        if last + 1 < len(scored) and adjacent(last, last + 1) and fits(last + 1):
            last += 1
        elif first > 0 and adjacent(first - 1, first) and fits(first - 1):
            first -= 1
        else:
            break
    return TimeRange(scored[first].range.start, scored[last].range.end)


def cut(at: TimeRange, longest: float) -> TimeRange:
    """The span, ended at the longest length."""
    return TimeRange(at.start, min(at.end, at.start + longest))


def inside(spoken: list[Word], at: TimeRange) -> list[Word]:
    """The words that a span overlaps."""
    return [word for word in spoken if word.start < at.end and word.end > at.start]


def candidate(
    pick: Scored, number: int, segments: list[Item], spoken: list[Word]
) -> dict[str, object]:
    """A clip as the server has it."""
    at, own = pick.range, inside(spoken, pick.range)
    text = join_words(word.word for word in own) if own else text_at(segments, at.start, at.end)
    return {
        "start": at.start,
        "end": at.end,
        "text": text,
        "words": [{"word": word.word, "start": word.start, "end": word.end} for word in own],
        "score": pick.score,
        "clip_number": number,
    }


def words_of(segments: list[Item]) -> list[Word]:
    """The words of all segments, in their order."""
    return [
        word
        for index, segment in enumerate(segments)
        for word in words(segment.get("words"), f"segments[{index}].words")
    ]
