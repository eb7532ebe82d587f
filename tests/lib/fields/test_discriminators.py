"""Choices that a discriminator tells apart, in both ways that documents write them."""

import json
from typing import Any

import pytest

from ouro_web.lib.fields import build, check, exact, judge, read
from ouro_web.services import openapi

PET = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "name": {"type": "string"}},
    "required": ["kind", "name"],
}
DOG = {"type": "object", "properties": {"bark": {"type": "integer"}}, "required": ["bark"]}
CAT = {"type": "object", "properties": {"claws": {"type": "boolean"}}}


def parts(base: dict[str, Any]) -> dict[str, Any]:
    extends = {"$ref": "#/components/schemas/Pet"}
    return {
        "Pet": base,
        "Dog": {"allOf": [extends, DOG]},
        "Cat": {"allOf": [extends, CAT]},
        "Puppy": {"allOf": [{"$ref": "#/components/schemas/Dog"}, {"properties": {"age": {}}}]},
    }


def asked(schema: Any, schemas: dict[str, Any], version: str = "3.1.0") -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": version, "info": {}, "components": {"schemas": schemas},
        "paths": {"/pets": {"post": {"requestBody": body, "responses": {}}}},
    }  # fmt: skip
    (draft,) = openapi.read(json.dumps(document).encode()).drafts
    return draft.operation


def inherited() -> dict[str, Any]:
    mapping = {"dog": "#/components/schemas/Dog", "cat": "Cat"}
    base = {**PET, "discriminator": {"propertyName": "kind", "mapping": mapping}}
    return asked({"$ref": "#/components/schemas/Pet"}, parts(base))


def chosen() -> dict[str, Any]:
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"dog": "#/components/schemas/Dog", "cat": "#/components/schemas/Cat"},
        },
    }
    return asked(schema, parts(PET))


@pytest.mark.parametrize("operation", [inherited(), chosen()], ids=["allOf", "oneOf"])
def test_the_value_of_the_discriminator_goes_with_the_branch(operation):
    fresh = build(operation, {})
    (pet,) = [area for area in fresh.areas if area.key == "body"]
    posted = {**fresh.state, "b~b": ["1"], "b~s": ["value"], "b/kind~s": ["value"]}
    cat = read(operation, {}, {**posted, "b/name": ["Mia"], "b/claws": ["0"]})
    dog = {"kind": "dog", "name": "Rex", "bark": 3}

    assert [branch.title for branch in pet.shape.branches][:2] == ["dog", "cat"]
    assert cat.document["body"] == {"kind": "cat", "name": "Mia", "claws": True}
    assert not check(operation, {}, {"body": cat.document["body"]})
    assert exact.same(read(operation, {}, build(operation, {}, {"body": dog}).state).document, {
        "body": dog, "content_type": "application/json",
    })  # fmt: skip


@pytest.mark.parametrize("operation", [inherited(), chosen()], ids=["allOf", "oneOf"])
def test_a_wrong_value_is_told_of_the_branch_that_is_meant(operation):
    body = {"kind": "dog", "name": "Rex"}
    form = judge(operation, {}, read(operation, {}, build(operation, {}, {"body": body}).state))

    assert [(problem.pointer, problem.message) for problem in form.problems] == [
        ("/body/bark", "is required")
    ]


def test_types_of_types_and_the_older_spelling_are_offered_too():
    operation = asked({"$ref": "#/components/schemas/Pet"}, parts({**PET, "discriminator": {
        "propertyName": "kind"}}))  # fmt: skip
    (area,) = build(operation, {}).areas
    assert {branch.title for branch in area.shape.branches} == {"Dog", "Cat", "Puppy"}

    schemas = {
        name: json.loads(json.dumps(schema).replace("components/schemas", "definitions"))
        for name, schema in parts({**PET, "discriminator": "kind"}).items()
    }
    body = {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}
    document = {
        "swagger": "2.0", "info": {}, "definitions": schemas,
        "paths": {"/pets": {"post": {"parameters": [body], "responses": {}}}},
    }  # fmt: skip
    (draft,) = openapi.read(json.dumps(document).encode()).drafts
    (area,) = build(draft.operation, {}).areas
    assert {branch.title for branch in area.shape.branches} == {"Dog", "Cat", "Puppy"}


BASE = {**PET, "discriminator": {"propertyName": "kind"}}
BOTH = [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}]
REX, MIA = {"kind": "Dog", "name": "Rex", "bark": 3}, {"kind": "Cat", "name": "Mia"}


def tagged(values: Any, **fields: Any) -> dict[str, Any]:
    return {
        "type": "object", "required": ["kind"],
        "properties": {"kind": {"type": "string", **values}, **fields},
    }  # fmt: skip


CHOICES = {
    "by the names, as the base of all says": (
        {"oneOf": BOTH}, parts(BASE), [REX, MIA], [{**REX, "bark": "x"}, {**REX, "kind": "Cow"}]
    ),
    "by the mapping of the base": (
        {"oneOf": BOTH},
        parts({**BASE, "discriminator": {"propertyName": "kind", "mapping": {"d": "Dog"}}}),
        [{**REX, "kind": "d"}, MIA], [{**MIA, "claws": 1}],
    ),
    "by the names, as the choice says": (
        {"oneOf": BOTH, "discriminator": {"propertyName": "kind"}}, parts(PET),
        [REX, MIA], [{**REX, "kind": "Cow"}],
    ),
    "by constants, not by the names": (
        {"oneOf": BOTH, "discriminator": {"propertyName": "kind"}},
        {"Dog": tagged({"enum": ["dog", "puppy"]}), "Cat": tagged({"enum": ["cat"]})},
        [{"kind": "puppy"}, {"kind": "cat"}], [{"kind": "Dog"}],
    ),
    "a base that lists those that extend it": (
        {"$ref": "#/components/schemas/Pet"}, parts({**BASE, "oneOf": BOTH}),
        [REX, MIA], [{**REX, "bark": "x"}],
    ),
    "one that is meant when nothing is said": (
        {"oneOf": BOTH, "discriminator": {
            "propertyName": "kind", "defaultMapping": "Cat", "mapping": {"d": "Dog"}}},
        {"Dog": DOG, "Cat": CAT},
        [{"kind": "d", "bark": 1}, {"claws": True}, {"kind": "?"}], [{"kind": "d"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("given", CHOICES.values(), ids=CHOICES)
def test_every_way_to_tell_branches_apart_is_understood(given: Any, version: str):
    schema, schemas, good, bad = given
    operation = asked(schema, schemas, version)
    for body in good:
        form = judge(operation, {}, read(operation, {}, build(operation, {}, {"body": body}).state))

        assert form.problems == []
        assert exact.same(form.document["body"], body)
        assert form.areas[0].kind == "branch"
    for body in bad:
        assert check(operation, {}, {"body": body}), body
