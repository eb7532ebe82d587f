"""What services say about single values, in the spellings of the frameworks they are made with."""

import pytest

from ouro_web.actions.complaints import by_field
from ouro_web.lib.declarations import Declaration

KNOWN = {"b": ["fmax", "steps", "email", "structure"], "q": ["limit"]}
FILE = Declaration("structure", "Structure", ("file",), body_path="structure")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"detail": [{"loc": ["body", "steps", 0, "t"], "msg": "hot"}]}, {"b/steps/0/t": "hot"}),
        ({"detail": [{"loc": ["query", "limit"], "msg": "too large"}]}, {"q/limit": "too large"}),
        ({"detail": [{"loc": ["body", "structure", "url"], "msg": "x"}]}, {"a/structure": "x"}),
        ({"errors": [{"pointer": "#/fmax", "detail": "too small"}]}, {"b/fmax": "too small"}),
        ({"errors": [{"source": {"pointer": "/data/attributes/email"}, "title": "taken"}]},
         {"b/email": "taken"}),
        ({"invalid-params": [{"name": "limit", "reason": "no"}]}, {"q/limit": "no"}),
        ({"errors": [{"instancePath": "/steps/1", "message": "no"}]}, {"b/steps/1": "no"}),
        ({"violations": [{"propertyPath": "steps[2].t", "title": "no"}]}, {"b/steps/2/t": "no"}),
        ({"fieldErrors": [{"field": "fmax", "defaultMessage": "no"}]}, {"b/fmax": "no"}),
        ({"errors": {"$.fmax": ["Could not be read.", "more"]}}, {"b/fmax": "Could not be read."}),
        ({"message": "Invalid", "errors": {"steps.0.t": ["no"]}}, {"b/steps/0/t": "no"}),
        ({"email": ["Enter an address."], "steps": [{"t": ["no"]}]},
         {"b/email": "Enter an address.", "b/steps/0/t": "no"}),
        ({"error": {"details": [{"field": "email", "description": "no"}]}}, {"b/email": "no"}),
        ({"detail": "Not found", "status": 404, "title": "Nothing"}, {}),
        ({"detail": [{"loc": "oops"}, 5, None], "errors": [[], "x"]}, {}),
        ({"errors": [{"field": "strange", "message": "no"}]}, {}),
        ([{"path": ["fmax"], "message": "no"}], {"b/fmax": "no"}),
        ("plain words", {}),
    ],
    ids=range(18),
)  # fmt: skip
def test_messages_are_found_at_their_fields(said, found):
    assert by_field(said, [FILE], KNOWN) == found
