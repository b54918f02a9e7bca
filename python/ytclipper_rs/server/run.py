"""Running the server: `ytclipper serve`."""

from __future__ import annotations

import asyncio
import math
import socket

import uvicorn
from fastapi import FastAPI

from .app import create_app
from .settings import ServerSettings

__all__ = ["serve"]


class Server(uvicorn.Server):
    """Ends the jobs first when it is told to end: whoever waits for one gets an answer then, and
    connections close by themselves."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the service and the connections at the same time."""
        closing = asyncio.ensure_future(self._app.state.service.close())
        await super().shutdown(sockets)
        await closing


def serve(settings: ServerSettings, log_level: str = "info") -> None:
    """Serves until it is told to end by SIGINT or SIGTERM."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=log_level,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_timeout) + 5,
    )
    Server(config, app).run()
