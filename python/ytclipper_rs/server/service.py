"""What a running server consists of."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from ..engine import Engine
from ..exceptions import JobTimeout
from .door import AGEING
from .folders import Folders
from .hub import Hub
from .journal import Journal
from .logs import LogRing
from .newest import Newest
from .records import restored
from .settings import ServerSettings
from .stored import StoredConfig
from .tasks import Tasks

__all__ = ["Given", "Service", "service_of"]

LAST_SECONDS = 5.0
"""Longest time that cancelled jobs get to stop and to remove what they left."""


class Service:
    """The engine, the tasks that it works on, and who listens."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.folders = Folders(settings.roots)
        self.hub = Hub(settings.replay_messages)
        self.logs = LogRing(settings.keep_logs, self.folders.paths)
        self.config = StoredConfig(settings.config_file, self.folders)
        self.engine = Engine(
            settings.workers,
            tempfile.gettempdir(),
            settings.model_dir,
            queue_capacity=settings.queue_capacity,
            ageing=AGEING,
            threads=settings.threads,
            nice=settings.nice,
            allow_hosts=settings.allow_hosts,
            max_download_bytes=settings.max_download_bytes,
            download_timeout=settings.download_timeout,
        )
        kept = settings.keep_tasks, settings.keep_bytes
        self.journal = Journal(settings.journal, *kept)
        self.tasks = Tasks(self.engine, self.hub, self.journal, Newest(*kept), self.folders.paths)
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, settings: ServerSettings) -> AsyncIterator[Service]:
        """A service for the time of a block."""
        service = cls(settings)
        with service.logs.listening():
            try:
                await service._open()
                yield service
            finally:
                await service.close()
                service.folders.close()

    async def _open(self) -> None:
        await asyncio.to_thread(self.folders.open)
        await asyncio.to_thread(self.config.load)
        entries = await asyncio.to_thread(self.journal.open)
        self.tasks.restore(restored(entries, self.folders.paths))

    async def close(self) -> None:
        """Ends the jobs as the settings say. Harmless when repeated."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        try:
            await self.engine.aclose(self.settings.shutdown_mode, self.settings.shutdown_timeout)
        except JobTimeout:
            with contextlib.suppress(JobTimeout):
                await self.engine.aclose("now", LAST_SECONDS)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.tasks.settled(), 1.0)
        await asyncio.to_thread(self.journal.close)

    def path_of(self, folder: str) -> Path:
        """A root's folder."""
        return self.folders.roots[folder]


def service_of(request: Request) -> Service:
    """The service of the application that a request came to."""
    service: Service = request.app.state.service
    return service


async def _service(request: Request) -> Service:
    # A coroutine, as FastAPI calls plain functions in a thread.
    return service_of(request)


Given = Annotated[Service, Depends(_service)]
"""The service, as a parameter of an endpoint."""
