"""Charts and the SQL console as a browser has them."""

from urllib.parse import quote

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from ouro_web.actions.models import Action
from ouro_web.datasets.models import SavedView
from tests.web.test_look import opened

CONFIG = {"type": "bar", "category": {"dataKey": "island"}, "series": [{"dataKey": "n"}]}
SQL = "select island, count(*) as n from {{table}} group by 1 order by 1"
CHOSEN = """() => { const field = document.getElementById("sql");
  return field.value.slice(field.selectionStart, field.selectionEnd); }"""


CURVE = [{"kelvin": 300, "order": 0.2}, {"kelvin": 100, "order": 0.9}]
CHART = {
    "data": "curve", "title": "Order at {Tc:0} K", "sort": "kelvin",
    "config": {"type": "line", "category": {"dataKey": "kelvin"}, "series": [{"dataKey": "order"}]},
}  # fmt: skip


@pytest.fixture
def run(make_route, alice) -> Action:
    """A run whose answer its route declares a chart of."""
    route = make_route(operation={"extensions": {"x-ouro-response-charts": [CHART]}})
    return Action.objects.create(
        user=alice, route=route, route_name=route.name, visibility="route", status="success",
        organization=route.organization, team=route.team, output_visibility="public",
        call={}, response={"Tc": 251.4, "curve": CURVE}, finished_at=timezone.now(),
    )  # fmt: skip


def test_a_chart_is_drawn_and_names_are_completed(live_server, make_dataset, run):
    dataset = make_dataset(visibility="public")
    view = SavedView.objects.create(dataset=dataset, name="Islands", sql=SQL, config=CONFIG)
    said: list[str] = []
    with opened(live_server.url) as page:
        page.context.unroute_all()  # the console asks for a part of its page
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{dataset.get_absolute_url()}/views/{view.pk}")
        look_at_chart(page)
        page.goto(run.get_absolute_url())
        look_at_answer(page)
        page.goto(f"{dataset.get_absolute_url()}/sql?sql={quote('select 1')}")
        ask(page)
        assert said == []
        ask_wrongly(page)


def look_at_chart(page: Page) -> None:
    page.wait_for_selector("[data-drawn] svg >> text=Torgersen")
    assert page.locator("[data-drawn] svg path").count() > 5
    assert page.locator("table.grid tbody tr").count() == 3


def look_at_answer(page: Page) -> None:
    """The chart of a list in a run's answer, and the same list as a table."""
    assert page.locator("h3", has_text="Order at 251 K").is_visible()
    page.wait_for_selector("[data-drawn] svg >> text=kelvin")
    assert page.locator("table.grid tbody td").all_text_contents() == ["100", "0.9", "300", "0.2"]


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
