"""Schemas made to hurt: nothing is called, nothing hangs, and the form still opens."""

import socket
import threading
from typing import Any

import pytest

from ouro_web.lib.fields import build, check, judge, read
from tests.lib.fields.test_reading import asking, field_of


def test_a_remote_reference_is_never_fetched():
    calls: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/schema"

        def wait() -> None:
            try:
                calls.append(listener.accept())
            except TimeoutError:
                return

        waiting = threading.Thread(target=wait)
        waiting.start()
        asked = field_of({"anyOf": [{"$ref": address}, {"type": "integer"}]})
        check(asked, {}, {"body": {"v": 1}})
        build(asked, {}, {"body": {"v": 1}})
        waiting.join()
    assert calls == []


def test_a_pattern_that_explodes_elsewhere_is_answered():
    asked = field_of({"type": "string", "pattern": "^(a+)+$"})

    assert check(asked, {}, {"body": {"v": "a" * 5000 + "!"}})


def test_a_pattern_with_look_around_is_checked_within_limits():
    asked = field_of({"type": "string", "pattern": "^(?=a)(a+)+$"})

    assert check(asked, {}, {"body": {"v": "a" * 50 + "!"}})
    assert not check(asked, {}, {"body": {"v": "aaa"}})


def test_an_unreadable_pattern_leaves_the_rest_of_the_schema_in_force():
    asked = field_of({"type": "string", "pattern": "([", "maxLength": 2})

    assert [item.message for item in check(asked, {}, {"body": {"v": "abc"}})] == [
        "must have at most 2 characters, has 3"
    ]


def test_a_reference_to_nowhere_accepts_anything_and_the_rest_counts():
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/Gone"}, "b": {"type": "integer"}},
    }

    assert [item.pointer for item in check(asking(schema), {}, {"body": {"a": 1, "b": "x"}})] == [
        "/body/b"
    ]


def test_five_thousand_properties_open_as_json():
    properties = {f"p{at}": {"type": "string"} for at in range(5000)}
    asked = asking({"type": "object", "properties": properties})

    form = build(asked, {}, {"body": {"p7": "x"}})

    assert form.areas[0].raw
    assert form.document["body"] == {"p7": "x"}


def test_a_schema_that_contains_itself_is_drawn_as_deep_as_its_value():
    node: dict[str, Any] = {"type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}}
    node["required"] = ["n"]
    asked = asking({"$ref": "#/$defs/N", "$defs": {"N": node}})

    form = build(asked, {})

    assert sum(1 for top in form.areas for _ in top.walk()) < 20


def test_definitions_that_multiply_are_cut_off():
    definitions: dict[str, Any] = {
        f"D{at}": {"allOf": [{"$ref": f"#/$defs/D{at + 1}"}] * 2} for at in range(40)
    }
    definitions["D40"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    choices = {"oneOf": [{"$ref": "#/$defs/C"}, {"$ref": "#/$defs/C"}]}
    asked = asking(
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/D0"}, "c": {"$ref": "#/$defs/C"}},
            "$defs": {**definitions, "C": choices},
        }
    )

    assert build(asked, {}).areas


def test_a_value_nested_beyond_reason_is_refused_in_words():
    asked = field_of({})
    state = {"b~s": ["value"], "b/v~j": ["[" * 100_000]}

    form = judge(asked, {}, read(asked, {}, state))

    assert form.problems[0].message == "is nested too deeply"


def test_a_made_up_draft_of_a_branch_is_ignored():
    asked = field_of({"oneOf": [{"type": "integer"}, {"type": "boolean"}]})
    for draft in (
        "[]",
        '{"at": "x"}',
        '{"at": 99}',
        '{"at": 0, "drafts": 3}',
        "{{",
        '{"at": true}',
    ):
        state = {"b~s": ["value"], "b/v~b": ["0"], "b/v": ["3"], "b/v~d": [draft]}
        assert read(asked, {}, state).document["body"]["v"] == 3


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_schemas_that_double_at_every_step_are_not_followed(word: str):
    parts = {f"A{at}": {word: [{"$ref": f"#/$defs/A{at + 1}"}] * 2} for at in range(28)}
    asked = asking({"$ref": "#/$defs/A0", "$defs": {**parts, "A28": {"type": "integer"}}})

    (problem,) = check(asked, {}, {"body": 5})

    assert problem.message == "is too intricate to be checked"


def test_defaults_that_multiply_have_an_end():
    keys = list("abcdefghij")
    parts = {
        f"A{at}": {
            "type": "object", "required": keys,
            "properties": {key: {"$ref": f"#/$defs/A{at + 1}"} for key in keys},
        }
        for at in range(11)
    }  # fmt: skip
    leaf = {"type": "integer", "default": 1}
    asked = asking({"$ref": "#/$defs/A0", "$defs": {**parts, "A11": leaf}})

    assert build(asked, {}).areas
