"""How a clip was framed: what stands beside it as `*.framing.json`, and can be edited.

Times are seconds of the source, positions and sizes pixels of the source as a viewer sees it
(upright, square pixels), fractions allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .._codec import StrPath
from .._files import write_whole
from .._repr import Short
from .sidecar import framing_json, parse_framing

__all__ = ["CropKeyframe", "CropPath", "Framing", "FramingReport", "Shot", "ShotMode"]

ShotMode = Literal["single", "dual", "wide", "pan", "fixed"]
"""What a shot shows: one person cut out, or two that fit into one cut-out; two people, one above
the other; the whole picture between blurred bars; no person, by a slow pan or a fixed cut-out."""


@dataclass(frozen=True, slots=True, repr=False)
class FramingReport(Short):
    """Figures of a framing. Speeds are in widths of the cut-out, so that they are the same for
    every size."""

    face_inside_percent: float | None = None
    """Places of a shown person's face that are wholly inside the cut-out, in percent; of two people
    in one cut-out those of the left one. None, as the next two, where no shown person was seen, or
    where the framing was given: then nobody looked."""
    face_central_percent: float | None = None
    """Places with the centre of the face inside the cut-out's middle 60 %, in percent."""
    mean_offset: float | None = None
    """Mean distance of the face's centre from the cut-out's, as a fraction of its width."""
    max_speed: float = 0.0
    """Highest speed of a cut-out, in widths a second."""
    max_jerk: float = 0.0
    """Highest jerk of a cut-out, in widths a second cubed."""
    cuts: int = 0
    """Cuts of the source; in a framing that was given, shots that begin with one."""
    persons: int = 0
    """Persons that were told apart; in a framing that was given, those that are shown."""
    modes: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Seconds of each mode, by name."""
    looks: int = 0
    """Times at which faces were placed."""
    detections: int = 0
    """Pictures in which the network looked for faces."""
    analysis_s: float = 0.0
    """Wall-clock seconds that the analysis took."""


@dataclass(frozen=True, slots=True, repr=False)
class CropKeyframe(Short):
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


@dataclass(frozen=True, slots=True, repr=False)
class CropPath(Short):
    """A cut-out's way through a shot."""

    person: int | None = field(default=None, kw_only=True)
    """Number of the person that it follows, the same in all shots."""
    keyframes: tuple[CropKeyframe, ...]
    """At least one, in order of time. Between two, position and width follow a monotone cubic
    (Fritsch and Carlson 1980), which neither overshoots nor leaves equal values; before the first
    and after the last they stay."""


@dataclass(frozen=True, slots=True, repr=False)
class Shot(Short):
    """A span in which the same people are shown in the same way."""

    start: float
    """Time of its first picture."""
    end: float
    """Time at which it ends: that of the next shot's first picture."""
    mode: ShotMode
    """What it shows."""
    cut: bool = field(default=False, kw_only=True)
    """Whether the source itself cuts where this shot begins."""
    crops: tuple[CropPath, ...]
    """The cut-outs: two for `dual`, the upper one first; one for the other modes."""


@dataclass(frozen=True, slots=True, repr=False)
class Framing(Short):
    """What of the source is shown, when and where: the content of a `*.framing.json`.

    Example:
        from dataclasses import replace

        # The third shot of a clip stands 80 pixels too far to the left.
        framing = yt.Framing.load("tall.framing.json")
        shots = list(framing.shots)
        keys = tuple(replace(key, x=key.x + 80) for key in shots[2].crops[0].keyframes)
        shots[2] = replace(shots[2], crops=(replace(shots[2].crops[0], keyframes=keys),))
        replace(framing, shots=tuple(shots)).save("tall.framing.json", overwrite=True)
        # Nothing is looked for when the clip is made again.
        edited = yt.Layout("vertical", framing="tall.framing.json")
        await engine.reframe("talk.mp4", "tall.mp4", edited, overwrite=True)
    """

    version: int
    """Version of this format: 1."""
    source_width: int
    """Width of the source, in pixels as a viewer sees them."""
    source_height: int
    """Height of the source, in pixels as a viewer sees them."""
    aspect: float | None = field(default=None, kw_only=True)
    """Width over height of the part of the output that shows the source: 0.5625 for `vertical`,
    1.125 for `stacked`; refused for another layout where it differs by more than 1 %; not checked
    where None."""
    shots: tuple[Shot, ...]
    """The shots in order of time. What is shown changes at once where one begins."""
    report: FramingReport | None = None
    """The figures. They are not read when a clip is rendered from this."""

    @classmethod
    def load(cls, path: StrPath) -> Framing:
        """The framing in a file, edited or not. Places and times are checked by the engine, when
        it renders from the file.

        Raises:
            InvalidSpec: It is no framing of this version; `field` names the fault.
            OSError: The file cannot be read (`FileNotFoundError` where there is none).
        """
        return parse_framing(cls, Path(path).read_bytes(), str(path))

    def save(self, path: StrPath, overwrite: bool = False) -> None:
        """Writes it as JSON, a keyframe a line. The file is seen only when it is whole.

        Raises:
            FileExistsError: There is one, and `overwrite` is False.
            ValueError: A number is not finite.
            OSError: The file cannot be written.
        """
        write_whole(Path(path), framing_json(self), overwrite)
