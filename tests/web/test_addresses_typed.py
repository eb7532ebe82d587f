"""Hostile addresses in every field and parameter that takes one: refused at its place, or never
more than words on a page."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from tests.conftest import SHARED

CASES = SHARED / "cases/xss_markdown.json"
MORE = ["JaVa\tScRiPt:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example"]
MORE += ["https:evil.example", "https://testserver@evil.example/", "\x01javascript:alert(1)"]
ACTIVE = re.compile(
    r'\s(?:href|src|action|formaction|poster|hx-get|hx-post|data-[\w-]*url)="([^"]*)"'
)
CONTROL = re.compile(r"[\x00-\x20]+")
# Fields of pages that are sent back with what is wrong with them.
FIELDS = {
    "/services/new": {"way": "url", "url": ""},
    "/services/new/bare": {"name": "Sample", "base_url": "", "authentication": "none"},
    "/files/new": {"address": ""},
    "/settings/webhooks": {"url": "", "events": "asset.created"},
}


def samples() -> list[str]:
    if not CASES.exists():
        return MORE
    every = json.loads(CASES.read_text())["cases"]
    return MORE + [case["input"] for case in every if case["context"] == "url_field"]


def leading_away(page: str) -> Iterator[str]:
    """Addresses that a browser would follow elsewhere or run."""
    for found in ACTIVE.findall(page):
        address = CONTROL.sub("", unescape(found)).replace("\\", "/")
        there = urlsplit(address)
        if address.startswith("data:image/"):
            continue  # the mark of the site
        if there.scheme not in ("", "http", "https", "mailto") or "evil.example" in there.netloc:
            yield address


def test_a_field_refuses_a_hostile_address_and_keeps_it_as_words(signed_in, alice, make_service):
    service = make_service()
    before, browser = service.base_url, signed_in(alice)
    facts = {"name": service.name, "base_url": "", "authentication": "none"}
    pages = FIELDS | {f"{service.get_absolute_url()}/settings": facts}
    wrong = []
    for sample in samples():
        for path, fields in pages.items():
            given = {name: value or sample for name, value in fields.items()}
            answer = browser.post(path, given)
            page = answer.content.decode()
            said = 'class="msg"' in page or 'role="alert"' in page
            if answer.status_code != 422 or not said or list(leading_away(page)):
                wrong.append((sample, path, answer.status_code))
    assert wrong == []
    service.refresh_from_db()
    assert service.base_url == before


def test_nobody_is_led_elsewhere_by_a_hostile_address(client, signed_in, alice):
    alice.set_password("correct horse battery")
    alice.save()
    who = {"login": alice.username, "password": "correct horse battery"}
    wrong = []
    for sample in samples():
        client.logout()
        asked = client.get("/accounts/login/", {"next": sample})
        answers = [client.post("/accounts/login/", {**who, "next": sample})]
        plain = CONTROL.sub("", sample)  # a header holds no control characters
        for path in ("/notifications/read", "/theme", "/accounts/logout/"):
            given = {"theme": "dark", "next": sample}
            answers.append(client.post(path, given, headers={"Referer": plain}))
        places = [f' href="{answer.get("Location", "")}"' for answer in answers]
        statuses = {answer.status_code for answer in answers}
        if list(leading_away(asked.content.decode() + "".join(places))) or statuses != {302}:
            wrong.append((sample, places, statuses))
    assert wrong == []


def test_what_leads_elsewhere_is_noticed():
    found = leading_away('<a href="java&#9;script:x"> <a href="/\\evil.example"> <a href="/x:y">')
    assert list(found) == ["javascript:x", "//evil.example"]
