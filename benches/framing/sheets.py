"""Contact sheets, so that a person can judge: pictures of a video in a grid, with what is true and
what was chosen drawn upon them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from framing.pictures import colour, shape, times
from framing.sidecar import Sidecar
from framing.truth import Truth

CELLS, COLUMNS, CELL = 20, 5, 384
FACE, SPEAKING, CROP, LOWER = "#40ff40", "#ffe000", "#ff3030", "#40a0ff"


def sheet(truth: Truth, target: Path, sidecar: Sidecar | None = None, cells: int = CELLS) -> None:
    """Pictures of a sequence with its faces, and the cut-outs of a framing where there is one."""
    last = len(truth.frames) - 1
    chosen = sorted({round(cell * last / (cells - 1)) for cell in range(cells)})
    height = CELL * truth.height // truth.width // 2 * 2
    grid = Image.new("RGB", (COLUMNS * CELL, -(-len(chosen) // COLUMNS) * height))
    pictures = colour(truth.video, CELL, height, chosen)
    for place, (number, pixels) in enumerate(zip(chosen, pictures, strict=True)):
        picture = Image.fromarray(pixels)
        _draw(picture, truth, number, sidecar)
        grid.paste(picture, (place % COLUMNS * CELL, place // COLUMNS * height))
    target.parent.mkdir(parents=True, exist_ok=True)
    grid.save(target, quality=85)


def _draw(picture: Image.Image, truth: Truth, number: int, sidecar: Sidecar | None) -> None:
    scale = picture.width / truth.width
    frame, pen = truth.frames[number], ImageDraw.Draw(picture)
    for face in frame.faces:
        left, top = face.x - face.width / 2, face.y - face.height / 2
        box = [left, top, left + face.width, top + face.height]
        colour_of = SPEAKING if face.speaking else FACE
        pen.rectangle([value * scale for value in box], outline=colour_of, width=1)
    expected = frame.mode or "any"
    text = f"{frame.time:.2f} s  scene {frame.scene}  {expected} {list(frame.show)}"
    if sidecar is not None:
        shot = sidecar.shot_at(frame.time)
        text += f"  -> {shot.mode}"
        for crop, outline in zip(sidecar.crops_at(frame.time), (CROP, LOWER), strict=False):
            box = [crop.left, crop.top, crop.left + crop.width, crop.top + crop.height]
            pen.rectangle([value * scale for value in box], outline=outline, width=2)
    pen.rectangle([0, 0, 8 + 6 * len(text), 12], fill="black")
    pen.text((3, 0), text, fill="white")


def plain(video: Path, target: Path, cells: int = CELLS) -> None:
    """Pictures of a video as they are."""
    last = len(times(video)) - 1
    chosen = sorted({round(cell * last / (cells - 1)) for cell in range(cells)})
    width, height = shape(video)
    high = CELL * height // width // 2 * 2
    grid = Image.new("RGB", (COLUMNS * CELL, -(-len(chosen) // COLUMNS) * high))
    for place, pixels in enumerate(colour(video, CELL, high, chosen)):
        at = (place % COLUMNS * CELL, place // COLUMNS * high)
        grid.paste(Image.fromarray(pixels), at)
    grid.save(target, quality=85)
