"""Health, metrics, and the browser's session."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from ... import __version__
from ..problems import problem
from ..security import COOKIE, session_value
from ..service import Given
from ..views import PROBLEMS, Health, HealthStatus

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
