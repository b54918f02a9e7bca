"""Requests about a source as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._codec import Request, StrPath


@dataclass(frozen=True, slots=True, repr=False)
class ProbeSpec(Request):
    """Tell what is in a file. Leaves a `MediaInfo`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.ProbeSpec("talk.mp4").source
        'talk.mp4'
    """

    kind: ClassVar[str] = "probe"
    source: StrPath
    """The file."""


@dataclass(frozen=True, slots=True, repr=False)
class DownloadSpec(Request):
    """Fetch a video. Leaves a `Download`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.DownloadSpec("https://example.org/watch?v=1", max_height=720).max_height
        720
    """

    kind: ClassVar[str] = "download"
    url: str
    """An http(s) URL, or a local path, which is only looked at."""
    dir: StrPath = "./Downloads"
    """Folder for the file; made where it is missing."""
    max_height: int = 1080
    """Largest height to ask for, in pixels (144 to 4320)."""
