"""The render plan: everything that is done to a source in one decode and one encode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .._codec import Request, StrPath
from ..outcome.word import TimeRange
from .captions import CaptionSpec
from .layout import Layout

WatermarkType = Literal["text", "image"]
"""What a watermark shows."""
Corner = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
"""A corner of the picture."""
Preset = Literal[
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
]
"""Speed of x264 against size of the file, by x264's own names."""


@dataclass(frozen=True, slots=True, repr=False)
class Transition(Request):
    """A cross-fade between parts.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Transition(0)  # a hard cut
        Transition(duration=0)
    """

    duration: float = 0.1
    """Length in seconds (0 to 5), rounded to whole frames; 0 is a hard cut. It is shortened to
    half of the shortest part."""


@dataclass(frozen=True, slots=True, repr=False)
class Watermark(Request):
    """A text or picture in a corner. Sizes are pixels on a picture whose shorter side is 1080
    pixels, and scale with it.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Watermark(text="@channel", position="bottom_left").opacity
        0.7
        >>> yt.Watermark.image("logo.png", gap=40).type
        'image'
    """

    type: WatermarkType = "text"
    """What it shows."""
    text: str = ""
    """The text, for type `text`."""
    image_path: StrPath | None = None
    """The picture (PNG, JPEG, WebP; alpha is kept), for type `image`."""
    position: Corner = "top_right"
    """The corner."""
    gap: float = 100.0
    """Distance from both edges (0 to 1000)."""
    opacity: float = 0.7
    """How much it covers, 0 to 1."""
    font_family: str = "DejaVu Sans"
    """Font family of the text."""
    font_size: float = 32.0
    """Height of the font (8 to 400)."""
    color: str = "#FFFFFF"
    """Colour of the text, `#RRGGBB`."""
    image_width: float | None = None
    """Width of a picture as a fraction of the output's width (0.01 to 1); its own size where
    None."""

    @classmethod
    def image(
        cls,
        path: StrPath,
        *,
        position: Corner = "top_right",
        gap: float = 100.0,
        opacity: float = 1.0,
        width: float | None = None,
    ) -> Watermark:
        """A picture, opaque as it is; `width` is a fraction of the output's width."""
        return cls(
            type="image",
            image_path=path,
            position=position,
            gap=gap,
            opacity=opacity,
            image_width=width,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Loudness(Request):
    """Target of loudness normalisation (EBU R 128).

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Loudness(integrated_lufs=-16.0)
        Loudness(integrated_lufs=-16.0)
    """

    integrated_lufs: float = -14.0
    """Integrated loudness in LUFS (-40 to -5)."""
    true_peak_db: float = -1.0
    """Highest true peak in dBTP (-9 to 0); the gain stops there."""


@dataclass(frozen=True, slots=True, repr=False)
class AudioSpec(Request):
    """What becomes of the sound.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.AudioSpec(loudness=yt.Loudness(-16.0))
        AudioSpec(loudness=Loudness(integrated_lufs=-16.0))
    """

    enabled: bool = True
    """Whether the result has sound at all; a source without sound gives one without."""
    bit_rate: int = 160_000
    """AAC bits a second (32 000 to 512 000)."""
    loudness: Loudness | None = None
    """Loudness to bring it to; left as it is where None."""


@dataclass(frozen=True, slots=True, repr=False)
class Size(Request):
    """A picture's size in pixels, even numbers from 16 to 7680.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Size(1280, 720)
        Size(width=1280, height=720)
    """

    width: int
    """Width."""
    height: int
    """Height."""


@dataclass(frozen=True, slots=True, repr=False)
class EncodeSpec(Request):
    """How the result is encoded: H.264 High, 8-bit 4:2:0, BT.709.

    The default, `veryfast` at CRF 22, gives the picture and size of `medium` at CRF 23 in half
    the time on upscaled vertical crops (`docs/benchmarks.md`).

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.EncodeSpec("medium", crf=20, size=yt.Size(1280, 720))
        EncodeSpec(preset='medium', crf=20, size=Size(width=1280, height=720))
    """

    preset: Preset = "veryfast"
    """Speed against size."""
    crf: float = 22.0
    """Constant rate factor, 0 (lossless) to 51 (worst)."""
    fps: float | None = None
    """Frames a second (1 to 240); the source's where None."""
    size: Size | None = None
    """Size of the picture; 1080x1920 for `vertical` and `stacked`, the source's own for `original`
    where None."""


@dataclass(frozen=True, slots=True, repr=False)
class RenderPlan(Request):
    """What to make of a source. Cutting, joining, reframing, captions and watermark happen in one
    pass, whichever of them the plan asks for. Leaves a `RenderReport`.

    Example:
        >>> import ytclipper_rs as yt
        >>> plan = yt.RenderPlan(
        ...     "talk.mp4",
        ...     "short.mp4",
        ...     parts=[yt.TimeRange(10, 18), yt.TimeRange(42, 50)],
        ...     layout=yt.Layout("vertical"),
        ...     watermark=yt.Watermark(text="@channel"),
        ... )
        >>> len(plan.parts)
        2
    """

    kind: ClassVar[str] = "render"
    source: StrPath
    """The source file."""
    output: StrPath
    """The finished file; its ending tells the container: mp4, m4v, mov or mkv."""
    overwrite: bool = False
    """Whether an existing file of that name may be replaced."""
    parts: Sequence[TimeRange] = ()
    """Spans of the source, joined in this order; the whole source where empty. At most 500."""
    transition: Transition = Transition()
    """How parts are joined."""
    layout: Layout = Layout()
    """What of the picture is shown."""
    captions: CaptionSpec | None = None
    """Captions to draw."""
    watermark: Watermark | None = None
    """Watermark to draw."""
    audio: AudioSpec = AudioSpec()
    """What becomes of the sound."""
    encode: EncodeSpec = EncodeSpec()
    """How the result is encoded."""


@dataclass(frozen=True, slots=True, repr=False)
class ThumbnailSpec(Request):
    """Take a still picture. Leaves a `Thumbnail`.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.ThumbnailSpec("talk.mp4", "cover.jpg", time=33.0).time
        33.0
    """

    kind: ClassVar[str] = "thumbnail"
    source: StrPath
    """The source file."""
    output: StrPath
    """The JPEG file."""
    time: float = 0.0
    """When, in seconds; clamped to the source."""
    max_side: int = 1280
    """Longer side in pixels (16 to 7680); never enlarged."""
    overwrite: bool = False
    """Whether an existing file of that name may be replaced."""
