"""Requests as orders: which jobs they take, and what their callers get."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from typing import Any, cast

from pydantic import ValidationError

from .._codec import encode
from ..exceptions import InvalidSpec
from ..outcome import Analysis, Download, Project, RenderReport
from ..spec import (
    AnalyzeSpec,
    DownloadSpec,
    JobSpec,
    ProcessSpec,
    RenderPlan,
    Selection,
    TranscribeSpec,
    spec_from_json,
)
from . import answers
from .asked import Asked
from .bodies import AnalyzeBody, ProcessBody, SourceBody
from .picks import Pick, Picker, picked_by
from .service import Service
from .task import Order, Results

__all__ = ["again", "analyze", "process", "render"]


def source_of(service: Service, url: str) -> str:
    """An http(s) URL as it is, the name of a file as its path.

    Raises:
        InvalidSpec: It is neither.
        NotFound: There is no such file.
    """
    scheme, colon, _ = url.partition(":")
    if scheme.lower() in ("http", "https") and colon:
        return url
    if scheme not in service.folders.roots:
        message = "url: must be an http(s) URL, or the name of an uploaded file (upload:…)"
        raise InvalidSpec(message, context={"field": "url"})
    return str(service.folders.find(url, "url"))


def process(service: Service, body: ProcessBody) -> Order:
    """Clips of a source: one job."""
    now = service.config.now
    given: dict[str, Any] = {
        "kind": "process",
        "source": source_of(service, body.url),
        "format": body.format,
        "output_dir": str(service.path_of("clip")),
        "download_dir": str(service.path_of("download")),
        "burn_captions": body.burn_captions,
        "clips": [_clip(clip.model_dump()) for clip in body.preanalyzed_clips or ()],
        "selected_clips": body.selected_clips or [],
        "full_transcript_words": [word.model_dump() for word in body.full_transcript_words or ()],
        "selection": encode(_selection(service, body)),
        "model": body.model or service.settings.model,
        "language": body.language,
        "caption_style": encode(now.caption_settings.style()),
        "watermark": encode(now.watermark_settings.watermark()),
    }
    if body.insert is not None:
        path = str(service.folders.find(body.insert, "insert"))
        given["layout"] = {"mode": "stacked", "insert": {"path": path}}
    if body.encode is not None:
        given["encode"] = body.encode
    spec = cast(ProcessSpec, spec_from_json(json.dumps(given)))

    async def answer(results: Results) -> dict[str, Any]:
        project: Project = results[0]
        return answers.project(service.folders, project, body.format)

    text = body.model_dump_json(exclude_unset=True)
    asked = Asked("process", body.url, text, body.client_id, body.format)
    return Order(asked, (lambda _: spec,), answer)


def _clip(clip: dict[str, Any]) -> dict[str, Any]:
    """A single part, as `/api/analyze` may give it, is no joined clip."""
    parts = clip["parts"] or []
    return clip | {"parts": parts if len(parts) != 1 else []}


def _selection(service: Service, body: SourceBody) -> Selection:
    limits = service.config.now.ai_validation
    return Selection(body.num_clips, limits.min_clip_duration, limits.max_clip_duration)


def analyze(service: Service, body: AnalyzeBody, picker: Picker | None) -> Order:
    """Words and clips of a source: a download, where there is one to make, and the analysis."""
    source = source_of(service, body.url)
    chosen = _selection(service, body)

    def fetch(results: Results) -> JobSpec:
        return DownloadSpec(source, service.path_of("download"))

    def listen(results: Results) -> JobSpec:
        video: Download = results[0]
        model = body.model or service.settings.model
        return AnalyzeSpec(TranscribeSpec(video.video_path, model, body.language), chosen)

    async def answer(results: Results) -> dict[str, Any]:
        video, analysis = cast("tuple[Download, Analysis]", tuple(results))
        picked = None
        if picker is not None:
            pick = Pick(video, analysis, body.ai_strategy, body.extra_context)
            picked = await picked_by(picker, pick)
        limits = service.config.now.ai_validation
        return await asyncio.to_thread(answers.analysis, video, analysis, picked, limits)

    text = body.model_dump_json(exclude_unset=True)
    asked = Asked("analyze", body.url, text, body.client_id)
    return Order(asked, (fetch, listen), answer, thinks=picker is not None)


FILES = (("watermark", "image_path"), ("layout", "insert", "path"), ("layout", "framing"))
"""Where a plan names files to read, besides its source."""


def render(
    service: Service, plan: dict[str, Any], name: str | None, client_id: str | None
) -> Order:
    """A plan, with all files that it names inside the server's folders. The result goes into the
    folder `renders`, under a name that is free or the client's own."""
    name = name or f"{uuid.uuid4().hex[:12]}.mp4"
    given = dict(plan) | {"kind": "render"}
    source = str(given.get("source", ""))
    given["source"] = str(service.folders.find(source, "source"))
    for path in FILES:
        _confine(service, given, path)
    folder = service.path_of("clip") / "renders"
    given["output"] = str(folder / name)
    given["overwrite"] = False
    spec = cast(RenderPlan, spec_from_json(json.dumps(given)))

    def step(results: Results) -> JobSpec:
        folder.mkdir(exist_ok=True)
        return spec

    async def answer(results: Results) -> dict[str, Any]:
        report: RenderReport = results[0]
        return answers.render(service.folders, report)

    asked = Asked("render", source, json.dumps(plan), client_id, name=name)
    return Order(asked, (step,), answer)


def again(service: Service, asked: Asked, picker: Picker | None) -> Order:
    """The same once more. All that it names is looked at as if it were asked for the first time.

    Raises:
        InvalidSpec: It is not understood any more, or not allowed.
        NotFound: A file that it names is gone.
    """
    try:
        if asked.kind == "process":
            return process(service, ProcessBody.model_validate_json(asked.body))
        if asked.kind == "analyze":
            return analyze(service, AnalyzeBody.model_validate_json(asked.body), picker)
    except ValidationError as error:
        message = f"the request is not understood any more: {error.errors()[0]['msg']}"
        raise InvalidSpec(message) from error
    return render(service, json.loads(asked.body), asked.name, asked.client_id)


def _confine(service: Service, plan: dict[str, Any], path: Sequence[str]) -> None:
    """Replaces the name of a file in the plan by its path."""
    holder: Any = plan
    for key in path[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder = dict(holder)
    field = ".".join(path)
    if not isinstance(holder, dict) or holder.get(path[-1]) is None:
        return
    if not isinstance(holder[path[-1]], str):
        raise InvalidSpec(f"{field}: must be a name", context={"field": field})
    holder[path[-1]] = str(service.folders.find(holder[path[-1]], field))
    _put(plan, path[:-1], holder)


def _put(plan: dict[str, Any], path: Sequence[str], value: dict[str, Any]) -> None:
    for key in path[:-1]:
        plan[key] = dict(plan[key])
        plan = plan[key]
    if path:
        plan[path[-1]] = value
