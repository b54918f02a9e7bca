"""How words are drawn on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .._codec import Request
from ..outcome.word import Word

LetterCase = Literal["upper", "lower", "as_is"]
"""Letter case of captions."""


@dataclass(frozen=True, slots=True, repr=False)
class CaptionStyle(Request):
    """Look of captions. Sizes are pixels on a picture whose shorter side is 1080 pixels, and
    scale with it.

    Example:
        >>> import ytclipper_rs as yt
        >>> yellow = yt.CaptionStyle(primary_color="#FFE000", words_per_caption=3)
        >>> yellow.vertical_position
        80.0
    """

    words_per_caption: int = 2
    """Words shown at a time (1 to 20)."""
    font_family: str = "DejaVu Sans"
    """Font family; glyphs that it lacks come from an installed font that has them."""
    font_size: float = 48.0
    """Height of the font (8 to 400)."""
    bold: bool = True
    """Bold weight."""
    primary_color: str = "#FFFFFF"
    """Colour of the letters, `#RRGGBB` or `#RRGGBBAA` (alpha ff is opaque)."""
    outline_color: str = "#000000"
    """Colour of the outline."""
    shadow_color: str = "#00000080"
    """Colour of the shadow."""
    outline_width: float = 3.0
    """Width of the outline (0 to 40)."""
    shadow_offset: float = 2.0
    """Offset of the shadow (0 to 40)."""
    vertical_position: float = 80.0
    """Centre of the text as percent of the height from the top (0 to 100)."""
    letter_case: LetterCase = "upper"
    """Letter case."""
    hold_gap: float = 0.3
    """A caption stays until the next one when the pause is at most this long, in seconds (0 to
    10)."""


@dataclass(frozen=True, slots=True, repr=False)
class CaptionSpec(Request):
    """Captions to draw.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.CaptionSpec([yt.Word("Hello,", 0.3, 0.7)])
        CaptionSpec(words=(Word(word='Hello,', start=0.3, end=0.7),))
    """

    words: Sequence[Word]
    """Words in source time; those outside the parts are left out, the others move with them."""
    style: CaptionStyle = CaptionStyle()
    """How they look."""
