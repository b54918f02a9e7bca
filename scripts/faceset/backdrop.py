"""What stands behind the persons: spans of real video without people in them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Backdrop = Callable[[float], Image.Image]


@dataclass(frozen=True)
class View:
    """A span of a clip, in seconds, and what of its picture is shown."""

    clip: str
    start: float
    length: float = 0.0
    """0 for a still picture."""
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    blur: float = 0.0
    """Radius in pixels of the result: a backdrop out of focus."""


# The clip `bikes` shows people between 1.2 and 2.0 s and between 3.04 and 5.48 s, `bigbuckbunny`
# an animal that looks like one: views keep away from both.
STREET = View("bikes", 5.56, 1.8)
STREET_STILL = View("bikes", 6.0)
STREET_RIGHT = View("bikes", 6.4, zoom=1.3, x=0.9, y=0.4)
WALL = View("bikes", 9.2)
WALL_MOVING = View("bikes", 8.6, 0.9)
WALL_LEFT = View("bikes", 9.4, zoom=1.4, x=0.0, y=0.3)
TAXI = View("bikes", 2.3, 0.6)
BUS = View("bikes", 0.2, 0.8)
MEADOW = View("bigbuckbunny", 3.0, zoom=1.9, x=1.0, y=0.35)
MEADOW_MOVING = View("bigbuckbunny", 1.0, 2.4, zoom=1.9, x=1.0, y=0.6)
STUDIO = View("bigbuckbunny", 2.0, zoom=2.4, x=1.0, y=0.2, blur=14)


def read_video(path: Path, filters: str, size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """A video's pictures as RGB, brought to the size by `filters`."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-vf", filters]
    command += ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    out = subprocess.run(command, check=False, capture_output=True)
    if out.returncode != 0:
        raise SystemExit(f"ffmpeg could not read {path.name}: {out.stderr.decode()}")
    shape = (-1, size[1], size[0], 3)
    return list(np.frombuffer(out.stdout, dtype=np.uint8).reshape(shape))


def covering(size: tuple[int, int], view: View) -> str:
    """The filters that show a view at a size."""
    width, height = size
    wide, high = int(width * view.zoom) // 2 * 2, int(height * view.zoom) // 2 * 2
    return (
        f"scale={wide}:{high}:force_original_aspect_ratio=increase:flags=bicubic,"
        f"crop={width}:{height}:(iw-ow)*{view.x}:(ih-oh)*{view.y}"
    )


def backdrop(view: View, clips: Path, size: tuple[int, int]) -> Backdrop:
    """The view as pictures of a size; a moving one runs forth and back at 25 a second."""
    span = f"trim=start={view.start}:end={view.start + max(view.length, 0.05)},setpts=PTS-STARTPTS"
    first = "" if view.length else ",trim=end_frame=1"
    filters = f"{span}{first},{covering(size, view)}"
    pictures = [
        Image.fromarray(picture)
        for picture in read_video(clips / f"{view.clip}.mp4", filters, size)
    ]
    if view.blur:
        blur = ImageFilter.GaussianBlur(view.blur)
        pictures = [picture.filter(blur) for picture in pictures]

    def at(time: float) -> Image.Image:
        if len(pictures) == 1:
            return pictures[0]
        turn = int(time * 25) % (2 * len(pictures) - 2)
        return pictures[min(turn, 2 * len(pictures) - 2 - turn)]

    return at


def played(view: View, clips: Path, size: tuple[int, int], rate: float) -> tuple[Backdrop, int]:
    """The view once, as it is, and its length in pictures at a rate."""
    filters = (
        f"trim=start={view.start}:end={view.start + view.length},setpts=PTS-STARTPTS,"
        f"fps={rate},{covering(size, view)}"
    )
    pictures = [
        Image.fromarray(picture)
        for picture in read_video(clips / f"{view.clip}.mp4", filters, size)
    ]
    return lambda time: pictures[min(round(time * rate), len(pictures) - 1)], len(pictures)
