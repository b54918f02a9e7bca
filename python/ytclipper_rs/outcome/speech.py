"""What was said, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .._repr import Short
from .clip import ClipCandidate
from .word import Word

__all__ = ["Analysis", "Model", "Segment", "Transcript", "Word"]


@dataclass(frozen=True, slots=True, repr=False)
class Segment(Short):
    """A run of speech, about a sentence."""

    id: int
    """Number within the transcript, from 0."""
    start: float
    """When it begins, in seconds."""
    end: float
    """When it ends, in seconds."""
    text: str
    """What is said."""
    words: tuple[Word, ...] = ()
    """Its words."""
    average_log_probability: float | None = None
    """Mean natural logarithm of its words' probabilities, 0 or less, where known: below -1 it is
    likely a guess."""
    suspicious: bool = False
    """Whether it should be looked at: likely a guess, or text that repeats itself."""


@dataclass(frozen=True, slots=True, repr=False)
class Transcript(Short):
    """A video's speech.

    Example:
        >>> import ytclipper_rs as yt
        >>> hello = yt.Segment(0, 0.0, 1.0, "Hello.", (yt.Word("Hello.", 0.2, 0.9),))
        >>> spoken = yt.Transcript("en", 1.0, (hello,), "Hello.", "base", 1.0)
        >>> [word.word for word in spoken.words()]
        ['Hello.']
    """

    language: str
    """ISO 639-1 code of the language (`en`)."""
    language_probability: float
    """How sure the detection is, 0 to 1; 1 where the language was given."""
    segments: tuple[Segment, ...]
    """Segments in order of time."""
    full_text: str
    """The text of all segments."""
    model: str
    """The model that heard it (`base`)."""
    duration: float
    """Length of the sound in seconds."""
    cached: bool = False
    """Whether this was read from the cache beside the video."""

    def words(self) -> Iterator[Word]:
        """All words in order of time."""
        for segment in self.segments:
            yield from segment.words


@dataclass(frozen=True, slots=True, repr=False)
class Analysis(Short):
    """A transcript and the clips that it offers."""

    transcript: Transcript
    """The speech."""
    clips: tuple[ClipCandidate, ...]
    """The clips, in order of time."""


@dataclass(frozen=True, slots=True, repr=False)
class Model(Short):
    """An installed model."""

    name: str
    """Name (`base`, `tiny.en`, `centerface`)."""
    path: Path
    """The file: ggml, or ONNX for the face model."""
    quantization: str
    """Quantisation of the weights: `f16`, `q8_0` or `q5_1`; `f32` for the face model."""
    size_bytes: int
    """Size in bytes."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
