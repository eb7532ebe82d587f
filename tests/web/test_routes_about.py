"""The About tab of a route, and the tree in which it shows schemas."""

import pytest

from ouro_web.web.schema_tree import Tree

CIF = {"structure": {"asset_type": "file", "label": "Structure", "file_extensions": ["cif"],
                     "body_path": "inputs.structure"}}  # fmt: skip
BODY = {
    "type": "object",
    "required": ["fmax"],
    "properties": {
        "fmax": {"type": "number", "minimum": 0.0, "maximum": 200.0, "default": 0.05,
                 "description": "Largest <b>force</b> left"},
        "kinds": {"type": "array", "items": {"$ref": "#/$defs/Kind"}},
        "next": {"anyOf": [{"$ref": "#/$defs/Step"}, {"type": "null"}]},
    },
}  # fmt: skip
DEFINITIONS = {
    "Kind": {"type": "string", "enum": ["vacancy", "antisite"]},
    "Step": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Step"}}},
}


@pytest.fixture
def route(make_route):
    made = make_route(
        body=BODY,
        parameters=[{"name": "precision", "in": "query", "required": False,
                     "schema": {"type": "string", "enum": ["single", "double"]},
                     "description": "Of floats"}],
        input_assets=CIF,
        output_assets={"relaxed": {"asset_type": "file"}},
    )  # fmt: skip
    made.operation["$defs"] = DEFINITIONS
    made.operation["responses"] = {
        "200": {"description": "Done", "content_type": "application/json", "schema": {}}
    }
    made.operation["remarks"] = ["Something was left out."]
    made.description = "**Relaxes** it.\n\nIn full."
    made.save()
    return made


def page_of(browser, route) -> str:
    answer = browser.get(f"{route.get_absolute_url()}/about")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_says_what_goes_in_and_what_comes_out(signed_in, alice, route):
    page = page_of(signed_in(alice), route)
    for part in (
        "<strong>Relaxes</strong>",
        "inputs.structure",
        "file, .cif",
        "0 to 200",
        "list of string",
        "vacancy",
        "object or null",
        "again Step, as above",
        "precision",
        "Of floats",
        "Done",
        "ouro-webhook-token",
    ):
        assert part in page
    assert "<b>force</b>" not in page


def test_remarks_of_the_import_are_for_those_who_edit(signed_in, alice, rita, route):
    assert "Something was left out." in page_of(signed_in(alice), route)
    assert "Something was left out." not in page_of(signed_in(rita), route)


def test_a_stranger_does_not_see_a_hidden_one(signed_in, carol, make_route, make_service):
    hidden = make_route(service=make_service(visibility="private"))
    assert signed_in(carol).get(f"{hidden.get_absolute_url()}/about").status_code == 404


def test_a_route_without_anything_declared_has_a_page(client, make_route):
    page = page_of(client, make_route())
    assert "None: it takes and gives plain values." in page
    assert "It needs nothing beside its address." in page


def test_it_asks_a_constant_number_of_queries(
    signed_in, alice, route, django_assert_max_num_queries
):
    browser = signed_in(alice)
    with django_assert_max_num_queries(14):
        page_of(browser, route)


@pytest.mark.parametrize(
    ("schema", "kind", "limits"),
    [
        ({"type": "integer", "minimum": 1.0}, "integer", "at least 1"),
        ({"type": ["string", "null"], "maxLength": 5}, "string or null", "at most 5 characters"),
        ({"type": "string", "format": "date"}, "string (date)", ""),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "map of number", ""),
        ({"type": "object"}, "free object", ""),
        ({}, "any value", ""),
        ({"const": "a"}, "always a", ""),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "one of string, integer", ""),
        ({"exclusiveMinimum": 0}, "number", "more than 0"),
        (True, "any value", ""),
    ],
)
def test_types_and_limits_are_said_in_words(schema, kind, limits):
    node = Tree({}).node("x", schema)
    assert (node.kind, node.limits) == (kind, limits)


def test_a_wide_and_deep_schema_is_drawn_in_bounds():
    wide = {"properties": {f"p{n}": {"$ref": "#/$defs/W"} for n in range(300)}}
    node = Tree({"W": wide}).node("x", {"$ref": "#/$defs/W"})
    assert len(node.children) == 300
    assert all(child.note == "again W, as above" for child in node.children)
    deep: dict[str, object] = {"type": "string"}
    for _ in range(50):
        deep = {"properties": {"a": deep}}
    node = Tree({}).node("x", deep)
    for _ in range(8):
        node = node.children[0]
    assert node.note == "more inside, not drawn here"
