"""How a clip was framed, under the existing server's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..outcome import Framing, MediaInfo, RenderReport

# Width over height of a whole picture of 1080×1920, and of one of its halves.
_WHOLE, _HALF = 9 / 16, 9 / 8


def mode(format: str, report: RenderReport) -> str:
    """`stacked_photo` and `stacked_video` as they are; else `single` where one person is shown all
    the time, `dual` where two are, `smooth` where nobody is (the slow pan), `dynamic` where that
    changes. A crop that follows nothing is `single`."""
    if format.startswith("stacked"):
        return format
    shown = set(report.framing.modes) if report.framing else {"single"}
    people = {"pan" if name == "fixed" else name for name in shown}
    return {"single": "single", "dual": "dual", "pan": "smooth"}.get("/".join(people), "dynamic")


def tracked(report: RenderReport) -> dict[str, Any]:
    """Where the picture was cut out at the beginning, and where the rest is told. Reads the
    framing report beside the clip."""
    if report.framing is None or report.framing_path is None:
        return {}
    framing = Framing.load(report.framing_path)
    shot = framing.shots[0]
    first = shot.crops[0].keyframes[0]
    aspect = _HALF if shot.mode == "dual" else framing.aspect or _WHOLE
    height = min(first.width / aspect, framing.source_height)
    return _params(
        (framing.source_width, framing.source_height),
        (first.x, first.y, first.width, height),
        report.framing.modes,
        str(report.framing_path),
    )


def fixed(format: str, info: MediaInfo) -> dict[str, Any]:
    """The largest cut-out in the middle of a picture."""
    if info.video is None:
        return {}
    width, height = info.video.width, info.video.height
    aspect = _HALF if format.startswith("stacked") else _WHOLE
    wide = min(width, height * aspect)
    box = (width / 2, height / 2, wide, wide / aspect)
    return _params((width, height), box, {"fixed": info.duration}, None)


def _params(
    size: tuple[int, int],
    box: tuple[float, float, float, float],
    modes: Mapping[str, float],
    framing_path: str | None,
) -> dict[str, Any]:
    x, y, width, height = box
    return {
        "x": round(x - width / 2),
        "y": round(y - height / 2),
        "width": round(width),
        "height": round(height),
        "source_width": size[0],
        "source_height": size[1],
        "modes": dict(modes),
        "framing_path": framing_path,
    }
