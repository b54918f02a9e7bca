"""Files that are seen only when they are whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def write_whole(path: Path, text: str, overwrite: bool = True) -> None:
    """Writes a file that is seen only when it is whole.

    Raises:
        FileExistsError: There is one, and it may not be replaced.
        OSError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            part.replace(path)
        else:
            _publish_new(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _publish_new(part: Path, path: Path) -> None:
    """Gives a file a name that no other file has: a link, unlike a rename, never replaces one. On
    file systems without links the name is taken first."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:
        path.touch(exist_ok=False)
        part.replace(path)
    else:
        part.unlink()
