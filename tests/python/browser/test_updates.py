"""What the page does with what it is told later: it stays in use, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from .conftest import Complaints
from .told import Answer, Told, a_clip, a_task

pytestmark = pytest.mark.timeout(120)

REFUSED = "Failed to load resource: the server responded with a status of"


@pytest.fixture
def told(page: Page) -> Iterator[Told]:
    told = Told(page)
    yield told
    page.unroute_all(behavior="ignoreErrors")


def test_tasks_are_shown_though_the_clips_are_refused(
    page: Page, told: Told, complaints: Complaints
) -> None:
    complaints.ignored = (REFUSED,)
    told.tasks = [a_task("one", "running")]
    told.clips = [a_clip("first")]
    listed = told.answers["GET /api/clips"]
    told.refuse("GET /api/clips", 500, "the folder cannot be read", "io")
    told.show()
    expect(page.locator(".task", has_text="one.mp4")).to_be_visible()
    expect(page.locator("#workers-text")).to_contain_text("1 of 2 workers busy")
    trouble = page.locator("#clips-error")
    expect(trouble).to_have_text("The clips could not be looked up. The folder cannot be read")
    told.answers["GET /api/clips"] = listed
    told.news()
    expect(page.locator(".clip")).to_have_count(1)
    expect(trouble).to_be_hidden()


def test_refused_tasks_are_told_of(page: Page, told: Told, complaints: Complaints) -> None:
    complaints.ignored = (REFUSED,)
    told.refuse("GET /api/tasks", 500, "the journal cannot be read", "io")
    told.show()
    trouble = page.locator("#tasks-error")
    expect(trouble).to_have_text("The tasks could not be looked up. The journal cannot be read")


def test_clips_that_take_long_hold_no_task_up(page: Page, told: Told) -> None:
    told.held = []
    told.clips = [a_clip("first")]
    told.show()
    told.tasks = [a_task("one", "running")]
    told.news()
    expect(page.locator(".task", has_text="one.mp4")).to_be_visible()
    told.tasks = [a_task("two", "running")]
    told.news()
    expect(page.locator(".task", has_text="two.mp4")).to_be_visible()
    expect(page.locator(".task", has_text="one.mp4")).to_have_count(0)
    told.release()
    expect(page.locator(".clip")).to_have_count(1)


def test_cancel_and_try_again_hand_the_focus_on(page: Page, told: Told) -> None:
    def cancelled() -> Answer:
        told.tasks = [a_task("one", "cancelled")]
        return 200, {}

    def repeated() -> Answer:
        told.tasks.insert(0, a_task("two", "queued", retry_of="one"))
        return 202, {}

    told.tasks = [a_task("one", "running")]
    told.answers["DELETE /api/tasks/one"] = cancelled
    told.answers["POST /api/tasks/one/retry"] = repeated
    told.show()
    page.get_by_role("button", name="Cancel one.mp4").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Try one.mp4 again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".task", has_text="two.mp4")).to_be_visible()
    expect(page.get_by_role("region", name="Activity")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("one.mp4 is tried again.")


def test_a_task_that_goes_hands_the_focus_on(page: Page, told: Told) -> None:
    told.tasks = [a_task("one", "running")]
    told.show()
    page.get_by_role("button", name="Cancel one.mp4").focus()
    told.tasks = [a_task("one", "succeeded", kind="render")]
    told.news()
    expect(page.locator(".task")).to_have_count(0)
    expect(page.get_by_role("region", name="Activity")).to_be_focused()


def test_a_refused_cancel_can_be_pressed_again(
    page: Page, told: Told, complaints: Complaints
) -> None:
    complaints.ignored = (REFUSED,)
    told.tasks = [a_task("one", "running")]
    told.refuse("DELETE /api/tasks/one", 503, "The server is closing.", "shut_down")
    told.show()
    cancel = page.get_by_role("button", name="Cancel one.mp4")
    cancel.focus()
    for times in (1, 2):
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("The server is closing.")
        expect(cancel).to_be_enabled()
        expect(cancel).to_be_focused()
        assert told.asked.count("DELETE /api/tasks/one") == times


def finish_a_project(told: Told) -> None:
    """A project of one clip, of which it is known where the time went."""
    told.tasks = [a_task("done", "succeeded")]
    summary = {"timings": {"clipping": 2.0}, "failures": []}
    result = {"project_folder": "/served/Talk", "summary": summary}
    told.answers["GET /api/tasks/done"] = lambda: (200, {"result": result})
    told.clips = [a_clip("first")]


def test_a_new_clip_leaves_focus_and_what_is_open_as_they_are(page: Page, told: Told) -> None:
    finish_a_project(told)
    told.show()
    page.get_by_text("Where the time went").click()
    play = page.get_by_role("button", name="Play first, 5.0 s")
    play.focus()
    told.clips.insert(0, a_clip("another"))
    told.news()
    expect(page.locator(".clip")).to_have_count(2)
    expect(page.locator(".clip").first).to_contain_text("Words of another")
    expect(play).to_be_focused()
    expect(page.locator("details.facts")).to_have_attribute("open", "")
    expect(page.locator(".facts .bars")).to_be_visible()


def test_a_project_that_moves_up_keeps_the_focus(page: Page, told: Told) -> None:
    told.clips = [a_clip("late", project="New", modified_at=2.0), a_clip("early", project="Old")]
    told.show()
    projects = page.locator(".project h3")
    expect(projects).to_have_text(["New", "Old"])
    play = page.get_by_role("button", name="Play early, 5.0 s")
    play.focus()
    told.clips.insert(0, a_clip("latest", project="Old", modified_at=3.0))
    told.news()
    expect(projects).to_have_text(["Old", "New"])
    expect(play).to_be_focused()


def test_what_a_clip_lacks_at_first_comes_into_its_card(page: Page, told: Told) -> None:
    told.clips = [a_clip("first", text="", title="")]
    told.show()
    clip = page.locator(".clip")
    expect(clip.locator(".clip-text")).to_have_text("first.mp4")
    expect(clip.locator("img")).to_be_hidden()
    told.clips = [a_clip("first", thumbnail_url="/icon.svg", captions={"srt": "/first.srt"})]
    told.news()
    expect(clip.locator(".clip-text")).to_have_text("Words of first")
    clip.locator("img").evaluate("image => image.decode()")
    expect(clip.locator("img")).to_be_visible()
    page.route("**/video.mp4*", lambda route: route.fulfill(status=204))
    clip.get_by_role("button").click()
    expect(page.get_by_role("link", name="Download: SRT")).to_be_visible()
    expect(page.locator("#announce")).not_to_contain_text("finished")


def test_the_focus_comes_back_to_a_clip_though_another_was_finished(page: Page, told: Told) -> None:
    told.clips = [a_clip("first")]
    told.show()
    page.route("**/video.mp4*", lambda route: route.fulfill(status=204))
    play = page.get_by_role("button", name="Play first, 5.0 s")
    play.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    told.clips.insert(0, a_clip("another"))
    told.news()
    expect(page.locator(".clip")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(play).to_be_focused()


def test_messages_of_one_moment_are_all_said(page: Page, told: Told) -> None:
    told.tasks = [a_task("one", "running")]
    told.clips = [a_clip("first")]
    told.show()
    expect(page.locator(".clip")).to_have_count(1)
    told.tasks = [a_task("one", "failed")]
    told.clips = [a_clip("first"), a_clip("second")]
    told.news()
    said = page.locator("#announce")
    expect(said).to_contain_text("Talk: 2 clips finished.")
    expect(said).to_contain_text("one.mp4 failed. it broke")
    expect(said).to_have_attribute("aria-atomic", "false")


def test_the_same_message_is_said_again_and_none_stays(page: Page, told: Told) -> None:
    page.clock.install()
    told.show()
    page.get_by_label("Clips, at most").fill("20")
    said = page.locator("#announce p", has_text="20 clips")
    for times in (1, 2):
        page.get_by_role("button", name="One clip more").click()
        expect(said).to_have_count(times)
    page.clock.fast_forward(20_000)
    expect(said).to_have_count(0)


TALK: FilePayload = {"name": "talk.mp4", "mimeType": "video/mp4", "buffer": b"content"}
OTHER: FilePayload = {"name": "other.mp4", "mimeType": "video/mp4", "buffer": b"other"}


def send_and_be_refused(page: Page, told: Told, status: int, kind: str) -> None:
    """Chooses a file, which is sent, but its task is refused."""
    told.answers["POST /api/upload"] = lambda: (201, {"source": "upload:ab12/talk.mp4"})
    told.refuse("POST /api/process", status, "Refused for now.", kind)
    told.show()
    page.get_by_label("Choose a file").set_input_files(TALK)
    page.get_by_role("button", name="Make clips").click()
    expect(page.get_by_role("alert")).to_have_text("Refused for now.")
    assert told.asked.count("POST /api/upload") == 1


def send_again(page: Page, told: Told) -> int:
    """Sends the form; the task is taken. How many files were sent in all."""
    told.answers["POST /api/process"] = lambda: (202, {})
    with page.expect_request("**/api/process?*") as sent:
        page.get_by_role("button", name="Make clips").click()
    assert '"upload:ab12/talk.mp4"' in (sent.value.post_data or "")
    expect(page.locator("#source-pick .chosen")).to_be_hidden()
    return told.asked.count("POST /api/upload")


def test_a_file_is_sent_once_though_its_task_was_refused(
    page: Page, told: Told, complaints: Complaints
) -> None:
    complaints.ignored = (REFUSED,)
    send_and_be_refused(page, told, 503, "queue_full")
    assert send_again(page, told) == 1


def test_another_file_is_sent_and_so_is_one_that_the_server_lost(
    page: Page, told: Told, complaints: Complaints
) -> None:
    complaints.ignored = (REFUSED,)
    send_and_be_refused(page, told, 503, "queue_full")
    page.get_by_role("button", name="Remove this file").click()
    page.get_by_label("Choose a file").set_input_files(OTHER)
    assert send_again(page, told) == 2
    told.asked.clear()
    send_and_be_refused(page, told, 404, "not_found")
    assert send_again(page, told) == 2


@pytest.mark.parametrize(
    ("format", "width", "height", "look"),
    [
        ("render", None, None, "grid wide"),
        ("original", None, None, "grid wide"),
        ("reels", None, None, "grid"),
        ("render", 1080, 1920, "grid"),
        ("original", 360, 640, "grid"),
        ("reels", 640, 360, "grid wide"),
    ],
)
def test_a_clip_has_the_shape_of_its_size_else_of_its_format(
    page: Page, told: Told, format: str, width: int | None, height: int | None, look: str
) -> None:
    told.clips = [a_clip("first", format=format, width=width, height=height)]
    told.show()
    expect(page.locator(".grid")).to_have_attribute("class", look)


def test_the_player_takes_the_shape_of_the_video(page: Page, told: Told, talk: Path) -> None:
    told.clips = [a_clip("first", format="reels")]
    told.show()
    page.route("**/video.mp4*", lambda route: route.fulfill(path=talk, content_type="video/mp4"))
    page.get_by_role("button", name="Play first, 5.0 s").click()
    expect(page.locator("#player")).to_have_class("player wide")


def test_a_full_disk_is_the_business_of_the_servers_owner(page: Page, told: Told) -> None:
    full = {"kind": "no_space", "detail": "no space left"}
    told.tasks = [a_task("one", "failed", error=full)]
    told.show()
    expect(page.locator(".task")).to_contain_text("Whoever runs it has to make room on its disk")
