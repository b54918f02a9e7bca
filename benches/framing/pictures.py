"""Pictures of a video, read by the ffmpeg command."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Colour = NDArray[np.uint8]


def _read(video: Path, filters: str, shape: tuple[int, ...], format: str) -> Iterator[Grey]:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-an", "-vf", filters]
    command += ["-fps_mode", "passthrough", "-pix_fmt", format, "-f", "rawvideo", "-"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    size = int(np.prod(shape))
    try:
        while len(raw := child.stdout.read(size)) == size:
            yield np.frombuffer(raw, dtype=np.uint8).reshape(shape)
        if child.wait() != 0 or raw:
            raise SystemExit(f"ffmpeg could not read {video}")
    finally:
        # Whoever wants no more pictures leaves a command that still has some.
        child.stdout.close()
        child.kill()
        child.wait()


def grey(video: Path, width: int, height: int) -> Iterator[Grey]:
    """Every picture's brightness, upright, scaled to a size."""
    filters = f"scale={width}:{height}:flags=area,format=gray"
    return _read(video, filters, (height, width), "gray")


def colour(video: Path, width: int, height: int, select: list[int]) -> Iterator[Colour]:
    """Some pictures as RGB, upright, scaled to a size."""
    chosen = "+".join(f"eq(n,{number})" for number in select)
    filters = f"select='{chosen}',scale={width}:{height}:flags=area"
    return _read(video, filters, (height, width, 3), "rgb24")


def times(video: Path) -> list[float]:
    """When each picture is shown, in seconds, in order."""
    probe = "ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0".split()
    out = subprocess.run([*probe, str(video)], check=True, capture_output=True, text=True)
    return sorted(float(line.strip(",")) for line in out.stdout.split())


def shape(video: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    probe = "ffprobe -v error -select_streams v:0 -show_entries stream=width,height".split()
    out = subprocess.run(
        [*probe, "-of", "csv=p=0", str(video)], check=True, capture_output=True, text=True
    )
    width, height = out.stdout.strip().strip(",").split(",")[:2]
    return int(width), int(height)
