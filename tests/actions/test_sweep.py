from datetime import timedelta

import pytest
from django.utils import timezone

from ouro_web.actions import ledger, sweep
from ouro_web.actions.models import Action, Phase, Status
from ouro_web.lib import machine
from tests.actions.conftest import OWNER, answer, claimed, lines


def expired(action, **fields):
    past = timezone.now() - timedelta(seconds=1)
    Action.objects.filter(pk=action.pk).update(lease_until=past, **fields)


def state(action):
    action.refresh_from_db()
    return action.status, action.phase


def test_a_post_whose_process_died_is_never_sent_again(make_run):
    action = make_run(None)
    held = claimed(action)
    ledger.note_sent(held, sent={"method": "POST", "url": "x"}, seconds=60)
    expired(action)
    assert sweep.sweep() == []
    assert state(action) == (Status.ERROR, "")
    assert action.error["code"] == "outcome_unknown"
    assert action.error["message"] == (
        "This site stopped while it waited for the answer. "
        "The service may have executed the request all the same."
    )


def test_a_call_that_was_not_sent_goes_back_to_the_queue(make_run, serve, carry_out):
    server = serve(answer({}))
    action = make_run(server)
    ledger.claim(action.pk, "a process that died")
    expired(action)
    assert sweep.sweep() == [action.pk]
    assert state(action) == (Status.QUEUED, "")
    assert carry_out(action).status == Status.SUCCESS
    assert (action.attempt, len(server.seen)) == (2, 1)


def test_a_repeatable_call_goes_back_though_it_was_sent_but_not_for_ever(make_run):
    action = make_run(None, method="PUT")
    for _ in range(3):
        held = claimed(action)
        ledger.note_sent(held, sent={"method": "PUT", "url": "x"}, seconds=60)
        expired(action)
        sweep.sweep()
    assert state(action) == (Status.ERROR, "")
    assert action.error["message"] == "This site stopped 3 times while it worked on this run."


def test_saving_that_was_interrupted_is_taken_up_again(make_run, carry_out):
    action = make_run(None)
    past = {"status": Status.IN_PROGRESS, "phase": Phase.SAVING, "owner": "dead"}
    expired(action, **past, response={"energy": 1})
    assert sweep.sweep() == [action.pk]
    assert carry_out(action).status == Status.SUCCESS


def test_a_living_lease_is_left_alone(make_run):
    action = make_run(None)
    ledger.claim(action.pk, OWNER)
    assert sweep.sweep() == []
    assert state(action) == (Status.IN_PROGRESS, Phase.CALLING)


def test_a_heartbeat_extends_the_leases_of_its_process_only(make_run):
    mine, other = make_run(None), make_run(None, name="Other")
    ledger.claim(mine.pk, OWNER)
    ledger.claim(other.pk, "another")
    expired(mine)
    expired(other)
    ledger.beat(OWNER)
    sweep.sweep()
    assert state(mine)[0] == Status.IN_PROGRESS
    assert state(other)[0] == Status.QUEUED


def test_a_heartbeat_finds_what_ended_elsewhere(make_run, alice):
    mine, gone, taken = (make_run(None, name=str(number)) for number in range(3))
    for action in (mine, gone, taken):
        ledger.claim(action.pk, OWNER)
    ledger.finish(gone.pk, Action.objects.filter(pk=gone.pk), None)
    Action.objects.filter(pk=taken.pk).update(owner="another")
    assert ledger.lost(OWNER, [mine.pk, gone.pk, taken.pk]) == {gone.pk, taken.pk}


def test_an_async_run_without_a_sign_of_life_times_out(make_run):
    action = make_run(None)
    past = timezone.now() - timedelta(seconds=1)
    Action.objects.update(status=Status.IN_PROGRESS, phase=Phase.AWAITING, deadline_at=past)
    sweep.sweep()
    assert state(action) == (Status.TIMED_OUT, "")
    assert action.error["message"] == "The service gave no sign of life for 45 minutes."
    assert action.finished_at


def test_a_direct_call_past_its_time_times_out_even_when_its_owner_lives(make_run):
    action = make_run(None)
    held = claimed(action)
    Action.objects.update(deadline_at=timezone.now() - timedelta(seconds=10))
    sweep.sweep()
    assert state(action) == (Status.TIMED_OUT, "")
    assert not ledger.store_answer(held, {"response_status": 200})


def test_a_delivery_that_was_lost_is_made_up_for_with_growing_pauses(make_run):
    action = make_run(None)
    assert sweep.sweep() == []
    past = timezone.now() - timedelta(seconds=1)
    created = timezone.now() - timedelta(seconds=120)
    Action.objects.update(try_after=past, created_at=created)
    assert sweep.sweep() == [action.pk]
    assert sweep.sweep() == []
    action.refresh_from_db()
    assert (action.try_after - timezone.now()).total_seconds() > 100


def test_a_worker_that_starts_takes_over_from_its_dead_predecessor(make_run):
    action = make_run(None)
    dead = f"{machine.identity()}:{2**22 + 1}:abcd"
    ledger.claim(action.pk, dead)
    sweep.release_dead()
    sweep.sweep()
    assert state(action) == (Status.QUEUED, "")


def test_processes_elsewhere_are_never_thought_dead():
    assert not machine.is_gone("another-machine:1:abcd")
    assert not machine.is_gone(machine.process_name())
    assert not machine.is_gone("")


@pytest.mark.parametrize("step", ["finish", "store_answer", "await_callback", "note_sent"])
def test_a_process_that_lost_its_run_can_do_nothing_more_to_it(make_run, step):
    action = make_run(None)
    held = claimed(action)
    Action.objects.update(attempt=7)
    before = lines(action)
    outcome = {
        "finish": lambda: ledger.finish(action.pk, held.rows(), None),
        "store_answer": lambda: ledger.store_answer(held, {"response_status": 200}),
        "await_callback": lambda: ledger.await_callback(held, {}, seconds=1),
        "note_sent": lambda: ledger.note_sent(held, sent={}, seconds=1),
    }[step]()
    assert outcome is False
    assert lines(action) == before
