"""What happens to the values of a run form besides running them: code, presets, links, drafts."""

import shlex
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import html5lib
import pytest

from ouro_web.accounts import keys
from ouro_web.actions.models import Action, SavedForm
from ouro_web.lib.fields import exact
from tests.browser import typed

BODY = {
    "type": "object",
    "properties": {
        "structure": {"type": "object"},
        "fmax": {"type": "number", "default": 0.05},
        "note": {"type": "string", "maxLength": 60},
        "big": {"type": "integer"},
        "token": {"type": "string", "format": "password"},
        "steps": {"type": "array", "items": {"type": "number"}},
    },
}
PARAMETERS = [
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer"}},
    {"name": "x-trace", "in": "header", "required": False, "schema": {"type": "string"}},
    {"name": "session", "in": "cookie", "required": False, "schema": {"type": "string"}},
]
TYPED = {
    "b/fmax": "0.02", "b/note": "it's “fine”\\", "b/big": str(10**30), "b/token": "s3cret",
    "b/steps~r": ["r1", "r2"], "b/steps/r1": "1", "b/steps/r2": "2.5", "b/steps~s": "value",
    "q/limit": "5", "h/x-trace": "abc", "c/session": "xyz",
}  # fmt: skip
SENT = {"fmax": 0.02, "note": "it's “fine”\\", "big": 10**30, "steps": [1, 2.5]}


@pytest.fixture
def route(make_route):
    inputs = {"structure": {"asset_type": "file", "file_extensions": ["cif"], "optional": True}}
    return make_route(body=BODY, parameters=PARAMETERS, input_assets=inputs)


@pytest.fixture
def address(route):
    return route.get_absolute_url()


@pytest.fixture
def copper(make_file):
    return make_file("copper.cif", b"data_Cu\n")


@pytest.fixture
def press(signed_in, alice, address, copper):
    """Press a button of alice's form: press("preset", {"_preset": "x"})."""

    def made(order="", more=None, *, htmx=False, **changed):
        client = signed_in(alice)
        values = typed(client.get(f"{address}?fill=defaults").content)
        values |= {**TYPED, "a/structure": str(copper.pk), **(more or {}), **changed}
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(f"{address}/run", {**values, "_do": order}, headers=headers)

    return made


def code_in(page):
    tree = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
    return "".join(next(each for each in tree.iter("pre")).itertext())


def test_the_python_view_makes_the_same_run_when_it_is_carried_out(press, monkeypatch, copper):
    calls: list[dict[str, Any]] = []
    library = ModuleType("ouro")
    run = SimpleNamespace(status="success", final_data={})

    def execute(**given):
        calls.append(given)
        return run

    found = SimpleNamespace(execute=execute)
    routes = SimpleNamespace(retrieve=lambda key: found)
    library.Ouro = lambda: SimpleNamespace(routes=routes)  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "ouro", library)

    exec(code_in(press("view:python")), {"print": lambda *_: None})

    (given,) = calls
    assert exact.same(given["body"], {**SENT, "token": "•••"})
    assert given["query"] == {"limit": 5}
    assert given["headers"] == {"x-trace": "abc"}
    assert given["cookies"] == {"session": "xyz"}
    assert given["input_assets"] == {"structure": str(copper.pk)}
    assert not Action.objects.exists()


def test_the_curl_view_sent_to_the_api_makes_the_same_call_as_the_form(
    press, client, alice, settings
):
    shown = press("view:curl", {"b/token": ""})
    words = shlex.split(code_in(shown).replace("\\\n", " "))
    payload = words[words.index("-d") + 1]
    address = words[3].removeprefix(settings.PUBLIC_URL)

    press("", {"b/token": ""})
    key = keys.issue(alice, name="script")[1]
    headers = {"Prefer": "respond-async", "Authorization": key}
    answer = client.post(address, payload, content_type="application/json", headers=headers)

    assert answer.status_code == 202, answer.content
    by_form, by_api = (action.call for action in Action.objects.order_by("pk"))
    assert exact.same(by_form["body"], SENT)
    places = [call.pop("destination") for call in (by_form, by_api)]
    assert exact.same(by_api, by_form)
    assert places[0] == {**places[1], "visibility": "private"}


def test_a_view_of_code_carries_the_form_along_and_back(press, signed_in, alice, address):
    code = press("view:python", {"b/note": "kept"})
    back = signed_in(alice).post(f"{address}/run", {**typed(code.content), "_do": "view:form"})

    assert 'aria-pressed="true"' in code.content.decode()
    assert "s3cret" not in code.content.decode()
    assert typed(back.content)["b/note"] == ["kept"]
    assert typed(back.content)["b/steps/r2"] == ["2.5"]


def test_a_preset_of_mine_fills_the_form_and_holds_no_secret(press, signed_in, alice, address):
    page = press("preset", {"_preset": " Soft  start "})
    preset = SavedForm.objects.get()

    filled = signed_in(alice).get(f"{address}?preset={preset.pk}")

    assert "Kept as the preset “Soft start”" in page.content.decode()
    assert exact.same(preset.document["body"], SENT)
    assert preset.document.keys() == {"query", "body", "content_type"}
    assert typed(filled.content)["b/fmax"] == ["0.02"]
    assert typed(filled.content)["b/token"] == [""]
    assert typed(filled.content)["a/structure"]
    assert "Soft start" in signed_in(alice).get(address).content.decode()


def test_a_preset_of_a_team_is_seen_by_the_team_alone_and_deleted_by_its_author(
    press, signed_in, alice, bob, carol, alloys, address
):
    press("preset", {"_preset": "Ours", "_team": str(alloys.pk)})
    preset = SavedForm.objects.get()
    of_bob = signed_in(bob).get(f"{address}?preset={preset.pk}").content.decode()
    refused = signed_in(bob).post(
        f"{address}/run", {"_do": "forget", "_opened_preset": str(preset.pk)}
    )
    of_carol = signed_in(carol).get(f"{address}?preset={preset.pk}").content.decode()

    assert "Filled with the preset “Ours”" in of_bob
    assert refused.status_code == 403
    assert "Ours" not in of_carol
    assert "not one you can see" in of_carol
    press("forget", {"_opened_preset": str(preset.pk)})
    assert not SavedForm.objects.exists()


def test_a_preset_needs_a_name_and_a_team_of_ones_own(press, lab, carol):
    from ouro_web.teams.membership import found_organization, found_team

    theirs = found_team(
        founder=carol, organization=found_organization(founder=carol, name="o", display_name="O"),
        name="theirs",
    )  # fmt: skip

    nameless = press("preset", {"_preset": " "}).content.decode()
    strange = press("preset", {"_preset": "x", "_team": str(theirs.pk)}).content.decode()

    assert "Give the preset a name." in nameless
    assert "Choose one of your teams." in strange
    assert not SavedForm.objects.exists()


def link_in(page):
    return typed_link(page.content.decode())


def typed_link(text):
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    found = next(each for each in tree.iter("input") if each.get("id") == "run-link")
    return found.get("value").removeprefix("http://testserver")


PLAIN: dict[str, Any] = {name: "" for name in TYPED if name.startswith(("b/", "h/", "c/"))} | {
    "b/fmax": "0.02"
}
PLAIN |= {"b/steps~r": [], "b/steps~s": ""}


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        (PLAIN, "b%2Ffmax=0.02"),
        ({"b/note": "x" * 700, "b/fmax": ""}, "?v="),
        (
            {
                "b/steps~r": [f"r{at}" for at in range(1, 500)],
                **{f"b/steps/r{at}": str(0.37 * at**3) for at in range(1, 500)},
            },
            "?values=",
        ),
    ],
    ids=["readable", "packed", "stored"],
)
def test_a_link_fills_the_same_values_without_secrets_and_runs_nothing(
    press, signed_in, carol, address, changed, how
):
    press("preset", {"_preset": "wanted", **changed})
    wanted = SavedForm.objects.get().document
    link = link_in(press("link", changed))

    page = signed_in(carol).get(link)
    client = signed_in(carol)
    client.post(f"{address}/run", {**typed(page.content), "_do": "preset", "_preset": "again"})

    assert how in link
    assert "Filled with the values of a link. Nothing has been run." in page.content.decode()
    assert exact.same(SavedForm.objects.get(user=carol, name="again").document, wanted)
    assert "s3cret" not in page.content.decode() + link
    assert "xyz" not in page.content.decode()
    assert not Action.objects.exists()


@pytest.mark.parametrize("query", ["v=x", "v=eJw", "values=no", "preset=no", "fill=example-9"])
def test_a_link_that_cannot_be_read_opens_the_defaults(signed_in, alice, address, query):
    page = signed_in(alice).get(f"{address}?{query}")

    assert page.status_code == 200
    assert typed(page.content)["b/fmax"] == ["0.05"]


def test_a_link_cannot_fill_secrets_headers_and_cookies(signed_in, alice, address):
    page = signed_in(alice).get(f"{address}?b/token=planted&h/x-trace=planted&c/session=planted")

    assert "Not used: b/token, c/session, h/x-trace." in page.content.decode()
    assert typed(page.content)["h/x-trace"] == [""]
    assert "b/token" in typed(page.content)


def test_unfinished_values_come_back_until_they_are_run_or_discarded(
    press, signed_in, alice, bob, address
):
    assert press("draft", {"b/fmax": "unfin", "b/token": ""}, htmx=True).status_code == 204
    again = signed_in(alice).get(address)

    assert "Your unfinished values are back." in again.content.decode()
    assert typed(again.content)["b/steps/r2"] == ["2.5"]
    assert "unfinished" not in signed_in(bob).get(address).content.decode()
    assert typed(signed_in(alice).get(f"{address}?fill=defaults").content)["b/fmax"] == ["0.05"]

    press("draft", {"b/token": ""}, htmx=True)
    assert press("").status_code == 303
    assert not SavedForm.objects.exists()

    press("draft", htmx=True)
    assert signed_in(alice).post(f"{address}/run", {"_do": "discard"}).status_code == 303
    assert not SavedForm.objects.exists()


def test_the_form_is_filled_anew_without_another_page(press, signed_in, alice, address):
    press("")
    client, ran = signed_in(alice), Action.objects.get().pk
    asked = {"HX-Request": "true"}

    filled = client.get(f"{address}?action={ran}&part=form", headers=asked)
    assert b"<html" not in filled.content
    assert typed(filled.content)["b/steps/r2"] == ["2.5"]
    assert "Filled exactly as that run was." in filled.headers["HX-Trigger-After-Settle"]
    fresh = client.get(f"{address}?fill=defaults&part=form", headers=asked)
    assert typed(fresh.content)["b/fmax"] == ["0.05"]
    assert "Filled with the defaults." in fresh.headers["HX-Trigger-After-Settle"]

    press("draft", htmx=True)
    left = press("discard", htmx=True)
    assert typed(left.content)["b/fmax"] == ["0.05"]
    assert not SavedForm.objects.exists()


def test_a_draft_holds_no_secret_and_outlives_a_change_of_the_route(press, signed_in, alice, route):
    press("draft", htmx=True)
    draft = SavedForm.objects.get()
    assert "s3cret" not in exact.dumps([draft.document, draft.state])

    SavedForm.objects.update(revision=None)
    values = typed(signed_in(alice).get(route.get_absolute_url()).content)
    assert values["b/fmax"] == ["0.02"]
    assert values["a/structure"]


def test_under_htmx_the_run_appears_beside_the_form_and_a_fault_in_it(press):
    refused = press("", {"b/fmax": "abc"}, htmx=True)
    started = press("", htmx=True)

    assert refused.status_code == 422
    assert b"<html" not in refused.content
    assert b'id="problems"' in refused.content
    assert started.headers["HX-Retarget"] == "#result"
    assert b'id="latest"' in started.content
    assert b"run-form" not in started.content


def test_what_the_service_refused_is_shown_at_the_fields(press, signed_in, alice, address):
    press("")
    problems = {"b/steps/1": "is too steep", "b/fmax": "must be soft", "b/gone/x": "is unknown"}
    Action.objects.update(status="error", error={"problems": problems})

    text = signed_in(alice).get(f"{address}?action={Action.objects.get().pk}").content.decode()

    assert "Steps 2 is too steep" in text
    assert "Fmax must be soft" in text
    assert "gone/x is unknown" in text
    assert 'id="problems"' in text
