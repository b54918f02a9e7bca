"""The server as a process of its own, and a load of requests whose answers are timed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass
class Served:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        """What it said."""
        return (self.folder / "server.log").read_text()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tells it to end and waits until it has."""
        self.process.send_signal(by)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@contextlib.contextmanager
def served(folder: Path, command: Sequence[str], **variables: object) -> Iterator[Served]:
    """Runs a server in a folder until the block is left. Its settings are variables."""
    settings = {f"YTCLIPPER_{name.upper()}": str(value) for name, value in variables.items()}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"YTCLIPPER_PORT": "0"} | settings,
        )
    try:
        yield Served(process, folder, _port(folder / "server.log", process))
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


SERVE = ("-m", "ytclipper_rs.cli", "serve")
"""The command of the server itself."""


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that the server took, as it says itself."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        found = re.search(r"running on http://[^:]+:(\d+)", log.read_text())
        if found is not None:
            return int(found[1])
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


@dataclass(frozen=True)
class Latencies:
    """Times of answers in milliseconds, from when the request was due."""

    times: list[float]

    def quantile(self, part: float) -> float:
        """The time that one answer in `1 / (1 - part)` exceeds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    @property
    def max(self) -> float:
        """The longest."""
        return max(self.times)


async def load(port: int, path: str, rate: float, seconds: float) -> Latencies:
    """Requests at fixed times, whether or not the ones before are answered, so that a server that
    stands still is seen by every request that falls into that time."""
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    times: list[float] = []

    async def ask(due: float) -> None:
        # A line that the server has let go of meanwhile is no fault; a new one is taken.
        while idle and idle[-1][0].at_eof():
            idle.pop()[1].close()
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(head.decode())
        await reader.readexactly(int(length[1]))
        times.append((time.perf_counter() - due) * 1000)
        idle.append((reader, writer))

    begun = time.perf_counter()
    asking = []
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asking.append(asyncio.ensure_future(ask(due)))
    await asyncio.gather(*asking)
    for _, writer in idle:
        writer.close()
        await writer.wait_closed()
    return Latencies(times)
