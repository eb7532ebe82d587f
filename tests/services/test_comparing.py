"""Two versions of an operation: every difference at its field, and whether it breaks a call."""

import json
from typing import Any

from ouro_web.services.comparing import compare, declarations
from ouro_web.services.openapi import read_text
from tests.services.test_openapi import document, draft


def operation(**changed: Any) -> dict[str, Any]:
    body = changed.pop("body", {})
    answer = changed.pop("answer", {})
    whole: dict[str, Any] = {
        "summary": "Run",
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
        **changed,
    }
    if body is not None:
        whole["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return draft(whole).operation


def said(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(item.place, item.message, item.is_breaking) for item in compare(old, new)]


def fields(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def test_the_same_operation_differs_in_nothing() -> None:
    assert compare(operation(), operation()) == []


WORD, NUMBER = {"type": "string"}, {"type": "number"}


CASES = [
    (fields(), fields(a=WORD), ("a", "is new", False)),
    (fields(), fields("a", a=WORD), ("a", "is new and required", True)),
    (fields(a=WORD), fields(), ("a", "is gone", True)),
    (fields(a=fields(b=WORD)), fields(), ("a", "is gone", True)),
    (fields(a=WORD), fields("a", a=WORD), ("a", "is required now", True)),
    (fields("a", a=WORD), fields(a=WORD), ("a", "is optional now", False)),
    (fields(a=WORD), fields(a=NUMBER), ("a", "type was string, is number", True)),
    (fields(a={"type": "integer"}), fields(a=NUMBER),
     ("a", "type was integer, is number", False)),
    (fields(a=NUMBER), fields(a={"type": "integer"}),
     ("a", "type was number, is integer", True)),
    (fields(a=WORD), fields(a={"type": ["string", "null"]}),
     ("a", "type was string, is null or string", False)),
    (fields(a={"enum": ["x", "y"]}), fields(a={"enum": ["y"]}),
     ("a", "“x” is no choice any more", True)),
    (fields(a={"enum": ["x"]}), fields(a={"enum": ["x", "y"]}),
     ("a", "“y” is a new choice", False)),
    (fields(a=WORD), fields(a={"type": "string", "enum": ["x"]}), ("a", "is a choice now", True)),
    (fields(a={"maximum": 9}), fields(a={"maximum": 5}), ("a", "maximum was “9”, is “5”", True)),
    (fields(a={"maximum": 5}), fields(a={"maximum": 9}), ("a", "maximum was “5”, is “9”", False)),
    (fields(a={"minLength": 1}), fields(a={}), ("a", "minLength was “1”, is not given", False)),
    (fields(a={"default": 1}), fields(a={"default": 2}), ("a", "default was “1”, is “2”", False)),
    (fields(a={"items": fields(b=WORD)}), fields(a={"items": fields(b=NUMBER)}),
     ("a[].b", "type was string, is number", True)),
    (fields(a={"anyOf": [WORD, NUMBER]}), fields(a={"anyOf": [WORD, WORD]}),
     ("a", "has other branches", True)),
]  # fmt: skip


def test_each_field_of_a_body() -> None:
    for old, new, (place, message, breaking) in CASES:
        found = said(operation(body=old), operation(body=new))
        assert found == [(f"body.{place}", message, breaking)], (old, new)


def test_what_a_caller_reads_breaks_the_other_way_round() -> None:
    old = operation(answer=fields("a", "b", a=WORD, b=WORD))
    new = operation(answer=fields("a", a={"type": ["string", "null"]}, b=WORD, c=WORD))
    assert said(old, new) == [
        ("answer 200.b", "is optional now", True),
        ("answer 200.a", "type was string, is null or string", True),
        ("answer 200.c", "is new", False),
    ]


def test_parameters_and_content_types() -> None:
    schema = {"type": "integer", "minimum": 1}
    new = operation(
        body=None,
        parameters=[
            {"name": "limit", "in": "query", "schema": schema},
            {"name": "x-key", "in": "header", "required": True, "schema": WORD},
        ],
        requestBody={"content": {"text/plain": {"schema": {}}}},
    )
    assert set(said(operation(), new)) == {
        ("query limit", "minimum was not given, is “1”", True),
        ("header x-key", "is new and required", True),
        ("body", "application/json is not taken any more", True),
        ("body", "text/plain is taken now", False),
    }


def test_words_and_answers() -> None:
    new = operation(summary="Run it", deprecated=True, responses={"202": {"description": "Later"}})
    assert set(said(operation(), new)) == {
        ("name", "is worded differently", False),
        ("operation", "is deprecated now", False),
        ("answer 200", "is gone", True),
        ("answer 200", "is not documented any more", True),
        ("answer 202", "is documented now", False),
    }


def test_a_recursive_schema_is_compared_so_deep_and_no_deeper() -> None:
    def tree(leaf: str) -> dict[str, Any]:
        node = {"properties": {"leaf": {"type": leaf}, "next": {"$ref": "#/components/schemas/N"}}}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/N"}}}
        whole = document({"requestBody": {"content": content}}, components={"schemas": {"N": node}})
        return read_text(json.dumps(whole)).drafts[0].operation

    found = compare(tree("string"), tree("number"))
    assert ("body.leaf", True) in [(item.place, item.is_breaking) for item in found]
    assert len(found) < 10


def test_declared_assets() -> None:
    old = {"a": {"asset_type": "file"}, "b": {"asset_type": "file", "label": "B"}}
    new = {"b": {"asset_type": "post", "label": "B"}, "c": {"asset_type": "file"}}
    found = {(item.place, item.message, item.is_breaking)
             for item in declarations("input", old, new, asked=True)}  # fmt: skip
    assert found == {
        ("input a", "is gone", True),
        ("input b", "differs in asset_type", True),
        ("input c", "is new and required", True),
    }
