"""What a person does with the page: start, watch, cancel, play, try again, come back."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, Route, WebSocketRoute, expect

from conftest import ffmpeg

from .conftest import SAMPLE, Complaints, Served

# Longer than the waits for results: what is too slow ends with a message.
pytestmark = pytest.mark.timeout(120)

# Promises of what is waited for: the page's policy forbids what `wait_for_function` does.
PLAYED = """video => new Promise(done => {
    video.addEventListener("timeupdate", () => video.currentTime > 0.5 && done(video.currentTime));
})"""
MOVED = """(bar, last) => new Promise(done => {
    const look = () => bar.value > last ? done(bar.value) : setTimeout(look, 20);
    look();
})"""


def send(page: Page, video: Path, shape: str = "original") -> None:
    """Chooses a file and starts a task with one clip."""
    page.get_by_label("Choose a file").set_input_files(video)
    page.locator(f"input[value={shape}]").check()
    page.get_by_label("Clips, at most").fill("1")
    page.get_by_role("button", name="Make clips").click()


def card(page: Page, state: str) -> Locator:
    return page.locator(f".task[data-state={state}]").first


@pytest.fixture
def clip(page: Page, served: Served, talk: Path) -> Locator:
    """A finished clip, made through the page where there is none yet."""
    clips = page.locator(".clip")
    if not any(served.output.glob("*/*/*.mp4")):
        send(page, talk)
    clips.first.wait_for(timeout=60_000)
    return clips.first


def test_an_uploaded_video_becomes_a_clip_that_plays(page: Page, clip: Locator) -> None:
    expect(clip.locator(".clip-text")).not_to_be_empty()
    clip.locator("img").evaluate("image => image.decode()")
    with page.expect_response(lambda answer: answer.url.endswith(".mp4")) as answered:
        clip.get_by_role("button", name=re.compile("^Play")).click()
    assert answered.value.status == 206
    page.locator("#video").evaluate(PLAYED)
    window = page.get_by_role("dialog")
    expect(window.get_by_text("Encoding")).to_be_visible()
    expect(window.locator("#player-facts")).to_contain_text("320×240")
    with page.expect_download() as downloaded:
        window.get_by_role("link", name="Download: Video").click()
    assert Path(downloaded.value.path()).stat().st_size > 10_000
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(clip.get_by_role("button")).to_be_focused()


def test_progress_moves_and_cancel_leaves_nothing(page: Page, served: Served) -> None:
    before = set(served.output.rglob("*"))
    send(page, SAMPLE, "vertical_9x16")
    running = card(page, "running")
    bar = running.get_by_role("progressbar")
    values = [0.0]
    for _ in range(3):
        values.append(bar.evaluate(MOVED, values[-1]))
    assert values == sorted(values)
    expect(running.locator(".task-stage strong")).not_to_be_empty()
    expect(page.locator("#workers-text")).to_contain_text("1 of 2 workers busy")
    running.get_by_role("button", name="Cancel sample.mp4").click()
    expect(card(page, "cancelled")).to_be_visible()
    expect(page.locator("#workers-text")).to_contain_text("0 of 2 workers busy")
    assert set(served.output.rglob("*")) == before


def test_what_is_refused_is_explained_at_the_form(page: Page, complaints: Complaints) -> None:
    complaints.ignored = ("Failed to load resource: the server responded with a status of 422",)
    page.get_by_role("button", name="Make clips").click()
    expect(page.get_by_role("alert")).to_have_text("Paste a link, or choose a file.")
    expect(page.get_by_label("Link to a video")).to_be_focused()
    page.get_by_label("Link to a video").fill("file:///etc/passwd")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("http(s)")
    expect(page.get_by_label("Link to a video")).to_have_attribute("aria-invalid", "true")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of one red."""
    file = tmp_path / "slide.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:size=320x180", "-frames:v", "1", str(file))
    return file


DROP = """(target, [name, type]) => {
    const carried = new DataTransfer();
    carried.items.add(new File(["content"], name, { type }));
    target.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer: carried }));
}"""


def test_a_photo_stands_above_the_speaker(
    page: Page, served: Served, talk: Path, photo: Path
) -> None:
    before = set(served.output.glob("*/*/*.mp4"))
    page.get_by_label("Choose a file").set_input_files(talk)
    above = page.locator("#insert-pick")
    expect(above).to_be_hidden()
    page.locator("input[value=stacked]").check()
    expect(above).to_contain_text("upper half of every clip")
    page.get_by_label("Clips, at most").fill("1")
    page.get_by_role("button", name="Make clips").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the photo or video")
    page.get_by_label("Choose a photo or video").set_input_files(photo)
    expect(above).to_contain_text("slide.png")
    expect(page.locator("#form-error")).to_be_hidden()
    with page.expect_request("**/api/process?*") as sent:
        page.get_by_role("button", name="Make clips").click()
    assert '"stacked_photo"' in (sent.value.post_data or "")
    expect(above.locator(".chosen")).to_be_hidden()
    expect(page.locator(".clip")).to_have_count(len(before) + 1, timeout=60_000)
    (made,) = set(served.output.glob("*/*/*.mp4")) - before
    assert pixel(made, 540, 480) == pytest.approx((254, 0, 0), abs=12), "the photo is above"
    assert pixel(made, 540, 1440) != pytest.approx((254, 0, 0), abs=60), "the talk is below"


def pixel(video: Path, x: int, y: int) -> tuple[int, int, int]:
    """A point of the picture at half a second."""
    command = ["ffmpeg", "-v", "error", "-ss", "0.5", "-i", str(video), "-frames:v", "1"]
    shape = ["-vf", f"crop=1:1:{x}:{y},format=rgb24", "-f", "rawvideo", "-"]
    red, green, blue = subprocess.run([*command, *shape], capture_output=True, check=True).stdout
    return red, green, blue


def test_what_is_dropped_goes_where_it_belongs(page: Page) -> None:
    source, above = page.locator("#source-pick .chosen"), page.locator("#insert-pick .chosen")
    anywhere, place = page.locator("#clips"), page.locator("#insert-pick")
    anywhere.evaluate(DROP, ["talk.mp4", "video/mp4"])
    expect(source).to_contain_text("talk.mp4")
    expect(page.get_by_label("Link to a video")).to_be_hidden()
    page.locator("input[value=stacked]").check()
    anywhere.evaluate(DROP, ["slide.png", "image/png"])
    expect(above).to_contain_text("slide.png")
    page.get_by_role("button", name="Remove what stands above").click()
    expect(above).to_be_hidden()
    place.evaluate(DROP, ["game.mp4", "video/mp4"])
    expect(above).to_contain_text("game.mp4")
    anywhere.evaluate(DROP, ["other.mp4", "video/mp4"])
    expect(source).to_contain_text("other.mp4")
    page.get_by_role("button", name="Remove this file").click()
    expect(page.get_by_label("Link to a video")).to_be_visible()
    page.locator("input[value=original]").check()
    expect(above).to_be_hidden()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web site on loopback, and its folder."""
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", tmp_path
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def test_by_keyboard_alone_a_link_is_sent_and_a_failed_task_is_tried_again(
    page: Page, site: tuple[str, Path], talk: Path
) -> None:
    address, folder = site
    tab_to(page, page.get_by_label("Link to a video"))
    page.keyboard.type(f"{address}later.mp4")
    tab_to(page, page.locator("input[name=format]:checked"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[value=original]")).to_be_checked()
    tab_to(page, page.get_by_role("switch", name="Captions"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Make clips"))
    page.keyboard.press("Enter")
    failed = page.locator(".task[data-state=failed]", has_text="later.mp4")
    expect(failed).to_contain_text("The download failed")
    expect(failed).to_contain_text("404")
    expect(page.get_by_role("status").last).to_contain_text("failed")

    (folder / "later.mp4").write_bytes(talk.read_bytes())
    made = page.locator(".project", has_text="later")
    tab_to(page, failed.get_by_role("button", name=re.compile("^Try .* again$")))
    page.keyboard.press("Enter")
    expect(failed).to_have_count(0)
    made.locator(".clip").first.wait_for(timeout=60_000)


def test_a_reload_shows_everything_again(page: Page, clip: Locator, served: Served) -> None:
    send(page, SAMPLE, "vertical_9x16")
    card(page, "running").wait_for()
    clips = page.locator(".clip").count()
    ended = page.locator(".task[data-state=failed], .task[data-state=cancelled]").count()
    page.reload()
    card(page, "running").wait_for()
    expect(page.locator(".clip")).to_have_count(clips)
    expect(page.locator(".task[data-state=failed], .task[data-state=cancelled]")).to_have_count(
        ended
    )
    expect(page.locator("input[value=vertical_9x16]")).to_be_checked()
    card(page, "running").get_by_role("button", name=re.compile("^Cancel")).click()
    expect(page.locator(".task[data-state=running]")).to_have_count(0)


def test_what_was_put_away_stays_away(page: Page) -> None:
    page.get_by_label("Link to a video").fill("http://10.0.0.1/private.mp4")
    page.keyboard.press("Enter")
    failed = page.locator(".task[data-state=failed]", has_text="private.mp4")
    expect(failed).to_contain_text("Failed today")
    failed.get_by_role("button", name="Dismiss 10.0.0.1/private.mp4").click()
    expect(failed).to_have_count(0)
    page.reload()
    page.locator("#link[data-state=live]").wait_for()
    expect(page.locator("#workers-text")).to_contain_text("busy")
    expect(failed).to_have_count(0)


def test_a_restart_of_the_server_is_survived(
    page: Page, clip: Locator, served: Served, complaints: Complaints
) -> None:
    complaints.ignored = ("Failed to load resource: net::ERR_", "WebSocket connection to")
    send(page, SAMPLE, "vertical_9x16")
    card(page, "running").wait_for()
    clips = page.locator(".clip").count()
    served.stop()
    expect(page.locator("#link")).to_have_attribute("data-state", "lost")
    expect(page.locator("#link")).to_contain_text("Reconnecting")
    served.start()
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    expect(page.locator(".clip")).to_have_count(clips)
    interrupted = page.locator(".task", has_text="the server ended while this was")
    expect(interrupted).to_have_count(1)
    interrupted.get_by_role("button", name="Try sample.mp4 again").click()
    card(page, "running").wait_for()
    expect(interrupted).to_have_count(0)
    card(page, "running").get_by_role("button", name=re.compile("^Cancel")).click()
    expect(page.locator(".task[data-state=running]")).to_have_count(0)


def interrupted(id: str) -> str:
    """A task that was at work when the server ended, as the server wrote it down."""
    request = {"kind": "process", "source": f"http://h.org/{id}.mp4", "body": "{}"}
    taken = {"event": "taken", "task_id": id, "asked": request, "retry_of": None}
    return json.dumps(taken | {"created_at": 1.0}) + "\n"


def test_all_that_ended_can_be_shown_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    server = Served(tmp_path)
    server.output.mkdir()
    journal = server.output / ".ytclipper-tasks.jsonl"
    journal.write_text("".join(interrupted(f"talk-{number}") for number in range(6)))
    server.start()
    try:
        page = browser.new_page()
        page.goto(server.url)
        cards, more = page.locator(".task[data-state=failed]"), page.locator("#tasks-more")
        expect(cards).to_have_count(4)
        expect(page.locator("#activity-count")).to_have_text("6 failed")
        expect(page.get_by_role("button", name="Show 2 more")).to_be_visible()
        tab_to(page, more)
        page.keyboard.press("Enter")
        expect(cards).to_have_count(6)
        expect(more).to_have_text("Show fewer")
        expect(more).to_be_focused()
        page.keyboard.press("Enter")
        expect(cards).to_have_count(4)
        page.get_by_role("button", name=re.compile("^Dismiss")).first.click()
        expect(more).to_have_text("Show 1 more")
        expect(page.locator("#activity-count")).to_have_text("5 failed")
        page.get_by_role("button", name=re.compile("^Dismiss")).first.click()
        expect(more).to_be_hidden()
        page.close()
    finally:
        server.stop()


def test_a_dropped_websocket_comes_back_and_asks_for_what_it_missed(
    page: Page, complaints: Complaints
) -> None:
    seen: list[WebSocketRoute] = []
    held = False

    def proxy(route: WebSocketRoute) -> None:
        if held:
            route.close(code=3000, reason="not yet")
            return
        seen.append(route)
        route.connect_to_server()

    page.route_web_socket("**/ws*", proxy)
    page.reload()
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    send(page, SAMPLE, "vertical_9x16")
    running = card(page, "running")
    running.wait_for()
    held = True  # for as long as it takes to see that it is lost
    seen[-1].close(code=3000, reason="dropped by the test")
    expect(page.locator("#link")).to_have_attribute("data-state", "lost")
    held = False
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    assert "since=" not in seen[0].url
    assert re.search(r"since=[1-9]\d*&instance=\w+", seen[-1].url)
    bar = running.get_by_role("progressbar")
    bar.evaluate(MOVED, bar.evaluate("bar => bar.value"))
    running.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(page.locator(".task[data-state=running]")).to_have_count(0)


def test_a_locked_server_is_opened_by_its_token_only(browser: Browser, tmp_path: Path) -> None:
    locked = Served(tmp_path, TOKEN="a secret of the test's")
    locked.start()
    try:
        page = browser.new_page()
        page.goto(locked.url)
        page.get_by_label("Token", exact=True).fill("a guess of some length")
        page.keyboard.press("Enter")
        expect(page.get_by_text("That is not the token.")).to_be_visible()
        page.get_by_label("Token", exact=True).fill("a secret of the test's")
        page.keyboard.press("Enter")
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
        expect(page.get_by_text("Your clips will appear here")).to_be_visible()
        page.close()
    finally:
        locked.stop()


def test_text_of_data_never_becomes_markup(
    page: Page, clip: Locator, complaints: Complaints
) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    alerts: list[str] = []

    def alerted(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", alerted)

    def poisoned(key: str) -> None:
        def fulfil(route: Route) -> None:
            answer = route.fetch()
            body = answer.json()
            for entry in body[key]:
                for name in ("title", "text", "video_title", "source"):
                    entry[name] = hostile
            route.fulfill(response=answer, body=json.dumps(body))

        page.route(f"**/api/{key}?*", fulfil)

    poisoned("clips")
    poisoned("tasks")
    page.reload()
    expect(page.locator(".clip-text").first).to_have_text(hostile)
    page.locator(".poster").first.click()
    expect(page.locator("#player-title")).to_have_text(hostile)
    assert page.locator("main script, dialog script, img[src=x]").count() == 0
    assert alerts == []
