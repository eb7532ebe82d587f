"""What people type, post and press."""

from typing import Any

import pytest

from ouro_web.lib.declarations import Declaration, from_stored
from ouro_web.lib.fields import Field, Form, build, check, exact, find, judge, read
from ouro_web.lib.fields.names import html_id


def asking(schema: dict[str, Any], **parts: Any) -> dict[str, Any]:
    body = {"content_type": "application/json", "required": True, "schema": schema}
    return {"bodies": [body], "$defs": schema.get("$defs", {}), **parts}


def field_of(schema: Any, *, required: bool = True, **parts: Any) -> dict[str, Any]:
    needed = ["v"] if required else []
    return asking({"type": "object", "properties": {"v": schema}, "required": needed}, **parts)


def posted(asked: dict[str, Any], **values: Any) -> Any:
    state = {"b~s": ["value"], **{f"b/{key}": [text] for key, text in values.items()}}
    return judge(asked, {}, read(asked, {}, state))


def at(form: Form, name: str) -> Field:
    found = find(form.areas, name)
    assert found is not None
    return found


STEPS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"el": {"type": "string", "pattern": "^[A-Z]"}, "n": {"type": "integer"}},
        "required": ["el"],
    },
}
SHAPES = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "kind": {"const": "sphere"},
                "name": {"type": "string"},
                "r": {"type": "number"},
            },
            "required": ["kind", "r"],
        },
        {
            "type": "object",
            "properties": {
                "kind": {"const": "box"},
                "name": {"type": "string"},
                "w": {"type": "number"},
            },
            "required": ["kind", "w"],
        },
    ]
}


@pytest.mark.parametrize(
    ("schema", "text", "message"),
    [
        ({"type": "integer"}, "abc", "is not a whole number (you gave “abc”)"),
        ({"type": "integer"}, "1.5", "must be a whole number (you gave 1.5)"),
        ({"type": "number"}, "1,5", "is not a number (write 1.5, not 1,5) (you gave “1,5”)"),
        ({"type": "number"}, "1e999", "is beyond what a number can hold (you gave “1e999”)"),
        ({"type": "number"}, "NaN", "is not a number (you gave “NaN”)"),
        ({"type": "integer", "maximum": 2000}, "5000", "must be at most 2000 (you gave 5000)"),
        ({"type": "integer"}, " ", "is required"),
        (
            {"type": "string", "pattern": "[0-9]"},
            "a",
            'must match the pattern [0-9] (you gave "a")',
        ),
        ({"type": "string", "minLength": 2}, "a", "must have at least 2 characters, has 1"),
        ({"enum": ["a", "b"]}, "7", "is not one of the options"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_and_kept(schema, text, message):
    form = posted(field_of(schema), v=text)

    wrong = at(form, "b/v")
    assert wrong.errors == [message]
    assert form.state["b/v"] == [text]
    assert [(field.id, told) for field, told in form.summary] == [(html_id("b/v"), message)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("0.12345678901234567890123", "0.12345678901234567890123"),
        ("1.10", "1.1"),
        ("-1e-8", "-1e-08"),
        ("\N{MINUS SIGN}5", "-5"),
        ("6.02214076e23", "6.02214076e+23"),
    ],
)
def test_numbers_keep_every_digit(text, value):
    form = posted(field_of({"type": "number"}), v=text)

    assert not form.problems
    assert exact.dumps(form.document["body"]["v"]) == value
    assert exact.same(exact.loads(exact.dumps(form.document)), form.document)


def test_a_blank_field_means_what_is_said_beside_it():
    asked = field_of({"anyOf": [{"type": "string"}, {"type": "null"}]}, required=False)

    def sent(**state: str) -> Any:
        given = {"b~s": ["value"], **{name: [text] for name, text in state.items()}}
        return read(asked, {}, given).document.get("body", {})

    assert sent(**{"b/v": ""}) == {}
    assert sent(**{"b/v": "", "b/v~s": "null"}) == {"v": None}
    assert sent(**{"b/v": "", "b/v~s": "value"}) == {"v": ""}
    assert sent(**{"b/v": "typed", "b/v~s": "null"}) == {"v": "typed"}


def test_a_default_is_put_in_once_and_never_again():
    asked = field_of({"type": "number", "default": 0.05}, required=False)

    fresh = build(asked, {})
    cleared = read(asked, {}, {**fresh.state, "b/v": [""]})

    assert fresh.document["body"] == {"v": 0.05}
    assert cleared.document["body"] == {}
    assert at(cleared, "b/v").changed
    assert "body" in build(asked, {}, cleared.document).document
    assert build(asked, {}, cleared.document).document["body"] == {}


def test_a_default_of_null_opens_as_not_sent():
    nullable = {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}

    fresh = build(field_of(nullable, required=False), {})

    assert fresh.document["body"] == {}
    assert not at(fresh, "b/v").changed


def test_line_breaks_of_a_browser_become_those_of_the_value():
    assert posted(field_of({"type": "string"}), v="a\r\nb\r\n").document["body"] == {"v": "a\nb\n"}


def test_rows_keep_their_names_when_others_go_or_move():
    asked = field_of(STEPS)
    form = build(asked, {}, {"body": {"v": [{"el": "Fe"}, {"el": "O", "n": 2}, {"el": "H"}]}})

    form = read(asked, {}, form.state, "remove:b/v/r1")
    form = read(asked, {}, form.state, "up:b/v/r3")

    assert form.state["b/v~r"] == ["r3", "r2"]
    assert form.document["body"]["v"] == [{"el": "H"}, {"el": "O", "n": 2}]


def test_a_new_row_takes_the_focus_and_a_new_id():
    asked = field_of(STEPS)
    form = build(asked, {}, {"body": {"v": [{"el": "Fe"}, {"el": "O"}]}})
    form = read(asked, {}, form.state, "remove:b/v/r1")

    form = read(asked, {}, form.state, "add:b/v")

    assert form.state["b/v~r"] == ["r2", "r3"]
    assert form.focus == html_id("b/v/r3")
    assert len(form.document["body"]["v"]) == 2


def test_a_problem_in_a_row_lands_on_the_field_of_that_row():
    asked = field_of(STEPS)
    form = build(asked, {}, {"body": {"v": [{"el": "Fe"}, {"el": "o"}]}})
    form = judge(asked, {}, read(asked, {}, form.state, "remove:b/v/r1"))

    assert form.problems[0].pointer == "/body/v/0/el"
    assert at(form, "b/v/r2/el").errors


def test_thirteen_rows_stay_in_order():
    asked = field_of({"type": "array", "items": {"type": "integer"}})
    values = {"v": list(range(13))}

    assert build(asked, {}, {"body": values}).document["body"] == values


def test_switching_a_branch_and_back_keeps_what_was_typed():
    asked = field_of(SHAPES)
    form = build(asked, {}, {"body": {"v": {"kind": "sphere", "name": "ball", "r": 2}}})

    box = read(asked, {}, {**form.state, "b/v~d": [at(form, "b/v").draft], "b/v~b": ["1"]})
    assert box.document["body"]["v"] == {"kind": "box", "name": "ball"}

    state = {**box.state, "b/v~d": [at(box, "b/v").draft], "b/v~b": ["0"]}
    back = read(asked, {}, state)
    assert back.document["body"]["v"] == {"kind": "sphere", "name": "ball", "r": 2}


def test_messages_belong_to_the_branch_that_is_shown():
    asked = field_of(SHAPES)
    form = build(asked, {}, {"body": {"v": {"kind": "box"}}})

    form = judge(asked, {}, read(asked, {}, form.state))

    assert [problem.pointer for problem in form.problems] == ["/body/v/w"]


def test_branches_have_names_and_never_numbers():
    asked = field_of({"anyOf": [SHAPES, {"type": "array", "items": {"type": "string"}}]})

    options = at(build(asked, {}), "b/v").options

    assert [option.label for option in options] == ["sphere", "box", "List of texts"]


def test_bad_json_stays_in_its_box_with_its_place():
    asked = field_of({"type": "string"})
    state = {"b~m": ["raw"], "b~j": ['{"v": 1,}']}

    form = judge(asked, {}, read(asked, {}, state, "form:b"))

    assert form.state["b~j"] == ['{"v": 1,}']
    assert "line 1" in at(form, "b").errors[0]


def test_what_no_field_shows_stays_in_a_box_of_its_own():
    asked = field_of({"type": "string"})

    form = build(asked, {}, {"body": {"v": "a", "more": {"x": 1}}})

    assert at(form, "b").rest == '{\n  "more": {\n    "x": 1\n  }\n}'
    assert form.document["body"] == {"v": "a", "more": {"x": 1}}


def test_a_repeated_key_of_a_map_is_refused():
    asked = field_of({"type": "object", "additionalProperties": {"type": "integer"}})
    state = {
        "b~s": ["value"], "b/v~r": ["r1", "r2"],
        "b/v/r1~k": ["a"], "b/v/r1": ["1"], "b/v/r2~k": ["a"], "b/v/r2": ["2"],
    }  # fmt: skip

    form = judge(asked, {}, read(asked, {}, state))

    assert at(form, "b/v/r2").errors == ["uses the key “a” a second time"]


def test_an_asset_is_not_a_field_and_its_place_is_not_checked():
    schema = {
        "type": "object",
        "properties": {"structure": {"type": "object"}, "fmax": {"type": "number"}},
        "required": ["structure", "fmax"],
    }
    inputs = {"structure": Declaration("structure", "Structure", ("file",), body_path="structure")}
    asked = asking(schema)

    form = judge(asked, inputs, read(asked, inputs, {"b~s": ["value"], "b/fmax": ["1"]}))

    assert find(form.areas, "b/structure") is None
    assert [tuple(problem) for problem in form.problems] == [("/assets/structure", "is required")]
    assert check(asked, inputs, {"body": {"fmax": 1}}) == []


def test_parameters_and_body_are_one_document():
    asked = asking(
        {"type": "object", "properties": {"a": {"type": "string"}}},
        parameters=[
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 10}},
        ],
    )
    state = build(asked, {}).state

    form = judge(asked, {}, read(asked, {}, {**state, "p/id": ["x"]}))

    assert form.document["query"] == {"limit": 10}
    assert [problem.pointer for problem in form.problems] == ["/path/id"]


def test_made_up_names_are_ignored():
    asked = field_of({"type": "string"}, required=False)
    state = {"b~s": ["value"], "b/v/x/y/z": ["1"], "nonsense": ["2"], "b/other": ["3"]}

    assert read(asked, {}, state, "add:b/v/x").document["body"] == {}


def test_what_was_filled_in_a_hidden_branch_does_not_fill_the_other():
    nested = {"type": "object", "properties": {"n": {"type": "integer"}}}
    one = {"kind": {"const": "one"}, "more": nested}
    two = {"kind": {"const": "two"}, "more": {**nested, "required": ["n"]}}
    schema = {"oneOf": [{"type": "object", "properties": each} for each in (one, two)]}
    asked = field_of(schema)
    form = build(asked, {}, {"body": {"v": {"kind": "one", "more": {}}}})

    form = read(asked, {}, {**form.state, "b/v~d": [at(form, "b/v").draft], "b/v~b": ["1"]})

    assert form.document["body"]["v"] == {"kind": "two"}


def test_a_pattern_is_told_before_it_is_missed():
    tag = {"Tag": {"type": "string", "pattern": "^[a-z]+$"}}
    asked = field_of({"type": "array", "items": {"$ref": "#/$defs/Tag"}}) | {"$defs": tag}
    alone = field_of({"type": "string", "pattern": "^[A-Z]"})

    assert at(build(asked, {}), "b/v").pattern == "^[a-z]+$"
    assert at(build(alone, {}), "b/v").pattern == "^[A-Z]"


def test_whole_numbers_open_without_a_point():
    asked = field_of({"type": "number", "default": 160.0}, required=False)
    form = build(asked, {})

    assert at(form, "b/v").text == "160"
    assert at(form, "b/v").default_text == "160"
    assert not at(form, "b/v").changed


def test_leaving_a_field_out_is_offered_where_no_default_is_chosen():
    plain = at(build(field_of({"type": "boolean"}, required=False), {}), "b/v")
    asked = field_of({"type": "boolean", "default": False}, required=False)
    chosen = at(build(asked, {}), "b/v")
    absent = at(build(asked, {}, {"body": {}}), "b/v")

    assert [option.label for option in chosen.values] == ["true", "false"]
    assert plain.leaving is not None
    assert plain.leaving.chosen
    assert chosen.leaving is None
    assert absent.leaving is not None
    assert absent.leaving.chosen


def test_a_list_that_is_empty_by_default_does_not_ask_what_empty_means():
    listed = {"type": "array", "items": {"type": "string"}}
    by_default = at(build(field_of({**listed, "default": []}, required=False), {}), "b/v")
    plain = at(build(field_of(listed, required=False), {}), "b/v")

    assert not by_default.asks_blank
    assert [option.label for option in plain.blanks] == ["left out", "sent as an empty list"]
    assert plain.asks_blank


def test_a_constant_with_its_default_is_fixed():
    kind = {"const": "grid", "default": "grid"}
    made = {"type": "object", "properties": {"kind": kind, "n": {"type": "integer"}}}
    asked = field_of({"anyOf": [made, {"type": "string"}], "default": {"kind": "grid"}})

    assert at(build(asked, {}), "b/v/kind").is_tag
    assert build(asked, {}).document["body"]["v"] == {"kind": "grid"}
    assert not at(build(asked, {}, {"body": {"v": {"n": 1}}}), "b/v/kind").is_fixed


def test_a_branch_that_is_chosen_after_none_begins_with_its_defaults_and_its_tag():
    card = {
        "type": "object",
        "properties": {
            "object": {"const": "card"},
            "currency": {"enum": ["eur", "gbp"], "default": "gbp"},
            "number": {"type": "string"},
        },
    }
    asked = field_of({"oneOf": [card, {"type": "integer"}]}, required=False)
    fresh = build(asked, {})

    chosen = read(asked, {}, {**fresh.state, "b/v~b": ["0"], "b/v~d": [draft_of(fresh)]})
    left = read(asked, {}, {**chosen.state, "b/v~b": [""], "b/v~d": [draft_of(chosen)]})
    again = read(asked, {}, {**left.state, "b/v~b": ["0"], "b/v~d": [draft_of(left)]})

    assert fresh.document["body"] == left.document["body"] == {}
    assert chosen.document["body"] == {"v": {"object": "card", "currency": "gbp"}}
    assert again.document["body"] == chosen.document["body"]
    assert build(asked, {}, {"body": {"v": {}}}).document["body"] == {"v": {}}


def draft_of(form: Form) -> str:
    found = find(form.areas, "b/v")
    assert found is not None
    return found.draft


@pytest.mark.parametrize(("required", "given"), [(False, ""), (False, "x"), (True, "x")])
def test_a_body_that_is_all_a_file_is_not_asked_for_besides(required, given):
    schema = {"type": "string", "format": "binary"}
    body = {"content_type": "image/png", "required": required, "schema": schema}
    asked = {"bodies": [body]}
    declared = {"asset_type": "file", "body_path": "$", "as_bytes": True, "optional": not required}
    inputs = from_stored({"file": declared}, "input")

    form = judge(asked, inputs, read(asked, inputs, {"b~t": ["image/png"], "a/file": [given]}))

    assert form.problems == []


def test_keys_are_not_called_unknown_because_a_branch_lacks_something():
    card = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["cvc"]}
    asked = field_of({"anyOf": [card, {"type": "integer"}], "unevaluatedProperties": False})

    lacks = check(asked, {}, {"body": {"v": {"number": "1"}}})
    more = check(asked, {}, {"body": {"v": {"number": "1", "cvc": 1, "x": 1}}})

    assert [problem.pointer for problem in lacks] == ["/body/v/cvc"]
    assert [problem.pointer for problem in more] == ["/body/v/cvc", "/body/v/x"]


def test_what_may_follow_the_places_of_a_tuple_is_added_as_rows():
    items = {"type": "boolean"}
    asked = field_of({"type": "array", "prefixItems": [{"type": "integer"}], "items": items})
    opened = read(asked, {}, {"b~s": ["value"], "b/v/0": ["5"]}, "add:b/v")
    filled = judge(asked, {}, read(asked, {}, {**opened.state, "b/v/r1": ["1"]}))
    blank = judge(asked, {}, opened)
    fixed = field_of({"type": "array", "prefixItems": [{"type": "integer"}], "items": False})

    assert filled.document["body"] == {"v": [5, False]}
    assert [(item.pointer, item.message) for item in blank.problems] == [
        ("/body/v/1", "is required")
    ]
    assert read(fixed, {}, opened.state).document["body"] == {"v": [5]}
