"""The shared list of schema constructs: every good value can be said with the fields, every bad one
is refused at its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from ouro_web.lib.fields import build, check, exact, judge, read

CASES = Path(__file__).parents[4] / "shared" / "cases" / "schemas.json"


def cases() -> list[Any]:
    if not CASES.exists():
        return []
    return [pytest.param(case, id=case["name"]) for case in json.loads(CASES.read_text())]


pytestmark = pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not here")


def upgraded(schema: Any) -> Any:
    """What the import does to a schema of OpenAPI 3.0."""
    if isinstance(schema, list):
        return [upgraded(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: upgraded(item) for key, item in schema.items()}
    if made.pop("nullable", False):
        made["type"] = [made["type"], "null"]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive):
            made[exclusive] = made.pop(bound)
    return made


def operation(case: dict[str, Any]) -> dict[str, Any]:
    schema = case["schema"]
    schema = upgraded(schema) if case["dialect"] == "oas-3.0" else schema
    body = {"content_type": "application/json", "required": True, "schema": schema}
    return {"bodies": [body], "$defs": schema.get("$defs", {})}


@pytest.mark.parametrize("case", cases())
def test_every_good_value_goes_through_the_form_twice(case):
    asked = operation(case)
    for good in case["good"]:
        first = judge(asked, {}, read(asked, {}, build(asked, {}, {"body": good}).state))
        second = read(asked, {}, build(asked, {}, first.document).state)

        assert not first.problems
        assert exact.same(first.document["body"], good)
        assert exact.same(second.document["body"], good)


@pytest.mark.parametrize("case", cases())
def test_every_bad_value_is_refused_at_its_place_by_form_and_api(case):
    asked = operation(case)
    for bad, at in zip(case["bad"], case["bad_at"], strict=True):
        posted = judge(asked, {}, read(asked, {}, build(asked, {}, {"body": bad}).state))
        sent = check(asked, {}, {"body": bad})

        assert f"/body{at}" in [problem.pointer for problem in posted.problems]
        assert f"/body{at}" in [problem.pointer for problem in sent]
        assert posted.summary


@pytest.mark.parametrize("case", cases())
def test_a_form_survives_the_json_view_and_back(case):
    asked = operation(case)
    for good in case["good"]:
        fields = build(asked, {}, {"body": good})
        as_json = read(asked, {}, fields.state, "raw:b")
        again = read(asked, {}, as_json.state, "form:b")

        assert exact.same(as_json.document["body"], good)
        assert exact.same(again.document["body"], good)
