"""Health, metrics, and the browser's session."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from ... import __version__
from ..problems import problem
from ..security import COOKIE, session_value
from ..service import Given
from ..views import PROBLEMS, Health, HealthStatus, LogLevel, Logs, LogView

__all__ = ["router"]

METRICS = "text/plain; version=0.0.4; charset=utf-8"
router = APIRouter(tags=["system"], responses=PROBLEMS)


@router.get("/api/health", response_model_exclude_none=True)
async def health(request: Request, service: Given) -> Health:
    """Whether the server answers, and what it is doing."""
    now = service.engine.stats()
    status: HealthStatus = "ok" if now.shut_down is None else "closing"
    if not request.state.trusted:
        return Health(status=status)
    return Health(
        status=status,
        version=__version__,
        instance=service.hub.instance,
        workers=now.workers,
        running=now.running,
        queued=now.queued,
        queue_capacity=now.queue_capacity,
        connections=service.hub.connected,
    )


@router.get("/api/logs")
async def logs(
    service: Given,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    level: LogLevel = "debug",
) -> Logs:
    """The newest log records of the engine and the server, the newest first. Levels are those of
    the loggers `ytclipper_rs` and `uvicorn.error`."""
    least = getattr(logging, level.upper())
    return Logs(
        logs=[
            LogView(
                time=kept.time,
                level=kept.level_name,
                logger=kept.logger,
                message=kept.message,
            )
            for kept in service.logs.newest(limit, least)
        ]
    )


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: Given) -> Response:
    """The engine's numbers for Prometheus."""
    return Response(service.engine.metrics(), media_type=METRICS)


@router.post("/api/session", status_code=204)
async def session(request: Request, service: Given) -> Response:
    """Gives a browser that brings the token a cookie, which `<video>` and WebSockets need. The
    cookie is `HttpOnly` and `SameSite=Strict`. Without a token on the server nothing is needed."""
    token = service.settings.token
    if token is None:
        return Response(status_code=204)
    if not request.state.trusted:
        return problem(
            401,
            "send the token as `Authorization: Bearer …`",
            kind="refused",
            title="A token is needed",
            headers={"www-authenticate": "Bearer"},
        )
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        session_value(token.get_secret_value()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return answer
