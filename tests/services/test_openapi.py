"""Documents to route drafts: what is kept, what is converted, what is said about the rest."""

import json
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI, Header
from fastapi.openapi.utils import get_openapi
from ouro.utils import get_custom_openapi, ouro_field
from pydantic import BaseModel, Field
from pytest_httpserver import HTTPServer

from ouro_web.lib.fields import encode
from ouro_web.services.openapi import RouteDraft, Specification, base_urls, read


def document(operation: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    info = {"title": "Trial", "version": "1"}
    paths = {"/run": {"post": operation if operation is not None else {"summary": "Run"}}}
    return {"openapi": "3.1.0", "info": info, "paths": paths, **top}


def specification(given: dict[str, Any]) -> Specification:
    return read(json.dumps(given).encode())


def draft(operation: dict[str, Any], **top: Any) -> RouteDraft:
    (only,) = specification(document(operation, **top)).drafts
    return only


def body_of(schema: Any, **top: Any) -> tuple[Any, RouteDraft]:
    content = {"application/json": {"schema": schema}}
    made = draft({"summary": "Run", "requestBody": {"content": content}}, **top)
    return made.operation["bodies"][0]["schema"], made


def messages(made: RouteDraft) -> list[str]:
    return [problem.message for problem in made.remarks]


def builds(made: RouteDraft) -> None:
    """Every schema of the operation gives a validator, and none asks for another document."""

    def refuse(address: str) -> Any:
        raise AssertionError(f"{address} was asked for")

    parts = [*made.operation["parameters"], *made.operation["bodies"]]
    for part in [*parts, *made.operation["responses"].values()]:
        schema = part["schema"]
        whole = {**schema, "$defs": made.operation["$defs"]} if schema is not True else True
        jsonschema_rs.Draft202012Validator(
            whole, retriever=refuse, pattern_options=jsonschema_rs.RegexOptions()
        )


def test_a_fastapi_service_with_declared_assets_is_read_as_its_author_meant():
    class Relax(BaseModel):
        structure: dict[str, Any] | None = None
        fmax: float = Field(0.05, gt=0, description="Largest force left")

    app = FastAPI(title="Materials")

    @app.post("/relax")
    def relax_structure(request: Relax, ouro_action_id: str | None = Header(None)) -> None:
        """Relaxes it."""

    declare: Any = ouro_field  # untyped in the client library
    entry = {"asset_type": "file", "input_file_extensions": ["cif"]}
    declare("x-ouro-execution-mode", "async")(relax_structure)
    declare("x-ouro-input-assets", {"structure": entry})(relax_structure)
    outputs = {"relaxed": {"asset_type": "file", "primary": True}}
    declare("x-ouro-output-assets", outputs)(relax_structure)
    document_of: Any = get_custom_openapi
    (made,) = specification(document_of(app, get_openapi)()).drafts
    assert (made.name, made.slug, made.execution_mode) == (
        "Relax Structure",
        "relax-structure",
        "async",
    )
    assert made.operation["description"] == "Relaxes it."
    assert made.operation["parameters"] == []  # the platform fills ouro-action-id
    assert made.operation["bodies"][0]["schema"] == {"$ref": "#/$defs/Relax"}
    assert made.input_assets["structure"]["file_extensions"] == ["cif"]
    assert made.input_assets["structure"]["optional"]  # its model lets it be left out
    assert made.output_assets["relaxed"]["primary"]
    assert made.problems == ()


def test_a_name_is_the_summary_else_method_and_path_and_slugs_are_unique() -> None:
    paths = {
        "/generate": {"post": {}},
        "/a": {"get": {"summary": "Relax\n structure"}},
        "/b": {"get": {"summary": "Relax structure"}},
    }
    drafts = specification({**document(), "paths": paths}).drafts
    assert [item.name for item in drafts] == [
        "POST /generate",
        "Relax structure",
        "Relax structure",
    ]
    assert [item.slug for item in drafts] == [
        "post-generate",
        "relax-structure",
        "relax-structure-2",
    ]


def test_definitions_are_those_reached_and_no_others() -> None:
    schemas = {
        "A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
        "Other": {"type": "string"},
    }
    schema, made = body_of({"$ref": "#/components/schemas/A"}, components={"schemas": schemas})
    assert schema == {"$ref": "#/$defs/A"}
    assert set(made.operation["$defs"]) == {"A", "B"}
    assert made.operation["$defs"]["A"]["properties"]["b"] == {"$ref": "#/$defs/B"}


def test_a_chain_of_a_thousand_schemas_does_not_exhaust_the_stack() -> None:
    schemas: dict[str, Any] = {
        f"S{n}": {"properties": {"next": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(1000)
    }
    schemas["S1000"] = {"type": "string"}
    _, made = body_of({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})
    assert len(made.operation["$defs"]) == 1001


def test_schemas_defined_inside_a_schema_are_found() -> None:
    schema, made = body_of(
        {"$ref": "#/$defs/Outer", "$defs": {"Outer": {"items": {"$ref": "#/$defs/Inner"}},
                                            "Inner": {"type": "integer"}}}
    )  # fmt: skip
    outer = made.operation["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    inner = made.operation["$defs"][outer["items"]["$ref"].removeprefix("#/$defs/")]
    assert inner == {"type": "integer"}


def test_names_with_odd_characters_become_legal_references() -> None:
    schemas = {"Map«string,/int~»": {"type": "object"}}
    reference = "#/components/schemas/Map%C2%ABstring,~1int~0%C2%BB"
    schema, made = body_of({"$ref": reference}, components={"schemas": schemas})
    assert made.operation["$defs"][schema["$ref"].removeprefix("#/$defs/")] == {"type": "object"}
    builds(made)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"$ref": "#/components/schemas/A", "nullable": True, "title": "T"},
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "title": "T"},
        ),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 0},
        ),
        (
            {"type": "number", "maximum": 9, "exclusiveMaximum": False},
            {"type": "number", "maximum": 9},
        ),
        ({"$ref": "#/components/schemas/A", "minLength": 3}, {"$ref": "#/$defs/A"}),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        (
            {"anyOf": [{"$ref": "#/components/schemas/A"}, {"nullable": True}]},
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]},
        ),
        ({"type": "integer", "default": "1024"}, {"type": "integer", "default": 1024}),
        ({"type": "string", "default": "1024"}, {"type": "string", "default": "1024"}),
        ({"type": "boolean", "default": "yes"}, {"type": "boolean", "default": "yes"}),
        (
            {"type": "string", "nullable": True, "default": "null"},
            {"type": ["string", "null"], "default": None},
        ),
        (
            {"$ref": "#/components/schemas/A", "nullable": True, "default": "null"},
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "default": None},
        ),
        ({"type": "file"}, {"type": "string", "format": "binary"}),
        ({"type": "string", "default": None, "xml": {}}, {"type": "string", "default": None}),
        (
            {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
            {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        ),
    ],
)
def test_the_words_of_3_0_become_those_of_today(old: dict[str, Any], new: dict[str, Any]) -> None:
    components = {"schemas": {"A": {"type": "string"}}}
    schema, made = body_of(old, openapi="3.0.3", components=components)
    assert schema == new
    builds(made)


def test_siblings_of_a_reference_count_in_3_1() -> None:
    given = {"$ref": "#/components/schemas/A", "minLength": 3}
    schema, _ = body_of(given, components={"schemas": {"A": {"type": "string"}}})
    assert schema == {"minLength": 3, "$ref": "#/$defs/A"}


def test_a_discriminator_names_the_branches_by_our_references() -> None:
    schema, _ = body_of(
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {"c": "Cat"}},
        },
        components={"schemas": {"Cat": {}, "Dog": {}}},
    )
    assert schema["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"c": "#/$defs/Cat", "Dog": "#/$defs/Dog"},
    }


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("string", "must be an object"),
        ({"type": "planet"}, "“planet” is not one of JSON Schema"),
        ({"properties": {"a": {"type": "string", "required": True}}}, "not a list of names"),
        ({"properties": []}, "object of schemas by name"),
        ({"anyOf": []}, "at least one schema"),
        ({"minimum": "5"}, "“minimum” is not valid"),
        ({"type": "string", "pattern": "(?<a"}, "pattern cannot be checked"),
        ({"type": "string", "pattern": "(?=.)((a{1,200}){1,200}){1,200}"}, "cannot be checked"),
        ({"$ref": "#/components/schemas/Missing"}, "points to nothing"),
        ({"$ref": "#/components/schemas/Loop"}, "leads back to itself"),
        ({"$ref": "https://example.org/a.json"}, "another document, which is not fetched"),
        ({"$ref": "./a.yaml#/A"}, "another document, which is not fetched"),
        ({"$ref": 5}, "must be a text"),
    ],
)
def test_a_broken_schema_is_a_remark_and_checks_can_still_be_built(schema: Any, says: str) -> None:
    loop = {"Loop": {"$ref": "#/components/schemas/Loop"}}
    _, made = body_of(schema, components={"schemas": loop})
    assert any(says in message for message in messages(made))
    assert made.operation["remarks"] == messages(made)
    assert all(problem.pointer.startswith("/") for problem in made.remarks)
    builds(made)


def test_nothing_outside_the_document_is_ever_fetched(httpserver: HTTPServer) -> None:
    address = httpserver.url_for("/secret.json")
    body = {"content": {"application/json": {"schema": {"$ref": f"{address}#/A", "$id": address}}}}
    parameters = [{"$ref": address}, {"name": "q", "in": "query", "schema": {"$ref": address}}]
    operation = {
        "requestBody": body,
        "parameters": parameters,
        "responses": {"200": {"$ref": address}},
    }
    made = draft(operation)
    builds(made)
    assert httpserver.log == []


def test_parameters_of_the_path_are_merged_and_the_operations_win() -> None:
    item = {
        "parameters": [
            {"name": "id", "in": "path", "schema": {"type": "integer"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        ],
        "get": {"parameters": [{"name": "limit", "in": "query", "schema": {"maximum": 5}}]},
    }
    (made,) = specification({**document(), "paths": {"/x/{id}": item}}).drafts
    by_name = {entry["name"]: entry for entry in made.operation["parameters"]}
    assert by_name["id"]["required"]
    assert by_name["id"]["style"] == "simple"
    assert by_name["limit"]["schema"] == {"maximum": 5}
    assert (by_name["limit"]["style"], by_name["limit"]["explode"]) == ("form", True)


def test_what_the_platform_and_the_credentials_fill_is_no_parameter() -> None:
    names = ["ouro-action-id", "Ouro-Webhook-Url", "Authorization", "X-Key", "x-trace"]
    parameters = [{"name": name, "in": "header", "schema": {}} for name in names]
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}
    made = draft({"parameters": parameters}, components={"securitySchemes": schemes})
    assert [entry["name"] for entry in made.operation["parameters"]] == ["x-trace"]


def test_a_part_of_the_path_that_nobody_declared_is_asked_for_as_text() -> None:
    (made,) = specification({**document(), "paths": {"/x/{id}": {"get": {}}}}).drafts
    assert made.operation["parameters"][0]["name"] == "id"
    assert "not declared" in messages(made)[0]


def test_json_comes_first_among_several_bodies_and_examples_are_kept() -> None:
    content = {
        "multipart/form-data": {"schema": {}},
        "application/json": {"schema": {}, "examples": {"one": {"value": {"a": 1}}}},
    }
    bodies = draft({"requestBody": {"content": content}}).operation["bodies"]
    assert [body["content_type"] for body in bodies] == ["application/json", "multipart/form-data"]
    assert bodies[0]["examples"] == [{"a": 1}]


def test_a_fault_in_one_operation_does_not_stop_the_others() -> None:
    paths = {
        "/good": {"get": {"summary": "Good"}},
        "/bad": {"get": "no", "post": {"parameters": 7, "requestBody": [], "responses": 5}},
        "worse": {"get": {}},
        "/worst": [],
        "/there": {"$ref": "other.yaml#/x"},
    }
    given = specification({**document(), "paths": paths})
    assert [item.key for item in given.drafts] == ["GET /good", "POST /bad"]
    assert [problem.pointer for problem in given.errors] == [
        "/paths/~1bad/get",
        "/paths/worse",
        "/paths/~1worst",
        "/paths/~1there",
    ]


@pytest.mark.parametrize(
    ("top", "says"),
    [
        ({"asyncapi": "2.6.0"}, "an AsyncAPI document"),
        ({"info": {}, "item": []}, "a Postman collection"),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, "a JSON Schema"),
        ({"a": 1, "b": 2}, "an object with the keys a, b"),
        ({}, "the keys none"),
        ({"openapi": "4.0.0"}, "version 4.0.0"),
        ({"openapi": None}, "This is"),
        ({"swagger": "1.2"}, "version 1.2"),
        ({"openapi": "3.1.0"}, "no operations"),
        ({"openapi": "3.1.0", "paths": []}, "not an object"),
        ({"openapi": "3.1.0", "paths": {}}, "no operations"),
    ],
)
def test_what_cannot_be_imported_says_what_it_is(top: dict[str, Any], says: str) -> None:
    given = specification(top)
    assert given.drafts == ()
    assert says in given.problems[0].message


def test_swagger_2_is_read_in_the_words_of_3() -> None:
    given = specification(
        {
            "swagger": "2.0",
            "host": "api.example.org",
            "basePath": "/v1",
            "schemes": ["http", "https"],
            "definitions": {"Pet": {"type": "object", "properties": {"n": {"type": "string"}}}},
            "paths": {
                "/pets": {
                    "post": {
                        "parameters": [
                            {"name": "p", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
                            {"name": "t", "in": "query", "type": "array", "items": {},
                             "collectionFormat": "multi"},
                        ],
                        "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}},
                    }
                },
                "/up": {"post": {"parameters": [
                    {"name": "f", "in": "formData", "type": "file", "required": True}]}},
            },
        }
    )  # fmt: skip
    pets, upload = given.drafts
    assert given.addresses == ("https://api.example.org/v1", "http://api.example.org/v1")
    assert pets.operation["bodies"][0]["schema"] == {"$ref": "#/$defs/Pet"}
    assert pets.operation["parameters"][0]["explode"]
    assert pets.operation["responses"]["200"]["schema"] == {"$ref": "#/$defs/Pet"}
    body = upload.operation["bodies"][0]
    assert body["content_type"] == "multipart/form-data"
    assert body["schema"]["required"] == ["f"]
    assert body["schema"]["properties"]["f"]["format"] == "binary"


def test_methods_of_3_2_are_read() -> None:
    item = {"query": {"summary": "Ask"}, "additionalOperations": {"LINK": {"summary": "Link"}}}
    given = specification({**document(), "openapi": "3.2.0", "paths": {"/x": item}})
    assert [item.key for item in given.drafts] == ["QUERY /x", "LINK /x"]


@pytest.mark.parametrize(
    ("servers", "source", "expected"),
    [
        ((), "https://a.example/docs/openapi.json", ["https://a.example"]),
        (("/api",), "https://a.example/openapi.json", ["https://a.example/api"]),
        (("https://b.example/v1/",), "https://a.example/x", ["https://b.example/v1"]),
        (("/api",), "", []),
        (("ftp://x", "https://c.example"), "", ["https://c.example"]),
    ],
)
def test_base_addresses_come_from_servers_else_from_where_the_document_lay(
    servers: tuple[str, ...], source: str, expected: list[str]
) -> None:
    assert base_urls(servers, source) == expected


def test_server_variables_take_their_defaults() -> None:
    servers = [{"url": "https://{where}.example/{v}", "variables": {"where": {"default": "eu"}}}]
    assert specification(document(servers=servers)).addresses == ("https://eu.example/{v}",)


def test_hints_say_what_would_make_the_page_better() -> None:
    properties = {"file": {"type": "string", "format": "binary"}}
    content = {"application/json": {"schema": {"properties": properties}}}
    made = draft({"requestBody": {"content": content}, "responses": {"202": {}}})
    said = " ".join(problem.message for problem in made.hints)
    for part in ("No summary", "One field has no description", "x-ouro-input-assets", "202"):
        assert part in said


def test_a_body_in_xml_is_a_text_and_a_query_as_a_whole_is_fields() -> None:
    media = {"application/xml": {"schema": {"type": "object"}}}
    place = {"name": "q", "in": "querystring", "content": {
        "application/x-www-form-urlencoded": {"schema": {"properties": {"a": {"type": "string"}}}}
    }}  # fmt: skip
    document = {"openapi": "3.2.0", "info": {}, "paths": {"/a": {"post": {
        "parameters": [place], "requestBody": {"content": media}}}}}  # fmt: skip
    (draft,) = read(json.dumps(document).encode()).drafts

    (whole,) = draft.operation["parameters"]
    assert (whole["in"], whole["style"], whole["explode"]) == ("query", "form", True)
    assert draft.operation["bodies"][0]["schema"]["type"] == "string"
    assert "XML" in draft.operation["remarks"][0]


def test_lists_of_an_old_form_are_joined_as_it_says() -> None:
    field = {"in": "formData", "type": "array", "items": {"type": "string"}}
    listed = [{**field, "name": "a"}, {**field, "name": "b", "collectionFormat": "multi"}]
    document = {"swagger": "2.0", "info": {}, "paths": {"/a": {"post": {"parameters": listed}}}}
    (draft,) = read(json.dumps(document).encode()).drafts
    sent = encode(draft.operation, {"body": {"a": ["1", "2"], "b": ["3", "4"]}})

    assert sent.body_bytes == b"a=1%2C2&b=3&b=4"
