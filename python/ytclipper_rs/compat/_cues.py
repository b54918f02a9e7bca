"""Words into cues, by the rules of the core's captions. A test holds both against each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..outcome import Word
from ..spec import CaptionStyle
from ._text import join_words

MIN_VISIBLE = 0.08
"""Shortest time that a cue is shown, in seconds."""

BREAK_PAUSE = 0.4
"""A pause that is this much longer than the style's `hold_gap` ends a group, in seconds."""

# In the scripts that have their own, too: ideographic, full-width, Arabic, Devanagari.
_SENTENCE_ENDS = tuple(".!?…。\uff01\uff1f؟।")
_CLOSERS = "\"')]”\u2019»」』"
_ABBREVIATIONS = frozenset(
    ("mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "jr.", "sr.", "no.", "e.g.", "i.e.")
)


@dataclass(frozen=True)
class Cue:
    """A caption."""

    start: float
    end: float
    text: str


def group(words: Sequence[Word], style: CaptionStyle) -> list[Cue]:
    """Groups words into cues, in order of time.

    A cue holds at most `words_per_caption` words and ends early at the end of a sentence and at a
    pause of more than `hold_gap` + 0.4 s. It stays until the next one where the pause is at most
    `hold_gap`. Cues never overlap, and none is shown for less than 0.08 s.
    """
    spoken = sorted(filter(None, map(_cleaned, words)), key=lambda word: word.start)
    runs: list[list[Word]] = []
    for word in spoken:
        if runs and _belongs(runs[-1], word, style):
            runs[-1].append(word)
        else:
            runs.append([word])
    return _fit_times([_cue(run, style) for run in runs], style.hold_gap)


def _cleaned(word: Word) -> Word | None:
    """The word without control characters and with single spaces."""
    spaced = " ".join(word.word.split())
    text = " ".join("".join(c for c in spaced if unicodedata.category(c) != "Cc").split())
    return replace(word, word=text) if text else None


def _belongs(run: list[Word], word: Word, style: CaptionStyle) -> bool:
    last = run[-1]
    return (
        len(run) < style.words_per_caption
        and not _ends_sentence(last.word)
        and word.start - last.end <= style.hold_gap + BREAK_PAUSE
    )


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip(_CLOSERS)
    if not bare.endswith(_SENTENCE_ENDS):
        return False
    initial = bare.endswith(".") and len(bare) == 2
    return not initial and bare.lower() not in _ABBREVIATIONS


def _cue(words: list[Word], style: CaptionStyle) -> Cue:
    said = join_words(word.word for word in words)
    text = {"upper": said.upper(), "lower": said.lower()}.get(style.letter_case, said)
    start = words[0].start
    return Cue(start, max(start, *(word.end for word in words)), text)


def _fit_times(cues: list[Cue], hold_gap: float) -> list[Cue]:
    """Gives each cue its shortest time, ends it before the next, holds it over short pauses."""
    earliest, fitted = float("-inf"), []
    for cue in cues:
        start = max(cue.start, earliest)
        earliest = start + MIN_VISIBLE
        fitted.append(replace(cue, start=start, end=max(cue.end, earliest)))
    for index, after in enumerate(fitted[1:]):
        if after.start - fitted[index].end <= hold_gap:
            fitted[index] = replace(fitted[index], end=after.start)
    return fitted
