"""Running the server: `ytclipper serve`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from .app import create_app
from .logs import LogRing
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
        LOGGER.setLevel(logging.INFO)  # for `/api/logs`; `_console` is told from WARNING on
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_timeout) + 5,
    )
    with _console():
        Server(config, app).run()


@contextlib.contextmanager
def _console() -> Iterator[None]:
    """Writes warnings and errors to stderr, where nobody has said what becomes of them: uvicorn
    gives handlers to its own loggers only, and ours keep Python's last resort away."""
    if any(map(_is_heard, _loggers())):
        yield
        return
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    console.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    LOGGER.addHandler(console)
    try:
        yield
    finally:
        LOGGER.removeHandler(console)


def _loggers() -> list[logging.Logger]:
    return [LOGGER, logging.getLogger()] if LOGGER.propagate else [LOGGER]


def _is_heard(logger: logging.Logger) -> bool:
    silent = (logging.NullHandler, LogRing)
    return any(not isinstance(handler, silent) for handler in logger.handlers)
