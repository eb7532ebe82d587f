"""Three people signed in at once, each in a browser of her own, talk with one another."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from ouro_web.conversations import members
from tests.chromium import chromium

PATIENCE = 60_000
STOPPED = re.compile("htmx:(sendAbort|afterRequest)")  # a question that sending took the place of


@pytest.fixture
def pages(live_server, settings, alice, bob, rita, place) -> Iterator[list[Page]]:
    """The conversation as alice, bob and rita have it open; any error of a script fails."""
    talk = members.begin(place(alice), members=[bob, rita], name="Phonons")
    sessions, errors = [], list[str]()
    for person in (alice, bob, rita):
        client = Client()
        client.force_login(person)
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    with chromium() as browser:
        opened = []
        for session in sessions:
            page = browser.new_page(base_url=live_server.url)
            page.context.add_cookies([
                {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            ])  # fmt: skip
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda line: errors.extend([line.text] * (line.type == "error")))
            page.goto(talk.get_absolute_url())
            opened.append(page)
        yield opened
    assert [said for said in errors if not STOPPED.match(said)] == []


def test_what_one_says_reaches_the_others_as_they_look(pages):
    hers, his, third = pages
    hers.locator("#new-message").fill("Does it **relax**?")
    hers.get_by_role("button", name="Send").click()
    for page in pages:
        shown = page.locator(".said")
        expect(shown).to_have_count(1, timeout=PATIENCE)
        expect(shown.locator("strong")).to_have_text("relax")
    text = his.locator("#new-message")
    text.click()
    his.keyboard.type("It does, @al")
    expect(his.locator("[data-people-list] li")).to_have_text("@aliceAlice", timeout=PATIENCE)
    his.keyboard.press("Enter")
    expect(text).to_have_value("It does, @alice ")
    third.locator("#new-message").fill("I write this meanwhile")
    his.keyboard.press("Control+Enter")
    for page in pages:
        expect(page.locator(".said .mention")).to_have_text("@alice", timeout=PATIENCE)
    expect(text).to_have_value("")
    expect(text).to_be_focused()
    expect(third.locator("#new-message")).to_have_value("I write this meanwhile")
    his.locator("#new-message").fill("*Look* first")
    his.get_by_role("button", name="Preview").click()
    expect(his.locator(".composer .preview em")).to_have_text("Look", timeout=PATIENCE)
    expect(his.locator("#new-message")).to_have_value("*Look* first")
    expect(hers.locator(".said")).to_have_count(2)
