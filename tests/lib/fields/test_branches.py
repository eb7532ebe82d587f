"""What the branches of a choice are called: never after their place alone."""

import pytest

from ouro_web.lib.fields.shape import shape_of

TEXT = {"type": "string", "minLength": 1}


def objects(*names, **more):
    return {"type": "object", "properties": dict.fromkeys(names, TEXT), **more}


@pytest.mark.parametrize(
    ("branches", "titles"),
    [
        ([objects("a", title="First"), TEXT], ["First", "Text"]),
        (
            [{"enum": ["auto"]}, {"enum": [1, "b"]}, objects("a")],
            ["auto", "1 or b", "Object with a"],
        ),
        ([{"$ref": "#/$defs/VectorParams"}, TEXT], ["Vector params", "Text"]),
        ([{"$ref": "#/$defs/schema-2"}, TEXT], ["Object with size", "Text"]),
        ([objects("a", "b"), objects("a", "b", "c")], ["Object with a, b", "Object with a, b, c"]),
        (
            [objects("a", "b", "c", "x"), objects("a", "b", "c", "y")],
            ["Object with x", "Object with y"],
        ),
        (
            [TEXT | {"description": "A name.\n\nAny."}, TEXT | {"description": "An address"}],
            ["Text (A name)", "Text (An address)"],
        ),
        ([TEXT, {"type": "string", "maxLength": 9}], ["Text (1)", "Text (2)"]),
        ([{"type": "array", "items": TEXT}, {"format": "uuid"}], ["List of texts", "Text (uuid)"]),
    ],
    ids=range(9),
)
def test_a_branch_is_called_after_what_is_in_it(branches, titles):
    root = {"$defs": {"VectorParams": objects("size"), "schema-2": objects("size")}}

    for word in ("oneOf", "anyOf"):
        assert [each.title for each in shape_of(root, {word: branches}).branches] == titles
