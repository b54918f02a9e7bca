"""The WebSocket: progress as it comes, a ping now and then."""

from __future__ import annotations

import asyncio
import re
import uuid

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from .hub import Connection, Hub
from .service import Service

__all__ = ["CLIENT_ID", "router"]

CLIENT_ID = r"^[A-Za-z0-9_.:-]{1,64}$"
POLICY_VIOLATION = 1008
PING = '{"type":"ping"}'

router = APIRouter()


@router.websocket("/ws")
async def listen(
    socket: WebSocket,
    client_id: str | None = None,
    since: int | None = None,
    instance: str | None = None,
) -> None:
    """Says who the client is, sends again what it missed, then what comes."""
    service: Service = socket.app.state.service
    await socket.accept()
    if client_id is not None and re.match(CLIENT_ID, client_id) is None:
        await socket.close(POLICY_VIOLATION, "client_id: 1 to 64 letters, digits, or _.:-")
        return
    client = client_id or uuid.uuid4().hex
    connection = service.hub.connect(client, since, instance)
    hello = {"type": "connection", "client_id": client, "instance": service.hub.instance}
    reader = asyncio.create_task(_drain(socket))
    try:
        await socket.send_json(hello | {"seq": connection.seen})
        await _send(socket, service.hub, connection, service.settings.ping_interval, reader)
    except (WebSocketDisconnect, RuntimeError):
        pass  # it has gone
    finally:
        service.hub.disconnect(connection)
        reader.cancel()


async def _send(
    socket: WebSocket,
    hub: Hub,
    connection: Connection,
    interval: float,
    reader: asyncio.Task[None],
) -> None:
    """Sends until the client has gone. Pings keep to their own times, however much is sent."""
    loop = asyncio.get_running_loop()
    next_ping = loop.time() + interval
    while not reader.done():
        waiting = asyncio.ensure_future(connection.wake.wait())
        left = max(0.0, next_ping - loop.time())
        await asyncio.wait({waiting, reader}, timeout=left, return_when="FIRST_COMPLETED")
        waiting.cancel()
        connection.wake.clear()
        for text in hub.take(connection):
            await socket.send_text(text)
            next_ping = await _ping_if_due(socket, next_ping, interval)
        next_ping = await _ping_if_due(socket, next_ping, interval)


async def _ping_if_due(socket: WebSocket, due: float, interval: float) -> float:
    now = asyncio.get_running_loop().time()
    if now < due:
        return due
    await socket.send_text(PING)
    return max(due + interval, now)


async def _drain(socket: WebSocket) -> None:
    """Reads and forgets what the client says, so that its leaving is noticed."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
