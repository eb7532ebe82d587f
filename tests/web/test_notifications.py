"""The bell and the inbox."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ouro_web.actions import ledger, run
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action
from ouro_web.comments import talk
from ouro_web.notifications.models import Notification
from ouro_web.notifications.notify import notify


@pytest.fixture
def said(alice, bob, make_asset):
    """Bob commented on something of alice's."""
    comment = talk.add(make_asset("Alpha phases"), author=bob, text="Is it hcp?")
    return Notification.objects.get(user=alice, comment_id=comment.pk)


def test_the_bell_counts_and_the_inbox_tells(signed_in, alice, said):
    page = signed_in(alice).get("/notifications/")
    text = page.content.decode()
    assert "Notifications, 1 unread" in text
    assert "Bob commented on Alpha phases." in text
    assert "Is it hcp?" in text


def test_following_one_leads_to_the_comment_and_reads_it(signed_in, alice, said):
    browser = signed_in(alice)
    browser.head(f"/notifications/{said.pk}")
    assert Notification.objects.unread().count() == 1
    answer = browser.get(f"/notifications/{said.pk}")
    assert answer.headers["location"].endswith(f"#comment-{said.comment_id}")
    assert Notification.objects.unread().count() == 0


def test_categories_and_unread_narrow_the_list(signed_in, alice, bob, said):
    notify(alice, "share", "Bob shared something.", by=bob)
    browser = signed_in(alice)
    shares = browser.get("/notifications/?category=shares").content.decode()
    assert "shared something" in shares
    assert "Alpha phases" not in shares
    browser.post(f"/notifications/{said.pk}/read")
    unread = browser.get("/notifications/?unread=1").content.decode()
    assert "Alpha phases" not in unread
    assert "Alpha phases" in browser.get("/notifications/?category=nonsense").content.decode()


def test_all_is_read_up_to_what_was_shown_and_of_one_category(signed_in, alice, bob, said):
    share = notify(alice, "share", "Bob shared something.", by=bob)
    late = notify(alice, "comment", "Bob commented later.", by=bob)
    where = "/notifications/?category=comments"
    assert share
    form = {"category": "comments", "newest": str(share.pk), "next": where}
    answer = signed_in(alice).post("/notifications/read", form)
    assert answer.headers["location"] == where
    assert set(Notification.objects.unread()) == {share, late}


def test_nothing_leads_off_the_site(signed_in, alice, said):
    form = {"next": "https://example.org/notifications/"}
    answer = signed_in(alice).post(f"/notifications/{said.pk}/read", form)
    assert answer.headers["location"] == "/notifications/"


def test_others_cannot_read_or_follow_it(signed_in, bob, said):
    browser = signed_in(bob)
    assert browser.get(f"/notifications/{said.pk}").status_code == 404
    assert browser.post(f"/notifications/{said.pk}/read").status_code == 404
    assert "Alpha" not in browser.get("/notifications/").content.decode()


def test_looking_at_the_end_of_a_run_reads_its_notification(signed_in, alice, make_route):
    action = run.start(make_route(), alice, Call())
    ledger.finish(action.pk, Action.objects.filter(pk=action.pk), None)
    assert Notification.objects.unread().count() == 1
    signed_in(alice).get(f"/actions/{action.pk}")
    assert Notification.objects.unread().count() == 0


def test_a_long_inbox_costs_no_more_queries(signed_in, alice, bob, make_asset):
    browser = signed_in(alice)

    def told(number: int) -> int:
        for at in range(number):
            talk.add(make_asset(f"Thing {at}"), author=bob, text="Look")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/notifications/")
        return len(asked)

    assert told(1) == told(12)


def test_who_asks_to_join_waits_among_the_members(signed_in, alice, alloys, carol):
    asked = notify(alice, "join-request", "Carol asks to join.", by=carol, team=alloys)
    came = notify(alice, "join-approved", "You are in.", by=carol, team=alloys)
    browser = signed_in(alice)
    for row, page in ((asked, "/teams/lab/alloys/members"), (came, "/teams/lab/alloys")):
        assert row
        assert browser.get(f"/notifications/{row.pk}").headers["location"] == page
        assert browser.get(page).status_code == 200


def test_one_chooses_what_one_is_told(signed_in, alice, bob):
    browser, page = signed_in(alice), "/settings/notifications"
    text = browser.get(page).content.decode()
    assert text.count(" checked") == 17
    fields = {"inbox-mention": "on", "inbox-action-failed": "on", "mail-action-failed": "now"}
    assert browser.post(page, fields).status_code == 302
    text = browser.get(page).content.decode()
    assert text.count(" checked") == 2
    assert notify(alice, "comment", "x", by=bob) is None
    assert notify(alice, "mention", "y", by=bob)
    wrong = browser.post(page, {**fields, "mail-mention": "hourly"})
    assert wrong.status_code == 422
