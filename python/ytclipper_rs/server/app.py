"""The application."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from .. import __version__
from . import problems, ws
from .page import add_docs, add_page, addresses
from .paths import PathNames
from .picks import Picker
from .routes import clips, config, process, render, system, tasks, uploads
from .security import Guard
from .service import Service
from .settings import ServerSettings

__all__ = ["create_app"]

ROUTERS = (system, process, tasks, clips, uploads, render, config, ws)


def create_app(settings: ServerSettings | None = None, *, picker: Picker | None = None) -> FastAPI:
    """The server as an ASGI application. The engine is made when it starts and closed when it
    ends, so that each process of a server with several has its own.

    Args:
        settings: What the server is told; from the environment and the settings file where None.
        picker: The application's own way to choose clips in `/api/analyze`.

    Raises:
        pydantic.ValidationError: A setting is out of range, or a token is missing.

    Example:
        >>> app = create_app(ServerSettings(workers=1))
        >>> app.title
        'ytclipper'
    """
    settings = settings or ServerSettings()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Service.opened(settings) as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="ytclipper",
        version=__version__,
        description="A long video in, short captioned clips out.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own load their scripts from elsewhere; see `page.py`
        redoc_url=None,
    )
    app.state.picker = picker
    app.state.settings = settings
    app.add_middleware(Guard, settings=settings, files=addresses())
    problems.install(app, settings.retry_after, PathNames(settings.roots))
    for module in ROUTERS:
        app.include_router(module.router)
    add_page(app)
    add_docs(app)
    return app
