"""Tasks as records of the journal, and back."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

from .._codec import decode
from ..exceptions import YtclipperError, error_from_native
from ..outcome import Progress
from .asked import FIELD_NAMES, Asked
from .journal import Entry
from .paths import PathNames
from .task import Task

__all__ = ["ended", "restored", "taken"]

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
    task = Task(asked, paths, retry_of=entry.taken["retry_of"])
    task.id = entry.taken["task_id"]
    task.created_at = float(entry.taken["created_at"])
    if entry.ended is not None:
        _end(task, entry.ended)
    return task


def _end(task: Task, told: dict[str, Any]) -> None:
    task.started_at = told["started_at"]
    task.finished_at = float(told["finished_at"])
    task.percent = float(told["percent"])
    task.report = Progress(told["stage"], task.percent, told["message"], None, 0)
    task.result = told["result"]
    if told["error"] is not None:
        task.error = error_from_native(**told["error"])
