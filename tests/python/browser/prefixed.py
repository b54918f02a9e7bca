"""The server below a prefix, as a proxy shows it that others share."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from ytclipper_rs.server import ServerSettings, create_app
from ytclipper_rs.server.run import run

PREFIX = "/studio/clips"


class Below:
    """What is not below the prefix is not the server's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            assert scope["path"].startswith(f"{PREFIX}/"), scope["path"]
            scope = {**scope, "root_path": PREFIX}
        await self._app(scope, receive, send)


if __name__ == "__main__":
    settings = ServerSettings()
    app = create_app(settings)
    app.add_middleware(Below)
    run(app, settings)
