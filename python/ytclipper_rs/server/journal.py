"""The file in which tasks outlive the process: a line of JSON when one is taken in, another when
it has ended."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from pydantic_core import to_json

from ..exceptions import IoError

__all__ = ["Entry", "Event", "Journal", "Record"]

LOGGER = logging.getLogger("ytclipper_rs.server")
MOST_PROCESSES = 64
SLACK = 64
"""Lines out of date that a file may hold in any case before it is written anew."""
Event = Literal["taken", "ended"]
Record = dict[str, Any]
Span = tuple[int, int]
"""Where a line stands in the file, and its length."""


@dataclass
class Entry:
    """What is known of a task of an earlier start."""

    taken: Record
    ended: Record | None = None


@dataclass
class Note:
    """A line to be written."""

    id: str
    event: Event
    record: Record
    written: Future[bool]
    """Whether it is on disk."""


class Journal:
    """Lines are written by a thread of its own, in the order in which they were noted; when their
    future is done it tells whether they are on disk. The event loop never waits for the file.

    Only the newest `kept` tasks that have ended stay. The file is written anew, whole or not at
    all, when the server starts and whenever it holds too much that is out of date.
    """

    def __init__(self, path: Path, kept: int) -> None:
        self._path = path
        self._kept = kept
        self._spans: dict[str, list[Span]] = {}
        self._ended: deque[str] = deque()
        self._file = self._lock = -1
        self._size = self._lines = 0
        self._waiting: SimpleQueue[Note | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ytclipper-journal", daemon=True)

    def open(self) -> list[Entry]:
        """Takes the file over, or the first of its neighbours (`tasks.2.jsonl`) that no other
        process has, and tells what it holds, in the order in which it was taken in. Blocks.

        Raises:
            IoError: It can be neither read nor written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path, self._lock = _own(self._path)
            entries = self._read()
            self._rewrite()
        except OSError as error:
            raise IoError(f"tasks cannot be kept in {self._path}: {error}") from error
        self._thread.start()
        return entries

    def note(self, id: str, event: Event, record: Record) -> Future[bool]:
        """Writes a line, later, and tells whether it is on disk then. The record must not be
        changed any more."""
        note = Note(id, event, record, Future())
        if self._thread.is_alive():
            self._waiting.put(note)
        else:
            note.written.set_result(False)  # what comes after the end is left out
        return note.written

    def close(self) -> None:
        """Writes what is waiting and lets go of the file. Blocks; harmless when repeated."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        for descriptor in (self._file, self._lock):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._file = self._lock = -1

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
        lines = [(note, line) for note in notes if (line := _line(note))]
        kept: set[int] = set()
        try:
            self._append(b"".join(line for _, line in lines))
            kept = {id(note) for note, _ in lines}
            for note, line in lines:
                self._index(note.id, note.event, (self._size, len(line)))
                self._size += len(line)
            if self._lines > 2 * self._current() + SLACK:
                self._rewrite()
        except Exception as error:
            LOGGER.error("tasks cannot be kept in %s: %s", self._path, error)
        for note in notes:
            if note.written.set_running_or_notify_cancel():
                note.written.set_result(id(note) in kept)

    def _append(self, data: bytes) -> None:
        try:
            _write_all(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)  # nothing half written stands before the next
            raise

    def _index(self, id: str, event: Event, span: Span) -> None:
        self._lines += 1
        if event == "taken":
            self._spans[id] = [span]
        elif len(self._spans.get(id, ())) == 1:
            self._spans[id].append(span)
            self._ended.append(id)
        if len(self._ended) > self._kept:
            self._spans.pop(self._ended.popleft(), None)

    def _current(self) -> int:
        return sum(map(len, self._spans.values()))

    def _read(self) -> list[Entry]:
        """Lines that are none, as the last one of a process that was killed, are left out."""
        entries: dict[str, Entry] = {}
        data = self._path.read_bytes() if self._path.exists() else b""
        at = broken = 0
        for line in data.splitlines(keepends=True):
            record = _parsed(line)
            if record is None:
                broken += 1
            else:
                self._index(record["task_id"], record["event"], (at, len(line)))
                _add(entries, record)
            at += len(line)
        if broken:
            LOGGER.warning("%d lines of %s are broken and left out", broken, self._path)
        return [entry for id, entry in entries.items() if id in self._spans]

    def _rewrite(self) -> None:
        """Puts a file of what is current in the place of the old one."""
        part = self._path.with_name(f"{self._path.name}.part")
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_APPEND
        new = os.open(part, flags, 0o600)
        try:
            spans, size = self._copy(new)
            os.fsync(new)
            part.replace(self._path)
        except BaseException:
            os.close(new)
            part.unlink(missing_ok=True)
            raise
        if self._file >= 0:
            os.close(self._file)
        self._file, self._spans, self._size = new, spans, size
        self._lines = self._current()
        _sync_folder(self._path.parent)

    def _copy(self, new: int) -> tuple[dict[str, list[Span]], int]:
        spans: dict[str, list[Span]] = {}
        size = 0
        if not self._spans:
            return spans, size
        with self._path.open("rb") as old:
            for id, lines in self._spans.items():
                spans[id] = []
                for at, length in lines:
                    old.seek(at)
                    _write_all(new, old.read(length))
                    spans[id].append((size, length))
                    size += length
        return spans, size


def _own(path: Path) -> tuple[Path, int]:
    """The first file that no other process has, and the lock upon it."""
    for number in itertools.chain([""], (f".{n}" for n in range(2, MOST_PROCESSES))):
        candidate = path.with_name(f"{path.stem}{number}{path.suffix}")
        lock = os.open(f"{candidate}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return candidate, lock
    raise BlockingIOError(f"{MOST_PROCESSES} processes have it")


def _line(note: Note) -> bytes:
    try:
        return to_json({"event": note.event, "task_id": note.id, **note.record}) + b"\n"
    except ValueError as error:  # an application's picker may bring what JSON cannot carry
        LOGGER.error("task %s is not kept: %s", note.id, error)
        return b""


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    """Puts names on disk: what is in a file that was renamed is found after a loss of power only
    then."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _parsed(line: bytes) -> Record | None:
    """The record of a whole line, None where it is none."""
    try:
        record = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("event") not in ("taken", "ended"):
        return None
    return record if isinstance(record.get("task_id"), str) else None


def _add(entries: dict[str, Entry], record: Record) -> None:
    entry = entries.get(record["task_id"])
    if record["event"] == "taken":
        entries[record["task_id"]] = Entry(record)
    elif entry is not None and entry.ended is None:
        entry.ended = record
