"""The page below a prefix: all that it asks for stands below it, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Complaints, Served
from .prefixed import PREFIX
from .test_page import PLAYED, send

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def below(
    browser: Browser, complaints: Complaints, tmp_path: Path, talk: Path
) -> Iterator[tuple[Page, set[str]]]:
    """The page of a locked server below a prefix, and the paths that it asks for."""
    lengths = {"ai_validation": {"min_clip_duration": 1, "max_clip_duration": 3}}
    (tmp_path / "config.json").write_text(json.dumps(lengths))
    command = (str(Path(__file__).with_name("prefixed.py")),)
    server = Served(tmp_path, command, PREFIX, TOKEN="a secret of the test's")
    server.start()
    page = browser.new_page()
    page.set_default_timeout(20_000)
    asked: set[str] = set()

    def note(url: str) -> None:
        asked.add("/" + url.split("/", 3)[3])

    page.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: note(socket.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(server.url)
        yield page, asked
    finally:
        page.close()
        server.stop()


def test_the_page_works_below_a_prefix(
    below: tuple[Page, set[str]], complaints: Complaints, talk: Path
) -> None:
    page, asked = below
    page.get_by_label("Token", exact=True).fill("a secret of the test's")
    page.keyboard.press("Enter")
    page.locator("#link[data-state=live]").wait_for()
    send(page, talk)
    clip = page.locator(".clip").first
    clip.wait_for(timeout=60_000)
    clip.locator("img").evaluate("image => image.decode()")
    clip.get_by_role("button", name=re.compile("^Play")).click()
    page.locator("#video").evaluate(PLAYED)
    with page.expect_download() as downloaded:
        page.get_by_role("dialog").get_by_role("link", name="Download: Video").click()
    assert Path(downloaded.value.path()).stat().st_size > 10_000
    page.goto(page.url.rstrip("/") + "/docs")
    expect(page.locator("[data-path='/api/process']").first).to_be_visible()
    asked = {path for path in asked if not path.startswith("blob:")}
    assert any("/ws" in path for path in asked)
    assert [path for path in asked if not path.startswith(f"{PREFIX}/")] == []
    assert complaints == []
