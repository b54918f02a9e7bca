"""Promise 25: the server is locked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from serving import SERVE, Served
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from serve.asking import put, short_work
from serve.conftest import Start
from serve.inside import asked, settings_in
from ytclipper_rs.server import ServerSettings, create_app

TOKEN = "a-token-of-the-tests"
BEYOND = ("0.0.0.0", "::", "192.168.1.5", "example.org", "::ffff:10.0.0.1")


@pytest.mark.parametrize("host", BEYOND)
def test_beyond_loopback_it_does_not_start_without_a_token(host: str) -> None:
    with pytest.raises(ValidationError, match="token is required"):
        ServerSettings(host=host)
    assert ServerSettings(host=host, token=SecretStr(TOKEN)).host == host


@pytest.mark.parametrize("name", ["clips.example.org", "192.168.1.5", "[::1]:8000", ""])
def test_a_name_that_others_call_it_by_needs_a_token_too(name: str) -> None:
    """It listens on loopback, and a proxy hands requests on to it."""
    names = ("localhost", "127.0.0.1", "::1")
    assert ServerSettings(allowed_hosts=names).token is None, "the control"
    with pytest.raises(ValidationError, match=r"token is required .*YTCLIPPER_TOKEN") as refused:
        ServerSettings(allowed_hosts=(*names, name))
    assert f"called {name!r} (allowed_hosts)" in str(refused.value)
    assert ServerSettings(allowed_hosts=(name,), token=SecretStr(TOKEN)).allowed_hosts == (name,)


def test_the_command_refuses_in_one_line(tmp_path: Path) -> None:
    def serve(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, *SERVE, *arguments]
        return subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)

    (tmp_path / "short").write_text("hush\n")
    started = [
        (serve("--host", "0.0.0.0"), "a token is required"),
        (serve("--allowed-host", "clips.example.org"), "a token is required"),
        (serve("--host", "0.0.0.0", "--token-file", "short"), "token: "),
        (serve("--port", "70000"), "port: "),
        (serve("--settings", "no-such.json"), "no-such.json"),
    ]
    for process, told in started:
        _, said = process.communicate(timeout=30)
        assert process.returncode in (1, 2)
        (line,) = said.splitlines()
        assert told in line
        assert "hush" not in line
    assert [path.name for path in tmp_path.iterdir()] == ["short"]


def own_address() -> str:
    """An address of this machine that is not of loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def test_another_runner_that_binds_beyond_is_answered_by_403(start: Start) -> None:
    """`uvicorn --host 0.0.0.0` does not ask the settings."""
    try:
        address = own_address()
    except OSError:
        address = "127.0.0.1"
    command = ("-m", "uvicorn", "--factory", "--host", "0.0.0.0", "--port", "0")
    server = start((*command, "ytclipper_rs.server:create_app"))
    assert httpx.get(f"{server.url}/api/health").status_code == 200
    own = {"host": f"127.0.0.1:{server.port}"}
    beyond = httpx.get(f"http://{address}:{server.port}/api/health", headers=own)
    assert beyond.status_code == (200 if address == "127.0.0.1" else 403)
    assert beyond.is_success or beyond.json()["title"] == "Loopback only"


HOSTS = {
    "127.0.0.1:{port}": 200,
    "localhost:{port}": 200,
    "LOCALHOST": 200,
    "[::1]:{port}": 200,
    "evil.example": 403,
    "127.0.0.1.evil.example": 403,
    "localhost@evil.example": 403,
    "evil.example:{port}": 403,
    "10.0.0.1": 403,
    "": 403,
    "a b": 403,
}


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
def test_only_own_names_are_accepted_as_host(
    shared: Served, client: httpx.Client, host: str, status: int
) -> None:
    headers = {"host": host.format(port=shared.port)}
    for path in ("/api/health", "/api/clips", "/"):
        assert client.get(path, headers=headers).status_code == status
    assert handshake(shared, headers) == (101 if status == 200 else 403)


def handshake(server: Served, headers: dict[str, str], path: str = "/ws") -> int:
    """The status that a WebSocket's handshake is answered by, with any headers."""
    wanted = {"host": f"127.0.0.1:{server.port}"} | headers
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in wanted.items())]
    lines += ["upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13"]
    lines += ["sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall("\r\n".join(lines).encode())
        return int(line.recv(4096).split()[1])


ORIGINS = {
    "http://127.0.0.1:{port}": True,
    "http://localhost:{port}": False,  # another origin than the request's host
    "http://127.0.0.1:1": False,
    "http://evil.example": False,
    "null": False,
    "file://": False,
    "ftp://127.0.0.1:{port}": False,
    "http://127.0.0.1:{port}.evil.example": False,
}


@pytest.mark.parametrize(("origin", "own"), ORIGINS.items())
def test_pages_of_other_origins_are_refused(
    shared: Served, client: httpx.Client, origin: str, own: bool
) -> None:
    headers = {"origin": origin.format(port=shared.port)}
    answer = client.get("/api/tasks", headers=headers)
    assert answer.status_code == (200 if own else 403)
    assert client.post("/api/process", json={}, headers=headers).status_code == (
        422 if own else 403
    )
    assert handshake(shared, headers) == (101 if own else 403)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_what_another_site_embeds_is_refused(client: httpx.Client) -> None:
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get("/api/clips", headers=foreign).status_code == 403
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=followed).status_code == 200


def test_preflights_are_not_answered(client: httpx.Client) -> None:
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = client.options("/api/process", headers=asked)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "multipart/form-data; boundary=a", "application/x-www-form-urlencoded", ""],
)
def test_only_json_is_taken_and_only_files_as_uploads(client: httpx.Client, kind: str) -> None:
    body = json.dumps({"url": "http://10.0.0.1/"}).encode()
    for path in ("/api/process", "/api/analyze", "/api/render", "/api/config"):
        answer = client.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == 415, path
    for wrong in (kind, "application/json"):
        headers = {"content-type": wrong}
        answer = client.post("/api/upload?filename=a.mp4", content=body, headers=headers)
        assert answer.status_code == 415


def test_bodies_are_limited_whether_or_not_they_say_their_length(start: Start) -> None:
    server = start(max_body_bytes=1000, max_upload_bytes=100_000)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        big = json.dumps({"url": "x" * 1000}).encode()
        form = {"content-type": "application/json"}
        assert client.post("/api/process", content=big, headers=form).status_code == 413
        parts = (big[n : n + 100] for n in range(0, len(big), 100))
        assert client.post("/api/process", content=parts, headers=form).status_code == 413
        file = {"content-type": "video/mp4"}
        url = "/api/upload?filename=a.mp4"
        assert client.post(url, content=bytes(100_001), headers=file).status_code == 413
        chunks = (bytes(10_000) for _ in range(11))
        assert client.post(url, content=chunks, headers=file).status_code == 413
        assert client.post(url, content=bytes(100_000), headers=file).status_code == 201
    kept = [path for path in (server.folder / "Uploads").rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == [".ytclipper-server.lock", "a.mp4"]


def test_everything_but_the_page_needs_the_token(start: Start) -> None:
    server = start(token=TOKEN)
    bearer = {"authorization": f"Bearer {TOKEN}"}
    locked = (
        "/api/tasks",
        "/api/clips",
        "/api/clips/a.mp4",
        "/api/config",
        "/metrics",
        "/api/logs",
        "/api/history",
    )
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for wrong in ({}, {"authorization": f"Bearer {TOKEN}x"}, {"authorization": TOKEN}):
            for path in locked:
                answer = client.get(path, headers=wrong)
                assert answer.status_code == 401, path
                assert answer.headers["www-authenticate"] == "Bearer"
            for path in ("/api/process", "/api/session"):
                assert client.post(path, json={}, headers=wrong).status_code == 401
            assert handshake(server, dict(wrong)) == 403
        assert client.get("/").status_code == 200
        assert client.get("/api/health").json() == {"status": "ok"}
        assert "workers" in client.get("/api/health", headers=bearer).json()
        assert client.get("/api/tasks", headers=bearer).status_code == 200
        assert handshake(server, bearer) == 101
        given = client.post("/api/session", headers=bearer)
        cookie = given.headers["set-cookie"]
        assert TOKEN not in cookie
        assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
        assert client.get("/api/tasks").status_code == 200, "the client kept the cookie"
        kept = cookie.partition(";")[0]
    assert handshake(server, {"cookie": kept}) == 101
    assert TOKEN not in server.log()


def test_a_proxys_prefix_opens_nothing(start: Start) -> None:
    command = ("-m", "uvicorn", "--factory", "--root-path", "/x", "--port", "0")
    server = start((*command, "ytclipper_rs.server:create_app"), token=TOKEN)
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for path in ("/api/tasks", "/api/logs", "/metrics", "/api/upload", "/x/api/tasks"):
            assert client.get(path).status_code == 401, path
        assert client.get("/api/tasks", headers=bearer).status_code == 200, "the control"
        assert client.get("/api/health").json() == {"status": "ok"}
        for path in ("/", "/app.js", "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200, path
        file = {"content-type": "video/mp4"}
        url = "/api/upload?filename=a.mp4"
        assert client.post(url, content=b"a", headers=file | bearer).status_code == 201
    assert handshake(server, {}) == 403
    assert handshake(server, bearer) == 101


OPEN = ("/", "/app.js", "/fonts/inter.woff2", "/docs", "/docs/swagger-ui.css", "/openapi.json")


def test_what_an_application_adds_is_locked_too(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, token=SecretStr(TOKEN)))

    @app.post("/mine/{name}", include_in_schema=False)
    @app.get("/mine/{name}")
    async def mine(name: str) -> str:
        return name

    @app.post("/")
    async def root() -> str:
        return "mine"

    async def main() -> None:
        async with asked(app) as client:
            for path in OPEN:
                assert (await client.get(path)).status_code == 200, path
            for path in ("/mine/a", "/no-such", "/fonts", "/api/health/x"):
                assert (await client.get(path)).status_code == 401, path
            for path in ("/mine/a", "/", "/api/health"):
                assert (await client.post(path)).status_code == 401, path
            client.headers["authorization"] = f"Bearer {TOKEN}"
            assert (await client.get("/mine/a")).json() == "a"
            assert (await client.post("/")).json() == "mine"

    asyncio.run(main())


def test_a_mount_opens_nothing(tmp_path: Path) -> None:
    outer = FastAPI()
    outer.mount("/x", create_app(settings_in(tmp_path, token=SecretStr(TOKEN))))

    async def main() -> None:
        transport = httpx.ASGITransport(outer)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get("/x/app.js")).status_code == 200, "the control"
            for path in ("/x/api/tasks", "/x/metrics", "/x/api/clips/a.mp4"):
                assert (await client.get(path)).status_code == 401, path

    asyncio.run(main())


def test_a_socket_with_a_wrong_name_is_closed(shared: Served) -> None:
    async def main() -> None:
        url = f"ws://127.0.0.1:{shared.port}/ws"
        async with connect(f"{url}?client_id=a%20b") as closed:
            await closed.wait_closed()
            assert closed.close_code == 1008
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers={"Host": "evil.example"})

    asyncio.run(main())


OUTSIDE = [
    "../config.json",
    "..%2fconfig.json",
    "%2e%2e/config.json",
    "a/../../config.json",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    ".ytclipper-server.lock",
    "link.mp4",
    "folder/secret.mp4",
    "secret.txt",
    "%00.mp4",
    "a" * 5000,
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_only_finished_files_of_the_output_folder_are_served(
    shared: Served, client: httpx.Client, path: str
) -> None:
    root, outside = shared.folder / "ToUpload", shared.folder / "outside"
    outside.mkdir(exist_ok=True)
    for secret in (shared.folder / "config.json", outside / "secret.mp4", root / "secret.txt"):
        secret.write_text("{}")
    with contextlib.suppress(FileExistsError):
        (root / "link.mp4").symlink_to(outside / "secret.mp4")
        (root / "folder").symlink_to(outside)
    assert client.get(f"/api/clips/{path}").status_code == 404
    (root / "shown.mp4").write_text("shown")
    assert client.get("/api/clips/shown.mp4").text == "shown", "the control"


NAMES = {
    "../../evil.mp4": "evil.mp4",
    "..\\..\\evil.mp4": "evil.mp4",
    "/etc/evil.mp4": "evil.mp4",
    ".hidden.mp4": "hidden.mp4",
    'a<b>:"|?*.MP4': "ab.mp4",
    "x\n\x00y.mp4": "xy.mp4",
    "é" * 400 + ".mp4": "é" * 50 + ".mp4",
}


@pytest.mark.parametrize(("given", "name"), NAMES.items())
def test_uploads_stay_in_their_folder(
    shared: Served, client: httpx.Client, given: str, name: str
) -> None:
    file = {"content-type": "video/mp4"}
    answer = client.post("/api/upload", params={"filename": given}, content=b"data", headers=file)
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == name
    scheme, _, path = answer.json()["source"].partition(":")
    assert scheme == "upload"
    assert (shared.folder / "Uploads" / path).read_bytes() == b"data"


@pytest.mark.parametrize("given", ["a.sh", "a.html", "a", "a.mp4.exe", "mp4"])
def test_only_media_is_taken_as_upload(client: httpx.Client, given: str) -> None:
    file = {"content-type": "video/mp4"}
    answer = client.post("/api/upload", params={"filename": given}, content=b"a", headers=file)
    assert answer.status_code == 422
    assert answer.json()["field"] == "filename"


def test_a_plan_reads_and_writes_inside_only(shared: Served, client: httpx.Client) -> None:
    source = put(shared.folder)
    plan: dict[str, Any] = {"source": source, "parts": [{"start": 0, "end": 0.5}]}
    faults: list[tuple[dict[str, Any], str]] = [
        ({"source": "/etc/passwd"}, "source"),
        ({"source": "http://10.0.0.1/"}, "source"),
        ({"watermark": {"type": "image", "image_path": "/etc/passwd"}}, "watermark.image_path"),
        ({"layout": {"mode": "stacked", "insert": {"path": "/etc/hosts"}}}, "layout.insert.path"),
        ({"layout": {"mode": "vertical", "framing": "upload:../x"}}, "layout.framing"),
        ({"watermark": {"type": "image", "image_path": ["x"]}}, "watermark.image_path"),
    ]
    for more, field in faults:
        answer = client.post("/api/render", json=plan | more)
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    for name in ("../x.mp4", "/tmp/x.mp4", ".x.mp4", "x.sh", "a/b.mp4"):
        assert client.post("/api/render", params={"name": name}, json=plan).status_code == 422
    outside = shared.folder / "elsewhere.mp4"
    answer = client.post(
        "/api/render", params={"name": "in.mp4"}, json=plan | {"output": str(outside)}
    )
    assert answer.json()["url"] == "/api/clips/renders/in.mp4"
    assert not outside.exists()
    stacked = short_work(source, format="stacked_photo", insert="/etc/passwd")
    assert client.post("/api/process", json=stacked).json()["field"] == "insert"
    given = {"watermark_settings": {"image_path": "/etc/passwd"}}
    assert client.post("/api/config", json=given).status_code == 422
    assert client.get("/api/thumbnail", params={"source": "/etc/passwd"}).status_code == 422


def test_an_application_is_made_without_a_token_only_for_loopback() -> None:
    assert create_app(ServerSettings(host="::1")).title == "ytclipper"
