"""The page and the description of the interface: files of the package, each at an address of its
own. Nothing is loaded from elsewhere."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

__all__ = ["add_docs", "add_page", "addresses"]

READ = ("GET", "HEAD")
SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")


def add_page(app: FastAPI) -> None:
    """Serves the page's files. They are named one by one: a mount at `/` would answer for all
    paths, and an application could add no route of its own any more."""
    files = StaticFiles(directory=_folder("ytclipper_rs.server"), html=True)
    for address in _page():
        app.router.routes.append(Route(address, files, methods=READ))


def add_docs(app: FastAPI) -> None:
    """Serves `/docs`: Swagger UI, whose files the package fastapi-offline carries."""
    swagger = _folder("fastapi_offline")
    for name in SWAGGER:
        _add_file(app, f"/docs/{name}", swagger / name)
    _add_file(app, "/docs", _folder("ytclipper_rs.server") / "docs.html")


def addresses() -> list[str]:
    """Where all these files are read."""
    return [*_page(), "/docs", *(f"/docs/{name}" for name in SWAGGER)]


def _page() -> list[str]:
    folder = _folder("ytclipper_rs.server")
    found = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    return ["/", *(f"/{path.as_posix()}" for path in found)]


def _add_file(app: FastAPI, address: str, path: Path) -> None:
    @app.api_route(address, methods=[*READ], include_in_schema=False)
    async def file() -> Response:
        return FileResponse(path)


def _folder(package: str) -> Path:
    return Path(str(importlib.resources.files(package) / "static"))
