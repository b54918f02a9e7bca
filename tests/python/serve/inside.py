"""An application in the test's own process, asked without a socket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from fastapi import FastAPI

from ytclipper_rs.server import ServerSettings


def settings_in(folder: Path, **more: object) -> ServerSettings:
    """Settings of a server whose files are in a folder."""
    given: dict[str, object] = {
        "output_dir": folder / "ToUpload",
        "download_dir": folder / "Downloads",
        "upload_dir": folder / "Uploads",
        "config_file": folder / "config.json",
        "workers": 1,
        "shutdown_mode": "now",
    }
    return ServerSettings.model_validate(given | more)


@contextlib.asynccontextmanager
async def asked(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Starts the application and ends it, as a runner does."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield client
