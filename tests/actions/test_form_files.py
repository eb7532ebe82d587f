"""Files in requests: chosen or uploaded in the form, sent as the bytes that a service reads."""

import json
from email import message_from_bytes
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ouro_web.actions.models import Action
from ouro_web.services import openapi
from ouro_web.services.importing import columns
from tests.actions.conftest import answer
from tests.browser import typed

CIF = b"data_Cu\r\n\x00\xff_cell_length_a 3.6\n"
FORM = {
    "type": "object",
    "properties": {
        "scan": {"type": "string", "format": "binary"},
        "more": {"type": "array", "items": {"type": "string", "contentMediaType": "image/png"}},
        "steps": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "options": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
    },
    "required": ["scan"],
}


@pytest.fixture
def make_imported(make_service, make_route):
    """A route as the import makes it of these bodies."""

    def make(base_url, content):
        operation = {"requestBody": {"required": True, "content": content}, "responses": {}}
        document = {"openapi": "3.1.0", "info": {}, "paths": {"/scan": {"post": operation}}}
        (draft,) = openapi.read(json.dumps(document).encode()).drafts
        service = make_service(base_url=base_url)
        return make_route(service=service, **columns(draft))

    return make


@pytest.fixture
def post(signed_in, alice, carry_out):
    """Post the form of a route with these values and carry the run out."""

    def send(route, more):
        client = signed_in(alice)
        values = typed(client.get(route.get_absolute_url()).content)
        done = client.post(f"{route.get_absolute_url()}/run", {**values, **more})
        assert done.status_code == 303, done.content.decode()[:3000]
        return carry_out(Action.objects.latest("pk"))

    return send


def parts_of(seen):
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename(),
         part.get_content_type() if part["content-type"] else "", part.get_payload(decode=True))
        for part in cast("list[Any]", message_from_bytes(head + seen.body).get_payload())
    ]  # fmt: skip


def test_files_of_a_multipart_form_arrive_as_files_beside_its_fields(
    make_imported, serve, post, make_file, alice
):
    server = serve(answer({"ok": True}))
    route = make_imported(server.url(), {"multipart/form-data": {"schema": FORM}})
    pictures = [make_file(f"{name}.png", b"\x89PNG\r\n\x1a\n") for name in ("a", 'b "2"')]

    action = post(
        route,
        {
            "a/scan~file": SimpleUploadedFile("kupfer ü.cif", CIF), "b/steps": "3",
            "a/more": [str(picture.pk) for picture in pictures],
            "b/tags~r": ["r1", "r2"], "b/tags/r1": "x", "b/tags/r2": "y",
            "b/options~s": "value", "b/options/deep": "0",
        },
    )  # fmt: skip

    assert action.status == "success", action.error
    found = parts_of(server.seen[0])
    assert sorted(part[0] for part in found) == sorted(
        ["scan", "more", "more", "steps", "tags", "tags", "options"]
    )
    assert ("steps", None, "", b"3") in found
    assert ("options", None, "application/json", b'{"deep": true}') in found
    scan = next(part for part in found if part[0] == "scan")
    assert scan[3] == CIF
    assert 'filename="kupfer ü.cif"'.encode() in server.seen[0].body
    assert b'filename="b %222%22.png"' in server.seen[0].body
    assert [link.name for link in action.links.order_by("name", "position")] == [
        "more", "more", "scan",
    ]  # fmt: skip
    assert action.sent["body"]["scan"]["filename"] == "kupfer ü.cif"


def test_a_run_with_files_is_opened_again_with_all_of_them(
    make_imported, serve, post, make_file, signed_in, alice
):
    server = serve(answer({"ok": True}))
    route = make_imported(server.url(), {"multipart/form-data": {"schema": FORM}})
    files = [make_file(f"{name}.png", b"\x89PNG\r\n\x1a\n") for name in ("a", "b", "c")]
    scan, *more = (str(file.pk) for file in files)
    action = post(route, {"a/scan": scan, "a/more": more})

    again = signed_in(alice).get(f"{route.get_absolute_url()}?action={action.pk}")
    fewer = signed_in(alice).post(
        f"{route.get_absolute_url()}/run", {**typed(again.content), "_do": f"drop:{more[0]}:a/more"}
    )

    assert typed(again.content)["a/more"] == more
    assert typed(again.content)["a/scan"] == [scan]
    assert typed(fewer.content)["a/more"] == more[1:]


def test_a_body_that_is_a_file_is_its_bytes(make_imported, serve, post, make_file):
    server = serve(answer({"ok": True}))
    route = make_imported(server.url(), {"application/octet-stream": {"schema": {}}})
    file = make_file("copper.cif", CIF)

    action = post(route, {"a/file": str(file.pk)})

    assert action.status == "success", action.error
    assert server.seen[0].body == CIF
    assert server.seen[0].headers["content-type"] == "application/octet-stream"


def test_a_file_is_asked_for_with_the_body_that_holds_it_only(
    make_imported, serve, post, signed_in, alice, make_file
):
    server = serve(answer({"ok": True}))
    schema = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {"schema": FORM},
    }
    route = make_imported(server.url(), content)
    client = signed_in(alice)
    page = client.get(route.get_absolute_url())
    switched = client.post(
        f"{route.get_absolute_url()}/run",
        {**typed(page.content), "b~t": "multipart/form-data", "_do": "type"},
    )

    post(route, {"b/url": "https://example.org/a.cif"})
    file = make_file("copper.cif", CIF)
    post(route, {"b~t": "multipart/form-data", "a/scan": str(file.pk)})

    assert b"a/scan" not in page.content
    assert "a/scan~q" in typed(switched.content)
    assert json.loads(server.seen[0].body) == {"url": "https://example.org/a.cif"}
    assert parts_of(server.seen[1])[0][3] == CIF


def test_a_pasted_text_becomes_a_file_and_is_chosen(make_imported, serve, post, alice):
    server = serve(answer({"ok": True}))
    route = make_imported(server.url(), {"multipart/form-data": {"schema": FORM}})

    post(route, {"a/scan~text": "data_Cu\r\n_a 1\r\n", "a/scan~name": "mine.cif"})

    assert parts_of(server.seen[0])[0][3] == b"data_Cu\n_a 1\n"
    assert alice.assets.get(name="mine.cif").visibility == "private"


def test_several_assets_go_into_a_list_of_a_json_body(make_imported, serve, post, make_file):
    server = serve(answer({"ok": True}))
    schema = {"type": "object", "properties": {"scans": {"type": "array", "items": {}}}}
    route = make_imported(server.url(), {"application/json": {"schema": schema}})
    route.input_assets = {"scans": {"asset_type": "file", "many": True}}
    route.save()
    files = [make_file(f"{name}.cif", CIF) for name in ("a", "b")]

    post(route, {"a/scans": [str(file.pk) for file in files]})

    sent = json.loads(server.seen[0].body)["scans"]
    assert [item["filename"] for item in sent] == ["a.cif", "b.cif"]


def test_a_file_too_large_for_a_request_is_said_at_its_field(make_imported, serve, post, make_file):
    server = serve(answer({"ok": True}))
    route = make_imported(server.url(), {"image/png": {"schema": {}}})
    file = make_file("big.png", b"\x89PNG\r\n\x1a\n")
    type(file).objects.filter(pk=file.pk).update(size=10**9)

    action = post(route, {"a/file": str(file.pk)})

    assert action.error["problems"] == {
        "a/file": "The file has 954 MB; at most 64 MB can be sent in a request."
    }
    assert not server.seen
