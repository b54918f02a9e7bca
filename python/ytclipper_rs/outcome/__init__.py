"""Results: what a finished job leaves. Times are seconds, sizes bytes, pictures pixels, unless a
field says otherwise."""

from __future__ import annotations

import json
from typing import Any

from .._codec import decode
from .clip import Clip, ClipCandidate, ClipFailure, Project, TimeRange
from .framing import CropKeyframe, CropPath, Framing, FramingReport, Shot, ShotMode
from .media import AudioInfo, Download, MediaInfo, RenderReport, Thumbnail, VideoInfo
from .progress import Progress, Stage
from .speech import Analysis, Model, Segment, Transcript, Word

__all__ = [
    "Analysis",
    "AudioInfo",
    "Clip",
    "ClipCandidate",
    "ClipFailure",
    "CropKeyframe",
    "CropPath",
    "Download",
    "Framing",
    "FramingReport",
    "MediaInfo",
    "Model",
    "Outcome",
    "Progress",
    "Project",
    "RenderReport",
    "Segment",
    "Shot",
    "ShotMode",
    "Stage",
    "Thumbnail",
    "TimeRange",
    "Transcript",
    "VideoInfo",
    "Word",
    "outcome_from_json",
]

Outcome = MediaInfo | Download | Transcript | Analysis | RenderReport | Thumbnail | Project | Model
"""What a job of any kind leaves."""

OUTCOMES: dict[str, type[Any]] = {
    "probe": MediaInfo,
    "download": Download,
    "transcribe": Transcript,
    "analyze": Analysis,
    "render": RenderReport,
    "thumbnail": Thumbnail,
    "process": Project,
    "install_model": Model,
}


def outcome_from_json(text: str) -> Any:
    """The result that a job of the core left, told apart by its `kind`."""
    value = json.loads(text)
    return decode(OUTCOMES[value["kind"]], value)
