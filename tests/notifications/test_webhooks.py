"""Webhooks: a real receiver, which checks signatures with the package of the specification."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from ouro.events import parse_webhook_event, verify_webhook_signature
from standardwebhooks.webhooks import Webhook as Receiver
from werkzeug import Response

from ouro_web.comments import talk
from ouro_web.conversations import members, messages
from ouro_web.lib.ids import uuid7
from ouro_web.notifications import hooking, sending
from ouro_web.notifications.models import Notification
from ouro_web.notifications.notify import notify, run_ended
from ouro_web.notifications.webhooks import Attempt, Delivery, Webhook


@pytest.fixture(autouse=True)
def _near(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def receiver(httpserver):
    """receiver(*answers): an address that answers so, the last one from then on; `got` holds the
    requests."""
    got, answers = [], [Response(status=204)]

    def answer(request):
        got.append((dict(request.headers), request.get_data()))
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def start(*wanted):
        answers[:] = [Response(status=each) if isinstance(each, int) else each for each in wanted]
        httpserver.expect_request("/hook").respond_with_handler(answer)
        return httpserver.url_for("/hook")

    start.got = got  # type: ignore[attr-defined]  # for the tests to look at
    return start


@pytest.fixture
def hook(alice, receiver):
    """hook(*answers): (a webhook of alice's, its secret)."""
    return lambda *answers, events=(): hooking.create(
        alice, url=receiver(*answers or [204]), events=events
    )


def later(**time):
    """As if so much time had gone by."""
    for name in ("due_at", "held_until"):
        for row in Delivery.objects.exclude(**{name: None}):
            moment = getattr(row, name) - timedelta(**time)
            Delivery.objects.filter(pk=row.pk).update(**{name: moment})


def test_what_is_sent_can_be_checked(alice, bob, make_asset, hook, receiver):
    _, secret = hook()
    asset = make_asset("Alpha phases")
    comment = talk.add(asset, author=bob, text="Is it *hcp*?")
    assert sending.send_due() == 1
    [(headers, body)] = receiver.got
    assert Receiver(secret).verify(body, headers) == json.loads(body)
    assert verify_webhook_signature(body, headers["X-Ouro-Signature"], secret)
    event = parse_webhook_event(json.loads(body))
    assert event.event_type == "comment"
    assert (event.sender_username, event.recipient_user_id) == ("bob", str(alice.pk))
    assert event.asset
    assert event.asset.id == str(asset.pk)
    assert event.organization
    assert event.data["comment_id"] == str(comment.pk)
    assert event.data["url"].endswith(f"#comment-{comment.pk}")
    row = Delivery.objects.get()
    assert (row.status, row.tries, headers["Webhook-Id"]) == ("delivered", 1, row.name)
    assert sending.send_due() == 0


def test_a_secret_is_kept_sealed_and_can_be_changed_without_a_gap(alice, bob, hook, receiver):
    webhook, first = hook()
    assert first.startswith("whsec_")
    second = hooking.renew_secret(webhook)
    assert first not in str(vars(webhook)) + str(vars(Webhook.objects.get()))
    notify(alice, "comment", "x", by=bob)
    sending.send_due()
    headers, body = receiver.got[0]
    for secret in (first, second):
        Receiver(secret).verify(body, headers)
        assert verify_webhook_signature(body, headers["X-Ouro-Signature"], secret)
    Webhook.objects.update(old_secret_until=timezone.now())
    notify(alice, "comment", "y", by=bob)
    sending.send_due()
    headers, body = receiver.got[1]
    Receiver(second).verify(body, headers)
    assert not verify_webhook_signature(body, headers["X-Ouro-Signature"], first)


def test_it_is_tried_by_the_table_and_then_switched_off(alice, bob, hook, receiver):
    webhook, _ = hook(Response("out of\0order", status=500))
    notify(alice, "comment", "x", by=bob)
    waits = []
    for _ in range(len(sending.PAUSES) + 1):
        assert sending.send_due() == 1
        assert sending.send_due() == 0  # not due yet
        row = Delivery.objects.get()
        waits.append((row.due_at - timezone.now()).total_seconds())
        later(hours=30)
    for wait, pause in zip(waits, sending.PAUSES, strict=False):
        assert pause - 60 < wait < pause * 1.1 + 1
    assert sending.send_due() == 0
    assert (row.status, row.tries, Attempt.objects.count()) == ("failed", 10, 10)
    assert len({headers["Webhook-Id"] for headers, _ in receiver.got}) == 1
    assert [headers["X-Ouro-Attempt"] for headers, _ in receiver.got] == [
        str(number) for number in range(1, 11)
    ]
    webhook.refresh_from_db()
    assert webhook.disabled_at
    assert "outoforder" in webhook.disabled_why.replace(" ", "")
    told = Notification.objects.get(user=alice, kind="webhook-off")
    assert told.get_absolute_url() == f"/webhooks/{webhook.pk}"
    notify(alice, "comment", "y", by=bob)
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), "redirects"),
        (404, ""),
        (Response(status=429, headers={"Retry-After": "7200"}), ""),
    ],
    ids=["redirect", "missing", "busy"],
)
def test_what_is_no_success_is_tried_again(alice, bob, hook, answer, says):
    hook(answer, 200)
    notify(alice, "comment", "x", by=bob)
    sending.send_due()
    row, tried = Delivery.objects.get(), Attempt.objects.get()
    assert row.status == "waiting"
    assert says in tried.said
    wait = (row.due_at - timezone.now()).total_seconds()
    assert (wait > 7000) is (tried.status == 429)
    later(hours=3)
    sending.send_due()
    assert Delivery.objects.get().status == "delivered"


def test_who_says_gone_is_called_no_more(alice, bob, hook):
    webhook, _ = hook(410)
    for text in ("x", "y"):
        notify(alice, "comment", text, by=bob)
    sending.send_due()
    webhook.refresh_from_db()
    assert webhook.disabled_at
    assert not Delivery.objects.filter(status="waiting").exists()
    assert Notification.objects.filter(kind="webhook-off").count() == 1


def test_what_a_dead_worker_held_is_sent_by_another(alice, bob, hook, receiver):
    hook()
    notify(alice, "comment", "x", by=bob)
    [held] = sending._take()  # and then it was killed
    assert sending.send_due() == 0
    later(minutes=2)
    assert sending.send_due() == 1
    assert receiver.got[0][0]["Webhook-Id"] == held.name


def test_an_address_that_may_not_be_called_is_not(alice, bob, settings, hook):
    settings.ALLOWED_PRIVATE_HOSTS = []
    for url in ("http://127.0.0.1:8000/", "http://169.254.169.254/", "ftp://example.org/", "x"):
        with pytest.raises(ValidationError):
            hooking.create(alice, url=url, events=[])
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    hook()
    notify(alice, "comment", "x", by=bob)
    settings.ALLOWED_PRIVATE_HOSTS = []  # judged again when it is called
    sending.send_due()
    tried = Attempt.objects.get()
    assert tried.status is None
    assert "private network" in tried.said


def test_one_hears_of_the_events_that_one_chose(alice, bob, place, hook):
    hook(events=["new-message", "action"])
    with pytest.raises(ValidationError):
        hooking.create(alice, url="https://example.org/", events=["rain"])
    notify(alice, "comment", "x", by=bob)
    chat = members.begin(place(bob), members=[alice], name="Phonons")
    said = messages.say(chat, author=bob, text="Words")
    run_ended(
        user_id=alice.pk, text="Relax failed.", excerpt="No room", failed=True, action_id=uuid7(),
        route_id=None,
    )  # fmt: skip
    bodies = [json.loads(row.body) for row in Delivery.objects.order_by("pk")]
    assert [each["event"] for each in bodies] == ["new-message", "action"]
    event = parse_webhook_event(bodies[0])
    assert event.conversation_id == str(chat.pk)
    assert bodies[0]["data"]["message_id"] == str(said.pk)
    assert bodies[1]["data"]["status"] == "error"


def test_an_organization_hears_once_of_what_its_members_may_know(
    lab, alice, bob, rita, make_asset, make_route, receiver
):
    url = receiver(204)
    with pytest.raises(ValidationError):
        hooking.create(lab, url=url, events=["new-message"])
    hooking.create(lab, url=url, events=[])
    talk.add(make_asset("Open"), author=bob, text="For @rita and @alice")
    secret = make_asset("Secret", visibility="private")
    talk.add(secret, author=alice, text="Nobody else")
    notify(
        bob, "comment", "x", by=alice, asset=make_asset("Bob's", owner=bob, visibility="private")
    )
    first = talk.add(make_asset("Asked", owner=rita), author=bob, text="First")
    talk.add(first.asset, author=alice, text="Second", reply_to=first)
    route = make_route()
    run_ended(
        user_id=bob.pk, text="Relax failed.", excerpt="bob's fault", failed=True,
        action_id=uuid7(), route_id=route.pk,
    )  # fmt: skip
    bodies = [json.loads(row.body) for row in Delivery.objects.order_by("pk")]
    assert [each["event"] for each in bodies] == ["comment", "comment", "action"]
    assert "bob" not in json.dumps(bodies[-1])
    assert all(each["user_id"] is None for each in bodies)


def test_sent_again_it_has_the_same_name(alice, bob, hook, receiver):
    hook()
    notify(alice, "comment", "x", by=bob)
    sending.send_due()
    hooking.send_again(Delivery.objects.get())
    assert sending.send_due() == 1
    assert len({headers["Webhook-Id"] for headers, _ in receiver.got}) == 1
    assert [row.number for row in Attempt.objects.all()] == [1, 1]


def test_what_is_settled_is_kept_for_a_month(alice, bob, hook):
    hook()
    for text in ("x", "y"):
        notify(alice, "comment", text, by=bob)
    sending.send_due()
    old = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    sending.forget_old()
    assert Delivery.objects.count() == 1
