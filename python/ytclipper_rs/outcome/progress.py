"""Where a job stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from .._codec import decode
from .._repr import Short
from .speech import Segment

__all__ = ["Progress", "Stage"]

Stage = Literal[
    "queued",
    "probing",
    "downloading",
    "transcribing",
    "analyzing",
    "clipping",
    "organizing",
    "cleanup",
    "installing",
    "complete",
]
"""The stages that a job reports, under the names that the existing server sends."""


@dataclass(frozen=True, slots=True, repr=False)
class Progress(Short):
    """The newest state of a job's work. Within a job `percent` never falls and `seq` always
    grows."""

    stage: Stage
    """The stage at work."""
    percent: float
    """Of the whole job, 0 to 100."""
    message: str
    """What is being done, for a person."""
    eta_s: float | None
    """Seconds until the job is done, once that can be told."""
    seq: int
    """Number of this report within the job, from 1."""
    segments: tuple[Segment, ...] = ()
    """Segments of speech that were understood since the report before: reports may be left out,
    these never are."""


def progress_from_json(text: str) -> Progress:
    """A report of the core."""
    return decode(Progress, json.loads(text))
