import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ouro_web.actions import callback_token, ledger
from ouro_web.actions.models import Action, ActionLog, Phase, Status
from tests.actions.conftest import answer, claimed, lines


@pytest.fixture
def call_back(client):
    """What a service sends; the token is the run's own unless another is given."""

    def send(action, payload, *, token=None, path="response", **headers):
        token = callback_token.token_for(action.pk) if token is None else token
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return client.post(
            f"/api/actions/{action.pk}/{path}",
            body,
            content_type="application/json",
            headers={"ouro-webhook-token": token, **headers},
        )

    return send


@pytest.fixture
def awaiting(make_run, serve, carry_out):
    return carry_out(make_run(serve(answer({"job": 1}, status="202 Accepted"))))


RESULT = {"status": "completed", "response": {"energy": 1, "post": {"name": "R", "content": "Hi"}}}


@pytest.mark.parametrize("word", ["completed", "success", "Completed"])
def test_a_callback_brings_the_result_and_a_worker_saves_it(awaiting, call_back, carry_out, word):
    answered = call_back(awaiting, {**RESULT, "status": word})
    assert (answered.status_code, answered.json()) == (
        200,
        {"status": "in-progress", "ignored": False},
    )
    awaiting.refresh_from_db()
    assert (awaiting.phase, awaiting.owner) == (Phase.SAVING, "")
    carry_out(awaiting)
    assert (awaiting.status, awaiting.response["energy"]) == (Status.SUCCESS, 1)
    assert awaiting.links.get(name="post").asset.name == "R"


@pytest.mark.parametrize("word", ["failed", "error"])
def test_a_failure_is_kept_in_the_services_words(awaiting, call_back, word):
    call_back(awaiting, {"status": word, "error": {"message": "No atoms"}, "response": {"n": 0}})
    awaiting.refresh_from_db()
    assert awaiting.status == Status.ERROR
    assert awaiting.error["message"] == "The service reported a failure: No atoms"
    assert (awaiting.error["whose"], awaiting.response) == ("service", {"n": 0})


def test_a_failure_can_sit_in_the_response(awaiting, call_back):
    call_back(awaiting, {"status": "failed", "response": {"error": "Out of memory"}})
    awaiting.refresh_from_db()
    assert awaiting.error["message"].endswith(": Out of memory")


def test_an_early_callback_counts_and_the_202_that_follows_does_not(
    make_run, serve, carry_out, call_back
):
    action = make_run(serve(answer({})))
    held = claimed(action)
    call_back(action, RESULT)
    assert not ledger.await_callback(held, {"response_status": 202}, seconds=60)
    carry_out(action)
    assert action.status == Status.SUCCESS


def test_a_callback_for_a_run_that_was_queued_again_is_taken(make_run, call_back, carry_out):
    action = make_run(None)
    call_back(action, RESULT)
    carry_out(action)
    assert (action.status, action.response["energy"]) == (Status.SUCCESS, 1)


def test_a_repeated_callback_changes_nothing(awaiting, call_back, carry_out):
    call_back(awaiting, RESULT)
    carry_out(awaiting)
    for _ in range(3):
        answered = call_back(awaiting, RESULT)
        assert answered.json() == {"status": "success", "ignored": True}
    carry_out(awaiting)
    assert awaiting.links.count() == 1
    assert sum("that changed nothing" in line for line in lines(awaiting)) <= 1


def test_a_different_late_result_is_kept_aside_once(awaiting, call_back, carry_out):
    call_back(awaiting, RESULT)
    carry_out(awaiting)
    call_back(awaiting, {"status": "failed", "response": {"other": 1}})
    call_back(awaiting, {"status": "completed", "response": {"third": 1}})
    awaiting.refresh_from_db()
    assert (awaiting.status, awaiting.late_response["response"]) == (Status.SUCCESS, {"other": 1})


def test_a_result_after_the_time_out_does_not_revive_the_run(awaiting, call_back):
    Action.objects.update(status=Status.TIMED_OUT, phase="", finished_at=timezone.now())
    answered = call_back(awaiting, RESULT)
    assert answered.json() == {"status": "timed-out", "ignored": True}
    awaiting.refresh_from_db()
    assert (awaiting.status, awaiting.late_response["response"]) == (
        Status.TIMED_OUT,
        RESULT["response"],
    )
    assert "The service called back after the end; its result is kept aside" in lines(awaiting)


def test_any_other_token_gets_one_and_the_same_answer(awaiting, call_back, make_run):
    right = callback_token.token_for(awaiting.pk)
    other = make_run(None, name="Other")
    answers = {
        (answered.status_code, answered.content)
        for token in [
            "",
            "wrong",
            right[:-1],
            right.swapcase(),
            f"{right}, {right}",
            callback_token.token_for(other.pk),
            "x" * 7000,
            "ü",
        ]
        for answered in [call_back(awaiting, RESULT, token=token)]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    awaiting.refresh_from_db()
    assert awaiting.phase == Phase.AWAITING


def test_the_token_itself_is_not_stored(awaiting):
    token = callback_token.token_for(awaiting.pk)
    assert awaiting.callback_token_hash == callback_token.hashed(token)
    assert token not in json.dumps(list(Action.objects.values()), default=str)


def test_an_unknown_run_is_404(awaiting, call_back):
    awaiting.pk = uuid4()
    assert call_back(awaiting, RESULT).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"completed"', 400),
        (b"{}", 400),
        (b'{"status": "maybe"}', 400),
        (b'{"status": {"a": 1}}', 400),
        (b'{"status": "completed", "response": "\xff"}', 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (b"\x1f\x8b\x08\x00", 400),
    ],
)
def test_a_body_that_says_nothing_is_refused_in_words(awaiting, call_back, body, status):
    answered = call_back(awaiting, body)
    assert answered.status_code == status
    assert answered.json()["error"]["message"]
    awaiting.refresh_from_db()
    assert awaiting.phase == Phase.AWAITING


def test_a_body_over_the_limit_is_refused_before_it_is_read(awaiting, call_back, monkeypatch):
    monkeypatch.setattr("ouro_web.api.views.actions.LARGEST_ANSWER", 1000)
    assert call_back(awaiting, b"x" * 2000).status_code == 413


def test_only_post_is_taken(awaiting, client):
    assert client.get(f"/api/actions/{awaiting.pk}/response").status_code == 405


# Log lines and progress.


def test_a_log_line_is_kept_in_the_services_name_and_keeps_the_run_alive(awaiting, call_back):
    soon = timezone.now() + timedelta(seconds=5)
    Action.objects.update(deadline_at=soon)
    answered = call_back(awaiting, {"message": "step 5", "level": "warn"}, path="log")
    assert answered.status_code == 200
    line = awaiting.logs.last()
    assert (line.message, line.level, line.source) == (
        "step 5",
        "warning",
        ActionLog.Source.SERVICE,
    )
    awaiting.refresh_from_db()
    assert awaiting.deadline_at > soon + timedelta(minutes=30)


def test_progress_is_a_log_line_too(awaiting, call_back):
    call_back(awaiting, {"status": "progress", "message": "half"})
    assert lines(awaiting)[-1] == "half"
    awaiting.refresh_from_db()
    assert awaiting.phase == Phase.AWAITING


def test_a_log_line_needs_the_token_and_a_known_level(awaiting, call_back):
    assert call_back(awaiting, {"message": "x"}, path="log", token="no").status_code == 401
    assert call_back(awaiting, {"message": "x", "level": "loud"}, path="log").status_code == 400


def test_lines_after_the_end_are_marked_and_soon_not_taken_any_more(awaiting, call_back):
    Action.objects.update(status=Status.SUCCESS, phase="", finished_at=timezone.now())
    call_back(awaiting, {"message": "bye"}, path="log")
    assert lines(awaiting)[-1] == "(late) bye"
    Action.objects.update(finished_at=timezone.now() - timedelta(minutes=11))
    answered = call_back(awaiting, {"message": "still here"}, path="log")
    assert answered.json()["ignored"] is True
    assert "still here" not in lines(awaiting)


def test_lines_are_bounded_in_length_and_number(awaiting, call_back, monkeypatch):
    call_back(awaiting, {"message": "x" * 20_000}, path="log")
    assert len(lines(awaiting)[-1]) == ledger.LONGEST_LINE
    monkeypatch.setattr(ledger, "MOST_LINES", awaiting.logs.count())
    assert call_back(awaiting, {"message": "more"}, path="log").json()["ignored"] is True


def test_a_line_may_hold_anything(awaiting, call_back):
    call_back(awaiting, b'{"message": "a\\u0000b <script>"}', path="log")
    assert lines(awaiting)[-1] == "a\ufffdb <script>"


def test_a_status_that_is_not_known_is_a_validation_error(awaiting):
    from ouro_web.actions import callbacks

    with pytest.raises(ValidationError):
        callbacks.receive(awaiting, {"status": "done?"})
