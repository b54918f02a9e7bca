"""A promise's figure in one line: how it is written, and how it is found in what a proof prints.

The same line is written by `tests/rust/support/proof.rs` and `tests/c/proof.h`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A test runner may have begun the line with the test's name.
LINE = re.compile(r"promise (\w+): (.*) \(bar: (.*)\)  (ok|MISSED)$", re.MULTILINE)


@dataclass(frozen=True)
class Figure:
    """What a proof found, and what it should have found."""

    promise: str
    """The promise's number, as in `promise 13`; S2 to S4 are the plan's tests of the server."""
    found: str
    bar: str
    kept: bool

    def __str__(self) -> str:
        verdict = "ok" if self.kept else "MISSED"
        return f"promise {self.promise}: {self.found} (bar: {self.bar})  {verdict}"


def tell(promise: int | str, found: str, bar: str, kept: bool) -> bool:
    """Prints the line; returns whether the bar was kept."""
    print(Figure(str(promise), found, bar, kept), flush=True)
    return kept


def figures(text: str) -> list[Figure]:
    """All figures in what a proof printed."""
    return [
        Figure(promise, found, bar, verdict == "ok")
        for promise, found, bar, verdict in LINE.findall(text)
    ]
