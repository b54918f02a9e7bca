"""Long results are read and written beside the event loop."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from conftest import Media
from serve.inside import asked, settings_in
from ytclipper_rs.server import create_app, encoding
from ytclipper_rs.server.asked import Asked
from ytclipper_rs.server.task import Order

WORDS = [{"word": f"word {n} é", "start": n / 4, "end": n / 4 + 0.2} for n in range(10_500)]


@pytest.mark.parametrize("count", [0, 1, encoding.PIECE, encoding.PIECE + 1, len(WORDS)])
def test_a_list_of_any_length_is_one_list(count: int) -> None:
    value = {"words": WORDS[:count], 'a "key"': {"list": [], "n": None, "é": True}}
    assert json.loads(encoding.encoded(value)) == value


def test_what_is_no_number_is_null() -> None:
    assert json.loads(encoding.encoded({"n": [math.nan, 1.5]})) == {"n": [None, 1.5]}


def test_a_long_result_is_encoded_in_pieces_outside_of_the_loops_thread(
    tmp_path: Path, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings_in(tmp_path))
    threads: list[int] = []
    longest: list[int] = []
    plain = encoding._plain

    def noted(value: Any) -> bytes:
        threads.append(threading.get_ident())
        longest.append(len(value) if isinstance(value, list) else 1)
        return plain(value)

    monkeypatch.setattr(encoding, "_plain", noted)

    def first(results: Sequence[Any]) -> yt.JobSpec:
        threads.append(threading.get_ident())
        return yt.ProbeSpec(media.video)

    async def answer(results: Sequence[Any]) -> dict[str, Any]:
        return {"success": True, "full_transcript_words": WORDS}

    async def main() -> None:
        async with asked(app) as client:
            order = Order(Asked("analyze", "a test", "{}"), (first,), answer)
            task, _ = await app.state.service.tasks.start(order)
            made = await task.wait()
            for method in ("GET", "DELETE"):
                told = await client.request(method, f"/api/tasks/{task.id}")
                assert told.headers["content-type"] == "application/json"
                assert told.json()["result"] == made
                assert told.json()["state"] == "succeeded"
        assert max(longest) == encoding.PIECE
        assert len(threads) > 2 * len(WORDS) / encoding.PIECE
        assert threading.get_ident() not in threads

    asyncio.run(main())
