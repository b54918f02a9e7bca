"""Times of heard words against true ones. Words are matched by what they say, not by when."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hearing.text import spoken

# Between two matches that are as good, the nearer one in time: far too little to pay for a wrong
# word, however many there are.
DRIFT, FAR = 1e-4, 5.0
# A word may reach so many seconds into a silence.
SLACK = 0.15


@dataclass(frozen=True)
class Word:
    """A word, or several that are looked at as one; times in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Token:
    """A spoken word of a `Word`."""

    text: str
    time: float
    """About when it is said, in seconds."""
    of: int
    """Number of the `Word`."""
    first: bool
    last: bool


@dataclass(frozen=True)
class Times:
    """Errors in seconds, late ones positive, of what was heard of so many items."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]
    items: int


def tokens(words: Iterable[Word]) -> list[Token]:
    """What is spoken, in order."""
    found = []
    for number, word in enumerate(words):
        texts = spoken(word.text)
        for index, text in enumerate(texts):
            time = word.start + (word.end - word.start) * (index + 0.5) / len(texts)
            found.append(Token(text, time, number, index == 0, index == len(texts) - 1))
    return found


def align(reference: Sequence[Token], heard: Sequence[Token]) -> list[tuple[Token, Token]]:
    """The tokens that are the same in the best alignment of the whole texts."""

    def replaced(a: Token, b: Token) -> float:
        return min(abs(a.time - b.time), FAR) * DRIFT if a.text == b.text else 1.0

    costs = [[float(column) for column in range(len(heard) + 1)]]
    for a in reference:
        above, row = costs[-1], [costs[-1][0] + 1]
        for column, b in enumerate(heard):
            cost = above[column] + replaced(a, b)
            row.append(min(cost, above[column + 1] + 1, row[-1] + 1))
        costs.append(row)
    pairs, i, j = [], len(reference), len(heard)
    while i and j:
        a, b = reference[i - 1], heard[j - 1]
        if costs[i][j] == costs[i - 1][j - 1] + replaced(a, b):
            i, j = i - 1, j - 1
            if a.text == b.text:
                pairs.append((a, b))
        elif costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def times(truth: Sequence[Word], heard: Sequence[Word]) -> Times:
    """Errors of the first word's begin and the last word's end of each item, where these words
    were heard."""
    starts, ends = [], []
    for a, b in align(tokens(truth), tokens(heard)):
        if a.first and b.first:
            starts.append(heard[b.of].start - truth[a.of].start)
        if a.last and b.last:
            ends.append(heard[b.of].end - truth[a.of].end)
    return Times(tuple(starts), tuple(ends), len(truth))


def percentile(errors: Iterable[float], share: float) -> float:
    """The size that this part of the errors do not exceed; infinite where there are none."""
    sizes = sorted(map(abs, errors))
    return sizes[math.ceil(share * len(sizes)) - 1] if sizes else math.inf


def median(errors: Iterable[float]) -> float:
    """The median size; infinite where there are none."""
    sizes = list(map(abs, errors))
    return statistics.median(sizes) if sizes else math.inf


def silences(truth: Sequence[Word], duration: float) -> list[tuple[float, float]]:
    """What lies before, between and after the items."""
    begins = [0.0, *(item.end for item in truth)]
    ends = [*(item.start for item in truth), duration]
    return list(zip(begins, ends, strict=True))


def over_silence(truth: Sequence[Word], heard: Sequence[Word], duration: float) -> int:
    """Words that reach into a silence."""
    quiet = silences(truth, duration)

    def reaches(word: Word) -> bool:
        return any(min(word.end, end) - max(word.start, begin) > SLACK for begin, end in quiet)

    return sum(map(reaches, heard))


def overlapping(heard: Sequence[Word]) -> int:
    """Words that begin before the one before them has ended, or end before they begin."""
    early = sum(b.start < a.end - 1e-6 for a, b in itertools.pairwise(heard))
    return early + sum(word.end < word.start for word in heard)
