"""The command line `ytclipper`: one job a call, with progress bars.

Exit codes: 0 done, 1 failed, 2 a faulty request or usage, 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from ..exceptions import InvalidSpec, IoError, IsDirectory, NoSpace, NotFound, YtclipperError
from .commands import run
from .output import fail
from .parser import parser

__all__ = ["main"]

FAILED, FAULTY, INTERRUPTED = 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = parser().parse_args(argv)
    try:
        run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except InvalidSpec as error:
        return fail(error.kind, error.message, FAULTY)
    except YtclipperError as error:
        return fail(error.kind, error.message, FAILED)
    except BrokenPipeError:
        # Whoever read the output has gone. Python must not find that out again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return fail(_kind(error), f"{error.filename}: {error.strerror}", FAILED)
    return 0


def _kind(error: OSError) -> str:
    """The engine's name for a failure of the command line's own files."""
    if isinstance(error, FileNotFoundError):
        return NotFound.kind
    if isinstance(error, IsADirectoryError):
        return IsDirectory.kind
    return NoSpace.kind if error.errno == errno.ENOSPC else IoError.kind
