"""Who is in a conversation."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.assets.models import Asset
from ouro_web.conversations import members, messages
from ouro_web.conversations.models import Conversation, Message
from ouro_web.notifications.models import Notification


def names(talk):
    fresh = Conversation.objects.get(pk=talk.pk)
    return [person.username for person in members.members_of(fresh)]


def test_only_those_in_it_may_know_of_it(talk, alice, bob, rita, carol, make_user, alloys):
    from ouro_web.teams.membership import join_organization, join_team

    boss = make_user("boss")
    join_organization(alloys.organization, boss, "admin")
    join_team(alloys, boss, "admin")
    for person, may in ((alice, True), (bob, True), (rita, False), (carol, False), (boss, False)):
        for rows in (Asset.objects.visible_to(person), Asset.objects.readable_by(person),
                     Asset.objects.editable_by(person), messages.of_person(person)):  # fmt: skip
            assert rows.filter(pk=talk.pk).exists() is may, person


def test_who_comes_is_told_and_reads_all_from_then_on(talk, alice, bob, rita):
    messages.say(talk, author=alice, text="Before")
    members.add(talk, [bob, rita], by=bob)
    messages.say(talk, author=alice, text="After")
    assert names(talk) == ["alice", "bob", "rita"]
    unread = messages.of_person(rita).get(pk=talk.pk)
    assert unread.unreads == 1  # type: ignore[attr-defined]
    kinds = Notification.objects.filter(user=rita).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["new-conversation", "new-message"]


def test_only_its_owner_sends_somebody_out(talk, alice, bob, rita):
    members.add(talk, [rita], by=alice)
    with pytest.raises(PermissionDenied):
        members.remove(talk, rita, by=bob)
    members.remove(talk, rita, by=alice)
    assert names(talk) == ["alice", "bob"]
    assert not messages.of_person(rita).exists()
    assert not Notification.objects.filter(user=rita).exists()
    with pytest.raises(ValidationError, match="is not in it"):
        members.remove(talk, rita, by=alice)


def test_the_last_takes_it_along(talk, alice, bob):
    messages.say(talk, author=alice, text="Words")
    assert members.leave(talk, alice) is False
    assert (names(talk), Conversation.objects.get().owner) == (["bob"], bob)
    with pytest.raises(ValidationError, match="Nobody else"):
        members.remove(Conversation.objects.get(), bob, by=bob)
    assert members.leave(Conversation.objects.get(), bob) is True
    assert not Asset.objects.filter(pk=talk.pk).exists()
    assert not Message.objects.exists()
    with pytest.raises(ValidationError, match="gone"):
        messages.say(talk, author=bob, text="Anybody?")


def test_a_crowd_is_refused(talk, make_user, alice, monkeypatch):
    monkeypatch.setattr(members, "MOST", 3)
    members.add(talk, [make_user("dora")], by=alice)
    with pytest.raises(ValidationError, match="At most 3"):
        members.add(talk, [make_user("emil")], by=alice)
