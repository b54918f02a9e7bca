"""Clips: proposed, rendered, and gathered in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .._repr import Short
from .media import RenderReport
from .word import TimeRange, Word

__all__ = ["Clip", "ClipCandidate", "ClipFailure", "Project", "TimeRange"]


@dataclass(frozen=True, slots=True, repr=False)
class ClipCandidate(Short):
    """A clip that the analysis proposes or the caller brings."""

    clip_number: int
    """Number in order of time, from 1."""
    start: float
    """Begin in the source, in seconds."""
    end: float
    """End in the source, in seconds."""
    text: str
    """What is said."""
    words: tuple[Word, ...]
    """Its words, in source time."""
    score: float
    """How promising it is, 0 to 100."""
    fallback: bool = False
    """Whether no segment reached the score of 20 and this is the best of the rest."""
    title: str = ""
    """Title, empty where nobody gave one."""
    reason: str = ""
    """Why it was chosen, empty where nobody said."""
    keywords: tuple[str, ...] = ()
    """Keywords."""
    parts: tuple[TimeRange, ...] = ()
    """The spans that are joined, where it is more than one."""


@dataclass(frozen=True, slots=True, repr=False)
class Clip(Short):
    """A rendered clip."""

    candidate: ClipCandidate
    """What was chosen."""
    path: Path
    """The video."""
    info_path: Path
    """The info file beside it."""
    thumbnail_path: Path | None
    """A JPEG of its middle."""
    words: tuple[Word, ...]
    """Its words on the clip's own timeline."""
    report: RenderReport
    """How it was rendered."""


@dataclass(frozen=True, slots=True, repr=False)
class ClipFailure(Short):
    """A clip that could not be rendered."""

    clip_number: int
    """Number of the clip."""
    kind: str
    """Kind of the error."""
    message: str
    """What happened."""


@dataclass(frozen=True, slots=True, repr=False)
class Project(Short):
    """What a `process` job leaves."""

    folder: Path
    """The project's folder."""
    title: str
    """Title of the source."""
    language: str
    """Language of the speech, empty where it was not transcribed."""
    clips: tuple[Clip, ...]
    """The clips, in order of time."""
    failures: tuple[ClipFailure, ...] = ()
    """Clips that failed while others succeeded."""
    timings: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Wall-clock seconds by stage (`transcribing`, `clipping`, …)."""
