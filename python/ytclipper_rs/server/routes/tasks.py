"""Tasks: look at them, cancel them, repeat them."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from .. import orders
from ..asked import FIELD_NAMES
from ..problems import problem
from ..service import Given
from ..task import Task, TaskState
from ..views import FAULT, PROBLEMS, History, TaskList, TaskView, listed, past
from .process import answer_background, task_answer

__all__ = ["router"]

router = APIRouter(tags=["tasks"], responses=PROBLEMS)


async def known(id: str, service: Given) -> Task:
    """The task that a path names."""
    task = service.tasks.get(id)
    if task is None:
        raise HTTPException(404, f"there is no task {id}; the oldest are forgotten")
    return task


Known = Annotated[Task, Depends(known)]


@router.get("/api/tasks", response_model=TaskList)
async def tasks(
    service: Given,
    state: TaskState | None = None,
    client_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """All tasks, the newest first, without their results."""
    found = [
        task
        for task in reversed(service.tasks.all())
        if state in (None, task.state) and client_id in (None, task.asked.client_id)
    ]
    views = [listed(task) for task in found[:limit]]
    return JSONResponse({"tasks": views, "total": len(found), "instance": service.hub.instance})


@router.get("/api/history", response_model=History)
async def history(
    service: Given,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What has ended, the newest first, in short; also of earlier starts."""
    found = service.tasks.ended()
    entries = [past(task) for task in found[:limit]]
    return JSONResponse({"history": entries, "total": len(found)})


@router.get("/api/tasks/{id}", response_model=TaskView)
async def task(task: Known) -> Response:
    """A task, with its result once it has one."""
    return await task_answer(task)


@router.delete("/api/tasks/{id}", response_model=TaskView)
async def cancel(task: Known) -> Response:
    """Cancels a task: it stops within a quarter of a second (a download within a second) and
    leaves no file. Harmless when repeated or too late."""
    task.cancel()
    return await task_answer(task)


@router.post(
    "/api/tasks/{id}/retry",
    response_model=TaskView,
    status_code=202,
    responses={409: {"content": FAULT, "description": "It has not failed, nor been cancelled"}},
)
async def retry(request: Request, task: Known, service: Given) -> Response:
    """Does a task that failed or was cancelled again, as a new task, also one that the end of the
    server broke off."""
    if task.state not in ("failed", "cancelled"):
        return problem(409, f"the task is {task.state}", kind="conflict", title="Nothing to repeat")
    request.state.field_names = FIELD_NAMES[task.asked.kind]
    picker = request.app.state.picker
    order = await asyncio.to_thread(orders.again, service, task.asked, picker)
    return await answer_background(request, order, retry_of=task.id)
