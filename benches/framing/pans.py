"""The slow pan: 0.3 pixels of the source a picture, three ways."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import ytclipper_rs as yt
from framing import sidecar as sidecars
from framing.pixels import Steadiness, displacements, steadiness
from framing.truth import Truth

STEP = 0.3
# Above the person's head: there the wall moves as the cut-out does.
ROWS = (0.02, 0.22)
# Fine enough that the encoder's own noise does not hide steps: at CRF 20 it moves what is measured
# by up to 0.5 pixels, at 12 by 0.1.
ENCODE = yt.EncodeSpec(preset="medium", crf=12)
# At both ends the path may ease, and x264 begins with a picture of its own.
INNER = slice(3, -3)


def given(truth: Truth, left: float) -> dict[str, Any]:
    """A framing of one shot whose cut-out moves by `STEP` from picture to picture."""
    width = truth.height * 9 / 16
    last = truth.frames[-1].time
    start = left + width / 2
    ends = [(0.0, start), (last, start + STEP * (len(truth.frames) - 1))]
    keys = [{"time": t, "x": x, "y": truth.height / 2, "width": width} for t, x in ends]
    shot = {
        "start": 0.0,
        "end": truth.duration,
        "mode": "single",
        "cut": False,
        "crops": [{"person": 0, "keyframes": keys}],
    }
    return {
        "version": 1,
        "source_width": truth.width,
        "source_height": truth.height,
        "shots": [shot],
        "report": {},
    }


def by_path(engine: yt.Engine, truth: Truth, folder: Path) -> Steadiness:
    """The engine's own, along a given path: every displacement has to be the same."""
    framing = folder / "given.framing.json"
    framing.write_text(json.dumps(given(truth, 300.0)))
    clip = folder / "given.mp4"
    layout = yt.Layout("vertical", framing=framing)
    engine.reframe(truth.video, clip, layout=layout, overwrite=True, encode=ENCODE).result()
    return steadiness(displacements(clip, ROWS)[INNER])


def tracked(engine: yt.Engine, truth: Truth, folder: Path) -> Steadiness:
    """The engine's own, on the path that it chooses: every displacement has to be the path's."""
    clip = folder / "chosen.mp4"
    engine.reframe(truth.video, clip, layout="vertical", overwrite=True, encode=ENCODE).result()
    sidecar = sidecars.load(clip)
    boxes = [sidecar.crops_at(frame.time)[0] for frame in truth.frames]
    expected = [
        1080 * (before.left - after.left) / after.width
        for before, after in itertools.pairwise(boxes)
    ]
    return steadiness(displacements(clip, ROWS)[INNER], expected[INNER])


def by_whole_pixels(truth: Truth, folder: Path) -> Steadiness:
    """The same path by ffmpeg's crop, which takes whole chroma pixels: the measure has to see its
    steps."""
    clip = folder / "whole.mp4"
    width = truth.height * 9 // 16 // 2 * 2
    crop = f"crop={width}:{truth.height}:x='300+{STEP}*n':y=0,scale=1080:1920:flags=bicubic"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(truth.video), "-an"]
    command += ["-vf", f"{crop},setsar=1", "-c:v", "libx264"]
    command += ["-preset", str(ENCODE.preset), "-crf", str(ENCODE.crf), str(clip)]
    subprocess.run(command, check=True)
    return steadiness(displacements(clip, ROWS)[INNER])
