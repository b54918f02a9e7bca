"""The plan's fix, for comparison: a FastAPI server that runs FFmpeg in child processes, each waited
for by a thread of `ThreadPoolExecutor(max_workers=2)`."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import Body, FastAPI

SAMPLE = Path(__file__).resolve().parent.parent / "media/sample.mp4"
COMMAND = (
    f"ffmpeg -nostdin -v error -stream_loop -1 -i {SAMPLE} -vf crop=608:1080,scale=1080:1920 "
    "-c:v libx264 -preset medium -crf 23 -c:a aac -f null -"
)
pool = ThreadPoolExecutor(max_workers=2)
running: list[subprocess.Popen[bytes]] = []


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Ends the children with the server."""
    yield
    for child in running:
        child.kill()


app = FastAPI(lifespan=lifespan)


@app.get("/api/health")
async def health() -> dict[str, str]:
    """Whether it answers."""
    return {"status": "ok"}


@app.post("/api/process")
async def process(body: dict[str, Any] = Body()) -> dict[str, bool]:
    """Works until the server is ended."""
    running.append(subprocess.Popen(COMMAND.split()))
    code = await asyncio.get_running_loop().run_in_executor(pool, running[-1].wait)
    return {"success": code == 0}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["YTCLIPPER_PORT"]), timeout_graceful_shutdown=1)
