"""Who can use the page, and what it may load: themes, contrast, names, narrow screens, policy."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import SAMPLE, Complaints, Served

STATIC = Path(str(files("ytclipper_rs.server") / "static"))
Colour = tuple[float, float, float]

# What stands upon what, and the least contrast of WCAG 2.2: 4.5 for text, 3 for edges and bars.
TEXT = [
    *[(ink, ground) for ink in ("ink", "soft") for ground in ("page", "card", "well")],
    *[(ink, ground) for ink in ("ink", "soft") for ground in ("accent-wash", "danger-wash")],
    *[("on-accent", ground) for ground in ("accent", "accent-deep")],
    *[("danger", ground) for ground in ("page", "card", "danger-wash")],
    *[("accent", ground) for ground in ("page", "card")],
    ("amber", "page"),
]
EDGES = [(edge, ground) for edge in ("edge", "accent") for ground in ("page", "card", "well")]


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def token(page: Page, name: str) -> Colour:
    """A colour of the palette as the browser resolves it in the theme at work."""
    text = page.locator("body").evaluate(
        """(body, name) => {
            const probe = document.createElement("i");
            probe.style.color = `var(--${name})`;
            body.append(probe);
            const colour = getComputedStyle(probe).color;
            probe.remove();
            return colour;
        }""",
        name,
    )
    red, green, blue = (int(value) / 255 for value in re.findall(r"\d+", text)[:3])
    return red, green, blue


def test_the_measure_of_contrast_tells_good_from_bad() -> None:
    white, grey = (1.0, 1.0, 1.0), (0.6, 0.6, 0.6)
    assert contrast(white, (0.0, 0.0, 0.0)) == pytest.approx(21)
    assert contrast(white, grey) < 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read_on_what_it_stands_on(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    ground = luminance(token(page, "page"))
    assert ground < 0.05 if theme == "dark" else ground > 0.8
    for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)):
        for ink, on in pairs:
            found = contrast(token(page, ink), token(page, on))
            assert found >= least, f"{ink} on {on}: {found:.2f}"


def test_the_theme_follows_the_system_until_one_is_chosen_and_kept(page: Page) -> None:
    root, button = page.locator("html"), page.get_by_role("button", name="Dark theme")
    page.emulate_media(color_scheme="dark")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert luminance(token(page, "page")) > 0.8


UNNAMED = """() => [...document.querySelectorAll("button, a[href], input, video, progress, dialog")]
    .filter(each => each.checkVisibility() && each.tagName !== "DIALOG")
    .filter(each => !(each.getAttribute("aria-label") || each.textContent.trim()
        || [...(each.labels ?? [])].some(label => label.textContent.trim())))
    .map(each => each.outerHTML)"""
DANGLING = """() => [...document.querySelectorAll("*")].flatMap(each =>
    ["for", "aria-labelledby", "aria-describedby", "aria-controls"]
        .flatMap(name => (each.getAttribute(name) ?? "").split(" ").filter(Boolean))
        .filter(id => !document.getElementById(id)))"""
TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
    return ids.filter((id, index) => ids.indexOf(id) !== index); }"""
SMALL = """() => [...document.querySelectorAll("button, a[href]:not(.skip), summary")]
    .filter(each => each.checkVisibility())
    .filter(each => { const box = each.getBoundingClientRect(); return box.height < 36; })
    .map(each => each.outerHTML)"""


def test_names_landmarks_and_references_are_whole(page: Page) -> None:
    send_and_wait(page)
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("main").count() == 1
    for name in ("New clips", "Activity", "Clips"):
        expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)
    assert page.get_by_role("heading", level=1).count() == 1
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for fault in (UNNAMED, DANGLING, TWICE, SMALL):
        assert page.evaluate(fault) == []
    page.locator("#fewer").evaluate("button => { button.textContent = ''; }")
    assert len(page.evaluate(UNNAMED)) == 1, "a button without a name must be found"
    cancel(page)


def test_the_focus_can_be_seen_wherever_it_goes(page: Page) -> None:
    stops = 0
    while stops < 40:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        shown = page.evaluate(
            """() => { const it = document.activeElement;
                const seen = [it, it.nextElementSibling].filter(Boolean);
                return seen.some(each => getComputedStyle(each).outlineStyle !== "none"
                    && parseFloat(getComputedStyle(each).outlineWidth) >= 2); }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML")
        stops += 1
    assert stops >= 9


def test_nothing_moves_for_who_asked_for_less_motion(page: Page) -> None:
    durations = "() => getComputedStyle(document.getElementById('submit')).transitionDuration"
    assert page.evaluate(durations) != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(durations) == "0s"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_fits_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = """width => [...document.querySelectorAll("main *, header *")]
        .filter(each => each.checkVisibility() && !each.closest(".unseen"))
        .filter(each => each.getBoundingClientRect().right > width + 1)
        .map(each => each.outerHTML)"""
    assert page.evaluate(beyond, width) == []


def test_the_strictest_policy_lets_everything_through(
    browser: Browser, served: Served, complaints: Complaints
) -> None:
    def strict(route: Route) -> None:
        answer = route.fetch()
        policy = {"content-security-policy": "default-src 'self'"}
        route.fulfill(response=answer, headers=answer.headers | policy)

    context = browser.new_context(base_url=served.url)
    # A page that a test answers itself comes from nowhere, so that loopback is foreign to it.
    context.grant_permissions(["local-network-access"])
    page = context.new_page()
    page.on("console", complaints.take)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.route(served.url, strict)
    page.goto("/")
    page.locator("#link[data-state=live]").wait_for()
    send_and_wait(page)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")
    cancel(page)
    context.close()
    assert complaints == []
    assert hosts == {f"127.0.0.1:{served.port}"}


def test_the_files_hold_no_markup_from_data_and_no_foreign_address() -> None:
    sources = [path for path in STATIC.iterdir() if path.suffix in (".js", ".css", ".html")]
    assert len(sources) > 10
    for path in sources:
        text = path.read_text(encoding="utf-8")
        for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert banned not in text, f"{banned} in {path.name}"
        assert not re.search(r"\sstyle=|\son[a-z]+=", text), path.name
        foreign = set(re.findall(r"https?://[a-z][^\s\"'`/]*", text)) - {"http://www.w3.org"}
        assert foreign == set(), path.name


def send_and_wait(page: Page) -> None:
    """Starts a task that takes a while."""
    page.get_by_label("Choose a file").set_input_files(SAMPLE)
    page.get_by_role("button", name="Make clips").click()
    page.locator(".task[data-state=running]").first.wait_for()


def cancel(page: Page) -> None:
    page.locator(".task[data-state=running]").get_by_text("Cancel").click()
    expect(page.locator(".task[data-state=running]")).to_have_count(0)
