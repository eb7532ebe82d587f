"""Documents of several files: an archive, several uploads, or files of one origin."""

import io
import json
import zipfile

import pytest
from pytest_httpserver import HTTPServer

from ouro_web.services import reading
from ouro_web.services.openapi import DocumentError, Specification, has_others
from ouro_web.services.unpacking import unpacked

ROOT = """openapi: 3.1.0
info: {title: Parts, description: {$ref: words/about.md}}
paths:
  /pets/{id}: {$ref: 'paths/pets.yaml#/one'}
  /gone: {post: {requestBody: {$ref: 'missing.yaml'}}}
components:
  schemas: {Tag: {type: string, maxLength: 5}}
"""
FILES = {
    "spec/openapi.yaml": ROOT,
    "spec/words/about.md": "# What it is\n\nAll about pets.",
    "spec/paths/pets.yaml": """one:
  parameters: [{$ref: '../parts/id.json'}]
  put:
    summary: Replace
    requestBody: {content: {application/json: {schema: {$ref: ../parts/pet.yaml#/Pet}}}}
""",
    "spec/parts/id.json": json.dumps({"name": "id", "in": "path", "schema": {"type": "integer"}}),
    "spec/parts/pet.yaml": """Pet:
  type: object
  discriminator: {propertyName: kind, mapping: {c: './pet.yaml#/Cat'}}
  oneOf: [{$ref: '#/Cat'}]
  example: {$ref: just a word}
Cat:
  properties:
    tag: {$ref: '../openapi.yaml#/components/schemas/Tag'}
    mother: {$ref: '#/Pet'}
""",
}


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name, text)
    return buffer.getvalue()


def read_files(uploads: list[tuple[str, bytes]]) -> Specification:
    given = unpacked(uploads)
    return reading.read(given.text, unpacked=given)


def check(found: Specification) -> None:
    assert found.description == "# What it is\n\nAll about pets."
    put, post = found.drafts
    assert (put.key, put.name) == ("PUT /pets/{id}", "Replace")
    (parameter,) = put.operation["parameters"]
    assert parameter["schema"] == {"type": "integer"}
    definitions = put.operation["$defs"]
    assert set(definitions) == {"Pet", "Cat", "Tag"}
    assert definitions["Cat"]["properties"]["tag"] == {"$ref": "#/$defs/Tag"}
    assert definitions["Cat"]["properties"]["mother"] == {"$ref": "#/$defs/Pet"}
    assert definitions["Pet"]["discriminator"]["mapping"] == {"c": "#/$defs/Cat"}
    assert definitions["Pet"]["examples"] == [{"$ref": "just a word"}]
    assert definitions["Tag"]["maxLength"] == 5
    assert post.operation["bodies"][0]["schema"] == {}
    assert any("missing.yaml" in problem.message for problem in found.problems)


def test_an_archive_is_read_as_one_document() -> None:
    noise = {"spec/.hidden.yaml": "{", "__MACOSX/openapi.yaml": "{", "spec/logo.png": "{"}
    found = read_files([("spec.zip", archive({**FILES, **noise}))])
    check(found)
    assert json.loads(found.bundled)["paths"]["/pets/{id}"]["$ref"].startswith("#/x-ouro-files/")


def test_several_uploads_come_without_their_folders() -> None:
    check(read_files([(name.rpartition("/")[2], text.encode()) for name, text in FILES.items()]))


def test_files_beside_a_fetched_document_come_from_its_origin_only(
    httpserver: HTTPServer, settings
) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    for name, text in FILES.items():
        httpserver.expect_request(f"/{name}").respond_with_data(text)
    elsewhere = httpserver.url_for("/secret.yaml").replace("localhost", "127.0.0.1")
    away = httpserver.url_for("/away.yaml")
    httpserver.expect_request("/away.yaml").respond_with_data(
        status=302, headers={"Location": elsewhere}
    )
    root = ROOT + f"  responses: {{A: {{$ref: '{elsewhere}'}}, B: {{$ref: '{away}'}}}}\n"
    found = reading.read(root, source_url=httpserver.url_for("/spec/openapi.yaml"))
    check(found)
    said = " ".join(problem.message for problem in found.problems)
    assert "lives on another host" in said
    assert "missing.yaml could not be fetched" in said
    assert "/secret.yaml" not in [request.path for request, _ in httpserver.log]


@pytest.mark.parametrize(
    ("uploads", "says"),
    [
        ([("a.zip", b"PK\x03\x04 broken")], "cannot be unpacked"),
        ([("a.zip", archive({"readme.md": "x", "b.yaml": "a: 1"}))], "None of the files"),
        ([("a.zip", archive({}))], "None of the files"),
        ([("a.zip", archive({f"{n}.json": "" for n in range(2001)}))], "more than 2,000 entries"),
        ([("bomb.zip", archive({"openapi.json": " " * 30_000_000}))], "more than 20 MB"),
        ([("a.yaml", b"openapi: 3.1.0"), ("b.yaml", b"\xff\xfe\xff")], "b.yaml"),
    ],
    ids=["broken", "no-root", "empty", "entries", "bomb", "no-text"],
)
def test_what_is_no_archive_of_a_document_is_refused(uploads, says) -> None:
    with pytest.raises(DocumentError, match=says):
        unpacked(uploads)


def test_the_document_nearest_to_the_top_is_the_root() -> None:
    text = '{"openapi": "3.1.0", "paths": {}}'
    given = unpacked([("a.zip", archive({"old/openapi.json": text, "api.json": text}))])
    assert given.name == "api.json"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"$ref": "#/a"}', False), ("$ref: '#/a'", False), ("$ref: ./a.yaml", True),
        ('{"$ref":"a.json#/b"}', True), ('{"$ref": {"type": "string"}}', False),
    ],
    ids=["json", "yaml", "yaml-file", "json-file", "property"],
)  # fmt: skip
def test_references_to_other_files_are_noticed(text: str, found: bool) -> None:
    assert has_others(text) is found
