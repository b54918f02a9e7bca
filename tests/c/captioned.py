"""Whether a clip is what a captioned cut of its source should be: its length, sound that is heard, and
captions, which are where the picture differs from the source's.

    python captioned.py SOURCE START END CLIP
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

WIDTH, HEIGHT = 160, 90
# Captions stand at four fifths of the height; no place above has any.
BAND, REST = slice(60, 84), slice(0, 45)
# A letter's edge, the share of the band that a word's letters take, and what encoding does to a
# picture.
STRONG, SHARE, NOISE = 60, 0.002, 3.0


def output(*command: str) -> bytes:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True).stdout


def picture(video: str, time: float) -> list[bytes]:
    """Rows of the grey picture at a time."""
    size = f"scale={WIDTH}:{HEIGHT}:flags=area"
    command = f"ffmpeg -nostdin -v error -ss {time} -i {video} -frames:v 1 -vf {size}".split()
    grey = output(*command, "-pix_fmt", "gray", "-f", "rawvideo", "-")
    return [grey[row * WIDTH : (row + 1) * WIDTH] for row in range(HEIGHT)]


def differences(one: list[bytes], other: list[bytes], rows: slice) -> list[int]:
    """How far pixels of some rows are apart."""
    pairs = zip(one[rows], other[rows], strict=True)
    return [abs(a - b) for row, same in pairs for a, b in zip(row, same, strict=True)]


def captioned(source: str, start: float, clip: str, time: float) -> bool:
    """Whether there are captions, and nothing else that the source has not."""
    one, other = picture(source, start + time), picture(clip, time)
    band, rest = differences(one, other, BAND), differences(one, other, REST)
    drawn = sum(value > STRONG for value in band) / len(band) > SHARE
    return drawn and sum(rest) / len(rest) < NOISE


def check(source: str, start: float, end: float, clip: str) -> None:
    """Ends with an error where the clip is not what it should be."""
    shown = output(*f"ffprobe -v error -show_streams -show_format -of json {clip}".split())
    facts = json.loads(shown)
    kinds = sorted(stream["codec_type"] for stream in facts["streams"])
    assert kinds == ["audio", "video"], kinds
    assert abs(float(facts["format"]["duration"]) - (end - start)) < 0.1, facts["format"]
    heard = subprocess.run(
        f"ffmpeg -nostdin -i {clip} -af volumedetect -f null -".split(),
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    loudest = re.search(r"max_volume: (-?[0-9.]+) dB", heard)
    assert loudest and float(loudest[1]) > -30, heard
    times = [0.5 + 0.5 * step for step in range(int(2 * (end - start)) - 1)]
    seen = [time for time in times if captioned(source, start, clip, time)]
    assert len(seen) >= len(times) / 2, f"captions at {seen} of {times}"


if __name__ == "__main__":
    check(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
