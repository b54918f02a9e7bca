"""No absolute path of the server's machine is seen by its clients."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Served

from serve.asking import ended, put, short_work, submit, until
from ytclipper_rs.server.paths import PathNames

NAMES = PathNames({"clip": Path("/srv/a/To Upload"), "upload": Path("/srv/a/Uploads")})
HIDDEN = {
    "cannot read /srv/a/Uploads/ab/My talk.mp4: no such file": "cannot read upload:ab/My talk.mp4:"
    " no such file",
    "/srv/a/To Upload/p/reels/clip_001.mp4 exists": "clip:p/reels/clip_001.mp4 exists",
    "/srv/a/Uploads2/talk.mp4": "talk.mp4",
    "/mnt/srv/a/Uploads/talk.mp4": "talk.mp4",
    "the model /opt/models/ggml.bin, or '/home/jo smith/my models/x.bin'": "the model ggml.bin, or"
    " 'x.bin'",
    "(/usr/lib/python3/site.py)": "(site.py)",
    f"cannot make {tempfile.gettempdir()}/x/y.part": "cannot make y.part",
    f"in {Path.cwd()}/media": "in media",
    "path=/var/lib/ytc/": "path=ytc",
    "file:///home/jo/secret/x.mp4": "x.mp4",
    "FILE://localhost/home/jo/secret/x.mp4 and file:/home/jo/y.mp4": "x.mp4 and y.mp4",
    "'file:///home/jo smith/x.mp4'": "'x.mp4'",
    "file:///srv/a/Uploads/ab/talk.mp4": "upload:ab/talk.mp4",
    "sqlite:////home/jo/x.db": "x.db",
    "-I/home/jo/x/y": "-Iy",
    "cc -I/home/jo/x/y --sysroot/opt/a/b -L/srv/a/Uploads/ab/c": "cc -Iy --sysrootb -Lupload:ab/c",
    "-/home/jo/x": "-x",
    "http://h.org/a: cannot write /home/jo/x": "http://h.org/a: cannot write x",
}
KEPT = [
    "https://example.org/a/b/c.mp4?x=/1",
    "download http://10.0.0.1/v.mp4: a private network",
    "https://h.org/watch?next=/a/b/c",
    "'https://h.org/watch?next=/srv/a/Uploads/b/c' failed",
    "http://[::1]/a/b/v.mp4",
    "see http://[::1]:8000/a/b/v.mp4 (/)",
    "/api/clips/p/reels/clip_001.mp4",
    '{"url": "/api/clips/p/reels/clip_001.jpg"}',
    "and/or, 16/9, a / b, 1080x1920 / 30",
    "upload:ab/talk.mp4",
    "./x/y and ../x/y and ~/x/y",
]


@pytest.mark.parametrize(("given", "shown"), HIDDEN.items())
def test_paths_become_names(given: str, shown: str) -> None:
    assert NAMES.hide(given) == shown
    assert NAMES.hide(shown) == shown


@pytest.mark.parametrize("given", KEPT)
def test_what_is_no_path_of_this_machine_stays(given: str) -> None:
    assert NAMES.hide(given) == given


def test_a_known_path_may_hold_anything() -> None:
    path = "/mnt/my 'own' disk: one/x.mp4"
    assert NAMES.hide(f"{path} is empty", path) == "x.mp4 is empty"


def test_json_stays_json() -> None:
    value = {
        "source": "/srv/a/Uploads/ab/talk.mp4",
        "output": '/mnt/odd "name"/it\'s/é/clip.mp4',
        "text": "he said 'yes'/no or \\ 'maybe'/never",
        "nested": [{"path": "/mnt/x y/z.json"}, 1.5, None],
    }
    shown = json.loads(NAMES.hide(json.dumps(value, ensure_ascii=False)))
    assert shown["source"] == "upload:ab/talk.mp4"
    assert shown["output"].endswith("clip.mp4")
    assert shown["nested"] == [{"path": "z.json"}, 1.5, None]
    assert NAMES.hide_all(value)["source"] == "upload:ab/talk.mp4"


def test_in_files_beside_clips_only_what_is_a_path_becomes_a_name() -> None:
    words = {
        "text": "type cd /home/jo/x, then '/etc/ytc/notes.txt'",
        "url": "https://h.org/watch?next=/a/b/c",
        "word": "/week",
        "served": "/api/clips/p/clip_001.mp4",
        "lines": "/first line\n/second/line",
    }
    paths = {"source": "/srv/a/Uploads/ab/My talk.mp4", "also": ["/home/jo smith/x.bin", 1, None]}
    names = {"source": "upload:ab/My talk.mp4", "also": ["x.bin", 1, None]}
    assert NAMES.hide_whole({"said": words, **paths}) == {"said": words, **names}
    assert NAMES.hide_all(words) != words, "the control"


def test_a_long_text_is_looked_through_at_once() -> None:
    begun = time.monotonic()
    for text in ("a" * 10**6 + "/", "-" * 10**6 + "/", "a-." * 10**6 + "/b", "/" * 10**6):
        assert NAMES.hide(text) == text
    assert time.monotonic() - begun < 5


def shown_paths(told: Any, folder: Path, at: str = "") -> list[str]:
    """Where an answer holds a path of the server's folder."""
    if isinstance(told, dict):
        return [hit for key, value in told.items() for hit in shown_paths(value, folder, key)]
    if isinstance(told, list):
        return [hit for value in told for hit in shown_paths(value, folder, at)]
    hit = isinstance(told, str) and str(folder) in told and at != "project_folder"
    return [f"{at}: {told}"] if hit else []


def test_no_answer_names_a_folder_of_the_server(shared: Served, client: httpx.Client) -> None:
    broken = shared.folder / "broken.mp4"
    broken.write_bytes(b"This is no video.\n" * 100)
    failed = submit(client, {"url": put(shared.folder, broken)})
    assert until(client, failed, ended)["error"]["detail"].startswith("upload:broken/talk.mp4")
    source = put(shared.folder)
    made = client.post("/api/process", json=short_work(source)).json()
    assert str(shared.folder) in made["project_folder"], "as the existing server has it"
    refused = client.post("/api/process", json={"url": put(shared.folder, broken)})
    gone = client.post("/api/process", json={"url": f"{shared.folder}/Uploads/gone.mp4"})
    assert (refused.status_code, gone.status_code) == (422, 422)
    told = [made, refused.json(), client.get("/api/tasks").json(), client.get("/api/clips").json()]
    stem = made["clips"][0]["url"].removesuffix(".mp4")
    told += [client.get(f"{stem}{ending}").json() for ending in ("_info.json", ".plan.json")]
    assert told[-1]["source"] == source
    assert shown_paths(told, shared.folder) == []
    again = client.post("/api/render", params={"name": "again.mp4"}, json=told[-1])
    assert again.status_code == 200, again.text


def test_a_report_is_served_as_it_is_but_for_paths(shared: Served, client: httpx.Client) -> None:
    folder = shared.folder / "ToUpload/p"
    folder.mkdir(parents=True)
    said = {"text": "é \ud800 see /etc/ytc/notes.txt", "n": 0.1}
    source = str(shared.folder / "Uploads/ab/talk.mp4")
    (folder / "a.json").write_text(json.dumps({"source": source, **said}))
    assert client.get("/api/clips/p/a.json").json() == {"source": "upload:ab/talk.mp4", **said}
    (folder / "b.json").write_text(f'{{"source": "{source}", ')
    assert client.get("/api/clips/p/b.json").text == '{"source": "upload:ab/talk.mp4", '


def test_a_watermark_of_the_owners_is_shown_by_its_name(
    shared: Served, client: httpx.Client
) -> None:
    image = put(shared.folder, shared.folder / "server.log", "logo.png")
    given = {"watermark_settings": {"type": "image", "image_path": image}}
    shown = client.post("/api/config", json=given).json()
    assert shown["watermark_settings"]["image_path"] == image
    assert client.get("/api/config").json() == shown
    assert client.post("/api/config", json=shown).json() == shown, "what was shown is taken back"
    kept = json.loads((shared.folder / "config.json").read_text())
    assert Path(kept["watermark_settings"]["image_path"]).is_file()
    cleared = client.post("/api/config", json={"watermark_settings": {"image_path": ""}}).json()
    assert cleared["watermark_settings"]["image_path"] == ""
