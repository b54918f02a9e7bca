"""Texts as words, however they are written, and how far one is from another."""

from __future__ import annotations

import functools
import re

ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def plain(text: str) -> list[str]:
    """Words as they sound: lower case, without punctuation, `Mr.` spoken out."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("mr.", "mister"))


def spoken(text: str) -> list[str]:
    """The same with numbers and their signs spoken out: `$20` is `twenty dollars`."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("per cent", "percent"))
    text = re.sub(r"\$\s?(\d+(?:\.\d+)?)", r"\1 dollars", text)
    text = re.sub(r"(\d)\s?%", r"\1 percent", text)
    text = re.sub(r"\d+(?:\.\d+)?", lambda found: f" {_aloud(found[0])} ", text)
    return plain(text)


def _aloud(number: str) -> str:
    whole, _, rest = number.partition(".")
    words = _whole(int(whole))
    if rest:
        words += ["point", *(ONES[int(digit)] for digit in rest)]
    return " ".join(words)


def _whole(number: int) -> list[str]:
    """A number below a million, without `and`."""
    if number < 20:
        return [ONES[number]]
    if number < 100:
        return [TENS[number // 10 - 2], *(_whole(number % 10) if number % 10 else [])]
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if size <= number < 1000 * size:
            rest = number % size
            return [*_whole(number // size), name, *(_whole(rest) if rest else [])]
    return [ONES[int(digit)] for digit in str(number)]


def errors(reference: list[str], heard: list[str]) -> int:
    """Words replaced, left out or put in (Levenshtein's distance)."""
    row = list(range(len(heard) + 1))
    for i, expected in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, word in enumerate(heard, 1):
            best = min(row[j] + 1, row[j - 1] + 1, diagonal + (expected != word))
            diagonal, row[j] = row[j], best
    return row[-1]


@functools.cache
def error_rate(reference: str, heard: str) -> float:
    """Wrong words as a part of those that were said."""
    said = plain(reference)
    return errors(said, plain(heard)) / len(said)
