"""What runs found out about an asset, as their routes declare it with x-ouro-properties."""

from types import SimpleNamespace

import pytest

from ouro_web.actions import run
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionVisibility, Status
from ouro_web.services import past

INPUTS = {"cell": {"asset_type": "post", "primary": True}, "other": {"asset_type": "post"}}
BODY = {"type": "object", "properties": {"deep": {"type": "boolean", "default": True}}}
ENERGY = {
    "property": "formation_energy", "value": "scf.energies.1", "unit": "eV",
    "uncertainty": "scf.error", "method": "PBE", "conditions": {"temperature": "T"},
    "when": {"deep": True}, "requires": {"T": {"min": 0}, "state": ["done", "kept"]},
}  # fmt: skip
ANSWER = {"scf": {"energies": [-7, -8.1], "error": 0.25}, "T": 300, "state": "done"}


@pytest.fixture
def made(make_route, make_asset, alice):
    """made.run(answer, declaration, ..., **sent): a run of one route that took two posts."""
    route = make_route(input_assets=INPUTS, body=BODY)
    cell, other = make_asset("Cell", visibility="public"), make_asset("Other", visibility="public")

    def make(answer, *declared, person=alice, **sent):
        operation = {**route.operation, "extensions": {"x-ouro-properties": list(declared)}}
        past.change(route, {"operation": operation})
        route.save()
        call = Call(body=sent, has_body=True, content_type="application/json",
                    input_assets={"cell": cell.pk, "other": other.pk})  # fmt: skip
        action = run.start(route, person, call)
        Action.objects.filter(pk=action.pk).update(status=Status.SUCCESS, response=answer)
        return action

    return SimpleNamespace(run=make, cell=cell, other=other)


@pytest.fixture
def known(program, alice):
    def ask(asset, person=alice, history="false"):
        answer = program(person)("GET", f"/assets/{asset.pk}/properties?history={history}")
        assert answer.status_code == 200
        return answer.json()["data"]

    return ask


def test_a_value_is_read_at_its_place_with_what_belongs_to_it(made, known):
    action = made.run(ANSWER, ENERGY)
    [found] = known(made.cell)
    assert (found["key"], found["label"]) == ("formation_energy", "Formation energy")
    assert (found["unit"], found["value_type"]) == ("eV", "number")
    [value] = found["values"]
    assert (value["value"], value["uncertainty"], value["method"]) == (-8.1, 0.25, "PBE")
    assert value["conditions"] == {"temperature": 300}
    assert (value["source"], value["status"]) == ("route", "active")
    assert value["action_id"] == str(action.pk)
    assert value["route"]["name"] == "Relax structure"


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (ANSWER, {"deep": False}),
        ({**ANSWER, "T": -1}, {}),
        ({**ANSWER, "T": None}, {}),
        ({**ANSWER, "state": "given up"}, {}),
        ({**ANSWER, "scf": {"energies": [-7]}}, {}),
        ({**ANSWER, "scf": None}, {}),
        (["scf"], {}),
    ],
    ids=["sent", "below", "nothing", "word", "short", "null", "list"],
)
def test_what_does_not_meet_the_conditions_is_not_known(made, known, answer, sent):
    made.run(answer, ENERGY, **sent)
    assert known(made.cell) == []


def test_it_is_about_the_asset_that_the_route_names(made, known):
    made.run({"gap": 1}, {"property": "gap", "value": "gap", "subject": {"input": "other"}})
    assert known(made.cell) == []
    [found] = known(made.other)
    assert (found["value_type"], found["values"][0]["value"]) == ("integer", 1)


def test_newer_runs_replace_values_and_other_units_stay_apart(made, known):
    gap = {"property": "gap", "value": "gap", "unit": "eV"}
    made.run({"gap": 1}, gap)
    made.run({"gap": 2.5}, gap)
    made.run({"gap": 40}, {**gap, "unit": "K", "method": "fit"})
    assert [(each["key"], each["values"][0]["value"]) for each in known(made.cell)] == [
        ("gap", 40), ("gap (eV)", 2.5),
    ]  # fmt: skip
    _, old = known(made.cell, history="true")
    assert [value["status"] for value in old["values"]] == ["active", "superseded"]


def test_runs_of_others_stay_theirs_until_they_share_them(made, known, bob, carol):
    action = made.run(ANSWER, ENERGY, person=bob)
    assert known(made.cell, carol) == []
    Action.objects.filter(pk=action.pk).update(visibility=ActionVisibility.ROUTE)
    assert len(known(made.cell, carol)) == 1


@pytest.mark.parametrize(
    "declared",
    [
        "gap", {"property": "gap"}, {"property": 1, "value": "gap"},
        {"property": "gap", "value": "many." + "9" * 5000},
        {"property": "gap", "value": "gap", "subject": "cell"},
        {"property": "gap", "value": "gap", "requires": {"gap": {"min": "low"}}},
        {"property": "gap", "value": "gap", "requires": {"word": 1}},
    ],
    ids=["text", "no place", "number", "far", "subject", "bound", "word"],
)  # fmt: skip
def test_nonsense_in_a_document_is_passed_over(made, known, declared):
    good = {"property": "good", "value": "gap", "uncertainty": "huge", "method": []}
    made.run({"gap": True, "many": [1], "huge": 10**400, "word": "one"}, declared, good)
    [found] = known(made.cell)
    assert (found["key"], found["value_type"]) == ("good", "boolean")
    assert found["values"][0]["uncertainty"] is None


def test_many_runs_take_no_more_queries(made, program, alice, django_assert_max_num_queries):
    ask = program(alice)
    for number in range(6):
        made.run({"gap": number}, {"property": "gap", "value": "gap", "method": str(number)})
    with django_assert_max_num_queries(8):
        answer = ask("GET", f"/assets/{made.cell.pk}/properties")
    assert len(answer.json()["data"][0]["values"]) == 6
