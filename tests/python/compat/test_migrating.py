"""The code of `docs/migrating.md` that is called `after` works, in the order of the page."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import ytclipper_rs as yt
from compat.conftest import SAMPLE
from conftest import ffmpeg
from ytclipper_rs import compat

PAGE = Path(__file__).parents[3] / "docs" / "migrating.md"
STEPS = ("3a", "3b", "3c", "3d", "3e", "3f", "4", "5")
pytestmark = pytest.mark.timeout(180)


def snippets() -> dict[str, str]:
    """The code after, by the name in its first line."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    named = (re.match(r"# (.+), after\n", block) for block in blocks)
    return {
        name.group(1): block for name, block in zip(named, blocks, strict=True) if name is not None
    }


async def run(code: str, names: dict[str, Any]) -> None:
    """Runs code as if it stood in a coroutine, among these names."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    result = eval(compile(code, str(PAGE), "exec", flags), names)
    if inspect.isawaitable(result):
        await result


class App:
    """As much of a FastAPI application as the page needs."""

    def __init__(self) -> None:
        self.routes: dict[str, Any] = {}

    def _route(self, path: str) -> Any:
        return lambda endpoint: self.routes.setdefault(path, endpoint)

    post = delete = _route


class Manager:
    """The server's connections."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def broadcast(self, message: dict[str, Any], target_client_id: str) -> None:
        self.sent.append({**message, "to": target_client_id})


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: str) -> dict[str, Any]:
    """What the server has around the code."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temp").mkdir()
    words = [{"word": "hello", "start": 1.0, "end": 1.4}, {"word": "you", "start": 1.5, "end": 1.9}]
    mark = {"enabled": True, "type": "text", "text": "@me", "position": "top_left", "gap": 20}
    return {
        "app": App(),
        "manager": Manager(),
        "config": {"caption_settings": {"font_size": 60}, "watermark_settings": mark},
        "request": SimpleNamespace(url=f"{site}/talk.mp4", format="reels", client_id="me"),
        "output_format_map": {"reels": "vertical_9x16"},
        "clip": {"start": 1.0, "end": 2.0, "words": words, "title": "T", "text": "hello you"},
        "ass_path": tmp_path / "temp" / "clip_1.ass",
        "captioned_path": tmp_path / "temp" / "clip_1_captioned.mp4",
    }


@pytest.fixture(scope="session")
def site(site: str, media: Any) -> str:
    """The site has a talk, too."""
    talk = media.video.with_name("talk.mp4")
    small = ("-vf", "scale=640:360", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy")
    ffmpeg("-i", str(SAMPLE), "-t", "6", *small, str(talk))
    return site


def test_the_page_has_all_steps() -> None:
    assert {f"step {step}" for step in STEPS} < set(snippets())
    before = PAGE.read_text()
    for step in STEPS:
        assert re.search(rf"^## Step {step}\b", before, re.MULTILINE), step


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[yt.RenderPlan]:
    """What is asked of the engine, an encode each."""
    asked: list[yt.RenderPlan] = []
    submit = yt.Engine._submit

    def noted(engine: yt.Engine, spec: Any, options: Any) -> Any:
        if isinstance(spec, yt.RenderPlan):
            asked.append(spec)
        return submit(engine, spec, options)

    monkeypatch.setattr(yt.Engine, "_submit", noted)
    return asked


def test_the_code_after_works_and_the_fused_call_takes_one_encode_instead_of_four(
    names: dict[str, Any], renders: list[yt.RenderPlan]
) -> None:
    code = snippets()
    names["compat"] = compat

    async def main() -> None:
        await run(code["steps 1 and 2"], names)
        await run(code["progress"], names)
        for step in ("3a", "3b", "3c", "3d", "3f", "3e"):
            await run(code[f"step {step}"], names)
        for result in ("download", "transcript", "clip", "reels", "burn", "watermark"):
            assert names[f"{result}_result"]["success"], names[f"{result}_result"]
        assert names["watermark_result"]["watermark_added"]
        assert len(renders) == 4
        await run(code["the rest"], names)
        assert names["caption_text"] == "hello you"
        assert names["summary"]["total_clips"] == 1
        await run(code["fused"], names)
        assert len(renders) == 5
        await run(code["blocking"], names)
        await run(code["step 4"], names)
        analyzed = await names["analyze_video"](names["request"])
        assert analyzed["success"], analyzed

    asyncio.run(main())
    fused = names["clip_result"]
    assert (fused["encodes"], fused["captions_added"], fused["watermark_added"]) == (1, True, True)
    stages = [message["stage"] for message in names["manager"].sent]
    assert list(dict.fromkeys(stages)) == ["downloading", "transcribing", "clipping"]
    assert {message["to"] for message in names["manager"].sent} == {"me"}


def test_starting_and_closing_works_again_and_again(names: dict[str, Any]) -> None:
    async def main() -> None:
        await run(snippets()["step 5"], names)
        for _ in range(2):
            async with names["lifespan"](None):
                engine = compat.get_engine()
                assert not engine.stats().shut_down
            assert engine.stats().shut_down

    asyncio.run(main())


def test_the_cancel_endpoint_stops_the_work(names: dict[str, Any], shared: yt.Engine) -> None:
    shared.pause()  # the job waits until it is cancelled

    async def process(request: Any) -> Any:
        return await compat.VideoClipper("temp").create_clip("talk.mp4", 0, 1)

    async def main() -> tuple[Any, Any]:
        names["process"] = process
        await run(snippets()["cancel"], names)
        routes = names["app"].routes
        request = asyncio.create_task(routes["/api/process"](names["request"]))
        while not shared.jobs():
            await asyncio.sleep(0)
        cancelled = await routes["/api/tasks/{client_id}"]("me")
        return cancelled, await request

    assert asyncio.run(main()) == ({"cancelled": True}, {"success": False, "error": "cancelled"})
    assert [job.state for job in shared.jobs()] == ["cancelled"]
    assert not names["tasks"]


def test_the_code_before_is_code_too() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for block in blocks:
        compile(textwrap.dedent(block), str(PAGE), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
