"""Framing reports written by hand, and where the pixels of a clip come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from framing import pictures, pixels, sidecar
from framing.truth import Truth
from numpy.typing import NDArray
from PIL import Image

import ytclipper_rs as yt

Picture = NDArray[np.int16]


def given(known: Truth, *places: tuple[float, float, float]) -> yt.Framing:
    """From one time to another, the centre of a 9:16 cut-out as high as a 720p picture stays."""

    def path(start: float, x: float) -> yt.CropPath:
        return yt.CropPath((yt.CropKeyframe(start, x, 360.0, 405.0),))

    shots = [yt.Shot(start, end, "single", (path(start, x),)) for start, end, x in places]
    return yt.Framing(1, known.width, known.height, tuple(shots))


def found_places(known: Truth, clip: Path, frames: list[int], first: int = 0) -> list[float]:
    """Where the centre of the cut-out is found in a 720p source, by the pixels of some frames of a
    clip; frame 0 of the clip is picture `first` of the source."""
    height = pixels.HEIGHT
    width = known.width * height // known.height
    outputs = list(pictures.grey(clip, 216, 384))
    sources = list(pictures.grey(known.video, width, height))
    box = sidecar.Box(0.0, 0.0, 405.0, 720.0)
    return [
        pixels.place(sources[first + number], outputs[number], box, height / known.height) + 202.5
        for number in frames
    ]


def picture(video: Path, frame: int, size: tuple[int, int]) -> Picture:
    """The brightness of a picture, scaled to a size."""
    for number, grey in enumerate(pictures.grey(video, *size)):
        if number == frame:
            return grey.astype(np.int16)
    raise AssertionError(f"{video} has no picture {frame}")


def cut_out(source: Picture, box: sidecar.Box, size: tuple[int, int]) -> Picture:
    """A part of a picture, scaled by another resampler than the engine's."""
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    whole = Image.fromarray(source.astype(np.uint8))
    return np.asarray(whole.resize(size, Image.Resampling.BICUBIC, edges)).astype(np.int16)
