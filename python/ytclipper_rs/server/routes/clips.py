"""Finished clips: a list, and the files with byte ranges."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import FileResponse, JSONResponse

from ..clips import SERVED, finished
from ..paths import PathNames
from ..service import Given
from ..views import PROBLEMS

__all__ = ["router"]

router = APIRouter(tags=["clips"], responses=PROBLEMS)
HEADERS = {"cache-control": "private, no-cache"}
EXAMPLE = {
    "clips": [
        {
            "id": "talk_2026-11-28/reels/clip_001.mp4",
            "url": "/api/clips/talk_2026-11-28/reels/clip_001.mp4",
            "thumbnail_url": "/api/clips/talk_2026-11-28/reels/clip_001.jpg",
            "captions": {"srt": "/api/clips/talk_2026-11-28/reels/clip_001.srt"},
        }
    ]
}
LISTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXAMPLE}}}
}


@router.get("/api/clips", response_class=JSONResponse, responses=LISTED)
async def clips(
    service: Given,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """The finished clips, the newest first."""
    found = await asyncio.to_thread(finished, service.folders, limit)
    return JSONResponse({"clips": found})


@router.head("/api/clips/{path:path}", include_in_schema=False)
@router.get("/api/clips/{path:path}", response_class=FileResponse)
async def file(path: str, service: Given, download: bool = False) -> Response:
    """A clip, its picture, its captions or its reports. Takes `Range`."""
    found = await asyncio.to_thread(service.folders.within, "clip", path)
    if found is None or found.suffix not in SERVED:
        raise HTTPException(404, "there is no such file")
    if found.suffix == ".json":
        return await asyncio.to_thread(_report, found, service.folders.paths, download)
    return FileResponse(found, filename=found.name if download else None, headers=HEADERS)


def _report(path: Path, paths: PathNames, download: bool) -> Response:
    """A report, a plan or a framing: files are named as requests name them, words stay."""
    headers = dict(HEADERS)
    if download:
        headers["content-disposition"] = f"attachment; filename*=utf-8''{quote(path.name)}"
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        value = paths.hide_whole(json.loads(text))
        text = json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = paths.hide(text)  # somebody edits it
    content = text.encode("utf-8", "backslashreplace")
    return Response(content, media_type="application/json", headers=headers)
