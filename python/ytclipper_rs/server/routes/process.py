"""Work on a source: analyse it, or make clips of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from .. import orders
from ..asked import FIELD_NAMES
from ..bodies import AnalyzeBody, ProcessBody
from ..encoding import json_answer
from ..service import Given, service_of
from ..task import Order, Task
from ..views import PROBLEMS, TaskView, view

__all__ = ["WORK", "Background", "answer", "answer_background", "router", "shown", "task_answer"]

router = APIRouter(tags=["work"])
Background = Annotated[
    bool, Query(description="Answer 202 with a task at once, instead of waiting for the result.")
]
WORK: dict[int | str, dict[str, Any]] = {
    202: {"model": TaskView, "description": "Accepted; the task is at `Location`"},
    **PROBLEMS,
}
PROCESSED = {
    "success": True,
    "message": "1 clip made",
    "project_folder": "ToUpload/talk_2026-11-28",
    "clips_created": 1,
    "clips": [{"clip_number": 1, "url": "/api/clips/talk_2026-11-28/reels/clip_001.mp4"}],
    "summary": {"title": "talk", "total_clips": 1},
}
ANALYZED = {
    "success": True,
    "video_id": "1",
    "video_info": {"title": "A talk", "duration": 120.2},
    "clips": [{"index": 1, "start": 12.0, "end": 27.5, "text": "…", "is_valid": True}],
    "total_clips": 1,
    "full_transcript_words": [{"word": "Hello,", "start": 0.3, "end": 0.7}],
}


def shown(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The answers of an endpoint that works on something, for OpenAPI."""
    return {200: {"content": {"application/json": {"example": example}}}, **WORK}


async def answer(request: Request, order: Order, background: bool) -> Response:
    """Starts the order; waits for it, or says where it can be looked at. A client that goes away
    meanwhile changes nothing."""
    if background:
        return await answer_background(request, order)
    task, _ = await service_of(request).tasks.start(order)
    return await json_answer(await task.wait(), headers={"x-task-id": task.id})


async def answer_background(
    request: Request, order: Order, retry_of: str | None = None
) -> Response:
    """Starts the order and says where it can be looked at, once that is written down. Where it
    cannot be, the task goes on all the same, and the answer says so (`durable`)."""
    task, written = await service_of(request).tasks.start(order, retry_of)
    await asyncio.wrap_future(written)
    return await task_answer(task, 202, {"location": f"/api/tasks/{task.id}"})


async def task_answer(
    task: Task, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A task as it is now."""
    now = view(task)
    if now.result is None:  # as hundreds of pages ask for it while it is at work
        return JSONResponse(now.model_dump(mode="json"), status, headers)
    return await json_answer(dict(now), status, headers)


@router.post("/api/process", response_class=JSONResponse, responses=shown(PROCESSED))
async def process(
    request: Request,
    body: ProcessBody,
    service: Given,
    background: Background = False,
) -> Response:
    """Makes clips of a video."""
    request.state.field_names = FIELD_NAMES["process"]
    order = await asyncio.to_thread(orders.process, service, body)  # it may bring a long transcript
    return await answer(request, order, background)


@router.post("/api/analyze", response_class=JSONResponse, responses=shown(ANALYZED))
async def analyze(
    request: Request,
    body: AnalyzeBody,
    service: Given,
    background: Background = False,
) -> Response:
    """Writes down what is said in a video, and proposes clips."""
    request.state.field_names = FIELD_NAMES["analyze"]
    order = orders.analyze(service, body, request.app.state.picker)
    return await answer(request, order, background)
