import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from ouro_web.actions import late
from ouro_web.actions.models import Action, Status
from tests.actions.conftest import lines

RESPONSE = {"post": {"name": "Report", "content": "Late, but here"}, "energy": 2}


@pytest.fixture
def timed_out(make_run):
    action = make_run(None)
    kept = {"status": "completed", "response": RESPONSE, "received_at": "2026-11-22T00:00:00Z"}
    Action.objects.update(status=Status.TIMED_OUT, finished_at=timezone.now(), late_response=kept)
    action.refresh_from_db()
    return action


def test_its_owner_turns_a_late_result_into_outputs(timed_out, alice):
    late.accept(timed_out, alice)
    timed_out.refresh_from_db()
    assert timed_out.status == Status.TIMED_OUT
    assert timed_out.links.get(name="post").asset.as_post.text == "Late, but here"
    assert timed_out.late_response["accepted_at"]
    assert lines(timed_out)[-1] == "alice accepted the late result"


def test_accepting_twice_makes_one_set(timed_out, alice):
    late.accept(timed_out, alice)
    late.accept(timed_out, alice)
    assert timed_out.links.count() == 1


def test_nobody_else_accepts(timed_out, bob):
    with pytest.raises(PermissionDenied):
        late.accept(timed_out, bob)


@pytest.mark.parametrize("kept", [None, {"status": "failed", "response": {}}])
def test_nothing_usable_is_said_to_be_so(timed_out, alice, kept):
    Action.objects.update(late_response=kept)
    with pytest.raises(ValidationError, match="no late result"):
        late.accept(timed_out, alice)
