"""Requests about speech and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .._codec import Request, StrPath

Quantization = Literal["f16", "q8_0", "q5_1"]
"""How a model's weights are stored: half precision, 8-bit blocks (half the time at equal text),
5-bit blocks (smaller, at some cost in accuracy)."""


@dataclass(frozen=True, slots=True)
class TranscribeSpec(Request):
    """Turn a file's speech into words. Leaves a `Transcript`."""

    kind: ClassVar[str] = "transcribe"
    source: StrPath
    """The file."""
    model: str = "base"
    """Name of an installed model (`base`, `tiny.en`), or the path of a ggml file."""
    language: str | None = None
    """ISO 639-1 code of the spoken language; detected where None."""
    cache: bool = True
    """Whether to read and write `<stem>_transcript.json` beside the file."""


@dataclass(frozen=True, slots=True)
class Selection(Request):
    """How clips are chosen from a transcript.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Selection(num_clips=3, max_clip_duration=30.0).min_clip_duration
        15.0
    """

    num_clips: int = 5
    """How many clips at most (1 to 100)."""
    min_clip_duration: float = 15.0
    """Shortest clip in seconds (0.5 to 3600)."""
    max_clip_duration: float = 60.0
    """Longest clip in seconds (0.5 to 3600), not below the shortest."""
    padding: float = 0.5
    """Seconds added before and after a clip (0 to 30)."""
    fallback: bool = True
    """Whether the best sentences are offered when nothing reaches the score of 20."""


@dataclass(frozen=True, slots=True)
class AnalyzeSpec(Request):
    """Transcribe a file and choose clips. Leaves an `Analysis`."""

    kind: ClassVar[str] = "analyze"
    transcribe: TranscribeSpec
    """How to transcribe, and what."""
    selection: Selection = Selection()
    """How to choose."""


@dataclass(frozen=True, slots=True)
class InstallModelSpec(Request):
    """Install a speech model, or the face model `centerface`, into the model folder. Leaves a
    `Model`."""

    kind: ClassVar[str] = "install_model"
    name: str
    """Name of the model (`base`, `tiny.en`): letters, digits, dots, dashes, underscores."""
    from_: StrPath | None = None
    """A CTranslate2 folder or a ggml file to import; the published ggml file is fetched where
    None. JSON calls it `from`."""
    quantization: Quantization = "q8_0"
    """How to store the weights."""
