"""Talking on pages."""

import pytest

from ouro_web.conversations import members, messages
from ouro_web.conversations.models import Conversation, Message
from ouro_web.web.conversation_page import Place


@pytest.fixture
def talk(place, alice, bob):
    return members.begin(place(alice), members=[bob], name="Phonons")


def test_one_begins_talks_and_reads_without_script(signed_in, alice, bob, carol):
    browser = signed_in(alice)
    assert b"Write to Bob" in browser.get("/users/bob").content
    page = browser.get("/conversations/new?with=bob").content.decode()
    assert 'value="bob"' in page
    wrong = browser.post("/conversations/new", {"people": "nobody-here", "text": "Hello"})
    assert wrong.status_code == 422
    assert "Nobody here has the username nobody-here." in wrong.content.decode()
    assert "Hello" in wrong.content.decode()
    made = browser.post(
        "/conversations/new", {"people": "@bob, carol", "text": "Look at **this**, @bob."}
    )
    talk = Conversation.objects.get()
    assert made["Location"] == f"/conversations/{talk.pk}"
    assert talk.name == "Alice, Bob, Carol"
    page = browser.get(made["Location"]).content.decode()
    assert "<strong>this</strong>" in page
    browser = signed_in(bob)
    listed = browser.get("/conversations/").content.decode()
    assert '1<span class="vh"> unread</span>' in listed
    assert "alice: Look at this, @bob." in listed
    page = browser.get(f"/conversations/{talk.pk}").content.decode()
    assert 'class="mention" href="/users/bob"' in page
    assert "unread</span>" not in browser.get("/conversations/").content.decode()
    sent = browser.post(f"/conversations/{talk.pk}", {"text": "I do."})
    assert sent["Location"] == Message.objects.latest("created_at").get_absolute_url()


def test_nothing_typed_is_lost(signed_in, bob, talk):
    browser, page = signed_in(bob), f"/conversations/{talk.pk}"
    for text in (" ", "x" * 20_001):
        answer = browser.post(page, {"text": text})
        assert answer.status_code == 422
        assert text in answer.content.decode()
        part = browser.post(page, {"text": text}, headers={"HX-Request": "true"})
        assert (part.status_code, part["HX-Retarget"]) == (422, "#composer")
    preview = browser.post(page, {"text": "So **bold**", "do": "preview"}).content.decode()
    assert "<strong>bold</strong>" in preview
    assert ">So **bold**</textarea>" in preview
    assert not Message.objects.exists()


def test_what_others_change_arrives_by_asking_again(
    signed_in, alice, bob, talk, django_assert_max_num_queries
):
    old = messages.say(talk, author=alice, text="Long ago")
    row = messages.say(talk, author=alice, text="Frist")
    browser, headers = signed_in(bob), {"HX-Request": "true"}
    page = browser.get(f"/conversations/{talk.pk}").context["place"]
    ask = f"/conversations/{talk.pk}?part=newer&{page.query}"
    assert browser.get(ask, headers=headers).status_code == 204
    messages.edit(row, by=alice, text="First")
    part = browser.get(ask, headers=headers)
    told = part.content.decode()
    assert f'hx-swap-oob="innerHTML:#message-{row.pk} > div"' in told
    assert "First" in told
    assert "edited" in told
    assert f'id="message-{row.pk}"' not in told  # it stays where it is
    again = f"/conversations/{talk.pk}?part=newer&{part.context['place'].query}"
    with django_assert_max_num_queries(5):
        assert browser.get(again, headers=headers).status_code == 204
    # A page that shows only what came later has no place for it.
    messages.edit(old, by=alice, text="Longer ago")
    later = Place(row.created_at, row.created_at, row.created_at)
    part = browser.get(f"/conversations/{talk.pk}?part=newer&{later.query}", headers=headers)
    assert "Longer ago" not in part.content.decode()


def test_what_others_say_arrives_by_asking_again(
    signed_in, alice, bob, talk, django_assert_max_num_queries
):
    first = messages.say(talk, author=alice, text="First")
    browser, headers = signed_in(bob), {"HX-Request": "true"}
    ask = f"/conversations/{talk.pk}?part=newer&after="
    since = first.created_at.isoformat().replace("+", "%2B")
    with django_assert_max_num_queries(5):
        assert browser.get(ask + since, headers=headers).status_code == 204
    messages.say(talk, author=alice, text="Second")
    part = browser.get(ask + since, headers=headers).content.decode()
    assert "Second" in part
    assert "First" not in part
    assert "<html" not in part
    sent = browser.post(
        f"/conversations/{talk.pk}", {"text": "Third", "after": first.created_at.isoformat()},
        headers=headers,
    ).content.decode()  # fmt: skip
    assert sent.index("Second") < sent.index("Third")
    assert 'hx-swap-oob="true"' in sent
    assert browser.get(ask + "nonsense", headers=headers).status_code == 200


def test_older_messages_are_a_page_away(signed_in, alice, bob, talk):
    for number in range(60):
        messages.say(talk, author=alice, text=f"Message {number}!")
    browser = signed_in(bob)
    page = browser.get(f"/conversations/{talk.pk}")
    assert "Message 59!" in page.content.decode()
    assert "Message 9!" not in page.content.decode()
    older = browser.get(f"/conversations/{talk.pk}?before={page.context['older']}")
    shown = older.content.decode()
    assert "Message 9!" in shown
    assert "Message 10!" not in shown
    assert 'id="newer"' not in shown


def test_a_long_talk_asks_as_much_as_a_short_one(signed_in, alice, bob, place, talk):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, counted = signed_in(bob), []
    for number in (1, 20):
        for each in range(number):
            messages.say(talk, author=alice, text=f"{each} for @bob")
        browser.get(f"/conversations/{talk.pk}")
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/conversations/{talk.pk}")
        counted.append(len(asked))
    assert counted[0] == counted[1]
    counted = []
    for number in (1, 5):
        for each in range(number):
            more = members.begin(place(alice), members=[bob], name=f"Talk {number} {each}")
            messages.say(more, author=alice, text="Words")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/conversations/")
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_an_agent_thinks_aloud_in_a_fold(signed_in, alice, bob, talk):
    messages.say(talk, author=alice, text="I *weigh* it.", kind="reasoning")
    messages.say(talk, author=alice, text="", kind="tool_call", data={"tool": "<relax>"})
    page = signed_in(bob).get(f"/conversations/{talk.pk}").content.decode()
    assert "<summary>Reasoning</summary>" in page
    assert "<em>weigh</em>" in page
    assert "&lt;relax&gt;" in page


def test_its_author_changes_a_message(signed_in, alice, bob, talk):
    said = messages.say(talk, author=alice, text="It relaxd.")
    path = f"/conversations/{talk.pk}/messages/{said.pk}/edit"
    assert signed_in(bob).get(path).status_code == 403
    browser = signed_in(alice)
    assert "It relaxd." in browser.get(path).content.decode()
    assert browser.post(path, {"text": ""}).status_code == 422
    assert browser.post(path, {"text": "It relaxed."}).status_code == 302
    page = browser.get(f"/conversations/{talk.pk}").content.decode()
    assert "It relaxed." in page
    assert "edited" in page


def test_people_come_and_go(signed_in, alice, bob, rita, carol, talk):
    browser, about = signed_in(bob), f"/conversations/{talk.pk}/about"
    browser.post(about, {"name": "Phonons of copper", "summary": "Which **cut-off**"})
    browser.post(f"/conversations/{talk.pk}/members", {"new-people": "rita"})
    wrong = browser.post(f"/conversations/{talk.pk}/members", {"new-people": "nobody-here"})
    assert wrong.status_code == 422
    page = browser.get(about).content.decode()
    assert "@rita" in page
    assert "Remove" not in page
    assert browser.post(f"/conversations/{talk.pk}/members/rita/remove").status_code == 403
    assert browser.post(f"/conversations/{talk.pk}/members/carol/remove").status_code == 403
    browser = signed_in(alice)
    browser.post(f"/conversations/{talk.pk}/members/rita/remove")
    assert signed_in(rita).get(about).status_code == 404
    browser = signed_in(alice)
    for path in ("share", "edit", "place"):
        assert browser.get(f"/assets/{talk.pk}/{path}")["Location"] == about
    assert browser.get(f"/assets/{talk.pk}")["Location"] == f"/conversations/{talk.pk}"
    leave = browser.get(f"/assets/{talk.pk}/delete")["Location"]
    assert "What you said stays." in browser.get(leave).content.decode()
    browser.post(leave)
    assert Conversation.objects.get().owner == bob
    browser = signed_in(bob)
    assert "deleted with all its messages" in browser.get(leave).content.decode()
    browser.post(leave)
    assert not Conversation.objects.exists()


def test_it_is_found_by_its_people_only(signed_in, alice, bob, carol, talk):
    assert "Phonons" in signed_in(bob).get("/search?q=phonons").content.decode()
    assert "Phonons" in signed_in(bob).get("/conversations/?q=ali").content.decode()
    assert "Phonons" not in signed_in(bob).get("/users/alice").content.decode()
    assert "No conversation found" in signed_in(bob).get("/conversations/?q=zz").content.decode()
    answer = signed_in(carol).get("/search?q=phonons").content.decode()
    assert f"/conversations/{talk.pk}" not in answer
    assert signed_in(carol).get(f"/conversations/{talk.pk}").status_code == 404
