import json
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from ouro_web.actions import run, statements
from ouro_web.actions.call import Call, Destination
from ouro_web.actions.models import Action, ActionAsset, ActionVisibility, Status
from ouro_web.files import storage
from tests.actions.conftest import answer, lines

SCHEMA = {
    "type": "object",
    "properties": {"fmax": {"type": "number", "exclusiveMinimum": 0}},
    "required": ["fmax"],
}


def call(body=None, **kwargs):
    return Call(body=body or {}, has_body=True, content_type="application/json", **kwargs)


def test_a_call_survives_its_stored_form():
    asked = Call(
        path={"id": 1},
        query={"q": [1, 2]},
        body=None,
        has_body=True,
        content_type="application/json",
        input_assets={"structure": uuid4()},
        destination=Destination(uuid4(), uuid4(), "private"),
    )
    assert Call.from_json(json.loads(json.dumps(asked.as_json()))) == asked
    assert Call.from_json(json.loads(json.dumps(Call().as_json()))) == Call()
    assert "body" not in Call().document()


def test_starting_puts_the_run_on_record(alice, make_route, alloys):
    route = make_route(body=SCHEMA)
    destination = Destination(alloys.organization_id, alloys.pk, "organization")
    action = run.start(route, alice, call({"fmax": 0.1}, destination=destination))
    action.refresh_from_db()
    assert (action.status, action.route_name) == (Status.QUEUED, "Relax structure")
    assert (action.team, action.output_visibility) == (alloys, "organization")
    assert len(action.callback_token_hash) == 64
    assert lines(action) == ["Queued"]
    assert run.again(action).body == {"fmax": 0.1}


def test_a_start_is_enqueued_when_it_is_committed(
    alice, make_route, django_capture_on_commit_callbacks
):
    route = make_route(body=SCHEMA)
    with django_capture_on_commit_callbacks() as callbacks:
        run.start(route, alice, call({"fmax": 0.1}))
    assert len(callbacks) == 1


def test_outputs_are_private_unless_something_else_is_asked_for(alice, make_route):
    assert run.start(make_route(), alice, Call()).output_visibility == "private"


def test_wrong_values_are_refused_by_field_and_nothing_is_recorded(alice, make_route):
    with pytest.raises(ValidationError) as refused:
        run.start(make_route(body=SCHEMA), alice, call({"fmax": -1}))
    assert list(refused.value.message_dict) == ["b/fmax"]
    with pytest.raises(ValidationError) as refused:
        run.start(make_route(name="Other", body=SCHEMA), alice, call({}))
    assert list(refused.value.message_dict) == ["b/fmax"]
    assert not Action.objects.exists()


def test_text_that_no_database_keeps_is_refused_at_its_place(alice, make_route):
    route = make_route(body={"type": "object"})
    with pytest.raises(ValidationError) as refused:
        run.start(route, alice, call({"notes": ["fine", "a\0b"], "name": "\ud800"}))
    assert set(refused.value.message_dict) == {"b/notes/1", "b/name"}


@pytest.fixture
def structure_route(make_route):
    return make_route(
        body={"type": "object"},
        input_assets={"structure": {"asset_type": "file", "file_extensions": ["cif"]}},
    )


@pytest.fixture
def make_file(place):
    def make(filename="a.cif", owner=None, visibility="private"):
        return storage.store(place(owner, visibility), filename=filename, content=[b"data_x\n"])

    return make


def test_an_asset_goes_in_under_its_declared_name(alice, structure_route, make_file):
    file = make_file(owner=alice)
    action = run.start(structure_route, alice, call(input_assets={"structure": file.pk}))
    link = action.links.get()
    assert (link.direction, link.name, link.asset_id) == (
        ActionAsset.Direction.IN,
        "structure",
        file.pk,
    )


def test_assets_that_do_not_fit_are_refused_by_input(alice, bob, structure_route, make_file):
    for given, word in [
        ({}, "Choose a file"),
        ({"structure": uuid4()}, "does not exist, or you may not"),
        ({"structure": make_file(owner=bob).pk}, "does not exist, or you may not"),
        ({"structure": make_file("a.csv", owner=alice).pk}, "Needs a .cif file"),
    ]:
        with pytest.raises(ValidationError, match=word) as refused:
            run.start(structure_route, alice, call(input_assets=given))
        assert list(refused.value.message_dict) == ["a/structure"]


def test_a_name_that_is_not_declared_is_refused(alice, make_route, make_file):
    file = make_file(owner=alice)
    with pytest.raises(ValidationError, match="no such input"):
        run.start(make_route(), alice, Call(input_assets={"other": file.pk}))


def test_a_stranger_cannot_run_a_private_route(carol, make_service, make_route):
    route = make_route(service=make_service(visibility="private"))
    with pytest.raises(PermissionDenied):
        run.start(route, carol, Call())


def test_a_suspended_person_cannot_run(alice, make_route):
    alice.is_active = False
    with pytest.raises(PermissionDenied):
        run.start(make_route(), alice, Call())


def test_a_retired_route_cannot_be_run(alice, make_route):
    with pytest.raises(ValidationError, match="not offer this route any more"):
        run.start(make_route(retired_at=timezone.now()), alice, Call())


def test_outputs_cannot_be_placed_where_one_does_not_belong(carol, alloys, make_route):
    with pytest.raises(ValidationError) as refused:
        run.start(make_route(), carol, Call(destination=Destination(team_id=alloys.pk)))
    assert "organization" in refused.value.message_dict
    for destination, key in [
        (Destination(organization_id=uuid4()), "organization"),
        (Destination(team_id=uuid4()), "team"),
        (Destination(visibility="everybody"), "visibility"),
    ]:
        with pytest.raises(ValidationError) as refused:
            run.start(make_route(name=key), carol, Call(destination=destination))
        assert key in refused.value.message_dict


def test_too_many_live_runs_are_refused(alice, make_route, settings):
    settings.MAX_LIVE_RUNS_PER_PERSON = 2
    route = make_route()
    run.start(route, alice, Call())
    run.start(route, alice, Call())
    with pytest.raises(run.TooManyRunsError, match="You have 2 runs going on"):
        run.start(route, alice, Call())


def test_a_queued_run_can_be_cancelled_and_is_never_sent(make_run, serve, carry_out, alice):
    server = serve(answer({}))
    action = make_run(server)
    run.cancel(action, alice)
    carry_out(action)
    assert (action.status, action.error["code"], action.error["whose"]) == (
        Status.ERROR,
        "cancelled",
        "you",
    )
    assert action.error["message"] == "You cancelled this run."
    assert server.seen == []
    with pytest.raises(ValidationError, match="cannot be cancelled"):
        run.cancel(action, alice)


def test_a_run_that_was_cancelled_meanwhile_is_not_taken(make_run, alice):
    action = make_run(None)
    run.cancel(action, alice)
    assert statements.take_queued(pk=action.pk, owner="worker:1:x", attempt=1, was=0) == 0


def test_cancelling_a_run_that_was_sent_says_what_may_have_happened(make_run, alice):
    action = make_run(None)
    Action.objects.update(status=Status.IN_PROGRESS, phase="awaiting", sent_at=timezone.now())
    run.cancel(action, alice)
    action.refresh_from_db()
    assert "may have executed the request all the same" in action.error["message"]


def test_only_its_owner_cancels_and_shares(make_run, bob):
    action = make_run(None)
    with pytest.raises(PermissionDenied):
        run.cancel(action, bob)
    with pytest.raises(PermissionDenied):
        run.share(action, bob, visibility=ActionVisibility.ROUTE)


def test_a_shared_run_is_seen_by_whoever_sees_the_route(make_run, alice, carol):
    action = make_run(None)
    assert not Action.objects.visible_to(carol).exists()
    run.share(action, alice, visibility=ActionVisibility.ROUTE)
    assert Action.objects.visible_to(carol).get() == action
    run.share(action, alice, visibility=ActionVisibility.PRIVATE)
    assert not Action.objects.visible_to(carol).exists()
    with pytest.raises(ValidationError):
        run.share(action, alice, visibility="all")
