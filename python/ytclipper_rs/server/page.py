"""The page: its files, each at an address of its own."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

__all__ = ["add_page"]

READ = ("GET", "HEAD")


def add_page(app: FastAPI) -> None:
    """Serves the page's files. They are named one by one: a mount at `/` would answer for all
    paths, and an application could add no route of its own any more."""
    folder = Path(str(importlib.resources.files("ytclipper_rs.server") / "static"))
    files = StaticFiles(directory=folder, html=True)
    found = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    for name in ("", *(path.as_posix() for path in found)):
        app.router.routes.append(Route(f"/{name}", files, methods=READ))
