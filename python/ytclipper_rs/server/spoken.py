"""What is said in the clips that an application's picker chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..compat._text import join_words
from ..outcome import Word

__all__ = ["completed", "words"]


def words(found: Iterable[Word]) -> list[dict[str, Any]]:
    """Words with their times."""
    return [{"word": word.word, "start": word.start, "end": word.end} for word in found]


def completed(clip: Mapping[str, Any], every: Sequence[Word]) -> dict[str, Any]:
    """The clip with its words and its text: its own, else those of its parts, else what is said
    there, as the engine takes them when it makes the clip.

    Example:
        >>> every = [Word("Well,", 0.1, 0.4), Word("hello", 0.9, 1.2), Word("there.", 1.3, 1.7)]
        >>> completed({"start": 1.0, "end": 2.0}, every)["text"]
        'hello there.'
    """
    parts = clip.get("parts") or []
    said = clip.get("words") or [
        word for span in parts or [clip] for word in span.get("words") or _within(every, span)
    ]
    texts = (str(part.get("text", "")).strip() for part in parts)
    text = clip.get("text") or " ".join(filter(None, texts))
    return {**clip, "words": said, "text": text or join_words(word["word"] for word in said)}


def _within(every: Sequence[Word], span: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A word belongs to a span that it overlaps."""
    start, end = span["start"], span["end"]
    return words(word for word in every if word.start < end and word.end > start)
