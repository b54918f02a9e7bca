"""Exactness in figures: frames of cuts and joins, sound against picture at every join.

Every frame of the first source shows its own number as black and white columns, so that each frame
of a result tells which one it is. The second source flashes and beeps once a second. Results are
read by the ffmpeg command, not by the engine.
"""

from __future__ import annotations

import argparse
import array
import subprocess
import tempfile
from pathlib import Path

from measure import machine
from report import table, write_section

import ytclipper_rs as yt

BITS = 10
FADE = 3
PART = 24
FPS = 30
RATE = 48_000
FIRSTS = (240, 30, 120, 60, 180, 90)


def ffmpeg(*arguments: str) -> bytes:
    """What ffmpeg prints."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def numbered(path: Path) -> Path:
    """10 s of numbered frames with long GOPs and B-frames."""
    columns = f"255*mod(floor(N/pow(2,floor(X*{BITS}/W))),2)"
    picture = f"color=c=black:s=320x180:r={FPS}:d=10,format=gray,geq=lum='{columns}'"
    codec = ("-c:v", "libx264", "-g", "250", "-bf", "3", "-pix_fmt", "yuv420p")
    ffmpeg("-f", "lavfi", "-i", picture, *codec, str(path))
    return path


def numbers(path: Path) -> list[int]:
    """The numbers that a video shows."""
    width = BITS * 8
    scale = f"scale={width}:8:flags=area"
    raw = ffmpeg("-i", str(path), "-vf", scale, "-pix_fmt", "gray", "-f", "rawvideo", "-")
    rows = [raw[at + 4 * width : at + 5 * width] for at in range(0, len(raw), 8 * width)]
    return [sum(1 << bit for bit in range(BITS) if row[bit * 8 + 4] > 128) for row in rows]


def cuts(engine: yt.Engine, source: Path, output: Path) -> int:
    """Wrong, missing and additional frames over all cuts."""
    wrong = 0
    for first in range(0, 270, 9):
        last = first + 7
        engine.clip(source, first / FPS, last / FPS, output, overwrite=True).result()
        shown = numbers(output)
        expected = list(range(first, last))
        wrong += sum(a != b for a, b in zip(shown, expected, strict=False))
        wrong += abs(len(shown) - len(expected))
    return wrong


def joins(engine: yt.Engine, source: Path, output: Path, count: int) -> int:
    """Frames by which the length or any part of a joined video is off."""
    parts = [(first / FPS, (first + PART) / FPS) for first in FIRSTS[:count]]
    engine.stitch(source, parts, output, transition=FADE / FPS, overwrite=True).result()
    shown = numbers(output)
    step = PART - FADE
    off = abs(len(shown) - (step * count + FADE))
    for index, first in enumerate(FIRSTS[:count]):
        middle = index * step + PART // 2
        off = max(off, abs(shown[middle] - (first + PART // 2)))
    return off


def flashing(path: Path) -> Path:
    """14 s with a flash and a beep at every full second."""
    size = f"color=c=black:s=160x90:r={FPS}:d=14"
    picture = f"{size},format=gray,geq=lum='255*eq(mod(N,{FPS}),0)'"
    sound = f"aevalsrc=exprs='0.8*lt(mod(t,1),0.03)*sin(6283*t)':s={RATE}:d=14"
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)
    ffmpeg(*inputs, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path))
    return path


def onsets(loud: list[bool], rate: int) -> list[float]:
    """Times at which something begins after 0.3 s of nothing."""
    quiet = rate * 3 // 10
    found: list[float] = []
    last = -quiet
    for at, on in enumerate(loud):
        if on:
            if at - last >= quiet:
                found.append(at / rate)
            last = at
    return found


def sync(engine: yt.Engine, source: Path, output: Path) -> list[float]:
    """Milliseconds between flash and beep in each part of a joined video."""
    starts = (9.52, 2.37, 5.61, 1.44, 11.30, 7.55)
    engine.stitch(source, [(s, s + 1) for s in starts], output, transition=0.1).result()
    grey = ffmpeg(
        "-i", str(output), "-vf", "scale=1:1:flags=area", "-pix_fmt", "gray", "-f", "rawvideo", "-"
    )
    pcm = ffmpeg("-i", str(output), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-")
    flashes = onsets([value > 128 for value in grey], FPS)
    beeps = onsets([abs(value) > 5000 for value in array.array("h", pcm)], RATE)
    if len(flashes) != len(starts) or len(beeps) != len(starts):
        raise SystemExit(f"{len(starts)} parts, but {flashes} and {beeps}")
    return [abs(a - b) * 1000 for a, b in zip(flashes, beeps, strict=True)]


def main() -> None:
    """Measures, prints, and writes where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, yt.Engine() as engine:
        folder = Path(name)
        source, output = numbered(folder / "numbers.mp4"), folder / "out.mp4"
        wrong = cuts(engine, source, output)
        off = [joins(engine, source, output, count) for count in range(1, 7)]
        apart = max(sync(engine, flashing(folder / "flash.mp4"), folder / "joined.mp4"))
    rows = [
        ["wrong frames in 30 cuts", str(wrong), "0", "yes" if wrong == 0 else "NO"],
        [
            "joins of 1 to 6 parts off by, frames",
            str(max(off)),
            "<= 1",
            "yes" if max(off) <= 1 else "NO",
        ],
        [
            "sound from picture at 6 joins, ms",
            f"{apart:.1f}",
            "<= 20",
            "yes" if apart <= 20 else "NO",
        ],
    ]
    text = table(["what", "worst", "bar", "met"], rows)
    print(text)
    if arguments.write:
        intro = "Numbered frames, flashes and beeps; results are read by the ffmpeg command."
        command = "python benches/exact.py --write"
        write_section("exact", "Cuts and joins", machine(None), command, intro, text)


if __name__ == "__main__":
    main()
