"""An application's own way to choose clips in `/api/analyze`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.asking import FINAL, put
from serve.inside import asked, settings_in
from ytclipper_rs.server import Pick, create_app

CHOSEN: dict[str, Any] = {"start": 1.0, "end": 4.0, "title": "The best", "why": "it is loud"}
WRONG: dict[str, Any] = {
    "failed": RuntimeError("the key is 1234"),
    "nothing": None,
    "no clip": [{"start": "soon"}],
    "backwards": [{"start": 4, "end": 1}],
    "backwards in a part": [{"parts": [{"start": 0, "end": 1}, {"start": 3, "end": 2}]}],
    "not JSON": [{"start": 1, "end": 4, "why": object()}],
}


class Chooser:
    """A picker that does what the test wants."""

    def __init__(self) -> None:
        self.given: list[Pick] = []
        self.answer: Any = [CHOSEN]
        self.hangs = False
        self.waits = asyncio.Event()
        self.called_off = False

    async def __call__(self, pick: Pick) -> Sequence[dict[str, Any]]:
        self.given.append(pick)
        if self.hangs:
            self.waits.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.called_off = True
        if isinstance(self.answer, Exception):
            raise self.answer
        chosen: Sequence[dict[str, Any]] = self.answer
        return chosen


async def end_of(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """A task once it has ended."""
    while True:
        task: dict[str, Any] = (await client.get(address)).json()
        if task["state"] in FINAL:
            return task
        await asyncio.sleep(0.01)


def test_a_pickers_clips_are_used_and_its_faults_are_told(
    tmp_path: Path, speech: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chooser = Chooser()
    app = create_app(settings_in(tmp_path, model="tiny.en"), picker=chooser)
    body = {"url": put(tmp_path, speech), "ai_strategy": "calm", "extra_context": "for children"}

    async def main() -> None:
        async with asked(app) as client:
            told = (await client.post("/api/analyze", json=body, timeout=60)).json()
            (clip,) = told["clips"]
            assert told["total_clips"] == 1
            assert CHOSEN.items() <= clip.items()
            assert (clip["index"], clip["duration"]) == (1, 3.0)
            every = told["full_transcript_words"]
            heard = [word for word in every if word["start"] < 4 and word["end"] > 1]
            assert 0 < len(heard) < len(every)
            assert clip["words"] == heard
            assert clip["text"] == " ".join(word["word"] for word in heard)
            (pick,) = chooser.given
            assert (pick.ai_strategy, pick.extra_context) == ("calm", "for children")
            assert pick.analysis.transcript.full_text
            assert pick.download.video_path.name == "talk.mp4"
            for name, answer in WRONG.items():
                chooser.answer = answer
                failed = await client.post("/api/analyze", json=body)
                problem = failed.json()
                assert (failed.status_code, problem["kind"]) == (500, "internal"), name
                assert "the application's own picker of clips failed" in problem["detail"], name
                assert "1234" not in failed.text
            told = (await client.get("/api/logs")).text
            assert "picker of clips failed (RuntimeError)" in told
            assert "1234" not in told
            assert "the key is 1234" in caplog.text, "the application's own handlers have it"
            await check_cancel(client)

    async def check_cancel(client: httpx.AsyncClient) -> None:
        chooser.hangs = True
        begun = await client.post("/api/analyze", params={"background": True}, json=body)
        address = begun.headers["location"]
        await asyncio.wait_for(chooser.waits.wait(), 20)
        assert (await client.get(address)).json()["state"] == "running"
        await client.delete(address)
        task = await asyncio.wait_for(end_of(client, address), 1)
        assert task["state"] == "cancelled"
        assert chooser.called_off

    asyncio.run(main())
