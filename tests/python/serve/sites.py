"""A site that a download can be fetched from, as slowly as a test wants."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from serve.asking import SAMPLE


class Endless(BaseHTTPRequestHandler):
    """Begins to send a video and does not end."""

    def do_HEAD(self) -> None:
        self._head()

    def do_GET(self) -> None:
        self._head()
        with contextlib.suppress(OSError), SAMPLE.open("rb") as video:
            self.wfile.write(video.read(1 << 20))
            while not self.server.__dict__["ended"].wait(0.1):
                self.wfile.write(video.read(1 << 10))

    def _head(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(SAMPLE.stat().st_size))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def endless() -> Iterator[str]:
    """The address of a video that never ends, while the block lasts."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    ended = threading.Event()
    site.__dict__["ended"] = ended
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_address[1]}/talk.mp4"
    finally:
        ended.set()
        site.shutdown()
        thread.join()
        site.server_close()
