"""Running the server: `ytclipper serve`."""

from __future__ import annotations

import asyncio
import logging
import math
import socket

import uvicorn
from fastapi import FastAPI

from .app import create_app
from .settings import ServerSettings

__all__ = ["run", "serve"]

LOGGER = logging.getLogger("ytclipper_rs")
KEEP_ALIVE_SECONDS = 30
"""Longer than pages wait between two looks, so that none asks on a line that is being closed."""


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


def serve(settings: ServerSettings) -> None:
    """Serves until it is told to end by SIGINT or SIGTERM."""
    run(create_app(settings), settings)


def run(app: FastAPI, settings: ServerSettings) -> None:
    """Serves an application of `create_app`."""
    if LOGGER.level == logging.NOTSET:
        LOGGER.setLevel(logging.INFO)  # for `/api/logs`; the console is told from WARNING on
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_timeout) + 5,
    )
    Server(config, app).run()
