"""Uploads, finished clips, stills, settings and what else is served."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from serving import Served

from serve.asking import SAMPLE, ended, left, put, short_work, submit, until
from serve.conftest import Start
from ytclipper_rs.server import ServerSettings


def test_an_upload_is_processed_and_its_clip_is_served_in_ranges(
    shared: Served, client: httpx.Client
) -> None:
    file = {"content-type": "video/mp4"}
    with SAMPLE.open("rb") as video:
        sent = client.post(
            "/api/upload", params={"filename": "My talk.mp4"}, content=video, headers=file
        )
    assert sent.status_code == 201, sent.text
    assert sent.json()["size_bytes"] == SAMPLE.stat().st_size
    done = client.post("/api/process", json=short_work(sent.json()["source"], format="reels"))
    assert done.status_code == 200, done.text
    made = done.json()
    assert (made["success"], made["clips_created"]) == (True, 1)
    assert {"message", "project_folder", "summary"} <= made.keys()
    assert Path(made["project_folder"]).name.startswith("My_talk_")
    (clip,) = made["clips"]
    whole = client.get(clip["url"])
    assert whole.headers["content-type"] == "video/mp4"
    assert len(whole.content) == clip["size_bytes"]
    part = client.get(clip["url"], headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == whole.content[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{clip['size_bytes']}"
    beyond = client.get(clip["url"], headers={"range": f"bytes={clip['size_bytes']}-"})
    assert beyond.status_code == 416
    assert client.head(clip["url"]).headers["content-length"] == str(clip["size_bytes"])
    named = client.get(clip["url"], params={"download": True})
    assert named.headers["content-disposition"] == 'attachment; filename="clip_001.mp4"'
    listed = client.get("/api/clips").json()["clips"][0]
    assert (listed["url"], listed["text"]) == (clip["url"], "word")
    for url in (listed["thumbnail_url"], listed["info_url"], *listed["captions"].values()):
        assert client.get(url).status_code == 200
    task = client.get(f"/api/tasks/{done.headers['x-task-id']}").json()
    assert task["result"] == made
    assert left(shared.folder) == []


def test_an_upload_that_breaks_off_leaves_nothing(shared: Served) -> None:
    with socket.create_connection(("127.0.0.1", shared.port)) as line:
        head = (
            f"POST /api/upload?filename=broken.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n"
            "Content-Type: video/mp4\r\nContent-Length: 1000000\r\n\r\n"
        )
        line.sendall(head.encode() + bytes(1000))
        wait_for(lambda: any((shared.folder / "Uploads").rglob(".broken.mp4.part")))
    wait_for(lambda: left(shared.folder) == [])
    assert not list((shared.folder / "Uploads").rglob("broken.mp4"))


def wait_for(met: object) -> None:
    assert callable(met)
    limit = time.monotonic() + 5
    while not met():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_analysis_of_speech_gives_clips_that_can_be_processed(
    shared: Served, client: httpx.Client, speech: Path
) -> None:
    source = put(shared.folder, speech)
    transcript = shared.folder / "Uploads/speech/talk_transcript.json"
    body = {"url": source, "model": "tiny.en", "num_clips": 1, "client_id": "me"}
    found = until(client, submit(client, body, "/api/analyze"), ended, seconds=90)
    assert found["state"] == "succeeded", found["error"]
    told = found["result"]
    assert told["success"]
    assert told["total_clips"] == len(told["clips"]) == 1
    assert {"video_id", "video_info", "full_transcript_words"} <= told.keys()
    (clip,) = told["clips"]
    keys = "index start end duration title reason text youtube_link keywords words parts"
    assert set(keys.split()) <= clip.keys()
    assert {"is_valid", "validation_warnings", "validation_level"} <= clip.keys()
    assert transcript.is_file(), "it is reused by the next request"
    clip["end"] = clip["start"] + 1.5
    made = client.post("/api/process", json=short_work(source, preanalyzed_clips=[clip]))
    assert made.status_code == 200, made.text
    assert made.json()["clips_created"] == 1


def test_a_still_is_taken_and_nothing_is_kept(shared: Served, client: httpx.Client) -> None:
    query = {"source": put(shared.folder), "time": "3", "max_side": "320"}
    answer = client.get("/api/thumbnail", params=query)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    assert not list((shared.folder / "ToUpload").rglob("*.jpg")) or left(shared.folder) == [
        "ToUpload/.work"
    ]
    assert list((shared.folder / "ToUpload/.work").iterdir()) == []


def test_settings_are_changed_kept_and_used(start: Start) -> None:
    server = start()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        before = client.get("/api/config").json()
        assert before["caption_settings"]["words_per_caption"] == 2
        change = {"caption_settings": {"words_per_caption": 3}, "ai_validation": {}}
        after = client.post("/api/config", json=change).json()
        assert after["caption_settings"]["words_per_caption"] == 3
        assert after["caption_settings"]["font_size"] == before["caption_settings"]["font_size"]
        faults: list[dict[str, object]] = [
            {"caption_settings": {"words_per_caption": 0}},
            {"caption_settings": {"font_size": "x"}},
            {"ai_validation": {"min_clip_duration": 90}},
            {"no_such": {}},
        ]
        for wrong in faults:
            answer = client.post("/api/config", json=wrong)
            assert answer.status_code == 422, answer.text
            assert answer.json()["field"]
        assert client.get("/api/config").json() == after
    server.stop()
    assert json.loads((server.folder / "config.json").read_text()) == after
    again = start()
    assert httpx.get(f"{again.url}/api/config").json() == after


def test_settings_come_from_a_file_and_variables_go_before_it(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"workers": 3, "queue_capacity": 17}))
    server = start(settings=file, queue_capacity=18)
    told = httpx.get(f"{server.url}/api/health").json()
    assert (told["workers"], told["queue_capacity"]) == (3, 18)


def test_a_settings_file_with_an_unknown_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"wokers": 3}))
    monkeypatch.setenv("YTCLIPPER_SETTINGS", str(file))
    with pytest.raises(ValidationError, match="wokers"):
        ServerSettings()


def test_the_interface_is_described_with_examples(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    wanted = {
        "/api/health": {"get"},
        "/api/process": {"post"},
        "/api/analyze": {"post"},
        "/api/render": {"post"},
        "/api/upload": {"post"},
        "/api/tasks": {"get"},
        "/api/tasks/{id}": {"get", "delete"},
        "/api/tasks/{id}/retry": {"post"},
        "/api/clips": {"get"},
        "/api/config": {"get", "post"},
        "/api/history": {"get"},
        "/api/logs": {"get"},
        "/api/thumbnail": {"get"},
        "/metrics": {"get"},
    }
    for path, methods in wanted.items():
        assert methods <= paths[path].keys()
        for method in methods:
            assert paths[path][method]["description"], path
    for path in ("/api/process", "/api/analyze", "/api/render"):
        done = paths[path]["post"]["responses"]["200"]["content"]["application/json"]
        assert done["example"]["success"] is True, path


def test_errors_are_described_as_problems_and_as_nothing_else(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    problem = described["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "detail", "kind", "field"} <= problem["properties"].keys()
    wanted = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    seen = 0
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            faults = {
                status: answer
                for status, answer in operation["responses"].items()
                if status[0] in "45d"
            }
            assert {"4XX", "5XX"} <= faults.keys(), (method, path)
            for status, answer in faults.items():
                assert answer.get("content", wanted) == wanted, (method, path, status)
                seen += "content" in answer
    assert seen > 30


def test_the_numbers_are_served_for_prometheus(client: httpx.Client) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "ytclipper_workers 2" in answer.text.splitlines()


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no", 404), ("PUT", "/api/tasks", 405)]
)
def test_what_is_not_there_is_a_problem_too(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
