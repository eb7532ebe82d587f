"""Own cases for the rows of the design's tables: what real documents contain, and where other
generators fail. Each good value goes through the form and through the JSON view unchanged; each bad
one is refused at its place."""

from typing import Any, NamedTuple

import pytest

from ouro_web.lib.fields import build, check, exact, judge, read
from tests.lib.fields.test_reading import asking

INT, TEXT = {"type": "integer"}, {"type": "string"}
NODE = {
    "$defs": {
        "N": {
            "type": "object",
            "properties": {"v": INT, "next": {"oneOf": [{"$ref": "#/$defs/N"}, {"type": "null"}]}},
        }
    }
}
PETS = {
    "oneOf": [
        {"type": "object", "required": ["is"],
         "properties": {"is": {"const": "cat"}, "lives": INT}},
        {"type": "object", "required": ["is", "tricks"],
         "properties": {"is": {"const": "dog"}, "tricks": {"type": "array", "items": TEXT}}},
    ],
    "discriminator": {"propertyName": "is"},
}  # fmt: skip


class Row(NamedTuple):
    name: str
    schema: Any
    good: list[Any]
    bad: list[tuple[Any, str]] = []  # the value, and where in it
    more: Any = {}


ROWS = [
    Row("array of arrays", {"type": "array", "items": {"type": "array", "items": INT}},
        [[], [[]], [[1], [], [2, 3]]], [([[1], ["x"]], "/1/0")]),
    Row("array of objects",
        {"type": "array", "items": {"type": "object", "properties": {"a": INT}}},
        [[{"a": 1}, {}, {"a": 3}], [{"a": n} for n in range(13)]], [([{"a": "x"}], "/0/a")]),
    Row("array of a choice", {"type": "array", "items": {"anyOf": [INT, {"type": "boolean"}]}},
        [[1, True, 2], []], [(["x"], "/0")]),
    Row("array of enums, repeated", {"type": "array", "items": {"enum": ["a", "b"]}},
        [["b", "a"], ["a", "a"], []], [(["c"], "/0")]),
    Row("unique enums", {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
        [["a", "b"], []], [(["a", "a"], "")]),
    Row("enum of mixed types", {"enum": [1, "1", 1.5, True, None, "", {"a": 1}]},
        [1, "1", 1.5, True, None, "", {"a": 1}], [(2, ""), ("true", "")]),
    Row("3.1 list of types", {"type": ["integer", "string", "null"]},
        [1, "1", "", None], [(True, "")]),
    Row("integers above 2^53", INT, [2**53 + 1, -(10**30), 0], [("9007199254740993", "")]),
    Row("decimals as written", {"type": "number"}, [0.1, 1e-7, 19.99], [("x", "")]),
    Row("multipleOf", {"type": "number", "multipleOf": 0.01}, [0.07, 19.99], [(0.005, "")]),
    Row("exclusive bounds", {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        [0.5], [(0, ""), (1, "")]),
    Row("date-time keeps its offset", {"type": "string", "format": "date-time"},
        ["2026-05-03T12:00:00+05:30", "2026-05-03T12:00:00Z"], [("yesterday", "")]),
    Row("text with every sign", TEXT,
        ["", " a ", "\n", "a\nb", '"<&>', "\u2028", "null", "1", "é"]),
    Row("free object", {"type": "object"}, [{}, {"a": {"b": [None]}}], [([], "")]),
    Row("any value", {}, [{}, [], "", 0, False, {"a": None}]),
    Row("map of maps", {"additionalProperties": {"type": "object", "additionalProperties": INT}},
        [{}, {"a": {}}, {"": {"b~/": 1}, "__proto__": {"c": 2}}], [({"a": {"b": "x"}}, "/a/b")]),
    Row("patternProperties", {"type": "object", "patternProperties": {"^x-": INT}},
        [{}, {"x-a": 1, "x-b": 2}], [({"x-a": "no"}, "/x-a")]),
    Row("propertyNames", {"additionalProperties": INT, "propertyNames": {"pattern": "^[a-z]+$"}},
        [{"abc": 1}], [({"ABC": 1}, "/ABC")]),
    Row("odd keys", {"type": "object", "properties": {
        "a.b": INT, "c[d]": INT, "": INT, "~": INT, "e/f": INT, "csrfmiddlewaretoken": TEXT}},
        [{"a.b": 1, "c[d]": 2, "": 3, "~": 4, "e/f": 5, "csrfmiddlewaretoken": "x"}],
        [({"e/f": "x"}, "/e~1f")]),
    Row("tuple with more",
        {"type": "array", "prefixItems": [TEXT, INT], "items": {"type": "boolean"}},
        [["a", 1], ["a", 1, True, False], []], [(["a", "b"], "/1"), (["a", 1, 2], "/2")]),
    Row("allOf with siblings", {"allOf": [{"properties": {"a": INT}, "required": ["a"]},
        {"properties": {"b": TEXT}}], "type": "object", "properties": {"a": {"minimum": 3}}},
        [{"a": 3}, {"a": 4, "b": "x"}], [({"a": 2}, "/a"), ({"b": "x"}, "/a")]),
    Row("recursion with null", {"$ref": "#/$defs/N"},
        [{}, {"v": 1, "next": None}, {"next": {"next": {"v": 3}}}],
        [({"next": {"v": "x"}}, "/next/v")], NODE),
    Row("discriminator", PETS,
        [{"is": "cat"}, {"is": "cat", "lives": 9}, {"is": "dog", "tricks": ["sit"]}],
        [({"is": "dog"}, "/tricks"), ({"is": "cat", "lives": "x"}, "/lives")]),
    Row("const", {"type": "object", "properties": {"k": {"const": {"a": 1}}}, "required": ["k"]},
        [{"k": {"a": 1}}], [({"k": 1}, "/k")]),
    Row("not", {"type": "string", "not": {"enum": ["admin"]}}, ["root"], [("admin", "")]),
    Row("if and then", {"type": "object", "properties": {"kind": TEXT},
        "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        "then": {"properties": {"size": INT}, "required": ["size"]}},
        [{}, {"kind": "a"}, {"kind": "b", "size": 2}], [({"kind": "b"}, "/size")]),
    Row("dependentRequired", {"type": "object", "properties": {"a": INT, "b": INT},
        "dependentRequired": {"a": ["b"]}}, [{}, {"b": 1}, {"a": 1, "b": 2}], [({"a": 1}, "/b")]),
    Row("patterns of several kinds", {"type": "object",
        "patternProperties": {"^i": INT, "^s": TEXT}, "additionalProperties": False},
        [{"i1": 1, "s1": "a"}, {"s": "1"}, {}],
        [({"i1": "x"}, "/i1"), ({"s1": 1}, "/s1"), ({"z": 1}, "/z")]),
    Row("patterns beside fields and other keys", {"type": "object", "properties": {"id": INT},
        "patternProperties": {"^x-": TEXT}, "additionalProperties": {"type": "boolean"}},
        [{"id": 1, "x-a": "5", "c": True}], [({"x-a": 1}, "/x-a"), ({"c": 1}, "/c")]),
    Row("a key that fits two patterns", {"type": "object",
        "patternProperties": {"a": INT, "b": {"minimum": 5}}},
        [{"a": 1, "b": 7, "ab": 6}], [({"ab": 1}, "/ab")]),
    Row("required without a description", {"properties": {"a": INT}, "required": ["a", "b"]},
        [{"a": 1, "b": {"c": 2}}], [({"a": 1}, "/b")]),
    Row("a tuple that is full", {"type": "array", "prefixItems": [INT, TEXT], "items": False},
        [[1, "a"], [1], []], [([1, "a", 2], ""), (["a"], "/0")]),
    Row("either of two keys",
        {"properties": {"a": INT, "b": INT}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        [{"a": 1}, {"b": 1}, {"a": 1, "b": 1}], [({}, "")]),
    Row("one of two keys",
        {"properties": {"a": INT, "b": INT}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        [{"a": 1}, {"b": 1}], [({}, ""), ({"a": 1, "b": 1}, "")]),
    Row("choices within choices",
        {"oneOf": [{"anyOf": [{"oneOf": [INT, {"type": "boolean"}]}, TEXT]},
                   {"type": "array", "items": INT}]},
        [1, True, "x", [1]], [(["x"], "/0"), ({}, "")]),
    Row("lists of lists of themselves", {"$ref": "#/$defs/L"}, [[], [[], [[]]]], [([[1]], "/0/0")],
        {"$defs": {"L": {"type": "array", "items": {"$ref": "#/$defs/L"}}}}),
    Row("readOnly behind a reference", {"properties": {"id": {"$ref": "#/$defs/Id"}, "n": TEXT},
        "required": ["id", "n"]}, [{"n": "a"}], [({}, "/n")],
        {"$defs": {"Id": {"type": "integer", "readOnly": True}}}),
    Row("readOnly and required in two parts", {"allOf": [
        {"properties": {"id": {"type": "integer", "readOnly": True}, "n": TEXT}},
        {"required": ["id", "n"]}]}, [{"n": "a"}], [({}, "/n")]),
    Row("a pattern that looks around", {"type": "string", "pattern": r"^(?=.*\d)(?!.*x).+$"},
        ["a1"], [("a", ""), ("x1", "")]),
    Row("absent, null and empty", {"type": "object", "properties": {
        "t": {"type": ["string", "null"]}, "l": {"type": ["array", "null"], "items": INT},
        "o": {"anyOf": [{"type": "object", "properties": {"a": INT}}, {"type": "null"}]},
        "m": {"type": ["object", "null"], "additionalProperties": INT},
        "b": {"type": ["boolean", "null"]}}},
        [{}, {"t": None, "l": None, "o": None, "m": None, "b": None},
         {"t": "", "l": [], "o": {}, "m": {}, "b": False}]),
]  # fmt: skip


def asked(row: Row) -> Any:
    schema = {"type": "object", "properties": {"v": {**row.schema}}, "required": ["v"], **row.more}
    return asking(schema)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_good_values_go_through_the_form_and_the_json_view(row):
    for good in row.good:
        document = {"body": {"v": good}}
        form = judge(asked(row), {}, read(asked(row), {}, build(asked(row), {}, document).state))
        as_json = read(asked(row), {}, form.state, "view:json")
        back = read(asked(row), {}, as_json.state, "view:form")

        assert form.problems == []
        for each in (form, as_json, back):
            assert exact.same(each.document["body"], document["body"]), good


@pytest.mark.parametrize("row", [row for row in ROWS if row.bad], ids=lambda row: row.name)
def test_bad_values_are_refused_at_their_place(row):
    for bad, at in row.bad:
        document = {"body": {"v": bad}}
        form = judge(asked(row), {}, read(asked(row), {}, build(asked(row), {}, document).state))
        sent = check(asked(row), {}, document)

        assert f"/body/v{at}" in [problem.pointer for problem in form.problems], bad
        assert f"/body/v{at}" in [problem.pointer for problem in sent], bad
        assert form.summary
