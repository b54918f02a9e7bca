"""Words as running text, as the engine joins them."""

from __future__ import annotations

from collections.abc import Iterable

# Scripts that put no spaces between words, by Unicode block: Thai and Lao; Burmese; Khmer; CJK
# radicals, punctuation and kana; their extensions and ideographs; compatibility forms; full-width
# forms; further ideographs.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x312F),
    (0x31A0, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


def join_words(words: Iterable[str]) -> str:
    """The words with spaces between them, but where their script has none.

    Example:
        >>> join_words(["it", " goes", "on"]), join_words(["你", "好"])
        ('it goes on', '你好')
    """
    text = ""
    for piece in (piece for word in words for piece in word.split()):
        if text and not (_unspaced(text[-1]) and _unspaced(piece[0])):
            text += " "
        text += piece
    return text


def _unspaced(letter: str) -> bool:
    return any(low <= ord(letter) <= high for low, high in _UNSPACED)
