"""The plan's fourth test: faults are told at once and clearly, and nothing is left; also where the
server is killed."""

from __future__ import annotations

import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from proof import tell
from serving import SERVE, Served, served

from conftest import Media
from serve.asking import (
    clip,
    ended,
    left,
    listed,
    long_work,
    put,
    short_work,
    submit,
    task,
    until,
    working,
)
from serve.conftest import Start
from serve.sites import endless
from serve.size import SEED, WHOLE

SECOND = 1.0


@pytest.fixture
def sources(shared: Served) -> dict[str, str]:
    """Files that are no videos."""
    made = {}
    for name, content in (("text", b"This is no video.\n" * 100), ("empty", b"")):
        file = shared.folder / f"{name}.mp4"
        file.write_bytes(content)
        made[name] = put(shared.folder, file)
    file = shared.folder / "sound.wav"
    header = b"RIFF\x24\x7d\x00\x00WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data"
    file.write_bytes(header + (32000).to_bytes(4, "little") + bytes(32000))
    made["sound"] = put(shared.folder, file, "sound.wav")
    made["video"] = put(shared.folder)
    return made


@pytest.mark.parametrize(
    ("given", "status", "kind", "told"),
    [
        ({"url": "nonsense"}, 422, "invalid_spec", "http(s) URL"),
        ({"url": ""}, 422, "invalid_spec", "url"),
        ({"url": "file:///etc/passwd"}, 422, "invalid_spec", "http(s) URL"),
        ({"url": "/etc/passwd"}, 422, "invalid_spec", "http(s) URL"),
        ({"url": "upload:../../../etc/passwd"}, 422, "invalid_spec", "must be one of"),
        ({"url": "upload:no/such.mp4"}, 404, "not_found", "no/such.mp4"),
        ({"url": "http://"}, 422, "download", "not fetched"),
        ({"url": "http://user:secret@example.org/"}, 422, "download", "not fetched"),
        ({"url": "http://127.0.0.1/v.mp4"}, 422, "download", "private network"),
        ({"url": "http://10.0.0.1/v.mp4"}, 422, "download", "private network"),
        ({"url": "http://[::ffff:192.168.0.1]/v.mp4"}, 422, "download", "private network"),
        ({"url": "http://2130706433/v.mp4"}, 422, "download", "private network"),
        ({"url": "text"}, 422, "unsupported_media", "text/talk.mp4"),
        ({"url": "empty"}, 422, "corrupt_media", "empty"),
        ({"url": "sound"}, 422, "unsupported_media", "no picture"),
        ({"url": "video", "model": "no-such"}, 503, "model_unavailable", "models install"),
        ({"url": "video", "format": "round"}, 422, "invalid_spec", "format"),
        ({"url": "video", "num_clips": 0}, 422, "invalid_spec", "num_clips"),
        (
            {"url": "video", "preanalyzed_clips": [{"start": 5, "end": 4}]},
            422,
            "invalid_spec",
            "preanalyzed_clips[0].end",
        ),
        (
            {"url": "video", "preanalyzed_clips": [{"start": "x", "end": 4}]},
            422,
            "invalid_spec",
            "preanalyzed_clips[0].start",
        ),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else None,
)
def test_a_fault_is_told_within_a_second_and_leaves_nothing(
    shared: Served,
    client: httpx.Client,
    sources: dict[str, str],
    given: dict[str, Any],
    status: int,
    kind: str,
    told: str,
) -> None:
    before = files(shared.folder)
    begun = time.monotonic()
    url = sources.get(given["url"], given["url"])
    answer = client.post("/api/process", json={**given, "url": url})
    took = time.monotonic() - begun
    problem = answer.json()
    assert (answer.status_code, problem["kind"]) == (status, kind), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in problem["detail"]
    assert problem["status"] == status
    if kind == "invalid_spec":
        assert problem["field"] in problem["detail"]
    assert took < SECOND
    assert files(shared.folder) == before


def files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.name != "server.log")


def test_a_failed_task_tells_why_and_can_be_repeated(shared: Served, client: httpx.Client) -> None:
    id = submit(client, {"url": "http://10.0.0.1/v.mp4"})
    failed = until(client, id, ended)
    assert failed["state"] == "failed"
    assert failed["error"]["kind"] == "download"
    assert failed["error"]["reason"] == "forbidden_host"
    again = client.post(f"/api/tasks/{id}/retry")
    assert again.status_code == 202
    assert again.json()["retry_of"] == id
    assert until(client, again.json()["task_id"], ended)["state"] == "failed"
    done = submit(client, short_work(put(shared.folder)))
    assert until(client, done, ended)["state"] == "succeeded"
    assert client.post(f"/api/tasks/{done}/retry").status_code == 409
    assert client.get("/api/tasks/no-such").status_code == 404


def at_work_on(stage: str) -> Any:
    return lambda found: found["progress"]["stage"] == stage and found["state"] == "running"


def test_a_task_is_cancelled_in_every_stage(start: Start) -> None:
    """`analyzing` and `organizing` are over within a millisecond, and no stage reports `cleanup`:
    they cannot be aimed at. The next test hits whatever there is between two stages."""
    with endless() as site:
        server = start(workers=1, allow_hosts='["127.0.0.1"]')
        source = put(server.folder)
        plan = {"source": source, "parts": [{"start": 0, "end": 60}], "encode": {"fps": 120}}
        work: list[tuple[str, str, dict[str, Any]]] = [
            ("downloading", "/api/process", {"url": site}),
            ("downloading", "/api/analyze", {"url": site}),
            ("transcribing", "/api/process", {"url": source, "model": "tiny.en"}),
            ("transcribing", "/api/analyze", {"url": source, "model": "tiny.en"}),
            ("clipping", "/api/process", long_work(source, format="original")),
            ("clipping", "/api/process", long_work(source)),  # looks for faces first
            ("clipping", "/api/render", plan),
        ]
        with httpx.Client(base_url=server.url, timeout=30) as client:
            for stage, path, body in work:
                id = submit(client, body, path)
                until(client, id, at_work_on(stage))
                if stage == "downloading":
                    until(client, id, lambda _: bool(left(server.folder)))
                waiting = submit(client, body, path)
                for cancelled in (waiting, id):  # the first of them is queued
                    begun = time.monotonic()
                    assert client.delete(f"/api/tasks/{cancelled}").status_code == 200
                    found = until(client, cancelled, ended)
                    took = time.monotonic() - begun
                    assert (found["state"], found["error"]["kind"]) == ("cancelled", "cancelled")
                    assert took < 2 * SECOND, (stage, path)
                    assert client.delete(f"/api/tasks/{cancelled}").json() == found
                assert left(server.folder) == [], (stage, path)
                assert clips_in(server) == [], (stage, path)
                assert client.get("/api/health").json()["running"] == 0


def clips_in(server: Served) -> list[Path]:
    return sorted((server.folder / "ToUpload").rglob("*.mp4"))


def test_a_cancel_at_any_moment_leaves_all_or_nothing(
    shared: Served, client: httpx.Client, media: Media
) -> None:
    body = short_work(put(shared.folder, media.long))
    begun = time.monotonic()
    assert until(client, submit(client, body), ended)["state"] == "succeeded"
    whole = time.monotonic() - begun
    states = []
    for part in (0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0):
        before = clips_in(shared)
        id = submit(client, body)
        time.sleep(part * whole)
        client.delete(f"/api/tasks/{id}")
        found = until(client, id, ended)
        states.append(found["state"])
        assert found["state"] in ("cancelled", "succeeded"), found
        made = len(clips_in(shared)) - len(before)
        assert made == (1 if found["state"] == "succeeded" else 0)
        assert left(shared.folder) == []
    assert "cancelled" in states


def test_a_waiting_request_is_told_of_a_cancel(shared: Served, client: httpx.Client) -> None:
    body = long_work(put(shared.folder), client_id="waits")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(httpx.post, f"{shared.url}/api/process", json=body, timeout=60)
        found = listed(client, "waits")
        assert not waiting.done()
        client.delete(f"/api/tasks/{found['task_id']}")
        told = waiting.result()
    assert (told.status_code, told.json()["kind"]) == (409, "cancelled")
    assert task(client, found["task_id"])["state"] == "cancelled"


def children(process: int) -> set[int]:
    """All processes below one."""
    found: set[int] = set()
    parents = {process}
    while parents:
        parents = {
            int(stat.parent.name)
            for stat in Path("/proc").glob("[0-9]*/stat")
            if _parent(stat) in parents
        } - found
        found |= parents
    return found


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


KILLS = 10 if WHOLE else 1
"""How often a server is killed by each signal."""


def kill_and_restart(folder: Path, by: signal.Signals, pause: float) -> None:
    """A server that downloads, makes pictures and has a task waiting is ended, and begins anew."""
    settings = {
        "workers": 2,
        "allow_hosts": '["127.0.0.1"]',
        "shutdown_mode": "now",
        "shutdown_timeout": 0.1,
    }
    with endless() as site, served(folder, SERVE, **settings) as server:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            download = submit(client, {"url": site})
            render = submit(client, long_work(put(folder), format="original"))
            waiting = submit(client, short_work(put(folder)))
            until(client, render, working)
            until(client, download, lambda _: len(left(folder)) >= 2)
        time.sleep(pause)
        end_at_once(server, by)
        if by == signal.SIGTERM:
            assert left(folder) == []
            assert "Traceback" not in server.log()
        else:
            assert left(folder), "the control: there is something to remove"
    with served(folder, SERVE, **settings) as again:
        assert left(folder) == []
        with httpx.Client(base_url=again.url, timeout=30) as client:
            assert client.get("/api/clips").json() == {"clips": []}
            for id in (download, render, waiting):
                found = task(client, id)
                assert (found["state"], found["error"]["kind"]) == ("failed", "shut_down")
                assert "the server ended" in found["error"]["detail"]
            repeated = client.post(f"/api/tasks/{waiting}/retry").json()
            assert repeated["retry_of"] == waiting
            assert until(client, repeated["task_id"], ended)["state"] == "succeeded"


def end_at_once(server: Served, by: signal.Signals) -> None:
    """Ends a server with a child; that one must not live on."""
    below = children(server.process.pid)
    assert below, "yt-dlp does not run"
    begun = time.monotonic()
    server.stop(by)
    assert time.monotonic() - begun < 10
    limit = time.monotonic() + 5
    while any(map(alive, below)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not [process for process in below if alive(process)]


@pytest.mark.timeout(60 * KILLS)
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_server_leaves_no_child_no_file_and_tasks_that_can_be_repeated(
    tmp_path: Path, by: signal.Signals
) -> None:
    chance = random.Random(SEED)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        kill_and_restart(folder, by, chance.uniform(0, 3) if WHOLE else 0)
    found = (
        f"{by.name} to a server at work, {KILLS} times, seed {SEED}: no child lives on, no file is "
        "left after the restart, its tasks are told and can be repeated"
    )
    assert tell("S4", found, "all", True)


def test_a_second_server_leaves_the_files_of_the_first_alone(start: Start) -> None:
    server = start()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        id = submit(client, long_work(put(server.folder), format="original"))
        until(client, id, lambda _: bool(left(server.folder)))
        unfinished = left(server.folder)
        start()
        assert set(unfinished) <= set(left(server.folder))
        assert task(client, id)["state"] == "running"


def test_a_closing_server_answers_whoever_waits(start: Start) -> None:
    server = start(shutdown_mode="finish_running", shutdown_timeout=20)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        body = short_work(put(server.folder), preanalyzed_clips=[clip(1, 6)])
        id = submit(client, body)
        until(client, id, working)
        assert server.stop() in (0, -signal.SIGTERM)
    assert len(list((server.folder / "ToUpload").rglob("*.mp4"))) == 1, server.log()
    assert left(server.folder) == []
