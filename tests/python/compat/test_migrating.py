"""The code of `docs/migrating.md` that is called `after` works, in the order of the page."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException

import ytclipper_rs as yt
from compat.conftest import SAMPLE
from compat.table import TABLE
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


CHAIN = "step 3c, step 3d, step 3e, step 3f"


def assembled(name: str, chain: str = CHAIN) -> str:
    """A block with the code of the steps that it names, in the places where it does. `chain` stands
    for the four steps of a clip."""
    code = snippets()

    def put(line: re.Match[str]) -> str:
        steps = "\n".join(code[step] for step in line[2].split(", "))
        return textwrap.indent(steps, line[1])

    return re.sub(
        r"^( +)\.\.\.  # (.+)$", put, code[name].replace(CHAIN, chain), flags=re.MULTILINE
    )


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
    clip = {"start": 1.0, "end": 2.0, "words": words, "title": "T", "text": "hello you"}
    return {
        "app": App(),
        "manager": Manager(),
        "config": {"caption_settings": {"font_size": 60}, "watermark_settings": mark},
        "request": SimpleNamespace(url=f"{site}/talk.mp4", format="reels", client_id="me"),
        "output_format_map": {"reels": "vertical_9x16"},
        "clip": clip,
        "clips": [clip],
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


async def begin(names: dict[str, Any]) -> None:
    """What stands at the beginning of the server's module."""
    names["compat"] = compat
    for name in ("steps 1 and 2", "results"):
        await run(snippets()[name], names)


def left() -> list[str]:
    """What lies in the folder of files in between."""
    return sorted(path.name for path in Path("temp").iterdir())


@pytest.mark.parametrize(("chain", "encodes"), [(CHAIN, 4), ("fused", 1)])
def test_the_endpoint_makes_a_project_and_leaves_nothing_else(
    names: dict[str, Any], renders: list[yt.RenderPlan], chain: str, encodes: int
) -> None:
    async def main() -> Any:
        await begin(names)
        await run(assembled("endpoint", chain), names)
        return await names["process"](names["request"])

    result = asyncio.run(main())
    assert (result["success"], result["clips_created"]) == (True, 1)
    assert len(renders) == encodes
    for drawn in ("captions", "watermark"):
        assert sum(getattr(plan, drawn) is not None for plan in renders) == 1
    assert result["summary"]["total_clips"] == 1
    (clip,) = result["summary"]["formats"][0]["clips"]
    told = json.loads(Path(clip["info_path"]).read_text())
    assert told["video"]["url"] == names["request"].url
    assert told["clip"]["duration_seconds"] == 1.0
    assert told["transcript"] == "hello you"
    assert left() == []
    sent = names["manager"].sent
    stages = dict.fromkeys(message["stage"] for message in sent)
    expected = ["downloading", "transcribing", "clipping"]
    assert list(stages) == (expected if chain == "fused" else expected[:2])
    assert {message["to"] for message in sent} == {"me"}


class Cancelled:
    """A watermark during which the request is cancelled."""

    async def add_watermark(self, video_path: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("last", "raised", "told"),
    [
        (compat.WatermarkProcessor({"enabled": True, "text": ""}), HTTPException, "watermark"),
        (Cancelled(), asyncio.CancelledError, "^$"),
    ],
    ids=["failed", "cancelled"],
)
def test_an_endpoint_whose_last_step_does_not_come_leaves_no_files(
    names: dict[str, Any], last: Any, raised: type[BaseException], told: str
) -> None:
    made: list[str] = []

    async def main() -> None:
        await begin(names)
        cleanup = names["file_manager"].cleanup_temp_files

        async def noted(paths: list[Any]) -> bool:
            made.extend(left())
            return bool(await cleanup(paths))

        names["file_manager"].cleanup_temp_files = noted
        names["watermark_proc"] = last
        await run(assembled("endpoint"), names)
        with pytest.raises(raised, match=told):
            await asyncio.create_task(names["process"](names["request"]))

    asyncio.run(main())
    # The cut, the reel with its framing report, the subtitles, the clip with captions.
    assert len(made) == 5, made
    assert left() == []


def test_a_failed_call_is_an_error_of_the_request(names: dict[str, Any]) -> None:
    async def main() -> None:
        await begin(names)
        size = await names["clipper"].get_video_dimensions("no-such.mp4")
        with pytest.raises(HTTPException, match=r"no-such\.mp4"):
            names["needed"](size)
        good: list[Any] = [(320, 240), "path", [], {"success": True}, {"start": 1.0}]
        for result in good:
            assert names["needed"](result) is result

    asyncio.run(main())


def test_the_page_looks_at_every_result_before_it_uses_it() -> None:
    calls = {call for entry in TABLE for call in entry.calls} | {"render_clip"}
    calls -= {"cleanup_video", "cleanup_temp_files"}  # they tell by a bool
    seen = set()
    for name, block in snippets().items():
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
        tree: ast.AST = compile(block, name, "exec", flags)
        made, looked = calls_and_looks(tree, calls)
        assert made == looked, name
        seen |= set(made)
    assert len(seen) >= 14, seen


def calls_and_looks(tree: ast.AST, calls: set[str]) -> tuple[list[str], list[str]]:
    """What is called of `calls`, and whose result is given to `needed`, there or by the name that
    it was put in before."""
    made, looked, held = [], [], dict[str, list[str]]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            held.setdefault(node.targets[0].id, []).extend(called(node.value, calls))
        made += called(node, calls) if isinstance(node, ast.Call) else []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "needed":
            (given,) = node.args
            looked += (
                held.get(given.id, []) if isinstance(given, ast.Name) else called(given, calls)
            )
    return sorted(made), sorted(looked)


def called(node: ast.AST, calls: set[str]) -> list[str]:
    """The name of a call, awaited or not, where it is one of `calls`."""
    call = node.value if isinstance(node, ast.Await) else node
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return []
    name = call.func.attr.removesuffix("_sync")
    return [name] if name in calls else []


def test_the_other_code_after_works(names: dict[str, Any]) -> None:
    async def main() -> Any:
        await begin(names)
        await run(assembled("step 4"), names)
        analyzed = await names["analyze_video"](names["request"])
        names["video_path"] = f"Downloads/{analyzed['video_id']}.mp4"
        await run(snippets()["a caption"], names)
        await run(snippets()["blocking"], names)
        return analyzed

    assert asyncio.run(main())["success"] is True
    assert names["caption_text"] == "hello you"
    assert (names["width"], names["height"]) == (640, 360)


def test_starting_and_closing_works_again_and_again(names: dict[str, Any]) -> None:
    async def main() -> None:
        await run(snippets()["step 5"], names)
        for _ in range(2):
            async with names["lifespan"](None):
                engine = compat.get_engine()
                assert not engine.stats().shut_down
            assert engine.stats().shut_down

    asyncio.run(main())


async def process(request: Any) -> Any:
    """An endpoint whose job waits until it is cancelled, because the engine pauses."""
    return await compat.VideoClipper("temp").create_clip("talk.mp4", 0, 1)


async def requested(names: dict[str, Any], engine: yt.Engine) -> tuple[dict[str, Any], list[Any]]:
    """The page's routes, and two requests at work."""
    engine.pause()
    names["process"] = process
    await run(snippets()["cancel"], names)
    routes = names["app"].routes
    begun = [asyncio.create_task(routes["/api/process"](names["request"])) for _ in range(2)]
    while len(engine.jobs()) < 2:
        await asyncio.sleep(0)
    return routes, begun


def test_the_cancel_endpoint_stops_the_work_of_one_request(
    names: dict[str, Any], shared: yt.Engine
) -> None:
    async def main() -> None:
        routes, begun = await requested(names, shared)
        cancel = routes["/api/tasks/{task_id}"]
        assert {(message["type"], message["to"]) for message in names["manager"].sent} == {
            ("task", "me")
        }
        for message, request in zip(names["manager"].sent, begun, strict=True):
            assert message["task_id"] in names["tasks"]
            assert await cancel(message["task_id"]) == {"cancelled": True}
            assert await request == {"success": False, "error": "cancelled"}
            assert await cancel(message["task_id"]) == {"cancelled": False}
        assert not names["tasks"]

    asyncio.run(main())
    assert [job.state for job in shared.jobs()] == ["cancelled"] * 2


def test_requests_without_a_client_id_do_not_meet_and_are_told_to_nobody(
    names: dict[str, Any], shared: yt.Engine
) -> None:
    names["request"].client_id = None

    async def main() -> None:
        routes, begun = await requested(names, shared)
        assert names["manager"].sent == []
        first, second = names["tasks"]
        assert await routes["/api/tasks/{task_id}"](first) == {"cancelled": True}
        await begun[0]
        assert list(names["tasks"]) == [second]
        assert await routes["/api/tasks/{task_id}"](second) == {"cancelled": True}
        await begun[1]

    asyncio.run(main())
    assert [job.state for job in shared.jobs()] == ["cancelled"] * 2


def test_the_code_before_is_code_too() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for block in blocks:
        compile(textwrap.dedent(block), str(PAGE), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
