"""A word and a span of time: the two values that requests and results share."""

from __future__ import annotations

from dataclasses import dataclass

from .._repr import Short


@dataclass(frozen=True, slots=True, repr=False)
class Word(Short):
    """One spoken word.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Word("Hello,", 0.32, 0.71)
        Word(word='Hello,', start=0.32, end=0.71)
    """

    word: str
    """The word with its punctuation, without surrounding space."""
    start: float
    """When it begins, in seconds."""
    end: float
    """When it ends, in seconds, not before it begins."""
    probability: float | None = None
    """How sure the model is, 0 to 1, where known."""


@dataclass(frozen=True, slots=True, repr=False)
class TimeRange(Short):
    """A span of the source.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.TimeRange(12.0, 19.5).duration
        7.5
    """

    start: float
    """Begin in seconds, 0 or more."""
    end: float
    """End in seconds, after the begin."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start
