"""The description of the interface, which asks no other host than the server."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from .conftest import Complaints, Served

REFUSED = [
    "error: Connecting to 'https://example.org/' violates",
    "error: Fetch API cannot load https://example.org/",
]
"""How Chromium says that the policy refused a request."""


def test_the_interface_is_described_and_tried_without_another_host(
    browser: Browser, served: Served, complaints: Complaints
) -> None:
    page = browser.new_page(base_url=served.url)
    page.on("console", complaints.take)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    answer = page.goto("/docs")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    expect(page.get_by_role("heading", name="ytclipper")).to_be_visible()
    for path in ("/api/process", "/api/tasks/{id}", "/api/history"):
        expect(page.locator(f"[data-path='{path}']").first).to_be_visible()
    health = page.locator(".opblock", has=page.locator("[data-path='/api/health']"))
    health.locator("button.opblock-summary-control").click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    status = health.locator(".live-responses-table td.response-col_status").last
    expect(status).to_have_text("200")
    assert page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == (
        "refused"
    )
    while len(complaints) < len(REFUSED):
        page.wait_for_event("console")
    page.close()
    told = [complaint[: len(begin)] for complaint, begin in zip(complaints, REFUSED, strict=True)]
    assert told == REFUSED, complaints
    assert asked == {f"127.0.0.1:{served.port}"}
