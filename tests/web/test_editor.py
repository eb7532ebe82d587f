"""Writing a post in a real browser: what the script adds to the form."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ouro_web.actions.models import Action
from ouro_web.posts import publish
from tests.chromium import chromium

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
REPLACED = re.compile("htmx:(sendAbort|afterRequest),")  # a preview, by that of newer words


@pytest.fixture
def earlier(alice, bob, place):
    return publish.create(place(alice, "public"), name="Earlier findings", text="Found.")


@pytest.fixture
def page(live_server, client, settings, alice, request) -> Iterator[Page]:
    """Signed in as alice; any error of a script fails the test. Parametrized with "plain" the
    browser runs no script."""
    client.force_login(alice)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    scripts = getattr(request, "param", "") != "plain"
    errors: list[str] = []
    with chromium() as browser:
        page = browser.new_page(base_url=live_server.url, java_script_enabled=scripts)
        page.context.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        ])  # fmt: skip
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.extend([said.text] if said.type == "error" else []))
        yield page
    assert [said for said in errors if not REPLACED.match(said)] == []


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


PASTE = """([text, name, bytes]) => {
  const board = new DataTransfer();
  if (text) board.setData("text/plain", text);
  if (name) board.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
  const box = document.querySelector("[data-text]");
  const given = { bubbles: true, cancelable: true };
  box.dispatchEvent(name.startsWith("dropped")
    ? new DragEvent("drop", { ...given, dataTransfer: board })
    : new ClipboardEvent("paste", { ...given, clipboardData: board }));
}"""


def test_what_is_pasted_or_dropped_becomes_markdown(earlier, page, live_server):
    page.goto("/posts/new")
    text = page.locator("[data-text]")
    text.click()
    page.evaluate(PASTE, ["metal\tenergy\nCu|1\t-3.5\nNi\t1e-3\n", "", []])
    table = "| metal | energy |\n| --- | ---: |\n| Cu\\|1 | -3.5 |\n| Ni | 1e-3 |\n\n"
    expect(text).to_have_value(table)
    page.evaluate(PASTE, [live_server.url + earlier.get_absolute_url(), "", []])
    link = f"[Earlier findings](post:{earlier.pk})"
    expect(text).to_have_value(table + link)
    for name in ("pasted [1].png", "dropped.png"):
        page.evaluate(PASTE, ["", name, list(PNG)])
        expect(text).to_have_value(re.compile(rf"!\[{name[:6]}.*\]\(file:[0-9a-f-]{{36}}\)"))
    expect(page.locator("#preview img")).to_have_count(2)
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")


SCROLL = """(box, line) => {
  box.scrollTop = (line + 0.5) * parseFloat(getComputedStyle(box).lineHeight);
}"""
# As page.wait_for_function, which the content policy forbids.
UNTIL = """async () => {
  for (let n = 0; n < 600; n++) {
    if (%s) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
AT = """() => {
  const preview = document.getElementById("preview");
  const top = preview.getBoundingClientRect().top;
  const parts = [...preview.querySelectorAll("h2")];
  return parts.filter((part) => part.getBoundingClientRect().top < top + 40).length;
}"""


def test_the_preview_keeps_step_with_the_text(page):
    """Parts of unequal length on both sides, so that equal shares of the height would not do."""
    page.goto("/posts/new")
    text = page.locator("[data-text]")
    tall = "| a |\n| --- |\n" + "| 1 |\n" * 30
    text.fill("\n\n".join(f"## Part {n}\n\n{tall if n < 5 else 'Words.'}" for n in range(1, 61)))
    expect(page.locator("#preview")).to_contain_text("Part 60")
    lines = {n: text.input_value().split(f"## Part {n}\n")[0].count("\n") for n in (4, 31)}
    for part, line in lines.items():
        text.evaluate(SCROLL, line)
        assert page.evaluate(UNTIL % f"Math.abs(({AT})() - {part}) <= 1")
    page.locator("#preview").hover()
    page.locator("#preview").evaluate("(box) => box.scrollTop = 0")
    assert page.evaluate(UNTIL % "document.querySelector('[data-text]').scrollTop === 0")


@pytest.fixture
def things(alice, bob, place, make_file, make_dataset, make_route) -> dict[str, Any]:
    """One of each kind, open to all, each found by its own word."""
    route = make_route("Relax structure", output_assets={"report": {"asset_type": "post"}})
    run = Action.objects.create(
        user=alice, route=route, route_name=route.name, visibility="route", status="success",
        organization=route.organization, team=route.team, output_visibility="private",
        response={"energy": -5.3128}, call={"body": {"fmax": 0.02}},
        finished_at=timezone.now(),
    )  # fmt: skip
    table = make_dataset("Penguins", visibility="public")
    view = table.views.create(
        name="Heavy ones", sql="select species from {{table}} where mass>3700"
    )
    return {
        "file": make_file("notes.txt", "Kept cold.\n", visibility="public"), "table": table,
        "view": view, "route": route, "service": route.service, "run": run,
        "post": publish.create(place(alice, "public"), name="Earlier findings", text="Found."),
    }  # fmt: skip


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Presses Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("(what) => document.activeElement.matches(what)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def insert(page: Page, words: str, name: str, kind: str = "", pick: str = "") -> None:
    """From an empty line: "/", words, the first that is found, how to show it, what to pick."""
    page.keyboard.press("/")
    expect(page.get_by_label("Search assets")).to_be_focused()
    page.keyboard.type(words)
    expect(page.get_by_role("radio", name=re.compile(name))).to_be_visible()
    expect(page.locator("#insert-found li")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile(name))).to_be_focused()
    expect(page.locator("[data-put]")).to_be_enabled()  # what can be chosen has come
    if kind:
        tab_to(page, "[name=as]")
        for _ in range(6):
            if page.locator(f"[name=as][value={kind}]:checked").count():
                break
            page.keyboard.press("ArrowRight")
    if pick:
        expect(page.locator(pick)).to_be_visible()
        tab_to(page, pick)
        page.keyboard.press("ArrowDown")
        expect(page.locator("[data-put]")).to_be_enabled()
        tab_to(page, "[data-put]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-dialog]")).to_be_hidden()
    expect(page.locator("[data-text]")).to_be_focused()


def test_a_post_with_every_kind_of_embed_is_written_by_keyboard_alone(things, page):
    page.goto("/posts/new")
    tab_to(page, "[name=name]")
    page.keyboard.type("By hand")
    tab_to(page, "[data-text]")
    write_a_line(page)
    insert(page, "earlier", "Earlier findings", "link")
    page.keyboard.type("\n\n")
    insert(page, "materials", "Materials service", "card")
    insert(page, "notes", "notes")
    insert(page, "penguins", "Penguins", "preview", "#insert-view")
    insert(page, "relax", "Relax structure")  # its newest run is pinned unless one chooses
    change_the_last_block(page)
    insert(page, "relax", "Relax structure", "interactive")
    page.keyboard.press("/")
    page.keyboard.press("Escape")  # nothing chosen: it was a slash
    expect(page.locator("[data-text]")).to_have_value(re.compile(r"```\n\n/$"))
    page.keyboard.press("Backspace")
    page.keyboard.type("It is\n")
    insert(page, "relax", "Relax structure", "value")
    page.keyboard.type(" eV at last.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    expect(page.locator("#preview")).to_contain_text("eV at last.")
    publish_by_keyboard(page)
    shows_all(page)
    kept = page.request.get(f"{page.url}/markdown").text()
    line = "**strong** *leaning* `code` for @bob  and x/y."
    assert kept.startswith(f"# By hand\n\n{line}\n\n[Earlier findings](post:")


def change_the_last_block(page: Page) -> None:
    """From within it: only some parts, folded, with a caption."""
    text = page.locator("[data-text]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Change how it is shown")).to_be_visible()
    page.keyboard.press("Alt+Enter")
    expect(page.locator("[name=as][value=preview]")).to_be_focused()
    for field in ("[name=show][value=inputs]", "[name=outputs][value=energy]"):
        tab_to(page, field)
        page.keyboard.press("Space")
    tab_to(page, "[name=caption]")
    page.keyboard.type("At *0 K*.")
    expect(page.locator(".as-shown em")).to_have_text("0 K")
    page.keyboard.press("Enter")
    expect(page.locator("[data-dialog]")).to_be_hidden()
    expect(text).to_have_value(re.compile(r'"show": \[\s*"inputs"\s*\]'))
    expect(text).to_have_value(re.compile(r'"caption": "At \*0 K\*\."'))
    page.keyboard.press("Control+End")


def publish_by_keyboard(page: Page) -> None:
    tab_to(page, "[value=publish]", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Publish “By hand”")).to_be_visible()
    tab_to(page, "[type=submit].big")
    page.keyboard.press("Enter")


def write_a_line(page: Page) -> None:
    """With shortcuts, a mention that is completed, and a slash that is a slash."""
    for key, words in (("b", "strong"), ("i", "leaning"), ("e", "code")):
        page.keyboard.press(f"Control+{key}")
        page.keyboard.type(words)
        page.keyboard.press("End")
        page.keyboard.type(" ")
    page.keyboard.type("for @bo")
    expect(page.get_by_role("option", name="@bob")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(" and x/y.\n\n")


@pytest.mark.parametrize("page", ["plain"], indirect=True)
def test_the_same_post_is_written_without_scripts(things, page):
    def fence(thing, kind, mode="preview", **display) -> str:
        block = {"id": str(things[thing].pk), "assetType": kind, "viewMode": mode}
        return f"```assetComponent\n{json.dumps({**block, 'displayConfig': display})}\n```"

    run = str(things["run"].pk)
    pieces = [
        f"**strong** and [Earlier findings](post:{things['post'].pk}) for @bob",
        fence("service", "service", "card"), fence("file", "file"),
        fence("table", "dataset", visualizationId=str(things["view"].pk)),
        fence("route", "route", actionId=run), fence("route", "route", "interactive"),
        f"It is {{{{action:{run}#energy}}}} eV.",
    ]  # fmt: skip
    page.goto("/posts/new")
    page.get_by_label("Title").fill("By hand")
    page.get_by_label("Text in markdown").fill("\n\n".join(pieces))
    with page.expect_popup() as aside:
        page.get_by_role("link", name="Find assets").click()
    aside.value.get_by_label("Words, a link or an id").fill("penguins")
    aside.value.get_by_role("button", name="Search", exact=True).click()
    expect(aside.value.get_by_label("Block of Penguins")).to_contain_text(str(things["table"].pk))
    aside.value.close()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong").first).to_have_text("strong")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    page.get_by_role("button", name="Publish…").click()
    page.get_by_label("Everybody, also without an account").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    shows_all(page)
    page.get_by_role("link", name="Run it with your own input").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()


def shows_all(page: Page) -> None:
    """The published post, whichever way it was written."""
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    prose = page.locator("article > .prose")
    shown = [
        "strong",
        "Earlier findings",
        "Materials service",
        "Kept cold.",
        "Heavy ones",
        "Adelie",
    ]
    for words in shown:
        expect(prose).to_contain_text(words)
    expect(prose.get_by_role("link", name="@bob")).to_be_visible()
    expect(prose.get_by_role("group", name="Pinned run of Relax structure")).to_contain_text("0.02")
    expect(prose.locator("[data-open-form]")).to_have_count(1)
    expect(prose.locator("a.value")).to_have_text("-5.3128")
