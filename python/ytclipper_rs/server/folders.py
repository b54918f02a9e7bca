"""The folders that the server may read and write, and what a killed process left in them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from ..exceptions import InvalidSpec, NotFound
from .paths import PathNames

__all__ = ["Folders"]

LOCK = ".ytclipper-server.lock"
UNFINISHED = re.compile(r"^\..+\.part(\.[A-Za-z0-9]+)?$|^\.ytclipper-download-|^\.work$")
"""Names of files and folders that are in the making."""


class Folders:
    """Roots by name. A file is named to the outside as `root:path/within/it`, and nothing outside
    of the roots can be named at all."""

    def __init__(self, roots: Mapping[str, Path]) -> None:
        self.roots = {name: Path(os.path.realpath(root)) for name, root in roots.items()}
        self.paths = PathNames(roots)
        """Keeps absolute paths from what clients see."""
        self._locks: list[IO[bytes]] = []

    def open(self) -> None:
        """Makes the roots and removes what a killed process left in them, unless another process
        works there. Blocks; call it in a thread."""
        for root in self.roots.values():
            root.mkdir(parents=True, exist_ok=True)
            lock = (root / LOCK).open("ab")
            self._locks.append(lock)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                sweep(root)
            fcntl.flock(lock, fcntl.LOCK_SH)  # waits while another one sweeps

    def close(self) -> None:
        """Lets go of the roots."""
        while self._locks:
            self._locks.pop().close()

    def find(self, name: str, field: str) -> Path:
        """The file of a name, `upload:ab12/talk.mp4`, or of a path below one of the roots.

        Raises:
            InvalidSpec: It names no file below a root, or a hidden one.
            NotFound: There is no such file.
        """
        path = self._inside(name)
        if path is None:
            roots = ", ".join(f"{root}:…" for root in self.roots)
            raise InvalidSpec(f"{field}: must be one of {roots}", context={"field": field})
        if not _is_file(path):
            raise NotFound(f"there is no file {name}", context={"path": name})
        return path

    def within(self, root: str, path: str) -> Path | None:
        """The file of a path below a root, where it is one, is not hidden and exists."""
        found = self._below(self.roots[root], Path(path))
        return found if found is not None and _is_file(found) else None

    def name(self, path: Path) -> str:
        """The name of a file below a root."""
        real = Path(os.path.realpath(path))
        for name, root in self.roots.items():
            if real.is_relative_to(root):
                return f"{name}:{real.relative_to(root)}"
        raise ValueError(f"{path} is not below a root")

    def _inside(self, name: str) -> Path | None:
        scheme, colon, rest = name.partition(":")
        if colon and scheme in self.roots:
            return self._below(self.roots[scheme], Path(rest))
        path = Path(name)
        for root in self.roots.values():
            if path.is_absolute() and path.is_relative_to(root):
                return self._below(root, path.relative_to(root))
        return None

    def _below(self, root: Path, path: Path) -> Path | None:
        hidden = any(part.startswith(".") or "\0" in part for part in path.parts)
        if hidden or path.is_absolute() or not path.parts:
            return None
        real = Path(os.path.realpath(root / path))
        return real if real.is_relative_to(root) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def sweep(root: Path) -> None:
    """Removes what is in the making, and folders that are empty without it."""
    for folder, folders, files in os.walk(root, topdown=False):
        for name in folders:
            path = Path(folder, name)
            if UNFINISHED.search(name) and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.rmdir()  # only where it is empty
        for name in files:
            if UNFINISHED.search(name):
                with contextlib.suppress(OSError):
                    Path(folder, name).unlink()
