"""CenterFace by OpenCV's Python package: the detector without anything around it. Runs in the
baseline's environment only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

OUTPUTS = ("537", "538", "539", "540")
STRIDE = 4
OVERLAP = 0.3


@dataclass(frozen=True)
class Found:
    """A face in pixels of the picture: centre, size, confidence."""

    x: float
    y: float
    width: float
    height: float
    confidence: float


class Detector:
    """The net for pictures of one size."""

    def __init__(self, model: str, width: int, confidence: float = 0.6) -> None:
        self.net: Any = cv2.dnn.readNetFromONNX(model)
        self.width, self.confidence = width, confidence

    def __call__(self, picture: Any) -> list[Found]:
        """The faces of a BGR picture, the surest first."""
        height, width = picture.shape[:2]
        wide = self.width // 32 * 32
        high = max(32, round(wide * height / width / 32) * 32)
        blob = cv2.dnn.blobFromImage(picture, 1.0, (wide, high), (0, 0, 0), True, False)
        self.net.setInput(blob)
        heat, scales, offsets, _ = self.net.forward(OUTPUTS)
        found = []
        for row, column in np.argwhere(heat[0, 0] > self.confidence):
            size = np.exp(scales[0, :, row, column]) * STRIDE
            y = (row + offsets[0, 0, row, column] + 0.5) * STRIDE
            x = (column + offsets[0, 1, row, column] + 0.5) * STRIDE
            across, down = width / wide, height / high
            wide_face, high_face = float(size[1]) * across, float(size[0]) * down
            sure = float(heat[0, 0, row, column])
            found.append(Found(float(x) * across, float(y) * down, wide_face, high_face, sure))
        return _apart(sorted(found, key=lambda face: -face.confidence))


def _apart(faces: list[Found]) -> list[Found]:
    """The surest of faces that cover each other."""
    kept: list[Found] = []
    for face in faces:
        if all(_overlap(face, other) < OVERLAP for other in kept):
            kept.append(face)
    return kept


def _overlap(a: Found, b: Found) -> float:
    across = min(a.x + a.width / 2, b.x + b.width / 2) - max(a.x - a.width / 2, b.x - b.width / 2)
    down = min(a.y + a.height / 2, b.y + b.height / 2) - max(a.y - a.height / 2, b.y - b.height / 2)
    common = max(0.0, across) * max(0.0, down)
    return common / (a.width * a.height + b.width * b.height - common)
