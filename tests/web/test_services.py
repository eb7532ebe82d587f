"""Services in the browser: made from a document, looked at, changed and refreshed."""

import json
from html import escape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_httpserver import HTTPServer

from ouro_web.actions.models import Action
from ouro_web.services.models import Service, SpecDraft
from tests.conftest import shared

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-twenty-four-c"
SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Materials service", "version": "2.4.0", "description": "Relaxes things."},
    "servers": [{"url": "https://materials.example/v1"}],
    "paths": {
        "/relax": {
            "post": {
                "summary": "Relax structure",
                "x-ouro-input-assets": {"structure": {"asset_type": "file"}},
                "x-ouro-output-assets": {"relaxed": {"asset_type": "file"}},
            }
        },
        "/eos": {"post": {"summary": "Equation of state", "x-ouro-execution-mode": "async"}},
        "/health": {"get": {}, "head": {"summary": "Is it there"}},
    },
}
GOOD = {
    "name": "Materials",
    "base_url": "https://materials.example/v1",
    "description": "",
    "authentication": "none",
    "secret": "",
    "visibility": "public",
    "take": ["POST /relax", "POST /eos"],
}


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


def given(browser, text: str = "") -> str:
    """The address of the second step, after pasting a document into the first."""
    answer = browser.post("/services/new", {"text": text or json.dumps(SPEC)})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer["Location"])


@pytest.fixture
def service(browser) -> Service:
    secret = {"authentication": "token", "secret": TOKEN}
    answer = browser.post(given(browser), {**GOOD, **secret})
    assert answer.status_code == 302
    return Service.objects.get()


def text_of(answer) -> str:
    return str(answer.content.decode())


def test_a_pasted_document_is_shown_before_anything_is_created(browser):
    address = given(browser)
    page = text_of(browser.get(address))
    for part in ("Relax structure", "file → file", "async", "GET /health", "No summary"):
        assert part in page
    assert 'value="Materials service"' in page
    assert 'value="https://materials.example/v1"' in page
    assert not Service.objects.exists()


def test_quiet_methods_are_not_taken_unless_ticked(browser):
    page = text_of(browser.get(given(browser)))
    ticked = 'value="{}" aria-label="Take {}, {}" checked'
    assert ticked.format("POST /relax", "Relax structure", "POST /relax") in page
    assert ticked.format("HEAD /health", "Is it there", "HEAD /health") not in page


def test_creating_makes_the_service_and_its_routes(browser):
    answer = browser.post(given(browser), GOOD, follow=True)
    service = Service.objects.get()
    assert answer.redirect_chain[-1][0] == service.get_absolute_url() == "/services/alice/materials"
    assert [route.name for route in service.routes.order_by("position")] == [
        "Relax structure",
        "Equation of state",
    ]
    assert "Materials is ready, with 2 routes." in text_of(answer)
    assert not SpecDraft.objects.exists()


def test_an_address_is_read_wherever_it_points(browser, httpserver: HTTPServer, settings):
    settings.ALLOWED_PRIVATE_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    httpserver.expect_request("/docs").respond_with_data("<html>docs</html>")
    httpserver.expect_request("/openapi.json").respond_with_json({**SPEC, "servers": []})
    answer = browser.post("/services/new", {"url": httpserver.url_for("/docs")}, follow=True)
    page = text_of(answer)
    assert httpserver.url_for("/openapi.json") in page
    assert f'value="{httpserver.url_for("").rstrip("/")}"' in page


def test_a_private_address_is_refused_and_what_was_typed_stays(browser, httpserver: HTTPServer):
    httpserver.expect_request("/openapi.json").respond_with_json(SPEC)
    address = httpserver.url_for("/openapi.json")
    answer = browser.post("/services/new", {"url": address})
    assert answer.status_code == 422
    assert address in text_of(answer)
    assert httpserver.log == []


def test_yaml_is_read_from_an_uploaded_file(browser):
    data = shared("cases/openapi/petstore-swagger-3.0.yaml").read_bytes()
    upload = SimpleUploadedFile("petstore.yaml", data)
    page = text_of(browser.post("/services/new", {"file": upload}, follow=True))
    assert "petstore.yaml" in page
    assert "19 found" in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("text", "{ not json", "cannot be read"),
        ("text", "<html></html>", "web page"),
        ("text", '{"openapi": "9.0"}', "version 9.0"),
        ("text", '{"openapi": "3.1.0", "paths": {}}', "no operations"),
        ("file", SimpleUploadedFile("x.png", b"\x89PNG\r\n"), "not text in UTF-8"),
        ("url", "ftp://a.example/x", "ftp"),
        ("url", "", "Give an address"),
    ],
)
def test_a_broken_document_is_explained_and_creates_nothing(browser, field, value, says):
    answer = browser.post("/services/new", {field: value})
    assert answer.status_code == 422
    assert says in text_of(answer)
    if field == "text":
        assert escape(value) in text_of(answer)
    assert not Service.objects.exists()
    assert not SpecDraft.objects.exists()


def test_a_wrong_field_loses_neither_the_document_nor_what_was_typed(browser):
    address = given(browser)
    wrong = {**GOOD, "base_url": "http://127.0.0.1:1", "name": "My words", "take": ["POST /eos"]}
    answer = browser.post(address, {**wrong, "authentication": "token", "secret": TOKEN})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'value="My words"' in page
    assert 'value="POST /eos" aria-label="Take Equation of state, POST /eos" checked' in page
    assert 'value="POST /relax" aria-label="Take Relax structure, POST /relax">' in page
    assert TOKEN not in page
    assert browser.post(address, GOOD).status_code == 302


def test_taking_no_operation_is_refused(browser):
    answer = browser.post(given(browser), {**GOOD, "take": []})
    assert answer.status_code == 422
    assert "Take at least one operation." in text_of(answer)


def test_a_draft_belongs_to_the_person_who_gave_it(browser, client, bob):
    address = given(browser)
    client.force_login(bob)
    assert client.get(address).status_code == 404
    assert client.post(address, GOOD).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    for address in ("/services/new", "/services/new/019a7f00-0000-7000-8000-000000000000"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login")


def test_a_service_goes_where_its_maker_says(browser, lab, alloys):
    placed = {"organization": lab.pk, "team": alloys.pk, "visibility": "organization"}
    browser.post(given(browser), {**GOOD, **placed})
    service = Service.objects.get()
    assert (service.organization, service.team, service.visibility) == (lab, alloys, "organization")
    assert service.get_absolute_url() == "/services/lab/materials"


def test_pages_make_nothing_in_a_team_of_programs(browser, lab, alloys):
    type(alloys).objects.filter(pk=alloys.pk).update(source_policy="api_only")
    placed = {"organization": lab.pk, "team": alloys.pk, "visibility": "organization"}
    answer = browser.post(given(browser), {**GOOD, **placed})
    assert answer.status_code == 422
    assert b"made by programs only" in answer.content
    assert not Service.objects.exists()


@pytest.fixture
def hidden(service, lab, alloys):
    """For the organization only, in alice's lab."""
    service.organization, service.team, service.visibility = lab, alloys, "organization"
    service.namespace = lab.name
    service.save()
    service.routes.update(organization=lab, team=alloys, namespace=lab.name)
    return service


PAGES = ["", "/spec", "/spec/document", "/settings", "/refresh"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_nothing_of_it(page, hidden, carol):
    client = Client()
    for sign_in in (None, carol):
        if sign_in:
            client.force_login(sign_in)
        answer = client.get(f"{hidden.get_absolute_url()}{page}", follow=False)
        if answer.status_code == 302:  # a visitor is asked to sign in, whatever is there
            assert answer["Location"].startswith("/accounts/login")
        else:
            assert answer.status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_reads_but_does_not_change(page, hidden, client, rita):
    client.force_login(rita)
    answer = client.get(f"{hidden.get_absolute_url()}{page}")
    assert answer.status_code == (403 if page in ("/settings", "/refresh") else 200)
    assert client.post(f"{hidden.get_absolute_url()}/settings", GOOD).status_code == 403
    assert client.post(f"{hidden.get_absolute_url()}/refresh", {}).status_code == 403


def test_a_team_mate_changes_it(hidden, client, bob):
    client.force_login(bob)
    answer = client.post(f"{hidden.get_absolute_url()}/settings", {**GOOD, "name": "Better"})
    assert answer["Location"] == "/services/lab/better/settings"


def test_the_secret_is_on_no_page(service, browser):
    for page in PAGES:
        answer = browser.get(f"{service.get_absolute_url()}{page}")
        assert answer.status_code == 200
        assert TOKEN not in text_of(answer)
        assert service.secret not in text_of(answer)
    assert f"ends in …{TOKEN[-4:]}" in text_of(
        browser.get(f"{service.get_absolute_url()}/settings")
    )


def settings_of(service: Service, **changed: Any) -> dict[str, Any]:
    return {**GOOD, "authentication": "token", "base_url": service.base_url, **changed}


def test_an_empty_secret_keeps_the_stored_one(service, browser):
    before = service.secret
    browser.post(f"{service.get_absolute_url()}/settings", settings_of(service))
    service.refresh_from_db()
    assert service.secret == before


def test_a_secret_is_replaced_or_deleted(service, browser):
    address = f"{service.get_absolute_url()}/settings"
    browser.post(address, settings_of(service, secret="another-secret-value"))
    service.refresh_from_db()
    assert service.secret_last_characters == "alue"
    browser.post(address, settings_of(service, forget="on"))
    service.refresh_from_db()
    assert service.secret == ""


def test_a_secret_that_would_not_be_sent_is_refused_and_not_dropped_in_silence(browser):
    answer = browser.post(given(browser), {**GOOD, "secret": TOKEN})
    assert answer.status_code == 422
    assert "leave this empty" in text_of(answer)
    assert TOKEN not in text_of(answer)


def test_a_service_without_the_secret_it_wants_says_so_to_its_editors(browser):
    browser.post(given(browser), {**GOOD, "authentication": "token"})
    address = Service.objects.get().get_absolute_url()
    assert "none are stored" in text_of(browser.get(address))
    assert "none are stored" not in text_of(Client().get(address))


def test_another_host_deletes_the_secret_and_says_so(service, browser):
    moved = settings_of(service, base_url="https://elsewhere.example")
    answer = browser.post(f"{service.get_absolute_url()}/settings", moved, follow=True)
    service.refresh_from_db()
    assert service.secret == ""
    assert "the stored secret was deleted" in text_of(answer)


def test_an_editor_has_no_field_for_the_credential(service, bob):
    client, before = Client(), service.secret
    client.force_login(bob)
    address = f"{service.get_absolute_url()}/settings"
    assert 'name="secret"' not in text_of(client.get(address))
    client.post(address, settings_of(service, secret="slipped-in", authentication="none"))
    service.refresh_from_db()
    assert (service.secret, service.authentication) == (before, "token")


LIMITS = {"max_concurrency": "3", "time_limit": "20", "silence_limit": "5"}


def test_limits_and_repeatable_routes_are_set_together(service, browser):
    route = service.routes.filter(method="POST").first()
    address = f"{service.get_absolute_url()}/limits"
    browser.post(address, {**LIMITS, "repeat_safe": [str(route.pk)]})
    service.refresh_from_db()
    route.refresh_from_db()
    assert (service.max_concurrency, service.time_limit, service.silence_limit) == (3, 20, 300)
    assert route.repeat_safe
    browser.post(address, LIMITS)
    route.refresh_from_db()
    assert not route.repeat_safe


def test_a_limit_out_of_range_comes_back_as_typed(service, browser):
    answer = browser.post(f"{service.get_absolute_url()}/limits", {**LIMITS, "time_limit": "0"})
    assert answer.status_code == 422
    assert "greater than or equal to 1" in text_of(answer)
    service.refresh_from_db()
    assert service.max_concurrency != 3


def test_wrong_settings_change_nothing_and_keep_what_was_typed(service, browser):
    wrong = settings_of(service, base_url="nonsense", name="Typed name")
    answer = browser.post(f"{service.get_absolute_url()}/settings", wrong)
    assert answer.status_code == 422
    assert "Typed name" in text_of(answer)
    service.refresh_from_db()
    assert service.name == "Materials"


def test_routes_are_searched_and_narrowed(service, browser):
    page = text_of(browser.get(f"{service.get_absolute_url()}?q=relax"))
    assert "Relax structure" in page
    assert "Equation of state" not in page
    assert "No route found" in text_of(browser.get(f"{service.get_absolute_url()}?method=PUT"))


def make_runs(service: Service, user, *statuses: str) -> None:
    route = service.routes.get(name="Relax structure").as_route
    for status in statuses:
        Action.objects.create(
            user=user,
            route=route,
            route_name=route.name,
            status=status,
            call={},
            organization=service.organization,
            team=service.team,
            output_visibility="public",
        )


def test_runs_and_their_success_are_counted(service, browser, alice):
    make_runs(service, alice, "success", "success", "success", "error", "queued")
    page = text_of(browser.get(service.get_absolute_url()))
    assert "75 %" in page
    assert '<td class="r">5' in page


def test_a_refresh_shows_what_changes_and_then_applies_it(service, browser):
    changed = json.loads(json.dumps(SPEC))
    changed["paths"]["/phonon"] = {"post": {"summary": "Phonons"}}
    changed["paths"]["/relax"]["post"]["description"] = "Now better."
    del changed["paths"]["/eos"]
    address = f"{service.get_absolute_url()}/refresh"
    before = service.routes.get(name="Relax structure").pk
    answer = browser.post(address, {"text": json.dumps(changed)}, follow=True)
    page = text_of(answer)
    for part in ("1 new, 1 changed, 1 gone", "Phonons", "Equation of state"):
        assert part in page
    assert 'value="POST /phonon" aria-label="Take Phonons, POST /phonon" checked' in page
    assert (
        'value="GET /health" aria-label="Take GET /health, GET /health">' in page
    )  # left out before
    final = browser.post(answer.redirect_chain[-1][0], {"take": ["POST /phonon"]}, follow=True)
    page = text_of(final)
    assert "1 route added, 1 changed, 1 retired" in page
    assert "1 retired route" in page
    assert service.routes.get(name="Relax structure").pk == before


def test_the_document_is_downloaded_as_it_was_given(service, browser):
    answer = browser.get(f"{service.get_absolute_url()}/spec/document")
    assert answer["Content-Disposition"] == 'attachment; filename="materials.json"'
    assert json.loads(answer.content) == SPEC


def test_the_list_shows_what_the_reader_may_see(hidden, carol, rita):
    client = Client()
    client.force_login(rita)
    assert "Materials" in text_of(client.get("/services/"))
    client.force_login(carol)
    assert "Materials" not in text_of(client.get("/services/"))


def test_the_list_is_searched(service, browser):
    assert "2 routes" in text_of(browser.get("/services/?q=materials"))
    assert "No service found" in text_of(browser.get("/services/?q=zzz"))
    assert "Materials" in text_of(browser.get("/services/?mine=1"))


def test_the_id_leads_to_the_page(service, browser):
    answer = browser.get(f"/services/{service.pk}")
    assert answer["Location"] == service.get_absolute_url()


def test_deleting_names_the_routes_first(service, browser):
    page = text_of(browser.get(f"/assets/{service.pk}/delete"))
    assert "Relax structure" in page
    browser.post(f"/assets/{service.pk}/delete")
    assert not Service.objects.exists()


def test_pages_ask_a_constant_number_of_queries(
    browser, service, alice, django_assert_max_num_queries
):
    paths = {f"/p{n}": {"post": {"summary": f"Operation {n}"}} for n in range(40)}
    many = json.dumps({**SPEC, "paths": paths})
    taken = [f"POST /p{n}" for n in range(40)]
    browser.post(given(browser, many), {**GOOD, "name": "Many", "take": taken})
    large = Service.objects.get(name="Many")
    make_runs(service, alice, "success", "error")
    for one in (service, large):
        with django_assert_max_num_queries(22):
            browser.get(one.get_absolute_url())
        with django_assert_max_num_queries(16):
            browser.get(f"{one.get_absolute_url()}/spec")
    with django_assert_max_num_queries(8):
        browser.get("/services/")
