"""Uploading in a real browser: dropped, pasted, a folder, a large file for a run; and what was cut
goes on after the page was loaded again."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer
from playwright.sync_api import Page, Route, expect

from ouro_web.files import direct, storage
from ouro_web.files.models import File, Upload
from ouro_web.lib.blobs import from_url
from tests.chromium import chromium

PARTS = bytes(range(256)) * (5 * 16 * 1024)  # 20 MB: two parts and a half
SECONDS = 60_000
GIVE = """([selector, kind, names]) => {
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File([`words of ${name}`], name));
  const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true })
    : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
  document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture
def page(live_server, signed_in, alice, make_route, settings) -> Iterator[Page]:
    settings.PUBLIC_URL = live_server.url
    make_route(input_assets={"structure": {"asset_type": "file"}}, body={"type": "object"})
    cookie = signed_in(alice).cookies["ouro_session"].value
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(SECONDS)
        context.add_cookies([{"name": "ouro_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        problems: list[str] = []
        page.on("dialog", lambda dialog: dialog.accept())  # that something is on its way
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
    assert not problems


def uploaded(page: Page, *names: str) -> None:
    for name in names:
        link = page.locator("[data-queue]").get_by_role("link", name=name)
        expect(link).to_be_visible(timeout=SECONDS)


def words(name: str) -> bytes:
    with storage.open_file(File.objects.get(filename=name)) as content:
        return content.read()


def test_files_come_by_every_way_and_go_on_after_a_break(page, tmp_path):
    """One browser for all of it, since each costs seconds."""
    folder = tmp_path / "study"
    (folder / "inner").mkdir(parents=True)
    (folder / "one.txt").write_bytes(b"one")
    (folder / "inner/two.txt").write_bytes(b"two")
    large = tmp_path / "large.bin"
    large.write_bytes(PARTS)

    page.goto("/files/new")
    page.evaluate(GIVE, ["[data-drop]", "drop", ["a.txt", "b.txt"]])
    page.evaluate(GIVE, ["body", "paste", ["c.txt"]])
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_role("button", name="Upload", exact=True).click()
    uploaded(page, "a.txt", "b.txt", "c.txt", "study/one.txt", "study/inner/two.txt")
    assert words("b.txt") == b"words of b.txt"
    assert File.objects.get(filename="two.txt").name == "study/inner/two.txt"

    offsets = broken_off(page, large)
    assert offsets[:2] == ["0", str(8 << 20)]
    assert Upload.objects.get().arrived == 8 << 20
    page.locator("input[name=file]").set_input_files(large)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/files/alice/large-bin")
    assert offsets[-2:] == [str(8 << 20), str(16 << 20)]
    assert words("large.bin") == PARTS

    for_a_run(page, tmp_path / "for-a-run.bin")


def broken_off(page: Page, large: Path) -> list[str]:
    """No part but the first gets through until the page is left. Gives the offsets of all parts,
    also of later ones."""
    offsets: list[str] = []
    whole: list[bool] = []

    def cut(route: Route) -> None:
        offset = route.request.headers.get("upload-offset", "")
        offsets.extend([offset] if offset else [])
        if offset in ("", "0") or whole:
            route.continue_()
        else:
            route.abort()

    page.route("**/files/uploads/*", cut)
    page.goto("/files/new")
    page.locator("input[name=file]").set_input_files(large)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Upload", exact=True).click()
    page.goto("/files/new")
    whole.append(True)
    return offsets


def for_a_run(page: Page, large: Path) -> None:
    large.write_bytes(PARTS[::-1])
    page.goto("/routes/lab/relax-structure")
    with page.expect_response(lambda answer: "/picker" in answer.url) as chosen:
        page.locator("[data-upload]").set_input_files(large)
    assert chosen.value.status == 200
    expect(page.get_by_role("link", name="for-a-run.bin")).to_be_visible(timeout=SECONDS)
    assert words("for-a-run.bin") == PARTS[::-1]


def begun(page: Page, path: Path) -> None:
    page.goto("/files/new")
    page.locator("input[name=file]").set_input_files(path)
    page.get_by_role("button", name="Upload", exact=True).click()


@pytest.fixture
def store(settings, tmp_path) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    where = "http://{}:{}".format(*server.get_host_and_port())
    url = f"s3://key:secret@papers/site?endpoint={where}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": from_url(url, tmp_path)}
    cast(Any, default_storage).connection.create_bucket(Bucket="papers")
    yield where
    server.stop()


def test_where_there_is_a_store_the_bytes_go_there(store, page, tmp_path, monkeypatch):
    """After a break only what is missing; through the site where the store is out of reach."""
    monkeypatch.setattr(direct, "AT_ONCE", len(PARTS))  # there is no worker here
    large, small = tmp_path / "large.bin", tmp_path / "small.txt"
    large.write_bytes(PARTS)
    small.write_bytes(b"small")
    asked: list[tuple[str, str]] = []
    page.on("requestfinished", lambda request: asked.append((request.method, request.url)))
    blocked = {"part": 2}

    def cut(route: Route) -> None:
        is_blocked = f"partNumber={blocked['part']}&" in route.request.url
        route.abort() if is_blocked or not blocked["part"] else route.continue_()

    page.route(f"{store}/**", cut)
    with page.expect_event("requestfailed"):
        begun(page, large)
    asked.clear()
    blocked["part"] = -1
    begun(page, large)
    page.wait_for_url("**/files/alice/large-bin")
    sent = [url.partition("?")[0] for method, url in asked if method == "PUT"]
    assert len(sent) == 2
    assert all(url.startswith(f"{store}/papers/site/files/") for url in sent)
    assert words("large.bin") == PARTS

    blocked["part"] = 0
    begun(page, small)
    page.wait_for_url("**/files/alice/small-txt")
    assert words("small.txt") == b"small"
