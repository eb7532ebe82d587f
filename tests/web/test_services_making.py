"""Making and refreshing services: large documents, several files, servers, sign-in, routes and
assets described by hand."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_httpserver import HTTPServer

from ouro_web.actions.call import Call
from ouro_web.actions.run import start
from ouro_web.services import drafts, reading
from ouro_web.services.importing import Document, Facts, create, routes_of
from ouro_web.services.models import Service, SpecDraft
from ouro_web.services.refreshing import refresh

pytestmark = pytest.mark.django_db

GOOD = {
    "name": "S",
    "base_url": "https://s.example",
    "authentication": "none",
    "visibility": "public",
}


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


def document(**paths: Any) -> dict[str, Any]:
    named = {f"/{name}": item for name, item in paths.items()}
    return {"openapi": "3.1.0", "info": {"title": "S", "version": "1"}, "paths": named}


def body(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {"content": {"application/json": {"schema": schema}}}


def text_of(answer) -> str:
    return str(answer.content.decode())


def given(browser, document: Any) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    answer = browser.post("/services/new", {"text": text})
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def long(text: str) -> str:
    """More than is read while somebody waits."""
    return text + " " * 140_000


def test_a_long_document_is_read_by_the_worker_while_its_page_tells_how_far_it_is(browser):
    address = given(browser, long(json.dumps(document(run={"post": {"summary": "Run it"}}))))
    page = text_of(browser.get(address))
    assert "It waits for its turn" in page
    assert 'hx-trigger="load delay:1s"' in page
    draft = SpecDraft.objects.get()
    SpecDraft.objects.update(state="reading", done=40, total=1253)
    assert 'max="1253" value="40"' in text_of(browser.get(address))
    SpecDraft.objects.update(state="waiting")
    reading.carry_out(draft.pk)
    page = text_of(browser.get(address))
    assert "Run it" in page
    assert browser.post(address, {**GOOD, "take": "POST /run"}).status_code == 302
    assert Service.objects.get().routes.get().name == "Run it"


def test_a_long_document_that_is_none_leads_back_to_the_form(browser):
    address = given(browser, long('{"openapi": "9.0"}'))
    reading.carry_out(SpecDraft.objects.get().pk)
    page = text_of(browser.get(address))
    assert "version 9.0" in page
    assert 'action="/services/new"' in page


def test_a_reading_that_stopped_is_begun_again(browser):
    address = given(browser, long(json.dumps(document(run={"post": {}}))))
    long_ago = timezone.now() - 2 * drafts.SILENCE
    SpecDraft.objects.update(state="reading", touched_at=long_ago)
    assert "Read it again" in text_of(browser.get(address))
    assert browser.post(address).status_code == 302
    assert SpecDraft.objects.get().state == "waiting"
    reading.carry_out(SpecDraft.objects.get().pk)
    assert "POST /run" in text_of(browser.get(address))


def test_an_archive_is_uploaded(browser):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        root = document(run={"$ref": "run.json"})
        out.writestr("openapi.json", json.dumps(root))
        out.writestr("run.json", json.dumps({"post": {"summary": "Run it"}}))
    upload = SimpleUploadedFile("spec.zip", buffer.getvalue())
    answer = browser.post("/services/new", {"file": upload}, follow=True)
    assert "Run it" in text_of(answer)
    browser.post(answer.redirect_chain[-1][0], {**GOOD, "take": "POST /run"})
    service = Service.objects.get()
    kept = json.loads(service.revisions.get().document)
    assert kept["paths"]["/run"] == {"$ref": "#/x-ouro-files/run.json"}


def test_webhooks_alone_are_a_service_without_routes(browser):
    whole = {**document(), "webhooks": {"newPet": {"post": {"summary": "A pet came"}}}}
    address = given(browser, whole)
    assert "1 webhook" in text_of(browser.get(address))
    assert browser.post(address, GOOD).status_code == 302
    page = text_of(browser.get(f"{Service.objects.get().get_absolute_url()}/spec"))
    assert "POST newPet" in page


SERVERS = [
    {"url": "https://{region}.example/{version}", "description": "Production", "variables": {
        "region": {"default": "eu", "enum": ["eu", "us"]}, "version": {"default": "v1"}}},
    {"url": "https://trial.example"},
]  # fmt: skip


def test_a_server_and_its_variables_are_chosen(browser):
    address = given(browser, {**document(run={"post": {}}), "servers": SERVERS})
    page = text_of(browser.get(address))
    assert "https://{region}.example/{version} (Production)" in page
    chosen = {"server": "0", "variable_region": "us", "variable_version": "v2", "base_url": ""}
    answer = browser.post(address, {**GOOD, **chosen, "take": "POST /run"})
    assert answer.status_code == 302
    service = Service.objects.get()
    assert service.base_url == "https://us.example/v2"
    settings = f"{service.get_absolute_url()}/settings"
    assert 'name="variable_region"' in text_of(browser.get(settings))
    browser.post(settings, {**GOOD, "server": "1"})
    service.refresh_from_db()
    assert service.base_url == "https://trial.example"
    browser.post(settings, {**GOOD, "server": "", "base_url": "https://own.example"})
    service.refresh_from_db()
    assert service.base_url == "https://own.example"


def test_no_server_and_no_base_url_is_refused(browser):
    address = given(browser, {**document(run={"post": {}}), "servers": SERVERS})
    answer = browser.post(address, {**GOOD, "server": "", "base_url": "", "take": "POST /run"})
    assert answer.status_code == 422
    assert "Give the address of the service." in text_of(answer)


def test_the_security_schemes_of_the_document_are_the_sign_in_that_is_suggested(browser):
    schemes = {
        "other": {"type": "oauth2", "flows": {}},
        "mine": {"type": "apiKey", "in": "query", "name": "token"},
    }
    whole = document(run={"post": {"security": [{"mine": []}]}})
    address = given(browser, {**whole, "components": {"securitySchemes": schemes}})
    page = text_of(browser.get(address))
    assert "a key in the query as token" in page
    assert re.search(r'<input[^>]*value="key"[^>]* checked', page)
    key = {"authentication": "key", "key_place": "query", "key_name": "token", "secret": "s3cret"}
    assert browser.post(address, {**GOOD, **key, "take": "POST /run"}).status_code == 302
    service = Service.objects.get()
    assert (service.authentication, service.key_place, service.key_name) == (
        "key",
        "query",
        "token",
    )


@pytest.mark.parametrize("name", ["", "a b", "x\r\ny", "ouro-action-id"])
def test_a_key_needs_a_name_that_can_be_sent(browser, name):
    address = given(browser, document(run={"post": {}}))
    key = {"authentication": "key", "key_place": "header", "key_name": name, "secret": "s3cret"}
    answer = browser.post(address, {**GOOD, **key, "take": "POST /run"})
    assert answer.status_code == 422
    assert not Service.objects.exists()


def test_fields_that_look_like_files_are_offered_as_inputs(browser):
    operation = {"requestBody": body(image_url={"type": "string", "format": "uri"}, seed={})}
    address = given(browser, document(run={"post": operation}, walk={"post": operation}))
    page = text_of(browser.get(address))
    assert "Looks like a file" in page
    offer = {"offer": "POST /run · image_url", "take": ["POST /run", "POST /walk"]}
    browser.post(address, {**GOOD, **offer})
    run, walk = routes_of(Service.objects.get()).order_by("position")
    assert run.input_assets["image_url"]["asset_type"] == "file"
    assert run.input_assets["image_url"]["input_filter"] == "image"
    assert walk.input_assets == {}


def test_the_connection_is_tested_with_what_is_typed(browser, httpserver: HTTPServer, settings):
    settings.ALLOWED_PRIVATE_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    good = {"Authorization": "Bearer right"}
    httpserver.expect_request("/health", headers=good).respond_with_json({})
    httpserver.expect_request("/health").respond_with_data(status=401)
    address = given(browser, document(run={"post": {}}, health={"get": {}}))
    typed = {**GOOD, "base_url": httpserver.url_for(""), "authentication": "token", "_do": "test"}
    for secret, says in (("wrong", "refuses the credential"), ("right", "takes the credential")):
        answer = browser.post(address, {**typed, "secret": secret}, headers={"HX-Request": "true"})
        assert says in text_of(answer)
        assert "<html" not in text_of(answer)
    assert "takes the credential" in text_of(browser.post(address, {**typed, "secret": "right"}))
    assert not Service.objects.exists()
    private = {**typed, "base_url": "http://10.0.0.1"}
    assert browser.post(address, private).status_code == 422
    wrong = browser.post(address, private, headers={"HX-Request": "true"})
    assert "Not called" in text_of(wrong)


def test_the_connection_of_a_service_is_tested(browser, place, alice, httpserver, settings, carol):
    settings.ALLOWED_PRIVATE_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    httpserver.expect_request("/").respond_with_data(status=404)
    facts = Facts("S", httpserver.url_for("").rstrip("/"))
    service = create(place(alice), facts, Document(json.dumps(document(run={"post": {}}))))
    answer = browser.post(f"{service.get_absolute_url()}/test", follow=True)
    assert "nothing at its base URL itself" in text_of(answer)
    browser.force_login(carol)
    assert browser.post(f"{service.get_absolute_url()}/test").status_code == 404


ASSET = {"input-rows": "1", "input-0-name": "image", "input-0-asset_types": ["file"],
         "input-0-file_extensions": ".png, jpg", "output-rows": "0"}  # fmt: skip


def test_a_service_is_made_without_a_document_and_its_routes_by_hand(browser):
    answer = browser.post("/services/new/bare", GOOD)
    service = Service.objects.get()
    adding = f"{service.get_absolute_url()}/add-route"
    assert answer["Location"] == adding
    assert "Add an input" in text_of(browser.get(adding))
    route = {"method": "POST", "path": "/draw", "name": "Draw", "execution_mode": "sync", **ASSET}
    wrong = browser.post(adding, {**route, "schema": "{", "path": "draw", "input-0-name": ""})
    page = text_of(wrong)
    assert wrong.status_code == 422
    assert "This is not JSON" in page
    assert "Give it the name of its field." in page
    schema = '{"properties": {"image": {}, "size": {"type": "integer", "title": "Size"}}}'
    made = browser.post(adding, {**route, "schema": schema})
    assert made.status_code == 302
    (only,) = routes_of(service)
    assert only.input_assets["image"]["file_extensions"] == ["png", "jpg"]
    assert "Size" in text_of(browser.get(made["Location"]))
    again = browser.post(adding, {**route, "schema": schema})
    assert again.status_code == 422
    assert "has a route for POST /draw already" in text_of(again)


def test_another_row_is_asked_for_without_losing_what_was_typed(browser):
    browser.post("/services/new/bare", GOOD)
    adding = f"{Service.objects.get().get_absolute_url()}/add-route"
    answer = browser.post(adding, {**ASSET, "name": "Half a name", "_do": "add:input"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'value="Half a name"' in page
    assert 'name="input-0-name" value="image"' in page
    assert 'name="input-1-name"' in page


@pytest.fixture
def service(place, alice) -> Service:
    operation = {
        "summary": "Draw",
        "requestBody": body(size={"type": "integer", "title": "The old size"}),
        "x-ouro-input-assets": {"photo": {"asset_type": "file"}},
    }
    text = json.dumps(document(draw={"post": operation}))
    return create(place(alice), Facts("S", "https://s.example"), Document(text))


def test_declarations_made_by_hand_outlive_a_new_document_until_they_are_given_up(browser, service):
    route = service.routes.get()
    address = f"{route.get_absolute_url()}/settings"
    page = text_of(browser.get(address))
    assert 'value="photo"' in page
    assert "no description" in page  # what would make it better
    said = {"name": "Paint", "description": "", "execution_mode": "async", **ASSET}
    assert browser.post(address, said).status_code == 302
    changed = document(draw={"post": {"summary": "Sketch", "x-ouro-execution-mode": "sync"}})
    refresh(service, Document(json.dumps(changed)))
    route = service.routes.get().as_route
    assert (route.name, route.execution_mode, list(route.input_assets)) == (
        "Paint", "async", ["image"]
    )  # fmt: skip
    address = f"{route.get_absolute_url()}/settings"
    browser.post(address, {"_do": "as-declared"})
    route.refresh_from_db()
    assert (route.execution_mode, route.input_assets) == ("sync", {})


def test_declarations_that_cannot_be_understood_are_refused_at_their_place(browser, service):
    address = f"{service.routes.get().get_absolute_url()}/settings"
    said = {"name": "Draw", "execution_mode": "sync", **ASSET}
    answer = browser.post(address, {**said, "input-0-file_extensions": "***"})
    assert answer.status_code == 422
    assert "is not a file extension" in text_of(answer)
    twice = {"input-rows": "2", "input-1-name": "image", "input-1-asset_types": ["post"]}
    assert "stands twice" in text_of(browser.post(address, {**said, **twice}))
    assert list(routes_of(service).get().input_assets) == ["photo"]


def test_only_who_may_edit_a_route_sees_its_settings(client, service, rita, carol):
    address = f"{service.routes.get().get_absolute_url()}/settings"
    assert client.get(address).status_code == 302
    for person, status in ((rita, 403), (carol, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
        assert client.post(address, {"_do": "as-declared"}).status_code == status


def test_an_old_run_is_shown_with_the_form_of_its_time(browser, service, alice):
    route = service.routes.get().as_route
    route.input_assets = {}
    route.save()
    action = start(route, alice, Call(body={"size": 5}, has_body=True))
    changed = body(size={"type": "integer", "title": "The new size"})
    refresh(service, Document(json.dumps(document(draw={"post": {"requestBody": changed}}))))
    assert service.routes.get().as_route.past.count() == 1
    page = text_of(browser.get(action.get_absolute_url()))
    assert "The old size" in page
    assert "The new size" not in page
    assert "The new size" in text_of(browser.get(service.routes.get().get_absolute_url()))


def test_a_refresh_tells_what_breaks_field_by_field(browser, service):
    changed = body(size={"type": "string"}, colour={"enum": ["red"]})
    new = document(draw={"post": {"summary": "Draw", "requestBody": changed}})
    answer = browser.post(
        f"{service.get_absolute_url()}/refresh", {"text": json.dumps(new)}, follow=True
    )
    page = " ".join(text_of(answer).split())
    assert "1 changed (1 breaking)" in page
    assert "<code>body.size</code> type was integer, is string" in page
    assert "<code>body.colour</code> is new" in page
    assert "<code>input photo</code> is gone" in page


def test_routes_are_shown_by_fifty(browser, place, alice, django_assert_max_num_queries):
    paths = {f"p{n:03}": {"get": {"summary": f"Number {n:03}"}} for n in range(120)}
    text = json.dumps(document(**paths))
    service = create(place(alice), Facts("S", "https://s.example"), Document(text))
    address = service.get_absolute_url()
    with django_assert_max_num_queries(20):
        page = text_of(browser.get(address))
    assert "1–50 of 120" in page
    assert "Number 049" in page
    assert "Number 050" not in page
    assert "Number 119" in text_of(browser.get(f"{address}?page=3"))
    for odd in ("99", "0", "x", "-1", "9" * 40):
        assert browser.get(f"{address}?page={odd}").status_code == 200
    found = text_of(browser.get(f"{address}?q=Number&page=2"))
    assert "51–100 of 120" in found
    assert "q=Number&amp;page=3" in found


def test_many_operations_come_by_pages_and_what_is_ticked_is_kept(browser):
    many = document(**{f"op{place:03}": {"post": {}} for place in range(120)})
    address = given(browser, many)
    first = text_of(browser.get(address))
    typed = {**GOOD, "name": "Typed so far", "take": ["POST /op000", "POST /op001"]}

    second = text_of(browser.post(address, {**typed, "page": "1", "_do": "page:2"}))
    made = browser.post(address, {**GOOD, "page": "2", "take": ["POST /op050"]})

    assert first.count('name="take"') == 50
    assert "1–50 of 120" in first
    assert "51–100 of 120" in second
    assert "72</b> of 120 taken" in second  # two of the first page, and all of the others
    assert 'value="Typed so far"' in second
    assert "Error:" not in second
    assert made.status_code == 302
    paths = set(routes_of(Service.objects.get()).values_list("path", flat=True))
    assert paths == {"/op000", "/op001", "/op050"} | {f"/op{place}" for place in range(100, 120)}


def test_all_or_none_are_taken_on_every_page(browser):
    address = given(browser, document(**{f"op{place}": {"post": {}} for place in range(60)}))

    none = text_of(browser.post(address, {**GOOD, "page": "1", "_do": "none"}))
    refused = browser.post(address, {**GOOD, "page": "1"})
    every = text_of(browser.post(address, {**GOOD, "page": "2", "_do": "all"}))

    assert "0</b> of 60 taken" in none
    assert refused.status_code == 422
    assert "60</b> of 60 taken" in every
    assert "51–60 of 60" in every


def test_servers_of_operations_at_other_hosts_are_asked_about(browser, alice):
    upload = {"post": {"servers": [{"url": "https://uploads.example/v2/"}]}}
    made = {**document(run={"post": {}}, upload=upload), "servers": [{"url": "https://s.example"}]}
    address = given(browser, made)
    review = text_of(browser.get(address))
    answer = browser.post(
        address, {**GOOD, "take": ["POST /run", "POST /upload"], "own_server_0": "signed"}
    )
    service = Service.objects.get()
    settings = text_of(browser.get(f"{answer['Location']}/settings"))
    kept = dict(service.servers)
    browser.post(f"{answer['Location']}/settings", {**GOOD, "own_server_0": "base"})
    service.refresh_from_db()

    assert "https://uploads.example/v2" in review
    assert '<option value="bare" selected>' in review
    assert kept == {"https://uploads.example/v2": "signed"}
    assert '<option value="signed" selected>' in settings
    assert service.servers == {}


def test_a_document_that_was_read_in_an_older_way_can_be_read_again(browser, alice):
    address = given(browser, document(run={"post": {"summary": "Run"}}))
    service = browser.post(address, {**GOOD, "take": ["POST /run"]})["Location"]
    new = text_of(browser.get(f"{service}/settings"))
    revision = Service.objects.get().revisions.get()
    revision.facts = {**revision.facts, "reading": 1}
    revision.save()

    old = text_of(browser.get(f"{service}/settings"))
    offered = text_of(browser.get(f"{service}/refresh"))
    changes = browser.post(f"{service}/refresh", {"_do": "again"})
    shown = text_of(browser.get(changes["Location"]))
    done = browser.post(changes["Location"])

    told = "in another way since"
    assert (told in new, told in old, told in offered) == (False, True, True)
    assert "Nothing changes: 1 route stays as before." in shown
    assert done.status_code == 302
    assert told not in text_of(browser.get(f"{service}/settings"))
