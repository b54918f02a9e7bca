"""Tasks as records of the journal, and back."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, FiniteFloat

from .._codec import decode
from ..exceptions import YtclipperError, error_from_native
from ..outcome import Progress, Stage
from .asked import FIELD_NAMES, Asked
from .journal import Entry
from .paths import PathNames
from .task import Task

__all__ = ["ended", "restored", "taken"]


class Taken(BaseModel, strict=True):
    """The record of a task that was taken in; `asked` is decoded by itself."""

    task_id: str
    retry_of: str | None
    created_at: FiniteFloat


class Fault(BaseModel, strict=True):
    """Why a task failed."""

    kind: str
    stage: str | None
    message: str
    context: dict[str, str]


class Ended(BaseModel, strict=True):
    """The record of a task that has ended."""

    started_at: FiniteFloat | None
    finished_at: FiniteFloat
    percent: FiniteFloat
    stage: Stage
    message: str
    result: dict[str, Any] | None
    error: Fault | None


LOGGER = logging.getLogger("ytclipper_rs.server")


def taken(task: Task) -> dict[str, Any]:
    """What is written when a task is taken in: all that it takes to do it again."""
    return {
        "asked": dataclasses.asdict(task.asked),
        "retry_of": task.retry_of,
        "created_at": task.created_at,
    }


def ended(task: Task) -> dict[str, Any]:
    """What is written when it has ended."""
    return {
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "percent": task.percent,
        "stage": task.report.stage,
        "message": task.report.message,
        "result": task.result,
        "error": None if task.error is None else _error(task.error),
    }


def _error(error: YtclipperError) -> dict[str, Any]:
    return {
        "kind": error.kind,
        "stage": error.stage,
        "message": error.message,
        "context": dict(error.context),
    }


def restored(entries: Sequence[Entry], paths: PathNames) -> list[Task]:
    """The tasks of an earlier start. A record that another version wrote is left out."""
    tasks = []
    for entry in entries:
        try:
            tasks.append(_task(entry, paths))
        except (KeyError, TypeError, ValueError) as error:
            LOGGER.warning("a task of an earlier start is not understood: %r", error)
    return tasks


def _task(entry: Entry, paths: PathNames) -> Task:
    asked = decode(Asked, entry.taken["asked"])
    if asked.kind not in FIELD_NAMES:
        raise ValueError(f"there is no kind {asked.kind}")
    told = Taken.model_validate(entry.taken)
    task = Task(asked, paths, retry_of=told.retry_of)
    task.id = told.task_id
    task.created_at = told.created_at
    task.size = entry.size
    if entry.ended is not None:
        _end(task, Ended.model_validate(entry.ended))
    return task


def _end(task: Task, told: Ended) -> None:
    task.started_at = told.started_at
    task.finished_at = told.finished_at
    task.percent = told.percent
    task.report = Progress(told.stage, told.percent, told.message, None, 0)
    task.result = told.result
    if told.error is not None:
        error = told.error
        task.error = error_from_native(error.kind, error.stage, error.message, error.context)
