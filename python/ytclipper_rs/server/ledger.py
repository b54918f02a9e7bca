"""The file of tasks: a line of JSON when one is taken in, another when it has ended."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic_core import from_json

from .newest import Newest

__all__ = ["Entry", "Event", "Ledger", "Line", "Record"]

LOGGER = logging.getLogger("ytclipper_rs.server")
MOST_PROCESSES = 64
SLACK = 64
SLACK_BYTES = 1 << 20
"""Lines, and bytes of them, that are out of date and that a file may hold in any case before it is
written anew."""
APPENDED = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
PERHAPS_INFINITE = re.compile(rb"[0-9][eE][+]?[0-9]{3}|[0-9]{309}")
Event = Literal["taken", "ended"]
Record = dict[str, Any]
Line = tuple[str, Event, bytes]
"""The task's id, what happened to it, and the line that says so."""


@dataclass
class Entry:
    """What is known of a task of an earlier start."""

    taken: Record
    ended: Record | None = None
    spans: list[Span] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(span.length for span in self.spans)


@dataclass(frozen=True)
class Span:
    """Where a line stands."""

    file: int
    at: int
    length: int


@dataclass
class Held:
    """What a file holds."""

    entries: dict[str, Entry]
    size: int
    """Bytes up to the end of the last line that is whole."""
    lines: int


class Ledger:
    """Only the newest `kept` tasks that have ended stay, of `keep_bytes` together. The file is
    written anew, whole or not at all, when it is opened and whenever it holds too much that is out
    of date.

    No fault of the disk is raised: it is told in the log, and what could not be written is told by
    `append`. One thread at a time may use it.
    """

    def __init__(self, path: Path, kept: int, keep_bytes: int) -> None:
        self.path = path
        self._spans: dict[str, list[Span]] = {}
        self._ended = Newest(kept, keep_bytes)
        self._file = self._lock = -1
        self._size = self._lines = 0
        self._torn = False

    def open(self) -> list[Entry]:
        """Takes the file over, or the first of its neighbours (`tasks.2.jsonl`) that no other
        process has, and then what is in the neighbours that are left. Tells what there is, in the
        order in which it was taken in."""
        first = self.path
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path, self._lock = _own(first)
            self._file = os.open(self.path, APPENDED, 0o600)
            held = _read(self._file, self.path)
        except OSError as error:
            self.close()  # nothing is appended to what could not be read
            LOGGER.error("tasks cannot be kept in %s: %s", self.path, error)
            return []
        with _neighbours(first, self.path) as neighbours:
            entries = _joined([held, *neighbours.values()])
            if not self._begin(entries, held, list(neighbours)):
                entries = held.entries
        return [entry for id, entry in entries.items() if id in self._spans]

    def append(self, lines: Sequence[Line]) -> bool:
        """Adds lines, and tells whether they are on disk."""
        if self._file < 0:
            return False
        try:
            self._write(b"".join(line for _, _, line in lines))
        except OSError as error:
            LOGGER.error("tasks cannot be kept in %s: %s", self.path, error)
            return False
        for id, event, line in lines:
            self._index(id, event, len(line))
        try:
            if self._holds_too_much():
                self._rewrite()
        except OSError as error:
            LOGGER.error("%s cannot be written anew, it grows: %s", self.path, error)
        return True

    def close(self) -> None:
        """Lets go of the file. Harmless when repeated."""
        for descriptor in (self._file, self._lock):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._file = self._lock = -1

    def _begin(self, entries: dict[str, Entry], own: Held, neighbours: Sequence[Path]) -> bool:
        """Writes the file anew with these entries and removes the neighbours that are in it now.
        Where that fails it goes on with its own, which False tells."""
        self._take(entries)
        try:
            on_disk = self._rewrite()
        except OSError as error:
            LOGGER.error("%s cannot be written anew, it grows: %s", self.path, error)
            self._take(own.entries)
            self._size, self._lines = own.size, own.lines
            self._torn = True  # what follows the last whole line goes before anything is added
            return False
        for path in neighbours if on_disk else ():
            with contextlib.suppress(OSError):  # the next start finds its tasks twice, takes one
                path.unlink()
        return True

    def _take(self, entries: dict[str, Entry]) -> None:
        self._spans = {id: entry.spans for id, entry in entries.items()}
        self._ended.clear()
        ended = ((id, entry.ended) for id, entry in entries.items() if entry.ended is not None)
        for id, _ in sorted(ended, key=lambda each: _time(each[1], "finished_at")):
            self._end(id)

    def _write(self, data: bytes) -> None:
        """Nothing half written stands before the next line."""
        if self._torn:
            os.ftruncate(self._file, self._size)
        self._torn = True
        try:
            _write_all(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._torn = False

    def _index(self, id: str, event: Event, length: int) -> None:
        span = Span(self._file, self._size, length)
        self._size += length
        self._lines += 1
        if event == "taken":
            self._spans[id] = [span]
        elif len(self._spans.get(id, ())) == 1:
            self._spans[id].append(span)
            self._end(id)

    def _end(self, id: str) -> None:
        size = sum(span.length for span in self._spans[id])
        for gone in self._ended.add(id, size):
            self._spans.pop(gone, None)

    def _holds_too_much(self) -> bool:
        current = [span.length for spans in self._spans.values() for span in spans]
        return self._lines > 2 * len(current) + SLACK or self._size > 2 * sum(current) + SLACK_BYTES

    def _rewrite(self) -> bool:
        """Puts a file of what is current in the place of the old one. False where a loss of power
        may bring the old one back.

        Raises:
            OSError: The old one is still there.
        """
        part = self.path.with_name(f"{self.path.name}.part")
        new = os.open(part, APPENDED | os.O_TRUNC, 0o600)
        try:
            spans, size = _copy(self._spans, new)
            os.fsync(new)
            part.replace(self.path)
        except BaseException:
            os.close(new)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        os.close(self._file)
        self._file, self._spans, self._size = new, spans, size
        self._lines = sum(map(len, spans.values()))
        self._torn = False
        return _sync_folder(self.path.parent)


def _own(path: Path) -> tuple[Path, int]:
    """The first file that no other process has, and the lock upon it."""
    for candidate in _places(path):
        with contextlib.suppress(BlockingIOError):
            return candidate, _locked(candidate)
    raise BlockingIOError(f"{MOST_PROCESSES} processes have it")


def _places(path: Path) -> Iterator[Path]:
    for number in itertools.chain([""], (f".{n}" for n in range(2, MOST_PROCESSES))):
        yield path.with_name(f"{path.stem}{number}{path.suffix}")


def _locked(path: Path) -> int:
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(lock)
        raise
    return lock


@contextlib.contextmanager
def _neighbours(first: Path, own: Path) -> Iterator[dict[Path, Held]]:
    """What files beside it hold that no process has any more, as after a start with fewer
    processes; they are locked while the block lasts."""
    found: dict[Path, Held] = {}
    with contextlib.ExitStack() as opened:
        for path in _places(first):
            if path == own or not path.exists():
                continue
            try:
                opened.callback(os.close, _locked(path))
                file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
                opened.callback(os.close, file)
                found[path] = _read(file, path)
            except BlockingIOError:
                pass  # a process has it
            except OSError as error:
                LOGGER.warning("the tasks in %s stay there: %s", path, error)
        yield found


def _joined(files: Sequence[Held]) -> dict[str, Entry]:
    """The entries of all files, in the order in which they were taken in. One that is in two of
    them, as after a loss of power, counts once."""
    entries: dict[str, Entry] = {}
    for held in files:
        for id, entry in held.entries.items():
            known = entries.get(id)
            if known is None or (known.ended is None and entry.ended is not None):
                entries[id] = entry
    return dict(sorted(entries.items(), key=lambda each: _time(each[1].taken, "created_at")))


def _time(record: Record, key: str) -> float:
    value = record.get(key)
    return value if isinstance(value, float) else 0.0


def _read(file: int, path: Path) -> Held:
    """Lines that are none, as the last one of a process that was killed, are left out."""
    held = Held({}, 0, 0)
    broken = 0
    with open(file, "rb", closefd=False) as lines:
        for line in lines:
            record = _parsed(line)
            if record is None:
                broken += 1
            else:
                _add(held.entries, record, Span(file, held.size, len(line)))
            if line.endswith(b"\n"):
                held.size += len(line)
                held.lines += 1
    if broken:
        LOGGER.warning("%d lines of %s are broken and left out", broken, path)
    return held


def _add(entries: dict[str, Entry], record: Record, span: Span) -> None:
    entry = entries.get(record["task_id"])
    if record["event"] == "taken":
        entries[record["task_id"]] = Entry(record, None, [span])
    elif entry is not None and entry.ended is None:
        entry.ended = record
        entry.spans.append(span)


def _parsed(line: bytes) -> Record | None:
    """The record of a whole line, None where it is none."""
    try:
        record = from_json(line, allow_inf_nan=False) if line.endswith(b"\n") else None
        if PERHAPS_INFINITE.search(line):
            json.dumps(record, allow_nan=False)  # raises for 1e999, which is read as infinite
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("event") not in ("taken", "ended"):
        return None
    return record if isinstance(record.get("task_id"), str) else None


def _copy(spans: dict[str, list[Span]], new: int) -> tuple[dict[str, list[Span]], int]:
    copied: dict[str, list[Span]] = {}
    size = 0
    for id, lines in spans.items():
        copied[id] = []
        for span in lines:
            _write_all(new, os.pread(span.file, span.length, span.at))
            copied[id].append(Span(new, size, span.length))
            size += span.length
    return copied, size


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> bool:
    """Puts names on disk: what is in a file that was renamed is found after a loss of power only
    then. False where that failed."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        LOGGER.warning("the names in %s may not be on disk: %s", folder, error)
        return False
    return True
