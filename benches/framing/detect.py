"""Prints what the bare detector finds in a video, so many looks a second, as JSON. Runs in the
baseline's environment: `python -m framing.detect MODEL
VIDEO RATE WIDTH`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import astuple

import numpy as np

from framing.detector import Detector


def main() -> None:
    """Reads by ffmpeg, as the engine does, and looks."""
    model, video, rate, width = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    probe = "ffprobe -v error -select_streams v:0 -of json".split()
    probe += ["-show_entries", "packet=pts_time:stream=width,height:stream_side_data=rotation"]
    facts = json.loads(subprocess.run([*probe, video], check=True, capture_output=True).stdout)
    stream = facts["streams"][0]
    size = stream["width"], stream["height"]
    if any(data.get("rotation", 0) % 180 for data in stream.get("side_data_list", [])):
        size = size[1], size[0]
    times = sorted(float(packet["pts_time"]) for packet in facts["packets"])
    read = ["ffmpeg", "-nostdin", "-v", "error", "-i", video, "-fps_mode", "passthrough"]
    read += ["-pix_fmt", "bgr24", "-f", "rawvideo", "-"]
    child = subprocess.Popen(read, stdout=subprocess.PIPE)
    assert child.stdout is not None
    detector, looks, due = Detector(model, width), [], 0.0
    for time in times:
        raw = child.stdout.read(size[0] * size[1] * 3)
        if time >= due - 1e-6:
            picture = np.frombuffer(raw, np.uint8).reshape(size[1], size[0], 3)
            looks.append({"time": time, "faces": [astuple(face) for face in detector(picture)]})
            due += 1 / rate
    child.stdout.read()
    child.wait()
    json.dump(looks, sys.stdout)


if __name__ == "__main__":
    main()
