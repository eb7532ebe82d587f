"""Choosing how an asset stands in a text, and the markdown that this makes."""

import json
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from ouro_web.actions.models import Action
from ouro_web.lib.markdown import Slot, embed, render

URL = "/posts/aids/block"


@pytest.fixture
def make_run(make_route, alice):
    def make(*, status="success", route=None, response=None):
        route = route or make_route("Relax structure")
        return Action.objects.create(
            user=alice, route=route, route_name=route.name, visibility="route", status=status,
            organization=route.organization, team=route.team, output_visibility="private",
            response={"energy": -5.3128, "steps": 4} if response is None else response,
            call={"body": {"fmax": 0.02}}, finished_at=timezone.now(),
        )  # fmt: skip

    return make


@pytest.fixture
def choose(signed_in, alice):
    """What is made of these choices, as a text and as the slot it is read as."""

    def ask(asset, *, status=200, **given) -> str:
        answer = signed_in(alice).get(URL, {"asset": str(asset.pk), **given})
        assert answer.status_code == status, answer.content.decode()
        return str(answer.content.decode())

    return ask


def made(page: str) -> str:
    return unescape(page.split('name="made"')[1].split(">", 1)[1].split("</textarea>")[0])


def slot(page: str) -> Slot:
    return render(made(page)).slots[0]


@pytest.mark.parametrize(
    ("way", "mode"), [("card", "card"), ("preview", "preview"), ("", "preview")]
)
def test_a_file_is_shown_as_one_chooses(way, mode, choose, make_file):
    file = make_file("notes.txt", visibility="public")
    page = choose(file, **{"as": way, "caption": "Of *May*.", "collapse": "Notes"})
    assert slot(page) == Slot(
        "embed", id=str(file.pk), type="file", mode=mode, caption="Of *May*.", collapse="Notes"
    )
    assert "Of <em>May</em>." in page  # as readers see it


def test_a_link_has_the_name_without_brackets(choose, make_asset):
    asset = make_asset("A [b]")
    assert made(choose(asset, **{"as": "link"})) == f"[A (b)](post:{asset.pk})"


def test_the_newest_run_that_succeeded_is_offered(choose, make_run):
    good = make_run()
    bad = make_run(route=good.route, status="error")
    page = choose(good.route)
    assert slot(page).action == str(good.pk)
    assert page.index(str(bad.pk)) < page.index(str(good.pk))
    assert slot(choose(good.route, run="")).action == ""
    assert slot(choose(good.route, run=str(bad.pk))).action == str(bad.pk)


def test_parts_and_outputs_of_a_run_can_be_chosen(choose, make_run):
    run = make_run()
    given = {"run": str(run.pk), "show": ["inputs", "logs"], "outputs": ["energy", "gone"]}
    found = slot(choose(run.route, **given))
    assert (found.show, found.outputs) == (("inputs", "logs"), ("energy",))
    assert 'name="show"' not in choose(run.route, run="")
    choose(run.route, status=422, run=str(run.pk), show=["weather"])


def test_one_value_of_a_run_is_written_into_a_sentence(choose, make_run):
    run = make_run()
    page = choose(run.route, **{"as": "value", "run": str(run.pk), "value": "energy"})
    assert made(page) == f"{{{{action:{run.pk}#energy}}}}"
    assert made(choose(run.route, **{"as": "value"})) == made(page)  # the first is offered
    choose(run.route, status=422, **{"as": "value", "run": ""})
    empty = make_run(route=run.route, response={"curve": [1, 2]})
    page = choose(run.route, status=422, **{"as": "value", "run": str(empty.pk)})
    assert "holds no single value" in page


def test_the_values_that_a_form_begins_with_are_an_object(choose, make_route):
    route = make_route()
    page = choose(route, **{"as": "interactive", "values": '{"fmax": 0.02}'})
    assert (slot(page).mode, slot(page).values) == ("interactive", '{"fmax": 0.02}')
    for wrong in ("[1]", "{", '{"a": NaN}'):
        page = choose(route, status=422, **{"as": "interactive", "values": wrong})
        assert f">\n{wrong}</textarea>" in unescape(page)  # what was typed stays


def test_a_dataset_is_shown_by_its_view_or_by_some_of_its_rows(choose, make_dataset):
    data = make_dataset()
    view = data.views.create(name="Only copper", sql="select * from {{table}}")
    assert slot(choose(data, view=str(view.pk))).view == str(view.pk)
    found = slot(choose(data, filters="island.eq.Biscoe", view=""))
    assert (found.filters, found.view) == ("island.eq.Biscoe", "")
    assert "There is no column" in choose(data, status=422, filters="gone.eq.1")


def test_a_block_that_stands_in_a_text_is_opened_as_it_is(signed_in, alice, make_run):
    run = make_run()
    older = [make_run(route=run.route) for _ in range(13)]
    assert older
    whole = Slot(
        "embed", id=str(run.route.pk), type="route", mode="preview", action=str(run.pk),
        show=("status",), outputs=("steps",), collapse="All", caption="It.",
    )  # fmt: skip
    browser = signed_in(alice)
    for written in (embed.fence(whole), embed.spelled(whole)):
        assert slot(browser.get(URL, {"block": written}).content.decode()) == whole


def test_what_a_block_holds_besides_is_kept(signed_in, alice, make_route):
    whole = Slot(
        "embed", id=str(make_route().pk), type="route", mode="interactive", values='{"a": [1]}'
    )
    page = signed_in(alice).get(URL, {"block": embed.fence(whole)}).content.decode()
    assert slot(page) == whole


@pytest.mark.parametrize("block", ["{", "[1]", "```assetComponent\n{}\n```", "words"])
def test_a_block_that_cannot_be_read_says_why_and_stays(block, signed_in, alice):
    answer = signed_in(alice).get(URL, {"block": block})
    assert answer.status_code == 422
    assert block in unescape(answer.content.decode())


def test_the_dialog_gets_the_part_and_a_writer_without_scripts_the_page(
    signed_in, make_file, alice
):
    file, browser = make_file(), signed_in(alice)
    page = browser.get(URL, {"asset": str(file.pk)}).content.decode()
    part = browser.get(URL, {"asset": str(file.pk)}, headers={"HX-Request": "true"})
    assert "Make the block" in page
    assert part.content.decode().strip().startswith('<div id="insert-choices"')
    assert "Open it" in browser.get(URL).content.decode()


def test_nothing_is_said_of_what_one_may_not_see(signed_in, make_asset, make_run, carol, alice):
    secret = make_asset("Canary", visibility="private")
    run = make_run()
    Action.objects.update(visibility="private")
    browser = signed_in(carol)
    asked: list[dict[str, Any]] = [
        {"asset": str(secret.pk)},
        {"block": json.dumps({"id": str(secret.pk), "assetType": "post", "viewMode": "card"})},
    ]
    for given in (*asked, {"asset": "nonsense"}):
        assert browser.get(URL, given).status_code == 404
    page = browser.get(URL, {"asset": str(run.route.pk), "run": str(run.pk)}).content.decode()
    assert str(run.pk) not in page
    assert browser.get(URL, {"asset": ""}).status_code == 200
