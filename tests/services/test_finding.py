"""Finding a document behind the address a person has at hand, with a real local server."""

import json

import pytest
from django.core.exceptions import ValidationError
from pytest_httpserver import HTTPServer

from ouro_web.services.finding import complete, find

SPEC = {"openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/a": {"get": {"summary": "A"}}}}


@pytest.fixture
def server(httpserver: HTTPServer, settings) -> HTTPServer:
    settings.ALLOWED_PRIVATE_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    return httpserver


def reason(url: str) -> str:
    with pytest.raises(ValidationError) as refused:
        find(url)
    return refused.value.message_dict["url"][0]


def test_the_document_itself(server):
    server.expect_request("/spec").respond_with_json(SPEC)
    found = find(server.url_for("/spec"))
    assert found.specification
    assert (found.specification.title, found.url) == ("T", server.url_for("/spec"))


def test_yaml_is_found_too(server):
    text = "openapi: 3.0.3\ninfo: {title: Y}\npaths: {/a: {get: {}}}"
    server.expect_request("/openapi.yaml").respond_with_data(text)
    found = find(server.url_for("/openapi.yaml"))
    assert found.specification
    assert found.specification.title == "Y"


@pytest.mark.parametrize("given", ["/docs", "/", ""])
def test_the_interactive_page_or_the_base_address_leads_to_it(server, given):
    page = "<html><script>SwaggerUIBundle({url: '/openapi.json'})</script></html>"
    server.expect_request("/docs").respond_with_data(page, content_type="text/html")
    server.expect_request("/").respond_with_json({"hello": "world"})
    server.expect_request("/openapi.json").respond_with_json(SPEC)
    found = find(server.url_for("/").rstrip("/") + given)
    assert found.url == server.url_for("/openapi.json")


def test_a_page_may_name_a_document_elsewhere_on_its_host(server):
    page = "<html><redoc spec-url='/api/v2/openapi.json'></redoc></html>"
    server.expect_request("/redoc").respond_with_data(page, content_type="text/html")
    server.expect_request("/api/v2/openapi.json").respond_with_json(SPEC)
    assert find(server.url_for("/redoc")).url == server.url_for("/api/v2/openapi.json")


def test_a_service_below_a_path_is_found_there(server):
    server.expect_request("/materials/openapi.json").respond_with_json(SPEC)
    found = find(server.url_for("/materials"))
    assert found.url == server.url_for("/materials/openapi.json")


def test_a_broken_document_is_the_one_that_is_spoken_of(server):
    server.expect_request("/openapi.json").respond_with_data('{"openapi": "3.1.0",, }')
    assert "The JSON cannot be read" in reason(server.url_for("/openapi.json"))


def test_when_nothing_is_there_the_places_are_named(server):
    said = reason(server.url_for("/nothing"))
    assert "status 500" in said  # what this server says of what it does not know
    assert "/openapi.json" in said


def test_a_page_without_a_document_says_what_it_is(server):
    server.expect_request("/about").respond_with_data("<html>Hello</html>")
    assert "web page" in reason(server.url_for("/about"))


def test_private_addresses_are_refused_unless_allowed(httpserver):
    httpserver.expect_request("/openapi.json").respond_with_json(SPEC)
    assert reason(httpserver.url_for("/openapi.json"))
    assert httpserver.log == []


def test_a_document_above_the_limit_is_not_read_whole(server):
    server.expect_request("/openapi.json").respond_with_data(json.dumps(SPEC) + " " * 21_000_000)
    assert "larger than 20 MB" in reason(server.url_for("/openapi.json"))


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("api.example.org/openapi.json", "https://api.example.org/openapi.json"),
        (" https://api.example.org ", "https://api.example.org"),
    ],
)
def test_a_missing_scheme_is_added(given, full):
    assert complete(given) == full


@pytest.mark.parametrize("given", ["", "ftp://a.example/x", "file:///etc/passwd", "http://", "a b"])
def test_what_is_no_web_address_is_refused(given):
    with pytest.raises(ValidationError) as refused:
        complete(given)
    assert refused.value.message_dict["url"]
