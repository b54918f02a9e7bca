"""What endpoints answer, as OpenAPI shows it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from .problems import MEDIA_TYPE, Problem
from .task import Task, TaskState

__all__ = [
    "FAULT",
    "PROBLEMS",
    "Health",
    "HealthStatus",
    "History",
    "LogLevel",
    "LogView",
    "Logs",
    "Past",
    "ProgressView",
    "TaskList",
    "TaskView",
    "listed",
    "past",
    "view",
]

FAULT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""By name: a `model` would stand under the media type of the endpoint's own answer."""
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"content": FAULT, "description": "A fault of the request"},
    "5XX": {"content": FAULT, "description": "A fault of the server"},
}
"""Errors of every endpoint."""


HealthStatus = Literal["ok", "closing"]
"""Whether new jobs are taken."""


class Health(BaseModel):
    """How the server is. Without a valid token only `status` is told."""

    status: HealthStatus = Field(examples=["ok"])
    version: str | None = None
    instance: str | None = Field(default=None, description="Changes with every start.")
    workers: int | None = None
    running: int | None = None
    queued: int | None = None
    queue_capacity: int | None = None
    connections: int | None = Field(default=None, description="Open WebSockets.")


class ProgressView(BaseModel):
    """Where a task stands."""

    stage: str = Field(examples=["clipping"])
    percent: float = Field(examples=[42.5])
    message: str = Field(examples=["clip 2 of 3"])
    eta_s: float | None = Field(default=None, description="Seconds left, once that can be told.")


class TaskView(BaseModel):
    """A task."""

    task_id: str = Field(examples=["0f8fad5bd9cb469fa1657086728950e7"])
    kind: Literal["process", "analyze", "render"]
    source: str = Field(examples=["upload:5f0c9a2be1d3/talk.mp4"])
    format: str | None = None
    client_id: str | None = None
    state: TaskState
    progress: ProgressView
    created_at: float = Field(description="Seconds since 1970.")
    started_at: float | None = None
    finished_at: float | None = None
    retry_of: str | None = Field(default=None, description="The task that this one repeats.")
    durable: bool = Field(
        default=True,
        description="False where it could not be written down, as on a full disk: the next start "
        "of the server does not know of it, or not how it ended.",
    )
    result: dict[str, Any] | None = Field(
        default=None, description="What the request is answered by; not in lists."
    )
    error: Problem | None = None


class TaskList(BaseModel):
    """Tasks, the newest first."""

    tasks: list[TaskView]
    total: int
    instance: str


class Past(BaseModel):
    """A task that has ended, in short."""

    task_id: str = Field(examples=["0f8fad5bd9cb469fa1657086728950e7"])
    kind: Literal["process", "analyze", "render"]
    source: str = Field(examples=["upload:5f0c9a2be1d3/talk.mp4"])
    format: str | None = None
    state: TaskState
    finished_at: float = Field(description="Seconds since 1970.")
    elapsed_s: float = Field(description="Seconds since it was asked for.")
    clips_created: int | None = None
    message: str = Field(examples=["3 clips made"], description="What became of it.")


class History(BaseModel):
    """What was done, the newest first."""

    history: list[Past]
    total: int


LogLevel = Literal["debug", "info", "warning", "error"]
"""The least level of records that are asked for."""


class LogView(BaseModel):
    """A log record."""

    time: float = Field(description="Seconds since 1970.")
    level: str = Field(examples=["WARNING"])
    logger: str = Field(examples=["ytclipper_rs.stages.framing"])
    message: str


class Logs(BaseModel):
    """Log records, the newest first."""

    logs: list[LogView]


def past(task: Task) -> dict[str, Any]:
    """A task that has ended as the history shows it; it does not change any more."""
    if task.past is None:
        task.past = _past(task).model_dump(mode="json")
    return task.past


def _past(task: Task) -> Past:
    problem, result = task.problem(), task.result or {}
    ended = task.finished_at or task.created_at
    return Past.model_construct(
        task_id=task.id,
        kind=task.asked.kind,
        source=task.asked.source,
        format=task.asked.format,
        state=task.state,
        finished_at=ended,
        elapsed_s=round(ended - task.created_at, 3),
        clips_created=result.get("clips_created"),
        message=problem.detail if problem else result.get("message", "done"),
    )


def listed(task: Task) -> dict[str, Any]:
    """A task as lists show it: without its result. One that has ended does not change any more,
    so that a page which looks at hundreds of them costs the event loop little."""
    if task.listed is not None:
        return task.listed
    shown = view(task, result=False).model_dump(mode="json")
    if task.done:
        task.listed = shown
    return shown


def view(task: Task, result: bool = True) -> TaskView:
    """A task as callers see it."""
    return TaskView.model_construct(
        task_id=task.id,
        kind=task.asked.kind,
        source=task.asked.source,
        format=task.asked.format,
        client_id=task.asked.client_id,
        state=task.state,
        progress=ProgressView.model_construct(
            stage=task.report.stage,
            percent=round(task.percent, 2),
            message=task.message,
            eta_s=None if task.done else task.report.eta_s,
        ),
        created_at=task.created_at,
        started_at=task.started_at,
        finished_at=task.finished_at,
        retry_of=task.retry_of,
        durable=task.durable,
        result=task.result if result else None,
        error=task.problem(),
    )
