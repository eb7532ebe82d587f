"""The pages of runs: the history of one's own, and the page of one run."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionAsset, ActionLog
from ouro_web.teams.models import GLOBAL_ID
from ouro_web.web import timeline

pytestmark = pytest.mark.django_db

BODY = {
    "type": "object",
    "properties": {
        "fmax": {"type": "number", "title": "Force tolerance", "default": 0.05},
        "steps": {"type": "integer", "default": 500},
    },
}


@pytest.fixture
def make_action(alice, make_route):
    def make(*, user=None, route=None, status="success", body=None, seconds=2.0, **fields):
        route = route or make_route(body=BODY)
        call = Call(body={"fmax": 0.02} if body is None else body, has_body=True)
        action = Action.objects.create(
            user=user or alice, route=route, route_name=route.name, status=status,
            call=call.as_json(), organization_id=GLOBAL_ID, team_id=GLOBAL_ID,
            output_visibility="private", **fields,
        )  # fmt: skip
        if action.is_final:
            times = {"sent_at": 0.1, "answered_at": seconds - 0.1, "finished_at": seconds}
            for name, offset in times.items():
                setattr(action, name, action.created_at + timedelta(seconds=offset))
            action.save()
        return action

    return make


def link(action, asset, *, direction="in", name="structure", **fields) -> None:
    ActionAsset.objects.create(
        action=action, asset=asset, direction=direction, name=name,
        asset_type=asset.asset_type, asset_name=asset.name, **fields,
    )  # fmt: skip


def test_a_run_shows_inputs_against_defaults_scalars_and_log(signed_in, alice, make_action):
    action = make_action(response={"energy": -5.3128, "converged": True}, response_status=200)
    ActionLog.objects.create(action=action, source="service", message="step 38, converged")
    page = signed_in(alice).get(f"/actions/{action.pk}").content.decode()
    for words in ("Force tolerance", "Changed from", "-5.3128", "step 38, converged", "in all"):
        assert words in page
    assert "hx-trigger" not in page


def test_a_live_run_polls_and_a_finished_one_stops(signed_in, alice, make_action):
    action = make_action(status="in-progress")
    client = signed_in(alice)
    address = f"/actions/{action.pk}?part=run"
    live = client.get(address, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in live.content.decode()
    Action.objects.filter(pk=action.pk).update(status="success", finished_at=timezone.now())
    done = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in done
    assert "<html" not in done


def test_an_unchanged_run_answers_a_poll_without_a_body(signed_in, alice, make_action):
    action = make_action(status="in-progress")
    client = signed_in(alice)
    address = f"/actions/{action.pk}?part=run"
    first = client.get(address, headers={"HX-Request": "true"})
    poll = {"HX-Request": "true", "If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=poll).status_code == 304
    ActionLog.objects.create(action=action, source="service", message="step 1")
    assert client.get(address, headers=poll).status_code == 200


def test_an_error_says_whose_fault_it_was_and_what_next(signed_in, alice, make_action):
    fault = {
        "code": "status_422", "message": "The service refused the input (422): fmax: too small",
        "whose": "you", "retryable": False, "advice": "Change the input and run again.",
        "upstream_status": 422, "upstream_body": "fmax: too small",
        "problems": {"b/fmax": "too small"},
    }  # fmt: skip
    action = make_action(status="error", error=fault)
    page = signed_in(alice).get(f"/actions/{action.pk}").content.decode()
    for words in ("Your input", "will not help", "Change the input", f"?action={action.pk}"):
        assert words in page


def test_a_private_run_is_nothing_to_others_and_a_shared_one_is(
    client, signed_in, alice, carol, make_action
):
    action = make_action()
    address = f"/actions/{action.pk}"
    assert client.get(address).status_code == 404
    signed_in(alice).post(f"{address}/share", {"visibility": "route"})
    client.logout()
    assert client.get(address).status_code == 200
    signed_in(carol)
    assert client.post(f"{address}/share", {"visibility": "private"}).status_code == 403
    assert client.post(f"{address}/cancel").status_code == 403


def test_a_shared_run_never_names_an_asset_the_reader_may_not_see(client, make_action, make_asset):
    action = make_action(visibility="route")
    link(action, make_asset("Secret alloy", visibility="private"))
    page = client.get(f"/actions/{action.pk}").content.decode()
    assert "Secret alloy" not in page
    assert "not shared with you" in page
    assert "Secret" not in client.get("/actions/").content.decode()
    assert str(action.pk) not in client.get("/actions/", {"text": "Secret alloy"}).content.decode()


def test_a_live_run_can_be_cancelled(signed_in, alice, make_action):
    action = make_action(status="queued")
    signed_in(alice).post(f"/actions/{action.pk}/cancel")
    action.refresh_from_db()
    assert action.status == "error"
    assert action.error["code"] == "cancelled"
    again = signed_in(alice).post(f"/actions/{action.pk}/cancel", headers={"HX-Request": "true"})
    assert (again.status_code, again.content) == (204, b"")
    assert '"kind": "error"' in again.headers["HX-Trigger"]


def test_the_log_and_both_sides_can_be_downloaded(signed_in, alice, make_action):
    sent = {"method": "POST", "url": "http://127.0.0.1/relax", "headers": [["a", "b"]], "body": {}}
    action = make_action(sent=sent, response={"energy": 1}, response_status=200)
    ActionLog.objects.create(action=action, source="service", message="step 1")
    client = signed_in(alice)
    assert b"step 1" in client.get(f"/actions/{action.pk}/log").content
    assert client.get(f"/actions/{action.pk}/raw/response").json() == {"energy": 1}
    assert client.get(f"/actions/{action.pk}/raw/nothing").status_code == 404


def test_the_history_is_mine_by_default_and_everyones_on_request(
    signed_in, alice, bob, make_action
):
    mine = make_action()
    theirs = make_action(user=bob, route=mine.route, visibility="route")
    client = signed_in(alice)
    assert str(theirs.pk) not in client.get("/actions/").content.decode()
    assert str(theirs.pk) in client.get("/actions/?all=1").content.decode()
    only = client.get("/actions/?all=1&who=bob").content.decode()
    assert str(theirs.pk) in only
    assert f"run-{mine.pk}" not in only


def test_the_history_filters_by_status_and_text(signed_in, alice, make_action):
    good = make_action(response={"note": "cubic"})
    bad = make_action(status="error", route=good.route, error={"message": "no such element"})
    client = signed_in(alice)
    assert f"run-{bad.pk}" not in client.get("/actions/?status=success").content.decode()
    assert f"run-{bad.pk}" in client.get("/actions/?text=such element").content.decode()
    assert f"run-{good.pk}" in client.get("/actions/?text=cubic").content.decode()
    assert b"No run fits" in client.get("/actions/?text=nothing like it").content


@pytest.mark.parametrize("text", ['Größe "5"', "日本", "a\\b", "100 %"])
def test_the_history_finds_what_json_escapes(signed_in, alice, make_action, text):
    answered = make_action(response={"note": f"so {text} it is"})
    asked = make_action(route=answered.route, body={"note": f"so {text} it was"})
    page = signed_in(alice).get("/actions/", {"text": text}).content.decode()
    assert f"run-{answered.pk}" in page
    assert f"run-{asked.pk}" in page


def test_the_values_of_others_are_searched_only_where_none_is_secret(
    signed_in, alice, bob, make_action, make_route
):
    secret = {"type": "object", "properties": {"token": {"type": "string", "format": "password"}}}
    closed, opened = make_route(body=secret), make_route("Anneal", path="/anneal", body=BODY)
    hidden, shown = (
        make_action(route=route, body={"token": "hunter2"}, visibility="route")
        for route in (closed, opened)
    )
    theirs = signed_in(bob).get("/actions/?all=1&text=hunter2").content.decode()
    assert f"run-{hidden.pk}" not in theirs
    assert f"run-{shown.pk}" in theirs
    assert f"run-{hidden.pk}" in signed_in(alice).get("/actions/?text=hunter").content.decode()


def test_the_history_polls_while_something_runs(signed_in, alice, make_action):
    action = make_action(status="queued")
    client = signed_in(alice)
    page = client.get("/actions/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    part = client.get("/actions/?part=rows", headers={"HX-Request": "true"})
    poll = {"HX-Request": "true", "If-None-Match": part.headers["ETag"]}
    assert client.get("/actions/?part=rows", headers=poll).status_code == 304
    Action.objects.filter(pk=action.pk).update(status="success", finished_at=timezone.now())
    done = client.get("/actions/?part=rows", headers=poll)
    assert done.status_code == 200
    assert "hx-trigger" not in done.content.decode()


def test_a_history_costs_the_same_for_one_and_for_many(
    signed_in, alice, make_action, make_asset, django_assert_max_num_queries
):
    first = make_action()
    for number in range(8):
        link(make_action(route=first.route), make_asset(f"File {number}"))
    client = signed_in(alice)
    client.get("/actions/")
    with django_assert_max_num_queries(9):
        client.get("/actions/?all=1")


def test_where_it_came_from_and_what_it_was_used_for(signed_in, alice, make_action, make_asset):
    asset = make_asset("Relaxed copper", asset_type="post")
    maker = make_action()
    link(maker, asset, direction="out", name="report", made_here=True)
    taker = make_action(route=maker.route)
    link(taker, asset, name="report")
    client = signed_in(alice)
    assert f"/actions/{taker.pk}" in client.get(f"/actions/{maker.pk}").content.decode()
    assert f"/actions/{maker.pk}" in client.get(f"/actions/{taker.pk}").content.decode()


def test_what_was_sent_is_closed_to_those_who_may_not_read_the_input(
    client, signed_in, alice, make_action, make_asset, make_route
):
    route = make_route(
        body=BODY, input_assets={"structure": {"asset_type": "post", "body_path": "job.structure"}}
    )
    body = {"job": {"structure": {"name": "Secret alloy", "content": "U235"}, "steps": 3}}
    sent = {"method": "POST", "url": "http://127.0.0.1/relax", "headers": [], "body": body}
    action = make_action(
        route=route, visibility="route", sent=sent, response={"report": "U235", "energy": 1}
    )
    link(action, make_asset("Secret alloy", visibility="private"))
    link(action, make_asset("Report", visibility="private"), direction="out", name="report")
    seen = client.get(f"/actions/{action.pk}").content.decode()
    assert "U235" not in seen
    assert "Secret alloy" not in seen
    assert "not shared with you" in seen
    for side in ("request", "response"):
        assert b"U235" not in client.get(f"/actions/{action.pk}/raw/{side}").content
    assert f"run-{action.pk}" not in client.get("/actions/?text=U235").content.decode()
    assert "U235" in signed_in(alice).get(f"/actions/{action.pk}").content.decode()


def marks(action, outputs=0):
    return [mark.word for mark in timeline.of(action, outputs).marks]


def test_the_timeline_of_a_run_that_was_called_back_names_each_moment(make_action):
    action = make_action(response_status=202)
    action.acknowledged_at = action.sent_at + timedelta(seconds=0.1)

    assert marks(action, 2) == [
        "Queued", "Sent to the service", "Accepted 202", "Called back", "Saved",
    ]  # fmt: skip


def test_the_timeline_of_a_direct_answer_says_its_status(make_action):
    action = make_action(response_status=200)
    assert marks(action) == ["Queued", "Sent to the service", "Answered 200", "Finished"]


def test_several_outputs_are_told_apart_by_what_they_are_to_the_run(
    signed_in, alice, make_action, make_asset
):
    action = make_action()
    for name in ("relaxed_structure", "trajectory"):
        asset = make_asset(f"Point defects in CuAu, ordered: {name}")
        link(action, asset, direction="out", name=name)

    page = signed_in(alice).get("/actions/").content.decode()

    assert "<b>Relaxed structure</b>" in page
    assert "<b>Trajectory</b>" in page
