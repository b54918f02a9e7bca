"""Requests about speech and what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .._codec import Request, StrPath

Quantization = Literal["f16", "q8_0", "q5_1"]
"""How a model's weights are stored: half precision, 8-bit blocks (half the time at equal text),
5-bit blocks (smaller, at some cost in accuracy)."""


@dataclass(frozen=True, slots=True, repr=False)
class SpeechOptions(Request):
    """How a speech model listens.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.SpeechOptions(vocabulary=["Dashwood", "Norland"], beam_size=5).voice_activity
        True
    """

    translate: bool = False
    """Whether to write down English whatever is spoken. Not with an English-only model."""
    initial_prompt: str | None = None
    """Text in the style that is wanted, as if it had been said before (at most 1,000
    characters)."""
    vocabulary: Sequence[str] = ()
    """Names and terms that may be said, spelt as they shall be written (at most 100, of 100
    characters each)."""
    beam_size: int = 1
    """Continuations that are followed at a time (1 to 8): more takes longer, and hears a little
    better."""
    temperature: float = 0.0
    """How freely words are chosen, 0 (the likeliest) to 1, at first: a decode that loops or guesses
    is done again more freely, twice at most."""
    voice_activity: bool = True
    """Whether sound without a voice is left out. Without it everything is decoded, and silence and
    music may be taken for words."""


@dataclass(frozen=True, slots=True, repr=False)
class TranscribeSpec(Request):
    """Turn a file's speech into words. Leaves a `Transcript`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.TranscribeSpec("talk.mp4", language="en")
        TranscribeSpec(source='talk.mp4', language='en')
    """

    kind: ClassVar[str] = "transcribe"
    source: StrPath
    """The file."""
    model: str = "base"
    """Name of an installed model (`base`, `tiny.en`), or the path of a ggml file."""
    language: str | None = None
    """ISO 639-1 code of the spoken language; detected where None."""
    cache: bool = True
    """Whether to read and write `<stem>_transcript.json` beside the file."""
    options: SpeechOptions = SpeechOptions()
    """How the model listens."""


@dataclass(frozen=True, slots=True, repr=False)
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


@dataclass(frozen=True, slots=True, repr=False)
class AnalyzeSpec(Request):
    """Transcribe a file and choose clips. Leaves an `Analysis`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.AnalyzeSpec(yt.TranscribeSpec("talk.mp4"), yt.Selection(num_clips=3)).selection
        Selection(num_clips=3)
    """

    kind: ClassVar[str] = "analyze"
    transcribe: TranscribeSpec
    """How to transcribe, and what."""
    selection: Selection = Selection()
    """How to choose."""


@dataclass(frozen=True, slots=True, repr=False)
class InstallModelSpec(Request):
    """Install a speech model, or the face model `centerface`, into the model folder. Leaves a
    `Model`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.InstallModelSpec("base", from_="faster-whisper-base")
        InstallModelSpec(name='base', from_='faster-whisper-base')
    """

    kind: ClassVar[str] = "install_model"
    name: str
    """Name of the model (`base`, `tiny.en`): letters, digits, dots, dashes, underscores."""
    from_: StrPath | None = None
    """A CTranslate2 folder or a ggml file to import; the published ggml file is fetched where
    None. JSON calls it `from`."""
    quantization: Quantization = "q8_0"
    """How to store the weights."""
