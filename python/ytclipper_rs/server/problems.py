"""Errors as problem JSON (RFC 9457), with the engine's kind and field."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ..exceptions import InternalError, InvalidSpec, YtclipperError
from .paths import PathNames

__all__ = ["MEDIA_TYPE", "Problem", "problem", "problem_of"]

LOGGER = logging.getLogger("ytclipper_rs.server")
MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[str, int] = {
    "invalid_spec": 422,
    "not_found": 404,
    "is_directory": 422,
    "unsupported_media": 422,
    "corrupt_media": 422,
    "limit_exceeded": 422,
    "download": 502,
    "model_unavailable": 503,
    "no_space": 507,
    "io": 500,
    "cancelled": 409,
    "timeout": 504,
    "queue_full": 503,
    "shut_down": 503,
    "worker_crashed": 500,
    "would_deadlock": 500,
    "engine_forked": 500,
    "internal": 500,
}
"""HTTP status of each kind of the engine's errors."""

REFUSED_DOWNLOADS = frozenset({"malformed_url", "forbidden_host", "unsupported_scheme"})
"""Reasons of a failed download that are faults of the request."""

TITLES: Mapping[str, str] = {
    "invalid_spec": "The request is malformed",
    "not_found": "Not found",
    "is_directory": "A folder, not a file",
    "unsupported_media": "Not media that can be used",
    "corrupt_media": "Broken media",
    "limit_exceeded": "Too large",
    "download": "The download failed",
    "model_unavailable": "A model is not installed",
    "no_space": "The disk is full",
    "io": "Reading or writing failed",
    "cancelled": "Cancelled",
    "timeout": "It took too long",
    "queue_full": "Too many jobs are waiting",
    "shut_down": "The server is closing",
    "worker_crashed": "A worker died",
    "would_deadlock": "A fault of the server",
    "engine_forked": "A fault of the server",
    "internal": "A fault of the server",
}


class Problem(BaseModel):
    """What went wrong (`application/problem+json`)."""

    type: str = "about:blank"
    title: str = Field(examples=["The request is malformed"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["url: must be an http(s) URL, or upload:<id>/<name>"])
    kind: str = Field(description="Kind of the error, as the engine names it.")
    field: str | None = Field(default=None, description="Field of the request at fault.")
    stage: str | None = Field(default=None, description="Stage in which a job failed.")
    reason: str | None = Field(default=None, description="Why a download failed.")


def problem_of(
    error: YtclipperError, paths: PathNames, names: Mapping[str, str] | None = None
) -> Problem:
    """The problem that an error of the engine is. `names` gives the request's names of fields
    that the engine calls otherwise."""
    reason = error.context.get("reason")
    status = STATUS[error.kind]
    if error.kind == "download" and reason in REFUSED_DOWNLOADS:
        status = 422
    field = error.field if isinstance(error, InvalidSpec) else None
    detail = paths.hide(error.message, error.context.get("path"))
    if field is not None:
        renamed = _renamed(field, names or {})
        detail, field = detail.replace(f"{field}:", f"{renamed}:"), renamed
    return Problem(
        title=TITLES[error.kind],
        status=status,
        detail=detail,
        kind=error.kind,
        field=field,
        stage=error.stage,
        reason=reason,
    )


def _renamed(field: str, names: Mapping[str, str]) -> str:
    for engine, ours in names.items():
        if field == engine or field.startswith((f"{engine}.", f"{engine}[")):
            return ours + field[len(engine) :]
    return field


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "invalid_spec",
    title: str | None = None,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response of the server's own."""
    told = Problem(
        title=title or TITLES[kind], status=status, detail=detail, kind=kind, field=field
    )
    return _response(told, headers)


def _response(told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    content = told.model_dump(exclude_none=True)
    return JSONResponse(content, told.status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI, retry_after: int, paths: PathNames) -> None:
    """Makes every error of the application's a problem."""

    async def of_engine(request: Request, error: Exception) -> Response:
        if not isinstance(error, YtclipperError):
            error = InternalError(str(error))
        names = getattr(request.state, "field_names", {})
        wait = (
            {"retry-after": str(retry_after)} if error.kind in ("queue_full", "shut_down") else {}
        )
        return _response(problem_of(error, paths, names), wait)

    async def of_request(request: Request, error: Exception) -> Response:
        faults = error.errors() if isinstance(error, RequestValidationError) else []
        field = _path(faults[0]["loc"]) if faults else None
        lines = "; ".join(f"{_path(fault['loc'])}: {fault['msg']}" for fault in faults[:10])
        return problem(422, paths.hide(lines or str(error)), field=field)

    async def of_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            error = HTTPException(500)
        kind = "not_found" if error.status_code == 404 else "invalid_spec"
        detail = paths.hide(str(error.detail))
        return problem(error.status_code, detail, kind=kind, title=detail, headers=error.headers)

    async def of_fault(request: Request, error: Exception) -> Response:
        LOGGER.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "see the server's log", kind="internal")

    app.add_exception_handler(YtclipperError, of_engine)
    app.add_exception_handler(RequestValidationError, of_request)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, of_fault)


def _path(loc: Sequence[Any]) -> str:
    """`("body", "clips", 0, "end")` as `clips[0].end`."""
    path = ""
    for step in loc[1:]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "$"
