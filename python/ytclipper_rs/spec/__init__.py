"""Requests: plain values that say what a job shall do.

They are the core's own requests, field for field: what `spec_to_json` gives is what the C
interface and the queue carry. The engine validates a request whole before it accepts it.
"""

from __future__ import annotations

import json

from .. import _native
from .._codec import decode, encode
from .captions import CaptionSpec, CaptionStyle, LetterCase
from .layout import (
    CameraSpec,
    FaceFilter,
    Fit,
    Insert,
    InsertEnd,
    InsertPosition,
    Layout,
    LayoutMode,
    NoFace,
    Speakers,
    Track,
)
from .process import ClipPart, ClipRequest, OutputFormat, ProcessOptions, ProcessSpec
from .render import (
    AudioSpec,
    Corner,
    EncodeSpec,
    Loudness,
    Preset,
    RenderPlan,
    Size,
    ThumbnailSpec,
    Transition,
    Watermark,
    WatermarkType,
)
from .source import DownloadSpec, ProbeSpec
from .speech import (
    AnalyzeSpec,
    InstallModelSpec,
    Quantization,
    Selection,
    SpeechOptions,
    TranscribeSpec,
)
from .submit import SubmitOptions

__all__ = [
    "AnalyzeSpec",
    "AudioSpec",
    "CameraSpec",
    "CaptionSpec",
    "CaptionStyle",
    "ClipPart",
    "ClipRequest",
    "Corner",
    "DownloadSpec",
    "EncodeSpec",
    "FaceFilter",
    "Fit",
    "Insert",
    "InsertEnd",
    "InsertPosition",
    "InstallModelSpec",
    "JobSpec",
    "Layout",
    "LayoutMode",
    "LetterCase",
    "Loudness",
    "NoFace",
    "OutputFormat",
    "Preset",
    "ProbeSpec",
    "ProcessOptions",
    "ProcessSpec",
    "Quantization",
    "RenderPlan",
    "Selection",
    "Size",
    "Speakers",
    "SpeechOptions",
    "SubmitOptions",
    "ThumbnailSpec",
    "Track",
    "TranscribeSpec",
    "Transition",
    "Watermark",
    "WatermarkType",
    "spec_from_json",
    "spec_to_json",
]

JobSpec = (
    ProbeSpec
    | DownloadSpec
    | TranscribeSpec
    | AnalyzeSpec
    | RenderPlan
    | ThumbnailSpec
    | ProcessSpec
    | InstallModelSpec
)
"""A request for a job of any kind."""

SPECS: dict[str, type[JobSpec]] = {
    "probe": ProbeSpec,
    "download": DownloadSpec,
    "transcribe": TranscribeSpec,
    "analyze": AnalyzeSpec,
    "render": RenderPlan,
    "thumbnail": ThumbnailSpec,
    "process": ProcessSpec,
    "install_model": InstallModelSpec,
}


def spec_to_json(spec: JobSpec) -> str:
    """The request as the core reads it, with its `kind`. It is not validated here.

    Raises:
        InvalidSpec: A field holds what JSON cannot carry.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.spec_to_json(yt.ProbeSpec("talk.mp4"))
        '{"kind": "probe", "source": "talk.mp4"}'
    """
    return json.dumps({"kind": spec.kind, **encode(spec)})


def spec_from_json(text: str) -> JobSpec:
    """A request from its JSON, validated whole by the core; absent fields take their defaults.

    Raises:
        InvalidSpec: Its `field` names the first fault, its message lists all.

    Example:
        >>> import ytclipper_rs as yt
        >>> yt.spec_from_json('{"kind": "probe", "source": "talk.mp4"}')
        ProbeSpec(source='talk.mp4')
    """
    value = json.loads(_native.check_spec(text))
    return decode(SPECS[value["kind"]], value)
