"""What a person wants to be told, and how."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from ouro_web.conversations import members, messages
from ouro_web.lib.ids import uuid7
from ouro_web.notifications import choices, mailing
from ouro_web.notifications.choices import Choice
from ouro_web.notifications.models import Notification
from ouro_web.notifications.notify import mark_all_read, notify, run_ended


def inbox(person):
    return list(Notification.objects.inbox_of(person).values_list("kind", flat=True))


def ended(person, *, failed):
    run_ended(
        user_id=person.pk, text="Relax failed." if failed else "Relax finished.", excerpt="",
        failed=failed, action_id=uuid7(), route_id=None,
    )  # fmt: skip


def test_without_a_choice_all_is_in_the_inbox_and_nothing_is_mailed(alice, bob):
    assert notify(alice, "comment", "x", by=bob)
    assert inbox(alice) == ["comment"]
    assert mailing.send_due() == 0
    assert mail.outbox == []


def test_runs_are_told_of_when_they_fail_only(alice):
    choices.choose(alice, {"action-complete": Choice(in_inbox=False)})
    ended(alice, failed=False)
    ended(alice, failed=True)
    assert inbox(alice) == ["action-failed"]
    assert Notification.objects.count() == 1


def test_what_is_only_mailed_is_not_in_the_inbox(alice, bob):
    choices.choose(alice, {"comment": Choice(in_inbox=False, mail="now")})
    notify(alice, "comment", "Bob said\nsomething.", by=bob, excerpt="It relaxed.")
    assert inbox(alice) == []
    assert Notification.objects.filter(user=alice).unread().count() == 0
    assert mailing.send_due() == 1
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.org"], "Ouro Web: Bob said something.")
    assert "It relaxed." in sent.body
    assert "/settings/notifications" in sent.body
    assert mailing.send_due() == 0


def test_a_digest_goes_in_the_morning_where_she_is(alice, bob, monkeypatch):
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    choices.choose(alice, {"comment": Choice(mail="daily"), "mention": Choice(mail="daily")})
    for kind in ("comment", "mention", "comment"):
        notify(alice, kind, f"Bob: {kind}", by=bob)
    evening = datetime(2026, 11, 22, 12, tzinfo=UTC)  # 21:00 there
    Notification.objects.update(created_at=evening)
    at = {"now": evening + timedelta(hours=9)}  # 6:00
    monkeypatch.setattr(timezone, "now", lambda: at["now"])
    assert mailing.send_due() == 0
    at["now"] += timedelta(hours=1)
    assert mailing.send_due() == 1
    [sent] = mail.outbox
    assert sent.subject == "Ouro Web: 3 new on Ouro Web"
    assert sent.body.count("- Bob:") == 3
    assert mailing.send_due() == 0


def test_what_was_read_or_may_not_be_seen_is_not_mailed(alice, bob, carol, make_asset):
    asset = make_asset("Secret", visibility="public")
    for person in (alice, carol):
        choices.choose(person, {"comment": Choice(mail="now")})
        notify(person, "comment", "Bob commented on Secret.", by=bob, asset=asset)
    mark_all_read(alice)
    type(asset).objects.update(visibility="private")
    assert mailing.send_due() == 0
    assert mail.outbox == []


def test_mail_waits_for_its_server(alice, bob, monkeypatch):
    choices.choose(alice, {"comment": Choice(mail="now")})
    notify(alice, "comment", "x", by=bob)
    with monkeypatch.context() as patched:

        def refuse(*_):
            raise ConnectionRefusedError("no server")

        patched.setattr("django.core.mail.message.EmailMessage.send", refuse)
        with pytest.raises(mailing.MailError):
            mailing.send_due()
    assert mailing.send_due() == 1


def test_a_crowd_is_told_as_each_of_them_chose(alice, bob, rita, place):
    choices.choose(bob, {"new-message": Choice(in_inbox=False, mail="daily")})
    talk = members.begin(place(alice), members=[bob, rita], name="Phonons")
    messages.say(talk, author=alice, text="Words")
    assert inbox(bob) == ["new-conversation"]
    assert set(inbox(rita)) == {"new-conversation", "new-message"}
    assert Notification.objects.get(user=bob, kind="new-message").mail == "daily"


def test_nonsense_is_refused(alice):
    with pytest.raises(ValidationError):
        choices.choose(alice, {"comment": Choice(mail="hourly")})
