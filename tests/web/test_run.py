"""The Run tab: the form from the real schema, errors at their fields, nothing lost, run again."""

import re
import zipfile
from functools import partial
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ouro_web.actions.models import Action
from ouro_web.files import uploads
from ouro_web.files.models import File
from ouro_web.files.storage import store
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.names import html_id
from ouro_web.teams.models import GLOBAL_ID
from tests.browser import typed

RELAX = {
    "type": "object",
    "properties": {
        "structure": {"type": "object"},
        "fmax": {
            "type": "number", "title": "Force tolerance", "default": 0.05,
            "exclusiveMinimum": 0, "maximum": 0.5, "x-unit": "eV/Å",
            "description": "Stops when every force is below this value.",
        },
        "max_steps": {"type": "integer", "default": 500, "minimum": 1, "maximum": 2000},
        "optimizer": {"enum": ["BFGS", "FIRE", "LBFGS"], "default": "BFGS"},
        "relax_cell": {"type": "boolean", "default": False},
        "label": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "supercell": {
            "type": "array", "prefixItems": [{"type": "integer"}] * 3, "minItems": 3,
            "maxItems": 3, "default": [1, 1, 1],
        },
        "species": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z][a-z]?$"}},
        "steps": {
            "type": "array",
            "items": {
                "type": "object", "title": "Step",
                "properties": {
                    "temperature": {"type": "number"},
                    "hold": {"type": "boolean", "default": True},
                },
                "required": ["temperature"],
            },
        },
        "restart": {
            "type": "object", "properties": {"from_step": {"type": "integer"}},
            "required": ["from_step"],
        },
    },
    "required": ["structure"],
}  # fmt: skip
STRUCTURE = {"structure": {"asset_type": "file", "file_extensions": ["cif"]}}
CIF = b"data_Cu\n_cell_length_a 3.6\n"


@pytest.fixture
def relax(make_route):
    return make_route(body=RELAX, input_assets=STRUCTURE)


@pytest.fixture
def address(relax):
    return relax.get_absolute_url()


@pytest.fixture
def make_file(place, alice):
    def make(filename="copper.cif", *, owner=None, visibility="organization", content=CIF):
        return store(place(owner or alice, visibility), filename=filename, content=[content])

    return make


@pytest.fixture
def copper(make_file):
    return make_file()


def wrong(html: bytes, name: str) -> str:
    """The sentence at a field."""
    found = re.search(rf'id="{html_id(name)}-e".*?<span>(.*?)</span>', html.decode(), re.DOTALL)
    return found[1].strip() if found else ""


def test_a_reader_sees_the_form_of_the_schema(signed_in, rita, address):
    page = signed_in(rita).get(address)

    text = page.content.decode()
    assert page.status_code == 200
    assert "Force tolerance" in text
    assert "eV/Å" in text
    assert 'value="0.05"' in text
    assert typed(page.content)["b/supercell/0"] == ["1"]
    assert 'name="b/structure"' not in text


def test_the_first_submit_button_of_the_form_runs(signed_in, rita, address):
    text = signed_in(rita).get(address).content.decode()
    form = text[text.index('id="run-form"') :]
    first = re.search(r'<button[^>]*type="submit"[^>]*>', form)

    assert first is not None
    assert "_do" not in first[0]


def test_running_leads_to_the_page_of_the_run(signed_in, alice, address, copper):
    client = signed_in(alice)
    values = typed(client.get(address).content)

    done = client.post(
        f"{address}/run", {**values, "a/structure": str(copper.pk), "b/fmax": "0.02"}
    )

    action = Action.objects.get()
    assert done.status_code == 303
    assert done.url == f"/actions/{action.pk}"
    assert action.call["body"] == {
        "fmax": 0.02, "max_steps": 500, "optimizer": "BFGS", "relax_cell": False,
        "supercell": [1, 1, 1],
    }  # fmt: skip
    assert action.call["input_assets"] == {"structure": str(copper.pk)}
    assert action.output_visibility == "private"


def test_wrong_values_come_back_with_their_sentences_and_nothing_is_lost(
    signed_in, alice, address, copper
):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    values |= {
        "a/structure": str(copper.pk), "b/max_steps": "5000", "b/fmax": "abc",
        "b/species~r": ["r1", "r2"], "b/species/r1": "Mg", "b/species/r2": "zn",
    }  # fmt: skip

    page = client.post(f"{address}/run", values)

    assert page.status_code == 422
    assert b"<title>Error: " in page.content
    assert wrong(page.content, "b/fmax") == "Force tolerance is not a number (you gave “abc”)"
    assert wrong(page.content, "b/max_steps") == "Max steps must be at most 2000 (you gave 5000)"
    assert wrong(page.content, "b/species/r2").startswith("Species 2 must match the pattern")
    again = typed(page.content)
    assert again["b/fmax"] == ["abc"]
    assert again["b/max_steps"] == ["5000"]
    assert again["b/species/r2"] == ["zn"]
    assert again["a/structure"] == [str(copper.pk)]
    assert not Action.objects.exists()


def test_a_missing_input_is_named_in_the_summary_with_a_link(signed_in, alice, address):
    client = signed_in(alice)

    page = client.post(f"{address}/run", typed(client.get(address).content))

    assert page.status_code == 422
    assert f'<a href="#{html_id("a/structure")}">Structure is required</a>' in page.content.decode()


def test_buttons_of_the_form_work_without_script(signed_in, alice, address):
    client = signed_in(alice)
    values = typed(client.get(address).content)

    page = client.post(f"{address}/run", {**values, "_do": "add:b/steps", "b/fmax": "unfinished"})
    values = typed(page.content)
    assert page.status_code == 200
    assert values["b/steps~r"] == ["r1"]
    assert values["b/steps/r1/hold"] == ["0"]
    assert values["b/fmax"] == ["unfinished"]

    page = client.post(f"{address}/run", {**values, "_do": "add:b/restart"})
    assert "b/restart/from_step" in typed(page.content)

    page = client.post(f"{address}/run", {**typed(page.content), "_do": "remove:b/steps/r1"})
    assert "b/steps~r" not in typed(page.content)
    assert not Action.objects.exists()


def test_htmx_gets_the_form_and_hears_where_the_focus_goes(signed_in, alice, address):
    client = signed_in(alice)
    values = typed(client.get(address).content)

    part = client.post(
        f"{address}/run", {**values, "_do": "add:b/steps"}, headers={"HX-Request": "true"}
    )

    assert b"<html" not in part.content
    assert html_id("b/steps/r1") in part.headers["HX-Trigger-After-Settle"]


def test_the_json_view_shows_the_same_document_and_goes_back(signed_in, alice, address):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    values["b/fmax"] = "0.02"

    as_json = client.post(f"{address}/run", {**values, "_do": "view:json"})
    assert '"fmax": 0.02' in typed(as_json.content)["b~j"][0]

    fields = client.post(f"{address}/run", {**typed(as_json.content), "_do": "view:form"})
    assert typed(fields.content)["b/fmax"] == ["0.02"]


def test_run_again_fills_exactly_what_ran(signed_in, alice, address, copper):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    for name in list(values):
        if name.startswith(("b/relax_cell", "b/optimizer", "b/supercell")):
            del values[name]
    values |= {"a/structure": str(copper.pk), "b/label": "", "b/label~s": "null"}
    client.post(f"{address}/run", values)
    first = Action.objects.get()

    page = client.get(f"{address}?action={first.pk}")
    client.post(f"{address}/run", typed(page.content))

    assert "relax_cell" not in first.call["body"]
    assert first.call["body"]["label"] is None
    assert Action.objects.exclude(pk=first.pk).get().call["body"] == first.call["body"]


def test_the_run_of_somebody_else_does_not_fill_the_form(signed_in, alice, carol, address, copper):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    client.post(f"{address}/run", {**values, "a/structure": str(copper.pk), "b/fmax": "0.0123"})
    action = Action.objects.get()

    page = signed_in(carol).get(f"{address}?action={action.pk}")

    assert b"0.0123" not in page.content
    assert b"not one you can see" in page.content


def test_a_link_fills_says_so_and_runs_nothing(signed_in, alice, address, copper):
    page = signed_in(alice).get(
        f"{address}?b/fmax=0.3&a/structure={copper.pk}&b/strange=1&_do=add:b/steps"
    )

    values = typed(page.content)
    assert values["b/fmax"] == ["0.3"]
    assert values["b/max_steps"] == ["500"]
    assert values["a/structure"] == [str(copper.pk)]
    assert "Filled with the values of a link. Nothing has been run. Not used: b/strange." in (
        page.content.decode()
    )
    assert not Action.objects.exists()


def test_the_picker_offers_only_what_fits_and_may_be_read(
    signed_in, alice, bob, carol, address, make_file
):
    mine = make_file("mine.cif", visibility="private")
    make_file("secret.cif", owner=bob, visibility="private")
    make_file("notes.txt", content=b"words")

    listed = signed_in(alice).get(f"{address}/picker?input=structure").content.decode()
    searched = signed_in(alice).get(f"{address}/picker?input=structure&q=notes").content.decode()

    assert str(mine.pk) in listed
    assert "secret" not in listed
    assert "notes.txt" not in listed
    assert 'aria-disabled="true"' in searched
    assert "Needs a .cif file, this is .txt." in searched
    assert "mine" not in signed_in(carol).get(f"{address}/picker?input=structure").content.decode()


def test_an_asset_that_may_not_be_read_is_as_unknown_as_none(signed_in, carol, address, make_file):
    secret = make_file("secret.cif", visibility="private")
    client = signed_in(carol)
    values = typed(client.get(address).content)

    pages = [
        client.post(f"{address}/run", {**values, "a/structure": str(pk)})
        for pk in (secret.pk, uuid4())
    ]

    assert {page.status_code for page in pages} == {422}
    assert {wrong(page.content, "a/structure") for page in pages} == {
        "Structure is not an asset that you can read; choose another"
    }


def test_a_pasted_link_or_id_chooses(signed_in, alice, address, copper):
    for text in (str(copper.pk), f"http://testserver{copper.get_absolute_url()}"):
        chosen = signed_in(alice).get(f"{address}/picker", {"input": "structure", "id": text})
        assert f'value="{copper.pk}"' in chosen.content.decode()


def test_a_dropped_file_is_stored_and_chosen(signed_in, alice, address):
    upload = SimpleUploadedFile("fresh.cif", CIF)

    chosen = signed_in(alice).post(f"{address}/picker?input=structure", {"file": upload})

    file = alice.assets.get(name="fresh.cif")
    assert f'name="a/structure" value="{file.pk}"' in chosen.content.decode()
    assert file.visibility == "private"


def test_a_large_file_that_came_in_parts_is_chosen(signed_in, alice, carol, address):
    kept = uploads.receive(alice, filename="large.cif", content=BytesIO(CIF))
    wrong_kind = uploads.receive(alice, filename="large.txt", content=BytesIO(CIF))
    others = uploads.receive(carol, filename="hers.cif", content=BytesIO(CIF))
    post = partial(signed_in(alice).post, f"{address}/picker?input=structure")

    assert f'value="{kept.pk}"' in post({"upload": str(kept.pk)}).content.decode()
    for given, words in (
        (wrong_kind.pk, "does not fit"), (others.pk, "not there any more"), ("x", "not there any"),
    ):  # fmt: skip
        answer = post({"upload": str(given)})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_a_file_that_does_not_fit_is_refused_and_not_kept(signed_in, alice, address):
    upload = SimpleUploadedFile("picture.png", b"png")

    answer = signed_in(alice).post(f"{address}/picker?input=structure", {"file": upload})

    assert answer.status_code == 422
    assert b"Needs a .cif file, this is .png." in answer.content
    assert not alice.assets.filter(asset_type="file").exists()


def zipped(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, CIF)
    return made.getvalue()


def test_an_archive_is_taken_for_what_is_in_it(signed_in, alice, make_route, make_file):
    declared = {"asset_type": "file", "contains_file_extensions": ["cif"]}
    route = make_route(input_assets={"cells": declared})
    make_file("words.zip", content=zipped("a.txt"))
    make_file("cells.zip", content=zipped("a.txt", "folder/b.cif"))
    client, address = signed_in(alice), f"{route.get_absolute_url()}/picker?input=cells"

    page = client.get(route.get_absolute_url()).content.decode()
    assert "file, an archive of .cif" in page
    assert "Paste text as a file" not in page
    offers = client.get(address).content.decode()
    assert "cells.zip" in offers
    assert "words.zip" not in offers
    refused = client.post(address, {"file": SimpleUploadedFile("new.zip", zipped("b.csv"))})
    assert "Needs an archive of .cif files, this holds .csv." in refused.content.decode()
    taken = client.post(address, {"file": SimpleUploadedFile("new.zip", zipped("b.cif"))})
    assert taken.status_code == 200
    assert File.objects.get(name="new.zip").facts == {"holds": {"cif": 1}}


def test_a_file_posted_with_the_form_stays_chosen_when_values_are_wrong(signed_in, alice, address):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    values |= {"b/max_steps": "0", "a/structure~file": SimpleUploadedFile("fresh.cif", CIF)}

    page = client.post(f"{address}/run", values)

    assert page.status_code == 422
    assert typed(page.content)["a/structure"] == [str(alice.assets.get(name="fresh.cif").pk)]


def test_a_visitor_reads_the_form_and_is_asked_to_sign_in(client, address):
    page = client.get(address)
    posted = client.post(f"{address}/run", {})

    assert "Sign in to run" in page.content.decode()
    assert posted.status_code == 302
    assert "/accounts/login/" in posted.url


def test_signing_in_to_run_leads_back_to_the_filled_form(client, address):
    page = client.get(address, {"b/max_steps": "7"}).content.decode()
    assert f"?next={address}%3Fb%252Fmax_steps%3D7" in page


def test_a_route_that_may_not_be_seen_is_not_there(signed_in, carol, make_service, make_route):
    hidden = make_route(service=make_service(visibility="private"))

    for path in ("", "/run", "/picker"):
        answer = signed_in(carol).get(f"{hidden.get_absolute_url()}{path}")
        assert answer.status_code == 404


def test_a_choice_of_team_that_is_not_ones_own_is_refused(signed_in, carol, alloys, address, place):
    client = signed_in(carol)
    values = typed(client.get(address).content)
    public = store(place(carol, "public"), filename="x.cif", content=[CIF])

    page = client.post(
        f"{address}/run", {**values, "a/structure": str(public.pk), "to/team": str(alloys.pk)}
    )

    assert page.status_code == 422
    assert not Action.objects.exists()


def test_every_value_survives_the_html_of_the_page(signed_in, alice, make_route):
    texts = ["\n", "a\n\nb\n", '"><svg onload=alert(1)>', "</textarea>", "Ω→日本語😀", " blank "]
    route = make_route(
        "Echo",
        path="/echo",
        body={
            "type": "object",
            "properties": {
                "list": {"type": "array", "items": {"type": "string"}},
                "a/b": {"type": "string"}, "a~b": {"type": "string"},
                "csrfmiddlewaretoken": {"type": "string"}, "__proto__": {"type": "string"},
                "big": {"type": "integer"},
            },
        },
    )  # fmt: skip
    body = {
        "list": texts, "a/b": "1", "a~b": "2", "csrfmiddlewaretoken": "3", "__proto__": "4",
        "big": 10**30,
    }  # fmt: skip
    client = signed_in(alice)
    state = {"b~m": "raw", "b~j": exact.dumps(body), "_do": "view:form"}
    page = client.post(f"{route.get_absolute_url()}/run", state)
    done = client.post(f"{route.get_absolute_url()}/run", typed(page.content))

    assert done.status_code == 303
    assert Action.objects.get().call["body"] == body


def test_the_page_takes_a_constant_number_of_queries(
    signed_in, alice, address, make_file, django_assert_max_num_queries
):
    client = signed_in(alice)
    for at in range(2):
        make_file(f"a{at}.cif")
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    for at in range(12):
        make_file(f"b{at}.cif")
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_outputs_go_where_they_went_when_a_run_is_repeated(
    signed_in, alice, address, copper, alloys
):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    values |= {
        "a/structure": str(copper.pk), "to/organization": str(alloys.organization_id),
        "to/team": str(alloys.pk), "to/visibility": "organization",
    }  # fmt: skip
    client.post(f"{address}/run", values)

    again = typed(client.get(f"{address}?action={Action.objects.get().pk}").content)

    assert again["to/team"] == [str(alloys.pk)]
    assert again["to/organization"] == [str(alloys.organization_id)]
    assert again["to/visibility"] == ["organization"]


def test_the_latest_run_is_polled_until_it_ends(signed_in, alice, address, copper):
    client = signed_in(alice)
    values = typed(client.get(address).content)
    client.post(f"{address}/run", {**values, "a/structure": str(copper.pk)})

    part = client.get(f"{address}?part=latest", headers={"HX-Request": "true"})
    same = client.get(
        f"{address}?part=latest",
        headers={"HX-Request": "true", "If-None-Match": part.headers["ETag"]},
    )
    Action.objects.update(status="success", finished_at="2026-01-01T00:00:00Z")
    ended = client.get(f"{address}?part=latest", headers={"HX-Request": "true"})

    assert b"hx-trigger" in part.content
    assert same.status_code == 304
    assert b"hx-trigger" not in ended.content


def test_words_left_in_the_search_box_do_not_undo_a_choice(signed_in, alice, address, copper):
    client = signed_in(alice)
    values = {**typed(client.get(address).content), "a/structure~q": "cop"}

    unchosen = client.post(f"{address}/run", values)
    chosen = client.post(f"{address}/run", {**values, "a/structure": str(copper.pk)})

    assert unchosen.status_code == 422
    assert typed(unchosen.content)["a/structure~q"] == ["cop"]
    assert chosen.status_code == 303


def where(page):
    values = typed(page.content)
    return tuple(values[f"to/{name}"][0] for name in ("organization", "team", "visibility"))


def test_outputs_go_where_the_route_is_to_those_who_belong_there(
    signed_in, bob, carol, alloys, address
):
    assert where(signed_in(bob).get(address)) == (
        str(alloys.organization_id), str(alloys.pk), "private",
    )  # fmt: skip
    assert where(signed_in(carol).get(address)) == (str(GLOBAL_ID), "", "private")


def test_outputs_go_where_those_of_the_last_run_went(signed_in, alice, address, copper):
    client = signed_in(alice)
    chosen = {"to/organization": str(GLOBAL_ID), "to/team": "", "to/visibility": "public"}
    values = {**typed(client.get(address).content), "a/structure": str(copper.pk), **chosen}
    assert client.post(f"{address}/run", values).status_code == 303

    assert where(client.get(address))[::2] == (str(GLOBAL_ID), "public")


def test_a_personal_place_with_a_team_elsewhere_is_refused_and_not_guessed(
    signed_in, alice, address, copper, alloys
):
    client = signed_in(alice)
    chosen = {"to/organization": str(GLOBAL_ID), "to/team": str(alloys.pk)}
    values = {**typed(client.get(address).content), "a/structure": str(copper.pk), **chosen}

    assert client.post(f"{address}/run", values).status_code == 422
    assert not Action.objects.exists()


def test_a_run_opened_again_does_not_show_its_passwords(signed_in, alice, make_route):
    word = {"type": "string", "writeOnly": True}
    keys = {f"n{at}": {"type": "integer"} for at in range(450)}  # too many for fields: JSON
    body = {"type": "object", "properties": {"word": word, **keys}, "required": ["word"]}
    route = make_route(body=body, input_assets={})
    client = signed_in(alice)
    state = {"b~m": "raw", "b~j": '{"word": "s3cret", "n7": 7}'}
    client.post(f"{route.get_absolute_url()}/run", state)
    action = Action.objects.get()

    again = client.get(f"{route.get_absolute_url()}?action={action.pk}").content.decode()

    assert action.call["body"]["word"] == "s3cret"
    assert "s3cret" not in again
    assert "&quot;n7&quot;: 7" in again
    assert "type them once more" in again
    assert "s3cret" not in client.get(f"/actions/{action.pk}").content.decode()
