"""Messages to the browsers: numbered, kept for a while, and read by every connection at its own
pace."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

__all__ = ["Connection", "Hub"]


class Connection:
    """A listener: what it has seen, and a flag that is raised when there is more."""

    def __init__(self, client_id: str, seen: int) -> None:
        self.client_id = client_id
        self.seen = seen
        self.wake = asyncio.Event()


class Hub:
    """Keeps the newest messages. A slow listener loses the oldest ones, never holds up the others,
    and is told."""

    def __init__(self, kept: int) -> None:
        self.instance = uuid.uuid4().hex
        """Tells this process from the one before: numbers begin anew with each."""
        self._kept = kept
        self._messages: OrderedDict[int, tuple[str | None, str]] = OrderedDict()
        self._last = 0
        self._connections: set[Connection] = set()

    @property
    def last(self) -> int:
        """Number of the newest message, 0 where there is none."""
        return self._last

    @property
    def connected(self) -> int:
        """How many listen."""
        return len(self._connections)

    def publish(self, client_id: str | None, message: dict[str, Any]) -> None:
        """Sends to a client's connections, or to all."""
        self._last += 1
        text = json.dumps(message | {"seq": self._last}, ensure_ascii=False)
        self._messages[self._last] = (client_id, text)
        if len(self._messages) > self._kept:
            self._messages.popitem(last=False)
        for connection in self._connections:
            if client_id is None or client_id == connection.client_id:
                connection.wake.set()

    def connect(self, client_id: str, since: int | None, instance: str | None) -> Connection:
        """A new listener. It gets what came after `since`, of this instance; only what is yet to
        come where None; everything that is kept where it knew another instance."""
        if since is None:
            since = self._last
        elif instance is not None and instance != self.instance:
            since = 0
        connection = Connection(client_id, min(since, self._last))
        connection.wake.set()
        self._connections.add(connection)
        return connection

    def disconnect(self, connection: Connection) -> None:
        """Forgets a listener. Harmless when repeated."""
        self._connections.discard(connection)

    def take(self, connection: Connection) -> Iterator[str]:
        """What the listener has not seen, oldest first; a `resync` where something was dropped."""
        while connection.seen < self._last:
            oldest = self._last - len(self._messages) + 1
            if connection.seen + 1 < oldest:
                connection.seen = oldest - 1
                yield json.dumps({"type": "resync", "seq": connection.seen})
            connection.seen += 1
            client_id, text = self._messages[connection.seen]
            if client_id is None or client_id == connection.client_id:
                yield text
