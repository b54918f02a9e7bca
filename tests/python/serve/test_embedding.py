"""The server as a part of another application."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ytclipper_rs as yt
from conftest import Media
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app
from ytclipper_rs.server.asked import Asked
from ytclipper_rs.server.task import Order


def test_routes_that_are_added_later_are_reached(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))

    @app.post("/later")
    async def later() -> str:
        return "later"

    @app.get("/also/{name}")
    async def also(name: str) -> str:
        return name

    async def main() -> None:
        async with asked(app) as client:
            assert (await client.post("/later")).json() == "later"
            assert (await client.get("/also/this")).json() == "this"
            assert (await client.get("/no-such")).status_code == 404

    asyncio.run(main())


FILES = {"/": "text/html", "/app.js": "text/javascript", "/base.css": "text/css"}


def test_the_page_is_read_and_nothing_else(tmp_path: Path) -> None:
    async def main() -> None:
        async with asked(create_app(settings_in(tmp_path))) as client:
            for path, kind in FILES.items():
                got = await client.get(path)
                assert got.headers["content-type"].startswith(kind), path
                head = await client.head(path)
                assert head.headers["content-length"] == str(len(got.content))
                assert (await client.post(path)).status_code == 405
                known = {"if-none-match": got.headers["etag"]}
                assert (await client.get(path, headers=known)).status_code == 304
            assert (await client.get("/fonts/inter.woff2")).status_code == 200
            for path in ("/fonts", "/fonts/", "/app.js%00", "/..%2fapp.py"):
                assert (await client.get(path)).status_code == 404, path

    asyncio.run(main())


def test_a_cancel_is_too_late_when_the_work_is_done(tmp_path: Path, media: Media) -> None:
    app = create_app(settings_in(tmp_path))
    answering, go_on = asyncio.Event(), asyncio.Event()

    async def answer(results: Sequence[Any]) -> dict[str, Any]:
        answering.set()
        await go_on.wait()
        return {"jobs": len(results)}

    async def main() -> None:
        async with asked(app):
            steps = (lambda _: yt.ProbeSpec(media.video),)
            order = Order(Asked("render", "a test", "{}"), steps, answer)
            task, _ = await app.state.service.tasks.start(order)
            await answering.wait()
            assert task.cancel(), "it is taken, as the task is not over"
            go_on.set()
            assert await task.wait() == {"jobs": 1}
            assert task.state == "succeeded"

    asyncio.run(main())
