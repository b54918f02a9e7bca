"""What a request asked for, as it can be written down and asked once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["FIELD_NAMES", "Asked"]

FIELD_NAMES: Mapping[str, Mapping[str, str]] = {
    "process": {
        "source": "url",
        "clips": "preanalyzed_clips",
        "selection.num_clips": "num_clips",
        "layout.insert.path": "insert",
    },
    "analyze": {"url": "url", "transcribe.source": "url", "selection.num_clips": "num_clips"},
    "render": {},
}
"""The requests' names of fields that the engine calls otherwise, by kind."""


@dataclass(frozen=True)
class Asked:
    """A request of a caller's."""

    kind: str
    """`process`, `analyze`, `render`."""
    source: str
    """The source, as the request named it."""
    body: str
    """The whole request, as JSON."""
    client_id: str | None = None
    """Whom to send progress; all where None."""
    format: str | None = None
    """The shape of the clips that it asked for."""
    name: str | None = None
    """Name of the file that a render makes."""
