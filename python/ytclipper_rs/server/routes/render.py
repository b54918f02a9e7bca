"""Renders of a plan, and still pictures."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse

from ...spec import ThumbnailSpec
from .. import orders
from ..bodies import ClientId
from ..service import Given
from ..views import PROBLEMS
from .process import Background, answer, shown

__all__ = ["router"]

router = APIRouter(tags=["work"])
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    **PROBLEMS,
}
STILL_PRIORITY = 50
"""A picture is quick and somebody looks at the place where it is missing."""
PLAN = {
    "source": "upload:5f0c9a2be1d3/talk.mp4",
    "parts": [{"start": 12.0, "end": 19.5}, {"start": 42.0, "end": 50.0}],
    "layout": {"mode": "vertical"},
    "watermark": {"text": "@channel"},
}
RENDERED = {
    "success": True,
    "url": "/api/clips/renders/best.mp4",
    "framing_url": "/api/clips/renders/best.framing.json",
    "report": {"duration": 15.5, "width": 1080, "height": 1920, "size_bytes": 4_194_304},
}
Name = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_. -]{0,99}\.(mp4|m4v|mov|mkv)$", examples=["best.mp4"]
    ),
]


@router.post("/api/render", response_class=JSONResponse, responses=shown(RENDERED))
async def render(
    request: Request,
    plan: Annotated[dict[str, Any], Body(examples=[PLAN])],
    service: Given,
    name: Name = None,
    client_id: ClientId | None = None,
    background: Background = False,
) -> Response:
    """Renders a plan (`docs/schema/job_spec.json`), as it stands beside each clip as
    `<stem>.plan.json`. Files are named as uploads are (`upload:…`) or clips (`clip:…`); the plan's
    `output` is not used: the result is `renders/<name>`."""
    order = await asyncio.to_thread(orders.render, service, plan, name, client_id)
    return await answer(request, order, background)


@router.get("/api/thumbnail", response_class=Response, responses=PICTURE)
async def thumbnail(
    service: Given,
    source: Annotated[str, Query(examples=["upload:5f0c9a2be1d3/talk.mp4"])],
    time: Annotated[float, Query(ge=0, le=1e7)] = 0.0,
    max_side: Annotated[int, Query(ge=16, le=3840)] = 640,
) -> Response:
    """A still picture of a file that was uploaded, downloaded or made."""
    path = await asyncio.to_thread(service.folders.find, source, "source")
    folder = service.path_of("clip") / ".work"
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    picture = folder / f"{uuid.uuid4().hex}.jpg"
    spec = ThumbnailSpec(path, picture, time, max_side)
    try:
        await service.engine.submit(spec, priority=STILL_PRIORITY)
        content = await asyncio.to_thread(picture.read_bytes)
    finally:
        await asyncio.to_thread(picture.unlink, missing_ok=True)
    return Response(content, media_type="image/jpeg")
