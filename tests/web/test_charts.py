"""Charts and the SQL console as a browser has them."""

import shutil
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from ouro_web.datasets.models import SavedView
from tests.web.test_look import opened

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")

CONFIG = {"type": "bar", "category": {"dataKey": "island"}, "series": [{"dataKey": "n"}]}
SQL = "select island, count(*) as n from {{table}} group by 1 order by 1"
CHOSEN = """() => { const field = document.getElementById("sql");
  return field.value.slice(field.selectionStart, field.selectionEnd); }"""


def test_a_chart_is_drawn_and_names_are_completed(live_server, make_dataset):
    dataset = make_dataset(visibility="public")
    view = SavedView.objects.create(dataset=dataset, name="Islands", sql=SQL, config=CONFIG)
    said: list[str] = []
    with opened(live_server.url) as page:
        page.context.unroute_all()  # the console asks for a part of its page
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{dataset.get_absolute_url()}/views/{view.pk}")
        look_at_chart(page)
        page.goto(f"{dataset.get_absolute_url()}/sql?sql={quote('select 1')}")
        ask(page)
        assert said == []
        ask_wrongly(page)


def look_at_chart(page: Page) -> None:
    page.wait_for_selector("[data-drawn] svg >> text=Torgersen")
    assert page.locator("[data-drawn] svg path").count() > 5
    assert page.locator("table.grid tbody tr").count() == 3


def ask(page: Page) -> None:
    field = page.locator("#sql")
    field.fill("")
    field.press_sequentially("select isl")
    page.wait_for_selector("#completions li")
    field.press("Tab")
    assert field.input_value() == "select island"
    field.press_sequentially(" from {{table}}")
    field.press("Control+Enter")
    page.wait_for_selector("#result >> text=Torgersen")
    assert page.locator(".history a").first.text_content() == "select island from {{table}}"


def ask_wrongly(page: Page) -> None:
    """The place of the error is chosen in the text."""
    field = page.locator("#sql")
    field.fill("select 1,\n wings from {{table}}")
    field.press("Control+Enter")
    page.locator("[data-line]").click()
    assert page.evaluate(CHOSEN) == "wings"
