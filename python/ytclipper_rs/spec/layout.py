"""What of the source's picture is shown, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .._codec import Request, StrPath

LayoutMode = Literal["original", "vertical", "stacked"]
"""Which picture a layout makes: the source's own; 9:16 cut out of it upon whoever speaks; or 9:16
in two halves, a photo or video and the speaker."""
Fit = Literal["cover", "contain"]
"""How a picture is brought to a size of another shape: fill it and cut off what is over, or show
everything between bars."""
Track = Literal["off", "speaker"]
"""What a cut-out follows: nothing (then no model is needed), or whoever speaks."""
Speakers = Literal["auto", "one", "two"]
"""Whether two people are shown one above the other: as the picture asks for, never, or whenever
two are there."""
NoFace = Literal["slow_pan", "centre"]
"""What is shown where there is no face: a slow pan between 15 % and 85 % of the width, 8 seconds
there and back, or a fixed cut-out."""
InsertPosition = Literal["above", "below"]
"""Which half of a stacked picture the insert takes."""
InsertEnd = Literal["loop", "hold"]
"""What an inserted video does when it is shorter than the clip: begin again, or stay on its last
picture."""


@dataclass(frozen=True, slots=True)
class FaceFilter(Request):
    """Which faces count. Sizes are fractions of the upright source picture."""

    rate: float = 6.0
    """Places of each face that are found a second (1 to 30); every scene cut is looked at
    besides."""
    min_confidence: float = 0.6
    """Least confidence of the detector (0.05 to 1)."""
    min_height: float = 0.06
    """Least height of a face, as a fraction of the picture's height (0.01 to 1)."""
    edge: float = 0.05
    """Outer part of the width, at each side, in which the centre of a face does not count
    (0 to 0.4)."""
    min_aspect: float = 0.6
    """Least width of a face over its height (0.1 to 10)."""
    max_aspect: float = 1.4
    """Largest width of a face over its height (0.1 to 10)."""
    min_relative_width: float = 0.5
    """A second face counts where it is at least this fraction of the largest one's width
    (0 to 1)."""


@dataclass(frozen=True, slots=True)
class CameraSpec(Request):
    """How the camera moves. Lengths are fractions of the cut-out's width."""

    dead_zone: float = 0.06
    """As far as a face may stray to either side before the camera moves (0 to 0.3)."""
    safe_area: float = 0.6
    """Middle part of the cut-out in which the centre of the face is kept (0.2 to 1)."""
    max_speed: float = 1.0
    """Highest speed, in widths a second (0.05 to 10)."""
    max_acceleration: float = 2.0
    """Highest acceleration, in widths a second squared (0.05 to 50)."""
    min_shot: float = 1.0
    """Shortest time that one picture of the same person or people is shown, in seconds
    (0.2 to 10)."""


@dataclass(frozen=True, slots=True)
class Insert(Request):
    """The photo or video of a stacked picture, shown whole between bars, without its sound.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Insert("chart.png", position="below").end
        'loop'
    """

    path: StrPath | None = None
    """The photo (PNG, JPEG, WebP, of any orientation, alpha upon black) or the video; a dark
    placeholder where None."""
    position: InsertPosition = "above"
    """The half it takes."""
    end: InsertEnd = "loop"
    """What a video does when it is shorter than the clip."""


@dataclass(frozen=True, slots=True)
class Layout(Request):
    """What of the picture is shown.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Layout("vertical", speakers="one").no_face
        'slow_pan'
        >>> yt.Layout("vertical", x=0.3, track="off").x
        0.3
        >>> yt.Layout("stacked", insert=yt.Insert("chart.png")).insert.position
        'above'
    """

    mode: LayoutMode = "original"
    """The kind of picture."""
    x: float | None = None
    """Centre of a cut-out that follows nothing, as a fraction of the source's width (0 to 1); the
    middle where None."""
    y: float | None = None
    """Centre of a cut-out that follows nothing, as a fraction of the source's height (0 to 1);
    the middle where None."""
    fit: Fit | None = None
    """How the picture is brought to the size; `contain` for `original`, `cover` for the others
    where None."""
    track: Track | None = None
    """What a cut-out follows; where None, the speaker, unless `x`, `y` or fit `contain` ask for a
    fixed one. `original` follows nothing."""
    speakers: Speakers = "auto"
    """Whether two people are shown one above the other (`vertical`)."""
    no_face: NoFace = "slow_pan"
    """What is shown where there is no face."""
    faces: FaceFilter = FaceFilter()
    """Which faces count."""
    camera: CameraSpec = CameraSpec()
    """How the camera moves."""
    insert: Insert = Insert()
    """The other half of a `stacked` picture."""
    framing: StrPath | None = None
    """A framing report (`*.framing.json`) to render from, edited or not: nothing is looked for
    then."""
    debug_overlay: bool = False
    """Whether a second video `<stem>_debug.mp4` shows faces, cut-outs and modes upon the whole
    picture."""
