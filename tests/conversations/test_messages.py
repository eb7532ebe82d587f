"""What is said in a conversation, and in which order."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from ouro_web.conversations import members, messages
from ouro_web.conversations.models import Conversation, Message


def test_no_two_share_a_moment(talk, alice, bob, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    for number in range(5):
        messages.say(talk, author=alice, text=str(number))
    page, more = messages.page(talk, before=None, limit=2)
    assert ([each.text for each in page], more) == (["3", "4"], True)
    older, more = messages.page(talk, before=page[0].created_at, limit=9)
    assert ([each.text for each in older], more) == (["0", "1", "2"], False)
    assert [each.text for each in messages.since(talk, page[0].created_at)] == ["4"]


@pytest.mark.django_db(transaction=True)
def test_who_writes_at_once_waits(talk, alice):
    def say(number):
        try:
            messages.say(Conversation.objects.get(pk=talk.pk), author=alice, text=str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(say, range(30)))
    assert Message.objects.values("created_at").distinct().count() == 30


def test_a_list_asks_as_much_for_many_as_for_one(
    talk, place, alice, bob, rita, django_assert_num_queries
):
    def listed():
        return [
            (row.name, row.unreads, [one.username for one in members.members_of(row)])  # type: ignore[attr-defined]
            for row in messages.of_person(bob)
        ]

    with django_assert_num_queries(3):
        listed()
    for number in range(4):
        more = members.begin(place(alice), members=[bob, rita], name=f"Talk {number}")
        messages.say(more, author=alice, text="Words")
    with django_assert_num_queries(3):
        assert listed()[0] == ("Talk 3", 1, ["alice", "bob", "rita"])


def test_saying_something_costs_the_same_in_a_crowd(
    talk, alice, make_user, django_assert_max_num_queries
):
    members.add(talk, [make_user(f"person{number}") for number in range(12)], by=alice)
    with django_assert_max_num_queries(16):
        messages.say(talk, author=alice, text="Words for all")


def test_news_in_an_inbox_is_the_newest_only(talk, alice, bob):
    from ouro_web.notifications.models import Notification

    for text in ("One", "Two", "Thinking"):
        kind = "reasoning" if text == "Thinking" else "message"
        messages.say(talk, author=alice, text=text, kind=kind)
    row = Notification.objects.get(user=bob, kind="new-message")
    assert row.excerpt == "Two"
    assert row.get_absolute_url().startswith(f"/conversations/{talk.pk}#message-")
    messages.read(talk, bob, Message.objects.latest("created_at").created_at)
    assert not Notification.objects.filter(user=bob).unread().exists()
