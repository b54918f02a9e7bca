"""What of the source's picture is shown, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .._codec import Request, StrPath

LayoutMode = Literal["original", "vertical", "stacked"]
"""Which picture a layout makes: the source's own; 9:16 cut out of it, upon whoever speaks unless
told otherwise; or 9:16 in two halves, a photo or video and the speaker cut out as 9:8."""
Fit = Literal["cover", "contain"]
"""How a picture is brought to a size of another shape: fill it and cut off what is over, or show
everything between bars."""
Track = Literal["off", "speaker"]
"""What a cut-out follows: nothing (it stays at `x` and `y`, and no model is needed), or whoever
speaks."""
Speakers = Literal["auto", "one", "two"]
"""How many people are shown at a time: as the picture asks for (`docs/framing.md` has the rules);
always one; or two, one above the other, whenever two are there."""
NoFace = Literal["slow_pan", "centre"]
"""What is shown where there is no face: a slow pan, whose centre goes between 15 % and 85 % of the
source's width, as far as the picture reaches, in 8 seconds there and back, anew in each shot; or a
fixed cut-out at `x` and `y`."""
InsertPosition = Literal["above", "below"]
"""Which half of a stacked picture the insert takes."""
InsertEnd = Literal["loop", "hold"]
"""What an inserted video does when it is shorter than the clip: begin again, or stay on its last
picture."""


@dataclass(frozen=True, slots=True, repr=False)
class FaceFilter(Request):
    """Which faces count. Sizes are fractions of the upright source picture. A face that counts
    goes on counting down to 0.8 of what is asked of its size, place and shape, so that one at a
    threshold does not come and go.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Layout("vertical", faces=yt.FaceFilter(min_height=0.12)).faces.edge
        0.05
    """

    rate: float = 6.0
    """Places of each face that are noted a second (1 to 30). Faces are followed through every
    picture whatever this is; the network looks once a second, and where somebody comes or goes."""
    min_confidence: float = 0.6
    """Least confidence of the network that a face's surest look must have (0.05 to 1)."""
    min_height: float = 0.06
    """Least height of a face's box, as a fraction of the picture's height (0.01 to 1). The
    network's boxes end at the brows: a face of 8 % has one of 6 to 8 %. Below about 7 % of a 16:9
    picture's height it finds nothing, whatever this is."""
    edge: float = 0.05
    """Outer part of the picture's width, at each side, in which the centre of a face does not
    count (0 to 0.4)."""
    min_aspect: float = 0.6
    """Least width of a face over its height (0.1 to 10)."""
    max_aspect: float = 1.4
    """Largest width of a face over its height (0.1 to 10)."""
    min_relative_width: float = 0.5
    """A further face counts where its width is at least this fraction of the largest one's at the
    time (0 to 1)."""


@dataclass(frozen=True, slots=True, repr=False)
class CameraSpec(Request):
    """How the camera moves. Lengths are fractions of the cut-out's width.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Layout("vertical", camera=yt.CameraSpec(dead_zone=0.12)).camera.min_shot
        1.0
    """

    dead_zone: float = 0.06
    """As far as a face may stray to either side before the camera moves (0 to 0.3)."""
    safe_area: float = 0.6
    """Middle part of the cut-out in which the centre of the face is kept, also where the camera has
    to exceed its highest speed for it (0.2 to 1)."""
    max_speed: float = 1.0
    """Highest speed, in widths a second (0.05 to 10)."""
    max_acceleration: float = 2.0
    """Highest acceleration, in widths a second squared (0.05 to 50)."""
    min_shot: float = 1.0
    """Shortest time that one picture of the same person or people is shown within a scene of the
    source, in seconds (0.2 to 10); at least 1 where two may be shown. A scene that is shorter is
    one shot."""


@dataclass(frozen=True, slots=True, repr=False)
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


@dataclass(frozen=True, slots=True, repr=False)
class Layout(Request):
    """What of the picture is shown. `docs/framing.md` tells the rules in full.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.Layout("vertical", speakers="one").no_face
        'slow_pan'
        >>> yt.Layout("vertical", x=0.3).track is None  # fixed: a given place asks for it
        True
        >>> yt.Layout("stacked", insert=yt.Insert("chart.png")).insert.position
        'above'
    """

    mode: LayoutMode = "original"
    """The kind of picture. In the options of `process` the default stands for the mode of their
    `format`, and another mode than that is refused."""
    x: float | None = None
    """Centre of a cut-out that follows nothing, as a fraction of the source's width (0 to 1); the
    middle where None. Setting it switches tracking off, unless `track` is `speaker`: then it is
    used where no face is and `no_face` is `centre`. Refused with `framing`."""
    y: float | None = None
    """Centre of a cut-out that follows nothing, as a fraction of the source's height (0 to 1);
    the middle where None. It switches tracking off as `x` does. Refused with `framing`."""
    fit: Fit | None = None
    """How the picture is brought to the size; where None, `cover` for `vertical` and `stacked`, and
    for `original` `contain` where a size is given. Setting it to `contain` switches tracking off.
    `contain` is refused with `stacked` and with `track` `speaker`; any is with `framing`."""
    track: Track | None = None
    """What a cut-out follows; where None, the speaker, unless `x`, `y` or fit `contain` ask for a
    fixed one. `speaker` is refused with `original`, any with `framing`."""
    speakers: Speakers = "auto"
    """How many people a `vertical` picture shows at a time. `stacked` always shows one; another
    value than `auto` is refused there."""
    no_face: NoFace = "slow_pan"
    """What is shown where there is no face, while the speaker is tracked."""
    faces: FaceFilter = FaceFilter()
    """Which faces count."""
    camera: CameraSpec = CameraSpec()
    """How the camera moves."""
    insert: Insert = Insert()
    """The other half of a `stacked` picture; refused with the other modes."""
    framing: StrPath | None = None
    """A framing report (`*.framing.json`) to render from, edited or not: nothing is looked for
    then, and no model is needed. Refused with `original`, in the options of `process` (it belongs
    to one clip), where it is of a source of another size or of a layout of another shape, and
    where a part that is shown meets none of its shots."""
    debug_overlay: bool = False
    """Whether a second video `<stem>_debug.mp4` shows faces, cut-outs and modes upon the whole
    picture. Refused with `original`."""
