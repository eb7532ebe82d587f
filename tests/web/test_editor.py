"""Writing a post in a real browser: what the script adds to the form."""

import base64
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ouro_web.posts import publish

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def earlier(alice, bob, place):
    """Made before the browser, in whose loop the database opens connections of its own."""
    return publish.create(place(alice, "public"), name="Earlier findings", text="Found.")


@pytest.fixture
def page(live_server, client, settings, alice) -> Iterator[Page]:
    """Signed in as alice; any error of a script fails the test."""
    client.force_login(alice)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(base_url=live_server.url)
        page.context.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        ])  # fmt: skip
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.extend([said.text] if said.type == "error" else []))
        yield page
        browser.close()
    assert errors == []


def test_a_post_is_written_with_all_the_aids(earlier, page):
    page.goto("/posts/new")
    page.get_by_label("Title").fill("Written here")
    text = page.locator("[data-text]")
    text.click()
    page.keyboard.press("Control+b")
    page.keyboard.type("strong")
    page.keyboard.press("End")
    page.keyboard.type("\n\nAsk @bo")
    expect(page.get_by_role("option", name="@bob")).to_be_visible()
    page.keyboard.press("Enter")
    expect(text).to_have_value("**strong**\n\nAsk @bob ")
    expect(page.locator("#preview strong")).to_have_text("strong")

    page.get_by_role("button", name="Insert asset").click()
    page.get_by_label("Search assets").fill("earlier")
    page.get_by_role("radio", name=re.compile("Earlier findings")).check()
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(page.locator("#preview .embed")).to_contain_text("Earlier findings")

    page.locator("[data-file]").set_input_files(
        {"name": "cell.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(page.locator("#preview img")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    expect(page).to_have_url(
        re.compile(r"/posts/lab/written-here/edit|/posts/alice/written-here/edit")
    )

    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("heading", name="Publish “Written here”")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Written here")).to_be_visible()

    page.get_by_label("Add a comment").fill("Looks *right*.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comment em")).to_have_text("right")


def test_leaving_with_unsaved_text_warns(page):
    asked: list[str] = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto("/posts/new")
    page.locator("[data-text]").click()
    page.keyboard.type("Not saved")
    page.goto("/posts/")
    assert asked == ["beforeunload"]
