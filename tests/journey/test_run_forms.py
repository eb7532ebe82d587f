"""Other people's operations in a real browser: each is opened, looked at by axe, filled in with the
means of its page and run, and what reaches the service is what was meant."""

import json
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.actions.conftest import answer
from tests.client.site import Site, running
from tests.conftest import shared
from tests.journey.conftest import PATIENCE
from tests.journey.operations import CASES, Case
from tests.raw_server import RawServer, Seen, raw_server
from tests.web.test_look import LOADED, SERIOUS

SKETCH = "ouro-stability.json POST /stable-image/control/sketch"
PAYMENT = "train-travel-3.1.json POST /bookings/{bookingId}/payment"
PASTE = """(box) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "pasted.png", { type: "image/png" }));
  const told = { clipboardData: data, bubbles: true, cancelable: true };
  box.dispatchEvent(new ClipboardEvent("paste", told));
}"""
PICTURE: FilePayload = {
    "name": "sketch.png",
    "mimeType": "image/png",
    "buffer": b"\x89PNG\r\n\x1a\n0000",
}
WAIT = """() => {
  window.changed = new Promise((done) => addEventListener("run:changed", done, {once: true}));
}"""
ROWS = """
import json, os, pathlib
from importlib import import_module
from django.conf import settings
from django.test import Client
from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.services import importing

given = json.loads(os.environ["GIVEN"])
alice = User.objects.create_user("alice", email="alice@example.org", password=None)
client = Client()
client.force_login(alice)
addresses = {}
for path, keys in given["documents"].items():
    facts = importing.Facts(name=pathlib.Path(path).stem, base_url=given["upstream"])
    document = importing.Document(pathlib.Path(path).read_text())
    service = importing.create(Placement.for_person(alice), facts, document, take=keys)
    for route in importing.routes_of(service):
        key = f"{pathlib.Path(path).name} {route.method} {route.path}"
        addresses[key] = route.get_absolute_url()
name = settings.SESSION_COOKIE_NAME
result = {"cookie": [name, client.cookies[name].value], "addresses": addresses}
"""


@dataclass
class Upstream:
    """Keeps what it gets in the order in which it came."""

    server: RawServer
    came: "queue.Queue[Seen]" = field(default_factory=queue.Queue)


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    came: queue.Queue[Seen] = queue.Queue()
    respond = answer({"ok": True})

    def behave(seen: Seen, connection: Any) -> None:
        came.put(seen)
        respond(seen, connection)

    with raw_server(behave) as server:
        yield Upstream(server, came)


@pytest.fixture(scope="module")
def site(tmp_path_factory, prepared) -> Iterator[Site]:
    with running(prepared(tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="module")
def page(site, upstream, browser: Browser) -> Iterator[tuple[Page, dict[str, str]]]:
    """Alice's, and the addresses of the routes."""
    documents: dict[str, list[str]] = {}
    for case in CASES:
        path = str(shared(f"cases/openapi/{case.document}"))
        documents.setdefault(path, []).append(case.key)
    given = {"upstream": upstream.server.url(""), "documents": documents}
    site.environment["GIVEN"] = json.dumps(given)
    made = site.python(ROWS)
    context = browser.new_context(base_url=site.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(LOADED)
    name, value = made["cookie"]
    context.add_cookies([{"name": name, "value": value, "url": site.url}])
    yield context.new_page(), made["addresses"]
    context.close()


def test_twenty_operations_are_opened_filled_and_run(page, upstream):
    page, addresses = page
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("console", lambda line: said.extend([line.text] if line.type == "error" else []))
    wrong: list[object] = []
    for case in CASES:
        page.goto(addresses[f"{case.document} {case.key}"])
        page.evaluate("window.isTheSamePage = true")
        for step, value in case.steps:
            take(page, step, value)
        wrong += [(case.key, fault) for fault in look(page)]
        page.locator(".runbar .primary").click()
        expect(page.locator("#result-title:focus, #problems:focus")).to_be_visible()
        if page.locator("#problems").count():
            wrong.append((case.key, page.locator("#problems").text_content()))
            continue
        seen = upstream.came.get(timeout=PATIENCE)
        if not is_meant(seen, case):
            wrong.append((case.key, seen.line, seen.body))
        assert page.evaluate("window.isTheSamePage")
    assert wrong == said == []
    page.goto("/actions/")
    expect(page.locator("#rows .status", has_text="Success")).to_have_count(len(CASES))


def is_meant(seen: Seen, case: Case) -> bool:
    if isinstance(case.body, bytes):
        same = case.body in seen.body
    else:
        same = (json.loads(seen.body) if seen.body else None) == case.body
    return same and f"{seen.method} {seen.path}" == case.line


def take(page: Page, step: str, value: str) -> None:
    word, _, name = step.partition(" ")
    if word == "type":
        changed(page, lambda: page.locator("#run-type").select_option(value))
    elif word == "add":
        changed(page, lambda: page.locator(named("button", "value", f"add:{name}")).click())
    elif word == "branch":
        choice = page.locator(named("select", "name", f"{name}~b"))
        changed(page, lambda: choice.select_option(value))
    elif word == "pick":
        page.set_input_files("[data-upload]", PICTURE)
        expect(page.locator(".chosen .main")).to_have_text("sketch.png")
    else:
        say(page, step, value)


def changed(page: Page, act: Any) -> None:
    """Until what the button changes is there."""
    page.evaluate(WAIT)
    act()
    page.evaluate("window.changed.then(() => true)")


def say(page: Page, name: str, value: str) -> None:
    box = page.locator(named("#run-form ", "name", name)).first
    kind = box.evaluate("(box) => box.type")
    if kind == "radio":
        page.locator(named("#run-form ", "name", name) + f'[value="{value}"]').check(force=True)
    elif kind == "select-one":
        box.select_option(value)
    else:
        box.fill(value)


def named(start: str, attribute: str, value: str) -> str:
    return f"{start}[{attribute}={json.dumps(value)}]"


def look(page: Page) -> list[str]:
    return list(page.evaluate(SERIOUS))


def test_the_picker_needs_no_mouse_and_a_draft_outlives_its_tab(page):
    page, addresses = page
    page.goto(addresses[SKETCH])
    page.set_input_files("[data-upload]", PICTURE)
    chosen = page.locator(".chosen .main")
    expect(chosen).to_have_text("sketch.png")
    page.get_by_role("button", name="Remove sketch.png").click()
    expect(chosen).to_have_count(0)

    options = page.locator("[role=listbox] [role=option]")
    box = page.locator("input[role=combobox]")
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    for key, option in (("End", options.last), ("Home", options.first)):
        box.press(key)
        expect(option).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(options.first).to_be_hidden()
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(chosen).to_have_text("sketch.png")

    box.evaluate(PASTE)
    expect(chosen).to_have_text("pasted.png")
    with page.expect_response(lambda answer: answer.status == 204):
        page.get_by_label("Prompt", exact=True).fill("half a sent")
    other = page.context.new_page()
    page.close()
    other.goto(addresses[SKETCH])
    expect(other.get_by_text("Your unfinished values are back.")).to_be_visible()
    expect(other.get_by_label("Prompt", exact=True)).to_have_value("half a sent")
    expect(other.locator(".chosen .main")).to_have_text("pasted.png")


def test_the_same_forms_need_no_script(site, page, browser, upstream):
    signed_in, addresses = page
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    context.set_default_timeout(PATIENCE * 1000)
    context.add_cookies(signed_in.context.cookies())
    plain = context.new_page()
    plain.goto(addresses[PAYMENT])
    say(plain, "p/bookingId", "1725ff48-ab45-4bb5-9d02-88745177dedb")
    plain.locator(named("select", "name", "b/source~b")).select_option("1")
    plain.get_by_role("button", name="Show fields").click()
    say(plain, "b/source/name", "J. Doe")
    plain.get_by_role("button", name="Run", exact=True).last.click()
    expect(plain.locator("#problems")).to_contain_text("Account type is required")
    for name, value in (("number", "12"), ("account_type", "0"), ("bank_name", "x")):
        say(plain, f"b/source/{name}", value)
    say(plain, "b/source/country", "gb")
    plain.get_by_role("button", name="Run", exact=True).last.click()
    plain.wait_for_url("**/actions/*")
    sent = json.loads(upstream.came.get(timeout=PATIENCE).body)
    assert sent["source"]["name"] == "J. Doe"
    assert sent["source"]["object"] == "bank_account"

    plain.goto(addresses[SKETCH])
    plain.get_by_label("Or upload a file").set_input_files(PICTURE)
    say(plain, "b/prompt", "a cat")
    plain.get_by_role("button", name="Run", exact=True).last.click()
    plain.wait_for_url("**/actions/*")
    assert b"a cat" in upstream.came.get(timeout=PATIENCE).body
    context.close()
