"""Paths of this machine, which clients do not see: the one place that keeps them back."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["PathNames"]

QUOTED = re.compile(r"""(["'`])(/(?!api/)[^"'`\n]*)(?=["'`])""")
"""A path in quotes, which may hold spaces. Those of this server's own interface stay."""
BEFORE = r"(?<![\w/.~-])((?:-[\w-]*)?)"
"""Where a path may begin: at the beginning of a word, or behind an option (`-I/usr/include`)."""
BARE = re.compile(
    rf"""{BEFORE}(/(?!api/|/)(?:[^\s/"'`<>|:;,()\[\]{{}}]+/)+[^\s/"'`<>|:;,()\[\]{{}}]*)"""
)
"""An absolute path of two parts or more, in the middle of a text."""
URL = re.compile(
    r"""((?<![A-Za-z0-9+.-])(?!(?i:file):)[A-Za-z][A-Za-z0-9+.-]*://[^/\s"'`<>][^\s"'`<>]*)"""
)
"""What names another machine, whatever stands in it, is the clients' own."""
LOCAL = re.compile(r"(?i)\bfile:(?://[^/\s]*)?/*(?=/)|\b[a-z][a-z0-9+.-]{0,20}://+(?=/)")
"""The beginning of a URL whose rest is a path of this machine."""
WHOLE = re.compile(r"/(?!api/)(?:[^/\n]+/)+[^/\n]*")
"""A text that is nothing else than an absolute path of two parts or more."""


class PathNames:
    """Replaces absolute paths in texts: below a root of the server by the name that requests use
    (`upload:ab12/talk.mp4`), elsewhere by the name of the file alone.

    Example:
        >>> names = PathNames({"upload": Path("/srv/Uploads")})
        >>> names.hide("cannot read /srv/Uploads/ab12/My talk.mp4: see /etc/ytc/notes.txt")
        'cannot read upload:ab12/My talk.mp4: see notes.txt'
    """

    def __init__(self, roots: Mapping[str, Path]) -> None:
        given = {str(root.absolute()): f"{name}:" for name, root in roots.items()}
        given |= {os.path.realpath(root): f"{name}:" for name, root in roots.items()}
        # Their names may hold spaces; what stands below them is the end of a path.
        for folder in (Path.cwd(), Path("~"), Path(tempfile.gettempdir())):
            given.setdefault(os.path.expanduser(folder), "/-/")  # noqa: PTH111  # never raises
        folders = sorted((folder for folder in given if folder != "/"), key=len, reverse=True)
        self._given = given
        self._known = re.compile(rf"{BEFORE}({'|'.join(map(re.escape, folders))})/")

    def hide(self, text: str, path: str | None = None) -> str:
        """The text without absolute paths. `path` is one that is known to stand in it. JSON stays
        JSON."""
        if "/" not in text:
            return text
        if path is not None and path.startswith("/"):
            text = text.replace(path, self._name(path))
        parts = URL.split(text)  # each second one is a URL
        return "".join(part if n % 2 else self._hidden(part) for n, part in enumerate(parts))

    def hide_all(self, value: Any) -> Any:
        """The same for all texts of JSON values."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {key: self.hide_all(held) for key, held in value.items()}
        if isinstance(value, list):
            return [self.hide_all(held) for held in value]
        return value

    def hide_whole(self, value: Any) -> Any:
        """JSON values in which a text that is a path, and nothing else, has become a name. All
        other texts stay: they are what somebody said, wrote or asked for."""
        if isinstance(value, str):
            return self._name(value) if WHOLE.fullmatch(value) else value
        if isinstance(value, dict):
            return {key: self.hide_whole(held) for key, held in value.items()}
        if isinstance(value, list):
            return [self.hide_whole(held) for held in value]
        return value

    def _hidden(self, text: str) -> str:
        text = self._with_roots(LOCAL.sub("", text))
        text = QUOTED.sub(lambda found: found[1] + _last(found[2]), text)
        return BARE.sub(lambda found: found[1] + _last(found[2]), text)

    def _with_roots(self, text: str) -> str:
        return self._known.sub(lambda found: found[1] + self._given[found[2]], text)

    def _name(self, path: str) -> str:
        named = self._with_roots(path)
        return named if not named.startswith("/") else _last(path)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path
