"""Names of a project, as the engine writes them."""

from __future__ import annotations

import unicodedata

_FORBIDDEN = frozenset('<>:"/\\|?*')
_MAX_CHARS = 100
_MAX_BYTES = 200


def safe_title(title: str) -> str:
    """A title as part of a file name: without `<>:"/\\|?*` and control characters, `_` for white
    space, no dots at its ends, at most 100 characters and 200 bytes, `untitled` if nothing is left.

    Example:
        >>> safe_title('How to: <win> at "life"?'), safe_title(" .. ")
        ('How_to_win_at_life', 'untitled')
    """
    spaced = ("_" if c.isspace() else c for c in title.strip())
    kept = "".join(c for c in spaced if c not in _FORBIDDEN and unicodedata.category(c) != "Cc")
    short = kept.strip(".")[:_MAX_CHARS].encode(errors="ignore")[:_MAX_BYTES]
    return short.decode(errors="ignore").rstrip(".") or "untitled"


def format_folder(format: str) -> str:
    """The folder of a format within a project."""
    return "original" if format == "original" else "reels"
