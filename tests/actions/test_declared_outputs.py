"""What routes declare of their outputs beside their types: when they come, what they are to the
assets they came from, and the values named in the answer."""

import pytest

from ouro_web.actions import lineage, outputs, properties, run
from ouro_web.actions.call import Call
from ouro_web.actions.models import ActionAsset
from ouro_web.actions.switches import is_on

BODY = {
    "type": "object",
    "properties": {
        "report": {"type": "boolean", "default": True},
        "mode": {"enum": ["fast", "slow"]},
        "level": {"type": "integer"},
    },
}
OPERATION = {"bodies": [{"content_type": "application/json", "schema": BODY}]}


@pytest.mark.parametrize(
    ("condition", "body", "on"),
    [
        ({}, {}, True),
        ({"report": True}, {}, True),
        ({"report": True}, {"report": False}, False),
        ({"report": 1}, {"report": True}, False),
        ({"mode": ["fast", "slow"]}, {"mode": "slow"}, True),
        ({"mode": "fast"}, {}, False),
        ({"level": 2}, {"level": "2"}, True),
        ({"level": 2}, {"level": "two"}, False),
        ({"report": True, "level": 2}, {"level": 2}, True),
        ({"report": True, "level": 2}, {"level": 3}, False),
        ({"mode": "fast"}, None, False),
    ],
    ids=range(11),
)
def test_a_request_switches_an_output_on(condition, body, on):
    assert is_on(condition, OPERATION, {"body": body}) is on


@pytest.fixture
def done(alice, make_route, make_file):
    """A run that made two files and measured something."""
    declared = {
        "relaxed": {"asset_type": "file", "primary": True, "role": "version"},
        "report": {"asset_type": "post", "when": {"report": True}},
        "picture": {"asset_type": "file", "embedded_in": "report", "when": {"report": True}},
        "trace": {"asset_type": "file", "when": {"mode": "slow"}},
    }
    measured = [
        {"property": "dft.total_energy", "value": "e.total", "unit": "eV", "uncertainty": "e.error",
         "conditions": {"steps": "level"}, "subject": {"output": "relaxed"}},
        {"property": "gap", "value": "gap", "subject": {"input": "structure"}},
        {"property": "slow", "value": "gap", "when": {"mode": "slow"}},
        {"property": "gone", "value": "e.nothing"}, {"property": 5}, "x",
    ]  # fmt: skip
    route = make_route(
        body=BODY, output_assets=declared,
        input_assets={"structure": {"asset_type": "file", "primary": True}},
    )  # fmt: skip
    route.operation = {**route.operation, "extensions": {"x-ouro-properties": measured}}
    route.save()
    files = {name: make_file(f"{name}.cif", b"x") for name in ("structure", "relaxed", "picture")}
    call = Call(body={"level": 3}, has_body=True, input_assets={"structure": files["structure"].pk})
    action = run.start(route, alice, call)
    action.response = {"e": {"total": -5.3, "error": 0.1}, "gap": 1.2}
    action.status = "success"
    action.save()
    for name in ("relaxed", "picture"):
        ActionAsset.objects.create(
            action=action, direction="out", name=name, asset=files[name], asset_type="file",
            asset_name=name, is_primary=name == "relaxed", made_here=True,
        )  # fmt: skip
    return action, files


def test_only_outputs_that_were_asked_for_are_missed(done):
    action, _ = done
    assert outputs.missing(action) == ["Relaxed", "Report", "Picture"]


def test_an_output_has_the_role_that_its_route_declares(done, alice):
    _, files = done

    relaxed = lineage.of(files["relaxed"], alice)
    picture = lineage.of(files["picture"], alice)
    derived = lineage.of(files["structure"].asset, alice).derived

    assert (relaxed.origin.role, relaxed.origin.source) == ("version", files["structure"].asset)
    assert (picture.origin.role, picture.origin.source) == ("supporting", files["structure"].asset)
    assert {asset.pk for asset, _ in derived} == {files["relaxed"].pk, files["picture"].pk}


def test_the_values_that_a_route_names_are_known_of_the_assets_they_are_of(done, alice, carol):
    action, files = done

    energy, gap = properties.of_run(action)
    of_relaxed = [item for _, item in properties.of_asset(files["relaxed"], alice)]
    of_structure = [item for _, item in properties.of_asset(files["structure"], alice)]

    assert (energy.label, energy.value, energy.unit, energy.uncertainty) == (
        "Total energy", -5.3, "eV", 0.1,
    )  # fmt: skip
    assert energy.conditions == {"steps": 3}
    assert of_relaxed == [energy]
    assert of_structure == [gap]
    assert not properties.of_asset(files["structure"], carol)


def test_they_stand_on_the_page_of_the_run_and_in_the_api(done, signed_in, alice):
    from ouro_web.accounts import keys

    action, files = done
    client = signed_in(alice)
    page = client.get(f"/actions/{action.pk}").content.decode()
    key = keys.issue(alice, name="script")[1]
    answer = client.get(
        f"/api/assets/{files['relaxed'].pk}/properties", headers={"Authorization": key}
    ).json()["data"]

    assert "Total energy" in page
    assert "± 0.1" in page
    assert [(each["key"], each["values"][0]["value"]) for each in answer] == [
        ("dft.total_energy", -5.3)
    ]
