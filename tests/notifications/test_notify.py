"""Who is told what."""

import pytest

from ouro_web.actions import faults, ledger, run
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action
from ouro_web.comments import talk
from ouro_web.notifications import joining
from ouro_web.notifications.models import Notification
from ouro_web.notifications.notify import mark_read, notify
from ouro_web.notifications.sharing import share
from ouro_web.posts import drafts, publish
from ouro_web.teams.models import JoinRequest


def kinds(person):
    return list(
        Notification.objects.filter(user=person).order_by("pk").values_list("kind", flat=True)
    )


def test_nobody_is_told_of_her_own_doing(alice, bob):
    assert notify(alice, "comment", "x", by=alice) is None
    assert notify(alice, "comment", "x", by=bob)


def test_nobody_is_told_of_what_she_may_not_see(alice, carol, make_asset):
    secret = make_asset("Secret", visibility="private")
    assert notify(carol, "mention", "x", by=alice, asset=secret) is None
    assert kinds(carol) == []


def test_sharing_is_told_once(alice, carol, make_asset):
    asset = make_asset("Secret", visibility="private")
    share(asset, to=carol, role="read", by=alice)
    share(asset, to=carol, role="write", by=alice)
    assert kinds(carol) == ["share"]


def test_one_reads_only_what_is_ones_own(alice, bob):
    row = notify(alice, "comment", "x", by=bob)
    assert row
    assert mark_read(bob, [row.pk]) == []
    assert mark_read(alice, [row.pk]) == [row.pk]
    assert Notification.objects.unread().count() == 0


@pytest.mark.parametrize(
    ("wish", "failed", "told"),
    [
        ("all", False, ["action-complete"]),
        ("all", True, ["action-failed"]),
        ("failure", False, []),
        ("failure", True, ["action-failed"]),
        ("none", True, []),
    ],
)
def test_the_end_of_a_run_is_told_as_wished(alice, make_route, wish, failed, told):
    action = run.start(make_route(), alice, Call(), announce=wish)
    fault = faults.cancelled(sent=False) if failed else None
    assert ledger.finish(action.pk, Action.objects.filter(pk=action.pk), fault)
    assert kinds(alice) == told
    queued = Action.objects.filter(pk=action.pk, status="queued")
    assert not ledger.finish(action.pk, queued, fault)
    assert kinds(alice) == told


def test_a_comment_is_told_to_those_it_concerns(alice, bob, rita, carol, make_asset):
    asset = make_asset("Alpha phases")
    first = talk.add(asset, author=bob, text="Is this *hcp*, `{@rita}`? `{@carol}` cannot see it.")
    assert kinds(alice) == ["comment"]
    assert kinds(rita) == ["mention"]
    assert kinds(carol) == kinds(bob) == []
    row = Notification.objects.get(user=rita)
    assert row.text == "Bob mentioned you on Alpha phases."
    assert row.excerpt == "Is this hcp, @rita? @carol cannot see it."
    assert row.get_absolute_url() == f"{asset.get_absolute_url()}#comment-{first.pk}"


def test_an_answer_is_told_to_those_who_spoke_and_once(alice, bob, rita, make_asset):
    asset = make_asset("Alpha phases")
    first = talk.add(asset, author=rita, text="Is it?")
    second = talk.add(asset, author=alice, text="It is.", reply_to=first)
    talk.add(asset, author=bob, text="`{@alice}` is right.", reply_to=second)
    assert kinds(alice) == ["comment", "mention"]
    assert kinds(rita) == ["reply", "reply"]
    assert kinds(bob) == []


def test_an_edited_comment_is_news_only_to_those_newly_named(alice, bob, rita, make_asset):
    comment = talk.add(make_asset(), author=alice, text="`{@bob}`, look")
    talk.edit(comment, text="`{@bob}` and `{@rita}`, look")
    assert kinds(bob) == kinds(rita) == ["mention"]


def test_what_was_taken_back_is_not_told_of(alice, bob, make_asset):
    comment = talk.add(make_asset(), author=bob, text="Wrong")
    talk.add(comment.asset, author=alice, text="No, right", reply_to=comment)
    talk.remove(comment)
    assert kinds(alice) == kinds(bob) == []


def test_a_post_tells_those_it_names_when_they_can_read_it(alice, bob, carol, place, make_asset):
    text = "Thanks to `{@bob}` and `{@carol}`"
    post = publish.create(place(alice), name="Report", text=text)
    publish.update(post, by=alice, text=f"{text}!")
    assert kinds(bob) == ["mention"]
    assert kinds(carol) == []


def test_a_draft_tells_nobody_until_it_is_published(alice, bob, place):
    draft = drafts.start(place(alice), name="Report", text="Thanks to `{@bob}`")
    assert kinds(bob) == []
    drafts.publish(draft, by=alice, visibility="organization", description="")
    assert kinds(bob) == ["mention"]


def test_owners_hear_of_posts_that_show_their_things(alice, bob, place, make_asset):
    mine = make_asset("Cell", visibility="public")
    post = publish.create(place(bob), name="Report", text=f"[it](post:{mine.pk})")
    publish.update(post, by=bob, text=f"[it](post:{mine.pk}), again")
    assert kinds(alice) == ["reference"]
    secret = publish.create(place(bob, "private"), name="Notes", text=f"[it](post:{mine.pk})")
    assert Notification.objects.filter(asset=secret.pk).count() == 0


def test_admins_hear_of_a_request_to_join_and_the_asker_of_the_answer(alice, bob, rita, alloys):
    type(alloys).objects.filter(pk=alloys.pk).update(join_policy="request")
    alloys.refresh_from_db()
    for _ in range(2):
        asked = joining.join(alloys, rita, message="I relax cells.")
    assert kinds(alice) == ["join-request"]
    assert kinds(bob) == []
    row = Notification.objects.get(user=alice)
    assert (row.text, row.excerpt) == ("Rita asks to join #alloys.", "I relax cells.")
    assert isinstance(asked, JoinRequest)
    joining.approve(asked, by=alice)
    assert kinds(rita) == ["join-approved"]


def test_the_inbox_holds_what_one_may_see_still(alice, carol, make_asset):
    asset = make_asset("Secret", visibility="private")
    share(asset, to=carol, role="read", by=alice)
    assert Notification.objects.inbox_of(carol).count() == 1
    asset.grants.all().delete()
    assert Notification.objects.inbox_of(carol).count() == 0
    assert Notification.objects.inbox_of(alice).count() == 0
