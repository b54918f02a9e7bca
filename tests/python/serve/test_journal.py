"""The file in which tasks outlive the server."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from ytclipper_rs.server import ledger as module
from ytclipper_rs.server.journal import Entry, Journal

WAIT = 5


def journal_of(path: Path, kept: int, keep_bytes: int = 10**6) -> Journal:
    return Journal(path, kept, keep_bytes)


def fill(path: Path, count: int, kept: int = 100, unended: int = 0) -> None:
    """Tasks that have ended, and some that have not."""
    journal = journal_of(path, kept)
    journal.open()
    for number in range(count + unended):
        journal.note(f"t{number}", "taken", {"number": number})
        if number < count:
            journal.note(f"t{number}", "ended", {"result": {"text": "é\u2028\n" * number}})
    journal.close()


def opened(path: Path, kept: int = 100, keep_bytes: int = 10**6) -> list[Entry]:
    """What a later start finds."""
    journal = journal_of(path, kept, keep_bytes)
    entries = journal.open()
    journal.close()
    return entries


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_what_was_noted_is_found_again_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a folder/tasks.jsonl"
    fill(path, 3, unended=2)
    for _ in range(2):  # also after it was written anew
        entries = opened(path)
        assert [entry.taken["number"] for entry in entries] == [0, 1, 2, 3, 4]
        assert [entry.ended is not None for entry in entries] == [True] * 3 + [False] * 2
        assert entries[2].ended is not None
        assert entries[2].ended["result"] == {"text": "é\u2028\n" * 2}


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        fill(tmp_path / "tasks.jsonl", 1)
    finally:
        os.umask(before)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("cut", [1, 2, 10, 30])
def test_a_torn_line_costs_that_line_only(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "tasks.jsonl"
    fill(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    entries = opened(path)
    assert [entry.taken["number"] for entry in entries] == [0, 1, 2]
    assert [entry.ended is not None for entry in entries] == [True, True, False]
    assert len(lines(path)) == 5, "it was written anew without the torn one"


BROKEN = [
    b"",
    b"\x00\xff",
    b"[1]",
    b'{"event":"taken"}',
    b'{"a":',
    b"[" * 100_000,
    b'{"event":"taken","task_id":"t9","number":1e999}',
    b'{"event":"taken","task_id":"t9","number":NaN}',
    b'{"event":"taken","task_id":"t9","text":"\\ud800"}',
]


@pytest.mark.parametrize("line", BROKEN, ids=lambda line: repr(line[:50]))
def test_a_broken_line_in_the_middle_is_left_out(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "tasks.jsonl"
    fill(path, 2)
    whole = lines(path)
    path.write_bytes(b"\n".join([*whole[:2], line, *whole[2:]]) + b"\n")
    assert [entry.taken["number"] for entry in opened(path)] == [0, 1]
    assert lines(path) == whole


def test_only_the_newest_that_ended_are_kept_and_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    fill(path, 500, kept=5, unended=1)
    assert len(lines(path)) <= 2 * (2 * 5 + 1) + module.SLACK + 2
    found = [entry.taken["number"] for entry in opened(path, kept=5)]
    assert found == [495, 496, 497, 498, 499, 500]
    assert [entry.taken["number"] for entry in opened(path, kept=2)] == [498, 499, 500]


def test_the_file_and_what_is_kept_are_bounded_by_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLACK_BYTES", 20_000)
    path = tmp_path / "tasks.jsonl"
    journal = journal_of(path, 100, 35_000)
    journal.open()
    before = b""
    for number in range(20):
        journal.note(f"t{number}", "taken", {"number": number})
        text = "x" * (10_000 if number != 19 else 50_000)
        journal.note(f"t{number}", "ended", {"result": {"text": text}}).result(WAIT)
        if number == 18:
            assert path.stat().st_size < 2 * 35_000 + 20_000 + 10_200
            before = path.read_bytes()
    journal.close()
    found = opened(path, keep_bytes=35_000)
    assert [entry.taken["number"] for entry in found] == [19], "the newest in any case"
    path.write_bytes(before)
    found = opened(path, keep_bytes=35_000)
    assert [entry.taken["number"] for entry in found] == [16, 17, 18]


def test_the_caller_never_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(os, "fdatasync", lambda _: released.wait(WAIT))
    journal = journal_of(tmp_path / "tasks.jsonl", 5)
    journal.open()
    written = [journal.note(f"t{n}", "taken", {}) for n in range(3)]
    assert not any(future.done() for future in written)
    released.set()
    assert all(future.result(WAIT).on_disk for future in written)
    journal.close()


def test_a_full_disk_costs_what_could_not_be_written_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.jsonl"
    journal = journal_of(path, 5)
    journal.open()
    journal.note("t0", "taken", {"number": 0}).result(WAIT)
    write = os.write

    def half(file: int, data: bytes) -> int:
        write(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    assert not journal.note("t1", "taken", {"number": 1}).result(WAIT).on_disk
    monkeypatch.undo()
    assert journal.note("t2", "taken", {"number": 2}).result(WAIT).on_disk
    journal.close()
    assert [entry.taken["number"] for entry in opened(path)] == [0, 2]


def test_a_disk_that_is_full_at_the_start_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.jsonl"
    fill(path, 2)
    with path.open("ab") as file:
        file.write(b'{"event":"taken","task')

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    journal = journal_of(path, 5)
    monkeypatch.setattr(os, "write", full)
    assert [entry.taken["number"] for entry in journal.open()] == [0, 1]
    assert not journal.note("t2", "taken", {"number": 2}).result(WAIT).on_disk
    monkeypatch.undo()
    assert journal.note("t3", "taken", {"number": 3}).result(WAIT).on_disk
    journal.close()
    assert len(lines(path)) == 5, "the torn line is gone"
    assert [entry.taken["number"] for entry in opened(path)] == [0, 1, 3]


def test_what_is_half_written_goes_when_the_disk_lets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.jsonl"
    journal = journal_of(path, 5)
    journal.open()
    write = os.write

    def failing(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "write", lambda file, data: failing(write(file, data[:9])))
    monkeypatch.setattr(os, "ftruncate", failing)
    assert not journal.note("t0", "taken", {"number": 0}).result(WAIT).on_disk
    assert len(path.read_bytes()) == 9, "the control"
    monkeypatch.undo()
    assert journal.note("t1", "taken", {"number": 1}).result(WAIT).on_disk
    journal.close()
    assert [entry.taken["number"] for entry in opened(path)] == [1]


def test_what_json_cannot_carry_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    journal = journal_of(path, 5)
    journal.open()
    strange: dict[str, Any] = {"result": object()}
    futures = [journal.note("t0", "taken", strange), journal.note("t1", "taken", {"number": 1})]
    assert [future.result(WAIT).on_disk for future in futures] == [False, True]
    journal.close()
    assert not journal.note("t2", "taken", {"number": 2}).result(WAIT).on_disk
    assert [entry.taken["number"] for entry in opened(path)] == [1]


def test_a_renamed_file_is_on_disk_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def synced(file: int) -> None:
        done.append(("fsync", Path(f"/proc/self/fd/{file}").readlink().name))
        fsync(file)

    def replaced(source: Path, target: Path) -> None:
        done.append(("replace", target.name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    fill(tmp_path / "tasks.jsonl", 0)
    assert done == [
        ("fsync", "tasks.jsonl.part"),
        ("replace", "tasks.jsonl"),
        ("fsync", tmp_path.name),
    ]


def test_each_process_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    first, second = journal_of(path, 5), journal_of(path, 5)
    first.open()
    second.open()
    second.note("t0", "taken", {}).result(WAIT)
    assert lines(path) == []
    assert len(lines(tmp_path / "tasks.2.jsonl")) == 1
    first.close()
    second.close()


def several(path: Path) -> list[Journal]:
    """Three processes, each with a task that has ended and one that has not."""
    journals = [journal_of(path, 100) for _ in range(3)]
    for number, journal in enumerate(journals):
        journal.open()
        for id, at in ((f"a{number}", 10.0 - number), (f"b{number}", 20.0 - number)):
            journal.note(id, "taken", {"created_at": at})
        journal.note(f"a{number}", "ended", {"finished_at": at}).result(WAIT)
    return journals


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_what_processes_left_that_are_gone_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    first, second, third = several(path)
    first.close()
    third.close()
    entries = opened(path)
    assert [entry.taken["task_id"] for entry in entries] == ["a2", "a0", "b2", "b0"]
    assert [entry.ended is not None for entry in entries] == [True, True, False, False]
    assert files(tmp_path) == ["tasks.2.jsonl", "tasks.jsonl"], "one is still at work"
    second.note("b1", "ended", {}).result(WAIT)
    second.close()
    ids = [entry.taken["task_id"] for entry in opened(path)]
    assert ids == ["a2", "a1", "a0", "b2", "b1", "b0"]
    assert files(tmp_path) == ["tasks.jsonl"]
    assert [entry.taken["task_id"] for entry in opened(path, kept=1)] == ["a0", "b2", "b0"]


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_what_others_left_stays_where_it_is_until_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "tasks.jsonl"
    for journal in several(path):
        journal.close()

    def failing(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, failing)
    assert [entry.taken["task_id"] for entry in opened(path)] == ["a0", "b0"]
    monkeypatch.undo()
    assert len(files(tmp_path)) == 3
    assert len(opened(path)) == 6


def test_a_task_that_is_in_two_files_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    fill(path, 2)
    (tmp_path / "tasks.2.jsonl").write_bytes(path.read_bytes() + b'{"event":"ta')
    assert [entry.taken["number"] for entry in opened(path)] == [0, 1]
    assert files(tmp_path) == ["tasks.jsonl"]
