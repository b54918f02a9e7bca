"""Writes down tasks, so that they outlive the process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from pydantic_core import to_json

from .ledger import Entry, Event, Ledger, Line, Record

__all__ = ["Entry", "Event", "Journal", "Record", "Written"]

LOGGER = logging.getLogger("ytclipper_rs.server")


class Written(NamedTuple):
    """What became of a line."""

    on_disk: bool
    size: int
    """Bytes."""


@dataclass
class Note:
    """A line to be written."""

    id: str
    event: Event
    record: Record
    written: Future[Written]


class Journal:
    """Lines are written by a thread of its own, in the order in which they were noted; when their
    future is done it tells whether they are on disk. The event loop never waits for the file."""

    def __init__(self, path: Path, kept: int, keep_bytes: int) -> None:
        self._ledger = Ledger(path, kept, keep_bytes)
        self._waiting: SimpleQueue[Note | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ytclipper-journal", daemon=True)

    def open(self) -> list[Entry]:
        """Tells what the file holds. Blocks. Where it can be neither read nor written, the log
        says so, and nothing is kept."""
        entries = self._ledger.open()
        self._thread.start()
        return entries

    def note(self, id: str, event: Event, record: Record) -> Future[Written]:
        """Writes a line, later, and tells whether it is on disk then. The record must not be
        changed any more."""
        note = Note(id, event, record, Future())
        if self._thread.is_alive():
            self._waiting.put(note)
        else:
            note.written.set_result(Written(False, 0))  # what comes after the end is left out
        return note.written

    def close(self) -> None:
        """Writes what is waiting and lets go of the file. Blocks; harmless when repeated."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        self._ledger.close()

    def _run(self) -> None:
        closing = False
        while not closing:
            notes = [self._waiting.get()]
            while not self._waiting.empty():
                notes.append(self._waiting.get())
            closing = None in notes
            self._write([note for note in notes if note is not None])

    def _write(self, notes: Sequence[Note]) -> None:
        """What cannot be written is told in the log; the tasks themselves go on."""
        lines = [_line(note) for note in notes]
        on_disk = False
        try:
            on_disk = self._ledger.append([line for line in lines if line[-1]])
        except Exception:
            LOGGER.exception("tasks cannot be kept")
        for note, line in zip(notes, lines, strict=True):
            if note.written.set_running_or_notify_cancel():
                size = len(line[-1])
                note.written.set_result(Written(on_disk and size > 0, size))


def _line(note: Note) -> Line:
    """Empty where there can be none."""
    record = {"event": note.event, "task_id": note.id, **note.record}
    try:
        return note.id, note.event, to_json(record, inf_nan_mode="null") + b"\n"
    except ValueError as error:  # an application's picker may bring what JSON cannot carry
        LOGGER.error("task %s is not kept: %s", note.id, error)
        return note.id, note.event, b""
