"""The main job: a source in, finished clips out."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from .._codec import Request, StrPath
from ..outcome.word import TimeRange, Word
from .captions import CaptionStyle
from .layout import Layout
from .render import AudioSpec, EncodeSpec, Transition, Watermark
from .speech import Selection, SpeechOptions

OutputFormat = Literal["original", "vertical_9x16", "reels", "stacked_photo", "stacked_video"]
"""Shape of the finished clips: the source's own; 1080x1920 upon whoever speaks (`reels` is another
name for it); 1080x1920 with a photo or a video in one half and the speaker in the other."""


@dataclass(frozen=True, slots=True, repr=False)
class ClipPart(Request):
    """One span of a clip that is joined of several, with what the caller knows of it.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.ClipPart(12.0, 19.5, text="How it began.").end
        19.5
    """

    start: float
    """Begin in seconds."""
    end: float
    """End in seconds, after the begin."""
    text: str = ""
    """What is said; it is part of the clip's text where the clip brings none."""
    title: str = ""
    """Title of the part; the clip keeps its own."""
    reason: str = ""
    """Why the part was chosen; the clip keeps its own reason."""
    keywords: Sequence[str] = ()
    """Keywords of the part; the clip keeps its own."""
    words: Sequence[Word] = ()
    """Its words in source time, used where the clip brings none; taken from the transcript where
    empty."""


def _clip_part(part: object) -> object:
    """A span or a pair as a `ClipPart`; anything else as it is, for the core to judge."""
    if isinstance(part, TimeRange):
        return ClipPart(part.start, part.end)
    if isinstance(part, (tuple, list)) and len(part) == 2:
        return ClipPart(part[0], part[1])
    return part


@dataclass(frozen=True, slots=True, repr=False)
class ClipRequest(Request):
    """A clip that the caller has chosen: `start` and `end`, or `parts`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.ClipRequest(start=12.0, end=40.0, title="The best minute").parts
        ()
        >>> yt.ClipRequest(parts=[(12, 19), (40, 52)]).parts[1].end
        52
    """

    start: float = 0.0
    """Begin in seconds."""
    end: float = 0.0
    """End in seconds."""
    text: str = ""
    """What is said; taken from the parts' texts, else from the words, where empty."""
    title: str = ""
    """Title."""
    reason: str = ""
    """Why it was chosen."""
    keywords: Sequence[str] = ()
    """Keywords."""
    words: Sequence[Word] = ()
    """Its words in source time; taken from the parts, else from the transcript, where empty."""
    parts: Sequence[ClipPart] = ()
    """Spans that are joined; `start` and `end` stand where empty. Each `TimeRange` and each pair
    `(start, end)` becomes a `ClipPart`."""

    if TYPE_CHECKING:

        def __init__(
            self,
            start: float = 0.0,
            end: float = 0.0,
            text: str = "",
            title: str = "",
            reason: str = "",
            keywords: Sequence[str] = (),
            words: Sequence[Word] = (),
            parts: Sequence[ClipPart | TimeRange | tuple[float, float]] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        Request.__post_init__(self)
        if isinstance(self.parts, tuple):
            object.__setattr__(self, "parts", tuple(_clip_part(part) for part in self.parts))


@dataclass(frozen=True, slots=True, repr=False)
class ProcessSpec(Request):
    """Turn a source into captioned clips in a project folder. Leaves a `Project`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.ProcessSpec("talk.mp4", format="vertical_9x16").format
        'vertical_9x16'
    """

    kind: ClassVar[str] = "process"
    source: StrPath
    """An http(s) URL or the path of a video."""
    format: OutputFormat = "original"
    """Shape of the clips."""
    output_dir: StrPath = "./ToUpload"
    """Folder that project folders go into."""
    download_dir: StrPath = "./Downloads"
    """Folder for downloads."""
    burn_captions: bool = True
    """Whether words are drawn on the picture."""
    clips: Sequence[ClipRequest] = ()
    """Clips that the caller has chosen; found in the transcript where empty."""
    selected_clips: Sequence[int] = ()
    """Which of the clips to make, by number from 1; all where empty."""
    full_transcript_words: Sequence[Word] = ()
    """All words of the source, where the caller has them; then nothing is transcribed for
    captions of chosen clips."""
    selection: Selection = Selection()
    """How clips are found."""
    model: str = "base"
    """Speech model."""
    language: str | None = None
    """ISO 639-1 code of the spoken language; detected where None."""
    speech: SpeechOptions = SpeechOptions()
    """How the model listens."""
    caption_style: CaptionStyle = CaptionStyle()
    """Look of captions."""
    watermark: Watermark | None = None
    """Watermark to draw."""
    layout: Layout | None = None
    """What of the picture is shown; the defaults of `format` where None. Its mode is that of
    `format`: the default stands for it, another one is refused. So is `framing`, which belongs to
    one clip."""
    transition: Transition = Transition()
    """How parts are joined."""
    audio: AudioSpec = AudioSpec()
    """What becomes of the sound."""
    encode: EncodeSpec = EncodeSpec()
    """How clips are encoded."""
    caption_files: bool = True
    """Whether SRT, VTT and JSON captions are written beside each clip."""


@dataclass(frozen=True, slots=True, repr=False)
class ProcessOptions(Request):
    """Everything that `Engine.process` can be told besides the source, in one flat list.

    Example:
        >>> import ytclipper_rs as yt
        >>> options = yt.ProcessOptions(format="vertical_9x16", num_clips=3)
        >>> options.spec("talk.mp4").selection.num_clips
        3
        >>> fixed = yt.Layout(track="off", x=0.4)
        >>> yt.ProcessOptions(format="vertical_9x16", layout=fixed).layout.x
        0.4
    """

    format: OutputFormat = "original"
    """Shape of the clips."""
    num_clips: int = 5
    """How many clips to find, at most (1 to 100)."""
    min_clip_duration: float = 15.0
    """Shortest clip in seconds (0.5 to 3600)."""
    max_clip_duration: float = 60.0
    """Longest clip in seconds (0.5 to 3600), not below the shortest."""
    padding: float = 0.5
    """Seconds added before and after a found clip (0 to 30)."""
    fallback: bool = True
    """Whether the best sentences are offered when nothing reaches the score of 20."""
    output_dir: StrPath = "./ToUpload"
    """Folder that project folders go into."""
    download_dir: StrPath = "./Downloads"
    """Folder for downloads."""
    burn_captions: bool = True
    """Whether words are drawn on the picture."""
    clips: Sequence[ClipRequest] = ()
    """Clips that the caller has chosen; found in the transcript where empty."""
    selected_clips: Sequence[int] = ()
    """Which of the clips to make, by number from 1; all where empty."""
    full_transcript_words: Sequence[Word] = ()
    """All words of the source, where the caller has them."""
    model: str = "base"
    """Speech model."""
    language: str | None = None
    """ISO 639-1 code of the spoken language; detected where None."""
    speech: SpeechOptions = SpeechOptions()
    """How the model listens."""
    caption_style: CaptionStyle = CaptionStyle()
    """Look of captions."""
    watermark: Watermark | None = None
    """Watermark to draw."""
    layout: Layout | None = None
    """What of the picture is shown; the defaults of `format` where None. Its mode is that of
    `format`: the default stands for it, another one is refused. So is `framing`, which belongs to
    one clip."""
    transition: Transition = Transition()
    """How parts are joined."""
    audio: AudioSpec = AudioSpec()
    """What becomes of the sound."""
    encode: EncodeSpec = EncodeSpec()
    """How clips are encoded."""
    caption_files: bool = True
    """Whether SRT, VTT and JSON captions are written beside each clip."""

    def spec(self, source: StrPath) -> ProcessSpec:
        """The request for `source` (an http(s) URL or a path) with these options."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        chosen = {field.name: own.pop(field.name) for field in dataclasses.fields(Selection)}
        return ProcessSpec(source=os.fspath(source), selection=Selection(**chosen), **own)
