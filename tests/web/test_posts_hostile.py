"""The samples of hostile markdown, through the page, as a reader other than the author: first as
a checker reads them, then as a browser does."""

import importlib.util
import json
import re
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request

from ouro_web.comments import talk
from ouro_web.datasets import tables
from ouro_web.lib.markdown import Rendered
from ouro_web.posts import publish
from ouro_web.posts.models import Post
from tests.conftest import shared
from tests.web.test_look import opened

PROSE = re.compile(
    r'<div class="prose" hx-disable hx-ignore>(.*?)</div>\s*<section class="comments"', re.DOTALL
)


@pytest.fixture
def names(place, alice) -> dict[str, str]:
    dataset = tables.create(place(alice, "public"), name="Open data", rows=[{"a": 1}])
    secret = publish.create(place(alice, "private"), name="Canary name", text="")
    return {
        "PUBLIC_DATASET_ID": str(dataset.pk),
        "PUBLIC_DATASET_NAME": dataset.name,
        "PRIVATE_POST_ID": str(secret.pk),
        "PRIVATE_FILE_ID": str(secret.pk),
        "PRIVATE_POST_NAME": secret.name,
        "PRIVATE_POST_DESCRIPTION": "Canary description",
        "PRIVATE_POST_OWNER": "Canary owner",
        "BASE_URL": "http://testserver",
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, word in names.items():
        text = text.replace("{{" + name + "}}", word)
    return json.loads(text)


def checker() -> ModuleType:
    pytest.importorskip("html5lib")
    spec = importlib.util.spec_from_file_location("check_html", shared("cases/check_html.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def samples(context: str) -> list[dict[str, Any]]:
    cases = json.loads(shared("cases/xss_markdown.json").read_text())["cases"]
    return [case for case in cases if case["context"] == context and case["input"]]


def test_hostile_samples_get_nothing_through_the_page(signed_in, place, alice, carol, names):
    check = checker()
    post = publish.create(place(alice, "public"), name="Sample", text="")
    reader = signed_in(carol)
    found = {}
    for case in samples("markdown"):
        case = filled(case, names)
        publish.update(post, by=alice, text=case["input"])
        page = reader.get(post.get_absolute_url()).content.decode()
        prose = PROSE.search(page)
        assert prose, case["id"]
        if wrong := check.violations(prose[1], case):
            found[case["id"]] = wrong
    assert found == {}


@pytest.fixture
def gathered(place, alice, names) -> Post:
    """Every sample on one page: each rendered by itself in the text and again as a comment, so
    that none hides in what another left open; the plain ones as names, columns and cells."""
    plain = [case["input"] for case in samples("plain")]
    rows = [dict.fromkeys(plain, word) for word in plain]
    table = tables.create(place(alice, "public"), name=" ".join(plain)[:255], rows=rows)
    shown = {"id": str(table.pk), "assetType": "dataset", "viewMode": "preview"}
    texts = [f"```assetComponent\n{json.dumps(shown)}\n```"]
    texts += [filled(case, names)["input"] for case in samples("markdown")]
    post = publish.create(place(alice, "public"), name=table.name, text="", description=table.name)
    rendered = [publish.render(text, "") for text in texts]
    whole = Rendered([part for each in rendered for part in each.parts])
    post.rendered = whole.as_json()
    post.save(update_fields=["rendered"])
    for text in texts:
        talk.add(post, author=alice, text=text)
    return post


TOUCH = """() => {
  const kinds = ["pointerover", "mouseover", "focus", "toggle", "wheel", "load", "error"];
  for (const each of document.querySelectorAll(".prose *")) {
    for (const kind of kinds) each.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  addEventListener("click", (event) => event.preventDefault());
  for (const link of document.querySelectorAll(".prose a")) link.click();
  const allowed = ["http:", "https:", "mailto:"];
  const odd = [...document.links].filter((link) => !allowed.includes(link.protocol));
  return odd.map((link) => link.outerHTML);
}"""


def test_hostile_samples_run_nothing_in_a_browser(
    live_server, client, settings, gathered, alice, carol
):
    client.force_login(carol)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    said: list[str] = []
    with opened(live_server.url) as page:
        page.context.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        ])  # fmt: skip
        listen(page, said, live_server.url)
        page.goto(gathered.get_absolute_url(), wait_until="networkidle")
        said += page.evaluate(TOUCH)
        page.wait_for_load_state("networkidle")
        assert page.locator(".comment").count() == len(samples("markdown")) + 1
        assert page.locator(".prose").count() == len(samples("markdown")) + 2
        assert page.title() == f"{gathered.name} · Ouro Web"
        assert page.url == live_server.url + gathered.get_absolute_url()
    assert said == []


def listen(page: Page, said: list[str], site: str) -> None:
    """Whatever a script that ran would do: speak, ask, open a window, call elsewhere."""

    def asks(dialog: Dialog) -> None:
        said.append(f"asks: {dialog.message}")
        dialog.dismiss()

    def calls(request: Request) -> None:
        if not request.url.startswith((site, "data:")):
            said.append(f"calls: {request.url}")

    page.on("console", lambda line: said.append(f"{line.type}: {line.text} {line.location}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", asks)
    page.on("popup", lambda other: said.append(f"opens: {other.url}"))
    page.on("request", calls)
