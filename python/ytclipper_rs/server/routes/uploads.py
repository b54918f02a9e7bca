"""Uploads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from ..service import Given
from ..uploads import receive, safe_name
from ..views import PROBLEMS

__all__ = ["router"]

router = APIRouter(tags=["work"])
FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "video/mp4": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Uploaded(BaseModel):
    """An upload that is on disk."""

    source: str = Field(
        description="What other requests name it by, as their `url`.",
        examples=["upload:5f0c9a2be1d3/talk.mp4"],
    )
    filename: str = Field(examples=["talk.mp4"])
    size_bytes: int


@router.post("/api/upload", status_code=201, responses=PROBLEMS, openapi_extra=FILE)
async def upload(
    request: Request,
    service: Given,
    filename: Annotated[str, Query(min_length=1, max_length=500, examples=["talk.mp4"])],
) -> Uploaded:
    """Takes a video, sound or picture. The body is the file itself, which is written as it comes
    and seen only when it is whole."""
    most = service.settings.max_upload_bytes
    root = service.path_of("upload")
    try:
        path = await receive(root, safe_name(filename), request.stream(), most)
    except ClientDisconnect:
        # Nobody is left to be answered; the protocol drops it.
        return Uploaded(source="", filename="", size_bytes=0)
    return Uploaded(
        source=service.folders.name(path), filename=path.name, size_bytes=path.stat().st_size
    )
