"""What the bare detector finds in a sequence, against the truth."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from framing.environment import Environment
from framing.metrics import LEAST_HEIGHT, Share
from framing.truth import Face, Truth

# Looks a second, and the width at which they are taken.
RATE, WIDTH = 6, 640

Look = dict[str, Any]


def look(truth: Truth, environment: Environment) -> list[Look]:
    """Every look: its time, and the faces as centre, size and confidence."""
    command = environment.command("detect", environment.model, truth.video, RATE, WIDTH)
    out = subprocess.run(command, check=True, capture_output=True)
    looks: list[Look] = json.loads(out.stdout)
    return looks


def recall(truth: Truth, looks: list[Look]) -> Share:
    """Faces of at least 8 % of the height that were found."""
    found = [
        any(_same(seen, face) for seen in look["faces"])
        for look in looks
        for face in _faces(truth, look["time"])
        if face.visible > 0.98 and face.height >= LEAST_HEIGHT * truth.height
    ]
    return Share(sum(found), len(found))


def way(truth: Truth, looks: list[Look], person: int) -> list[tuple[float, float]]:
    """Times and centres at which a person was found."""
    return [
        (look["time"], seen[0])
        for look in looks
        for face in _faces(truth, look["time"])
        for seen in look["faces"]
        if face.id == person and _same(seen, face)
    ]


def _faces(truth: Truth, time: float) -> tuple[Face, ...]:
    return min(truth.frames, key=lambda frame: abs(frame.time - time)).faces


def _same(seen: list[float], face: Face) -> bool:
    across, down = abs(seen[0] - face.x), abs(seen[1] - face.y)
    return across < face.width / 2 and down < face.height / 2
