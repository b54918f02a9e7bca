"""The reels step of the existing server, rebuilt: runs in the baseline's environment as
`python -m framing.server MODEL VIDEO OUTPUT`.

Two passes look for faces in every fourth picture, each after a seek by OpenCV's reader; then every
picture is read, cut out, scaled and handed to the ffmpeg command, and the sound is copied.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import cv2
import numpy as np

from framing.detector import Detector

EVERY = 4
WIDTH, HEIGHT = 1080, 1920
# The server's rules count faces from 8 % of the height: the network needs this input for them.
LOOK_WIDTH = 640
X264 = "-c:v libx264 -preset medium -crf 23 -pix_fmt yuv420p -profile:v high".split()


def centres(video: Any, detector: Detector, frames: int, width: int) -> list[float]:
    """Where the surest face of every fourth picture is, found after a seek."""
    found: list[float] = []
    for number in range(0, frames, EVERY):
        video.set(cv2.CAP_PROP_POS_FRAMES, number)
        there, picture = video.read()
        faces = detector(picture) if there else []
        found.append(faces[0].x if faces else (found[-1] if found else width / 2))
    return found


def smoothed(found: list[float], frames: int) -> Any:
    """A place for every picture: a running mean over a second, and straight lines."""
    window = np.ones(7) / 7
    mean = np.convolve(np.pad(found, 3, mode="edge"), window, mode="valid")
    return np.interp(np.arange(frames), np.arange(len(found)) * EVERY, mean)


def main() -> None:
    """Makes the reel."""
    model, source, target = sys.argv[1:]
    detector, video = Detector(model, LOOK_WIDTH), cv2.VideoCapture(source)
    frames, rate = int(video.get(cv2.CAP_PROP_FRAME_COUNT)), video.get(cv2.CAP_PROP_FPS)
    width = int(video.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    centres(video, detector, frames, width)  # whether it is one person or two
    places = smoothed(centres(video, detector, frames, width), frames)
    video.set(cv2.CAP_PROP_POS_FRAMES, 0)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-framerate", str(rate), "-i", "-", "-i", source]
    command += ["-map", "0:v", "-map", "1:a?", *X264, "-c:a", "copy", "-movflags", "+faststart"]
    child = subprocess.Popen([*command, "-f", "mp4", target], stdin=subprocess.PIPE)
    assert child.stdin is not None
    crop = height * 9 // 16
    for place in places:
        there, picture = video.read()
        if not there:
            break
        left = int(min(max(place - crop / 2, 0), width - crop))
        piece = picture[:, left : left + crop]
        scaled = cv2.resize(piece, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        child.stdin.write(scaled.tobytes())
    child.stdin.close()
    raise SystemExit(child.wait())


if __name__ == "__main__":
    main()
