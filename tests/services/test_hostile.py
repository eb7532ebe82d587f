"""Documents made to hurt: refused or read within limits, and never at the cost of the site."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from ouro_web.services.openapi import Specification, read, unpacked
from ouro_web.services.openapi.apart import read_apart


def document(schema: Any, **schemas: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/run": {"post": {"summary": "Run", "requestBody": body}}},
        "components": {"schemas": schemas},
    }


def given(document: Any) -> Specification:
    return read(json.dumps(document).encode())


def deep(levels: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def test_three_hundred_levels_are_refused_with_their_place() -> None:
    found = given(document(deep(300)))
    assert not found.drafts
    assert "deeper than 100 levels" in found.problems[0].message
    assert found.problems[0].pointer.startswith("/paths/~1run/post/requestBody/content")


def test_five_thousand_properties_are_read() -> None:
    (made,) = given(document({"properties": {f"p{n}": {} for n in range(5000)}})).drafts
    assert len(made.operation["bodies"][0]["schema"]["properties"]) == 5000


def test_a_pattern_that_hangs_others_is_kept_for_an_engine_that_does_not() -> None:
    (made,) = given(document({"type": "string", "pattern": "^(a+)+$"})).drafts
    assert made.operation["bodies"][0]["schema"]["pattern"] == "^(a+)+$"


def test_a_chain_of_references_is_followed_so_far_and_no_further() -> None:
    chain = {f"S{n}": {"$ref": f"#/components/schemas/S{n + 1}"} for n in range(2000)}
    whole = document({"type": "string"}, **chain)
    whole["paths"]["/run"]["post"]["requestBody"] = {"$ref": "#/components/schemas/S0"}
    (made,) = given(whole).drafts
    assert any("references follow one another" in item.message for item in made.remarks)


def test_thousands_of_parts_of_one_name_get_names_of_their_own() -> None:
    parts = {f"S{n}": {"properties": {"x": {"type": "string"}}} for n in range(2000)}
    choices = [{"$ref": f"#/components/schemas/S{n}/properties/x"} for n in range(2000)]
    (made,) = given(document({"anyOf": choices}, **parts)).drafts
    assert len(made.operation["$defs"]) == 2000


def test_an_answer_that_leads_to_everything_is_cut_short() -> None:
    schemas = {
        f"S{n}": {"properties": {f"p{m}": {"type": "string"} for m in range(50)}
                  | {"next": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(500)
    }  # fmt: skip
    whole = document({"type": "string"}, **schemas, S500={"type": "string"})
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    whole["paths"]["/run"]["post"]["responses"] = {"200": {"description": "", "content": answer}}
    (made,) = given(whole).drafts
    kept = made.operation["$defs"]
    assert 10 < len(kept) < 100
    assert kept["S0"]["properties"]["p1"] == {"type": "string"}
    assert list(kept.values()).count({}) == 1
    assert any("any value" in item.message for item in made.remarks)


ALIAS_BOMB = "openapi: 3.1.0\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ALIAS_BOMB, "unfolds to more than"),
        ("[" * 400_000, "deeper than"),
        ('{"a": [' + "[]," * 2_000_000 + "[]]}", "parts"),
    ],
    ids=["aliases", "depth", "nodes"],
)
def test_a_bomb_goes_off_in_a_process_of_its_own(text: str, says: str) -> None:
    found = unpacked(read_apart(text))
    assert not found.drafts
    assert says in found.problems[0].message


def test_what_is_read_apart_is_what_is_read_here() -> None:
    asked: list[tuple[int, int]] = []
    text = json.dumps(document({"$ref": "#/components/schemas/A"}, A={"type": "string"}))
    found = unpacked(read_apart(text, progress=lambda done, total: asked.append((done, total))))
    assert found == read(text.encode())
    assert asked == [(0, 1)]


def test_a_document_cannot_make_its_reader_call_anybody(httpserver: HTTPServer) -> None:
    address = httpserver.url_for("/secret.json")
    found = unpacked(read_apart(json.dumps(document({"$ref": address, "$id": address}))))
    assert any("is not fetched" in item.message for item in found.drafts[0].remarks)
    assert httpserver.log == []
