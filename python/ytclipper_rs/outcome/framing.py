"""How a clip was framed: what stands beside it as `*.framing.json`, and can be edited.

Times are seconds of the source, positions and sizes pixels of the source as a viewer sees it
(upright, square pixels), fractions allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["CropKeyframe", "CropPath", "Framing", "FramingReport", "Shot", "ShotMode"]

ShotMode = Literal["single", "dual", "wide", "pan", "fixed"]
"""What a shot shows: one person cut out; two people, one above the other; the whole picture
between blurred bars; no person, by a slow pan or a fixed cut-out."""


@dataclass(frozen=True, slots=True)
class FramingReport:
    """Figures of a framing. Speeds are in widths of the cut-out, so that they are the same for
    every size."""

    face_inside_percent: float = 0.0
    """Looks with a shown person's whole face inside the cut-out, in percent of those where one
    was seen."""
    face_central_percent: float = 0.0
    """Looks with the centre of the face inside the cut-out's middle 60 %, in percent."""
    mean_offset: float = 0.0
    """Mean distance of the face's centre from the cut-out's, as a fraction of its width."""
    max_speed: float = 0.0
    """Highest speed of a cut-out, in widths a second."""
    max_jerk: float = 0.0
    """Highest jerk of a cut-out, in widths a second cubed."""
    cuts: int = 0
    """Cuts of the source."""
    persons: int = 0
    """Persons that were told apart."""
    modes: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Seconds of each mode, by name."""
    looks: int = 0
    """Looks for faces."""
    analysis_s: float = 0.0
    """Wall-clock seconds that the analysis took."""


@dataclass(frozen=True, slots=True)
class CropKeyframe:
    """A cut-out at one time. Its height follows from its width and the shape of its place in the
    output."""

    time: float
    """When."""
    x: float
    """Centre, from the left edge."""
    y: float
    """Centre, from the upper edge."""
    width: float
    """Width."""


@dataclass(frozen=True, slots=True)
class CropPath:
    """A cut-out's way through a shot."""

    person: int | None
    """Number of the person that it follows, the same in all shots."""
    keyframes: tuple[CropKeyframe, ...]
    """At least one, in order of time. Between two, position and width follow a monotone cubic
    (Fritsch and Carlson 1980), which neither overshoots nor leaves equal values; before the first
    and after the last they stay."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A span in which the same people are shown in the same way."""

    start: float
    """Time of its first picture."""
    end: float
    """Time at which it ends: that of the next shot's first picture."""
    mode: ShotMode
    """What it shows."""
    cut: bool
    """Whether the source itself cuts where this shot begins."""
    crops: tuple[CropPath, ...]
    """The cut-outs: two for `dual`, the upper one first; one for the other modes."""


@dataclass(frozen=True, slots=True)
class Framing:
    """What of the source is shown, when and where: the content of a `*.framing.json`."""

    version: int
    """Version of this format: 1."""
    source_width: int
    """Width of the source, in pixels as a viewer sees them."""
    source_height: int
    """Height of the source, in pixels as a viewer sees them."""
    shots: tuple[Shot, ...]
    """The shots in order of time. What is shown changes at once where one begins."""
    report: FramingReport
    """The figures. They are not read when a clip is rendered from this."""
