"""A page that is told what a test says, in place of what the server would tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, WebSocketRoute

Answer = tuple[int, object]
Clip = dict[str, Any]
Task = dict[str, Any]


class Told:
    """Tasks and clips that the page is told of, and what it asked for, as `GET /api/clips`."""

    def __init__(self, page: Page) -> None:
        self.tasks: list[Task] = []
        self.clips: list[Clip] = []
        self.asked: list[str] = []
        self.held: list[Route] | None = None
        """Where it is a list, questions for clips wait in it."""
        self.answers: dict[str, Callable[[], Answer]] = {
            "GET /api/tasks": lambda: (200, {"tasks": self.tasks}),
            "GET /api/clips": lambda: (200, {"clips": self.clips}),
            "GET /api/health": lambda: (200, self._health()),
        }
        self._page = page
        self._socket: WebSocketRoute | None = None
        page.route("**/api/**", self._answer)
        page.route_web_socket("**/ws*", self._connect)

    def show(self) -> None:
        """Loads the page, which is told of everything."""
        self._page.reload()
        self._page.locator("#link[data-state=live]").wait_for()

    def news(self) -> None:
        """Makes the page ask for everything again."""
        assert self._socket is not None
        self._socket.send(json.dumps({"type": "resync"}))

    def refuse(self, asked: str, status: int, detail: str, kind: str) -> None:
        self.answers[asked] = lambda: (status, {"detail": detail, "kind": kind})

    def release(self) -> None:
        """Answers the questions for clips that were held back."""
        held, self.held = self.held or [], None
        for route in held:
            self._answer(route)

    def _health(self) -> dict[str, int]:
        running = sum(task["state"] == "running" for task in self.tasks)
        return {"workers": 2, "running": running, "queued": 0}

    def _answer(self, route: Route) -> None:
        asked = f"{route.request.method} {urlsplit(route.request.url).path}"
        if self.held is not None and asked == "GET /api/clips":
            self.held.append(route)
            return
        self.asked.append(asked)
        status, body = self.answers[asked]()
        route.fulfill(status=status, json=body)

    def _connect(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.send(json.dumps({"type": "connection", "instance": "told"}))


def a_task(id: str, state: str, **more: Any) -> Task:
    """A task as the server lists it."""
    ended = state not in ("queued", "running")
    return {
        "task_id": id,
        "kind": "process",
        "source": f"upload:ab12/{id}.mp4",
        "state": state,
        "progress": {"stage": "clipping", "percent": 40.0, "message": "", "eta_s": None},
        "created_at": 1.0,
        "finished_at": 2.0 if ended else None,
        "retry_of": None,
        "error": {"kind": "internal", "detail": "it broke"} if state == "failed" else None,
        **more,
    }


def a_clip(name: str, **more: Any) -> Clip:
    """A clip as the server lists it."""
    project = more.get("project", "Talk")
    return {
        "id": f"{project}/reels/{name}.mp4",
        "project": project,
        "format": "reels",
        "name": f"{name}.mp4",
        "title": name,
        "video_title": project,
        "text": f"Words of {name}",
        "duration": 5.0,
        "start": 0.0,
        "end": 5.0,
        "size_bytes": 1000,
        "modified_at": 1.0,
        "url": "/video.mp4",
        "thumbnail_url": None,
        "info_url": None,
        "framing_url": None,
        "captions": {},
        **more,
    }
