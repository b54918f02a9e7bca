"""Persons: cut out of a real photograph, with a mouth that opens, in several identities."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.float32]
Box = tuple[float, float, float, float]
"""Left, top, width and height."""

# The face in the photograph `astronaut.png` (512 x 512), as CenterFace boxes it: left, top, width,
# height.
FACE = (181.5, 58.2, 88.4, 119.6)
# Outline of the person without flag and shuttle.
OUTLINE = [
    (201, 23), (185, 38), (174, 43), (163, 51), (156, 58), (153, 68), (154, 92), (157, 104),
    (167, 115), (170, 121), (174, 128), (182, 132), (183, 152), (154, 157), (145, 162),
    (136, 172), (127, 173), (125, 202), (123, 212), (114, 217), (102, 223), (89, 235), (83, 235),
    (66, 246), (55, 262), (40, 295), (34, 315), (26, 342), (25, 375), (19, 391), (20, 419),
    (24, 432), (25, 478), (29, 493), (37, 502), (39, 511), (506, 511), (506, 487), (500, 478),
    (492, 478), (488, 471), (495, 454), (494, 426), (490, 409), (478, 384), (454, 360),
    (436, 351), (421, 346), (415, 346), (407, 357), (378, 359), (361, 358), (360, 328),
    (357, 311), (343, 268), (318, 244), (303, 233), (299, 219), (289, 203), (276, 189),
    (256, 172), (256, 163), (264, 149), (266, 137), (275, 134), (290, 117), (299, 97), (299, 72),
    (296, 58), (288, 43), (276, 31), (248, 18), (227, 16), (214, 21), (205, 21),
]  # fmt: skip
# Free room around the picture, so that every cut-out of it lies within.
MARGIN = 16
# The mouth: middle of the line between the teeth, height of the line there and by how much its
# ends stand above, half its width, where the moving jaw ends, and how wide the mouth opens.
MOUTH_X, MOUTH_Y, MOUTH_RISE, MOUTH_HALF, JAW_END, MOUTH_GAP = 225.5, 148.5, 6.5, 20.0, 190.0, 15.0
# The man's face in every sixth picture of `carphone_pristine.mp4` (176 x 144), as CenterFace boxes
# it: centre, width and height.
MAN_WIDTH, MAN_STEP = 176, 6
MAN = [
    (88.6, 67.5, 48.3, 62.1), (84.8, 66.2, 49.7, 61.5), (83.5, 64.9, 49.9, 58.9),
    (84.8, 65.0, 48.9, 59.1), (87.4, 63.7, 48.4, 61.3), (80.9, 67.5, 51.7, 63.7),
    (74.4, 70.1, 52.6, 63.8), (74.4, 70.0, 52.7, 62.2), (77.0, 68.8, 52.3, 63.7),
    (77.0, 68.7, 53.0, 64.3), (78.3, 65.0, 51.1, 66.2), (78.3, 63.6, 54.9, 70.2),
    (75.7, 57.2, 55.3, 65.9), (69.2, 55.9, 55.2, 62.6), (62.8, 62.4, 58.0, 63.8),
    (62.7, 64.9, 53.9, 57.9), (62.9, 64.9, 55.4, 59.0), (65.3, 67.4, 58.6, 66.5),
    (67.9, 67.5, 57.5, 66.8), (70.5, 67.5, 58.0, 69.9),
]  # fmt: skip
# As many different openings of the mouth are drawn.
OPENINGS = 9


@dataclass(frozen=True)
class Look:
    """What makes one person another."""

    mirrored: bool = False
    suit: int | None = None
    """Hue of the suit, 0 to 255."""
    hair: float = 1.0
    """Brightness of the hair."""
    skin: float = 1.0
    """Brightness of the skin."""


ANN = Look()
BEA = Look(mirrored=True, suit=150, hair=0.4, skin=0.82)
CAS = Look(suit=80, hair=0.6, skin=1.06)


@dataclass(frozen=True)
class Figure:
    """A picture of a person at one moment."""

    picture: Image.Image
    """RGBA, with free room around."""
    face: Box
    """The face in it."""
    hold: Box
    """The part of it that is put where the path says: the face itself, or the whole picture of
    somebody who moves within it."""


# The figure at a time of the scene, its mouth as open as the number says (0 to 1).
Appearance = Callable[[float, float], Figure]


def appearance(look: Look, photograph: Path) -> Appearance:
    """A person from the photograph."""
    figures = _figures(look, photograph)

    def at(_time: float, openness: float) -> Figure:
        return figures[round(min(max(openness, 0.0), 1.0) * (OPENINGS - 1))]

    return at


def talking_man(pictures: list[NDArray[np.uint8]], rate: float) -> Appearance:
    """The real video of a man, framed as in a call. It runs forth and back."""
    frames = [Image.fromarray(picture) for picture in pictures]

    def at(time: float, _openness: float) -> Figure:
        turn = round(time * rate) % (2 * len(frames) - 2)
        index = min(turn, 2 * len(frames) - 2 - turn)
        width, height = frames[index].size
        whole = (MARGIN, MARGIN, width, height)
        return Figure(_framed(frames[index]), _man(index, width / MAN_WIDTH), whole)

    return at


def _man(index: int, scale: float) -> Box:
    """The man's face in a picture of the clip, enlarged `scale` times."""
    before, part = divmod(index / MAN_STEP, 1)
    first, second = (MAN[min(int(before) + step, len(MAN) - 1)] for step in (0, 1))
    x, y, width, height = ((a + (b - a) * part) * scale for a, b in zip(first, second, strict=True))
    return (x - width / 2 + MARGIN, y - height / 2 + MARGIN, width, height)


def _framed(frame: Image.Image) -> Image.Image:
    whole = Image.new("RGBA", (frame.width + 2 * MARGIN, frame.height + 2 * MARGIN))
    whole.paste(frame, (MARGIN, MARGIN))
    return whole


@functools.cache
def _figures(look: Look, photograph: Path) -> list[Figure]:
    picture = np.asarray(Image.open(photograph).convert("RGB"), dtype=np.float32)
    picture = _disguised(picture, look)
    mask = _mask(picture.shape[1], picture.shape[0])
    left, top, width, height = FACE
    if look.mirrored:
        left = picture.shape[1] - left - width
    figures = []
    for step in range(OPENINGS):
        opened = _open_mouth(picture, step / (OPENINGS - 1)).clip(0, 255).astype(np.uint8)
        figure = Image.fromarray(np.dstack([opened, mask]), "RGBA")
        if look.mirrored:
            figure = figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        face = (left + MARGIN, top + MARGIN, width, height)
        figures.append(Figure(_framed(figure), face, face))
    return figures


def _mask(width: int, height: int) -> NDArray[np.uint8]:
    """The outline, a little inside and softened."""
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon(OUTLINE, fill=255)
    shrunk = mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(1.2))
    return np.asarray(shrunk)


def _disguised(picture: Pixels, look: Look) -> Pixels:
    """The person with another suit, hair and skin."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    face = ((columns - 225) / 46) ** 2 + ((rows - 122) / 60) ** 2
    head = ((columns - 227) / 80) ** 2 + ((rows - 80) / 72) ** 2
    on_face = np.clip((1.15 - face) / 0.3, 0, 1)
    on_hair = np.clip((1.1 - head) / 0.2, 0, 1) * (1 - on_face)
    shade = 1 + (look.skin - 1) * on_face + (look.hair - 1) * on_hair
    result: Pixels = picture * shade[..., None]
    if look.suit is not None:
        coloured = Image.fromarray(result.clip(0, 255).astype(np.uint8)).convert("HSV")
        hsv = np.array(coloured)
        suit = (rows > 190) & (hsv[..., 1] > 110)
        hsv[..., 0] = np.where(suit, look.suit, hsv[..., 0])
        result = np.asarray(Image.fromarray(hsv, "HSV").convert("RGB"), dtype=np.float32)
    return result


def _open_mouth(picture: Pixels, openness: float) -> Pixels:
    """The jaw drawn down below the teeth; what comes free is dark."""
    if openness <= 0:
        return picture
    left, right = int(MOUTH_X - MOUTH_HALF), int(MOUTH_X + MOUTH_HALF) + 1
    result = picture.copy()
    for column in range(left, right + 1):
        side = (column - MOUTH_X) / MOUTH_HALF
        gap = openness * MOUTH_GAP * max(0.0, 1 - side * side) ** 0.6
        line = MOUTH_Y - MOUTH_RISE * side * side
        rows = np.arange(int(line), int(JAW_END) + 1, dtype=np.float32)
        stretch = (JAW_END - line) / (JAW_END - line - gap)
        taken = np.where(rows < line, rows, line + (rows - line - gap) * stretch)
        below = np.clip(taken, 0, picture.shape[0] - 2)
        whole = below.astype(int)
        part = (below - whole)[:, None]
        moved = picture[whole, column] * (1 - part) + picture[whole + 1, column] * part
        depth = np.clip(np.minimum(rows - line, line + gap - rows) + 0.5, 0, 1)[:, None]
        result[rows.astype(int), column] = moved * (1 - depth) + np.array([52, 16, 18]) * depth
    return result
