"""What the engine's tracks and the bare detector find in a sequence, against the truth."""

from __future__ import annotations

import functools
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from framing.environment import Environment
from framing.metrics import Share
from framing.truth import LEAST_HEIGHT, WHOLE, Face, Truth

# Looks a second, and the width at which they are taken.
RATE, WIDTH = 6, 640

Look = dict[str, Any]


def look(truth: Truth, environment: Environment) -> list[Look]:
    """Every look: its time, and the faces as centre, size and confidence."""
    command = environment.command("detect", environment.model, truth.video, RATE, WIDTH)
    out = subprocess.run(command, check=True, capture_output=True)
    looks: list[Look] = json.loads(out.stdout)
    return looks


@functools.cache
def _program() -> Path:
    """The example that prints what the engine's analysis saw."""
    root = Path(__file__).resolve().parent.parent.parent
    build = ["cargo", "build", "--quiet", "--release", "--example", "faces"]
    subprocess.run(build, cwd=root, check=True)
    return root / "target/release/examples/faces"


def analysis(truth: Truth, environment: Environment) -> dict[str, Any]:
    """What the engine's own analysis saw, before any choice: looks, and persons' faces."""
    command = [_program(), environment.model, truth.video]
    out = subprocess.run(command, check=True, capture_output=True)
    seen: dict[str, Any] = json.loads(out.stdout)
    return seen


def tracked(truth: Truth, seen: dict[str, Any]) -> tuple[Share, int]:
    """Counting faces that a track has at the looks, and those of them that are called other than
    that person mostly is."""
    at: dict[float, list[tuple[int, list[float]]]] = {time: [] for time in seen["looks"]}
    for track in seen["tracks"]:
        for face in track["faces"]:
            at.setdefault(face[0], []).append((track["person"], face[1:]))
    good = wanted = 0
    names: dict[int, Counter[int]] = {}
    for time, faces in at.items():
        for face in truth.counting(truth.frame_at(time)):
            same = [person for person, place in faces if _same(place, face)]
            wanted += 1
            good += bool(same)
            names.setdefault(face.id, Counter()).update(same[:1])
    other = sum(count.total() - max(count.values(), default=0) for count in names.values())
    return Share(good, wanted), other


def recall(truth: Truth, looks: list[Look]) -> Share:
    """Faces of at least 8 % of the height that the bare detector found."""
    found = [
        any(_same(seen, face) for seen in look["faces"])
        for look in looks
        for face in truth.frame_at(look["time"]).faces
        if face.visible > WHOLE and face.height >= LEAST_HEIGHT * truth.height
    ]
    return Share(sum(found), len(found))


def way(truth: Truth, looks: list[Look], person: int) -> list[tuple[float, float]]:
    """Times and centres at which a person was found."""
    return [
        (look["time"], seen[0])
        for look in looks
        for face in truth.frame_at(look["time"]).faces
        for seen in look["faces"]
        if face.id == person and _same(seen, face)
    ]


def _same(seen: list[float], face: Face) -> bool:
    across, down = abs(seen[0] - face.x), abs(seen[1] - face.y)
    return across < face.width / 2 and down < face.height / 2
