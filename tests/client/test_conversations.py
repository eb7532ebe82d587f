"""Conversations, by the official client and the MCP server's tools."""

import json
import uuid

import ouro
import pytest

MENTION = "See `{@bob}`: **it relaxed**."


@pytest.fixture
def talk(client_for, alice, bob, unique):
    """Alice's with bob."""
    return client_for(alice).conversations.create([bob.id], name=unique("Phonons"))


def test_it_is_begun_renamed_and_left(client_for, alice, bob, rita, lab, unique):
    hers, his = client_for(alice), client_for(bob)
    name = unique("Phonons")
    made = hers.conversations.create(
        [alice.id, bob.id], name=name, summary="Which cut-off", org_id=lab.id
    )
    assert [str(pk) for pk in made.metadata.members] == [alice.id, bob.id]
    assert (made.name, made.summary, made.visibility) == (name, "Which cut-off", "private")
    assert (made.asset_type, str(made.org_id)) == ("conversation", lab.id)

    changed = his.conversations.update(str(made.id), name=f"{name} again", summary="All of it")
    assert (changed.name, changed.summary) == (f"{name} again", "All of it")
    his.conversations.update(str(made.id), metadata={"members": [alice.id, bob.id, rita.id]})
    members = hers.conversations.retrieve(str(made.id)).metadata.members
    assert [str(pk) for pk in members] == [alice.id, bob.id, rita.id]
    with pytest.raises(ouro.PermissionDeniedError):
        his.conversations.update(str(made.id), metadata={"members": [bob.id]})

    hers.conversations.delete(str(made.id))  # its owner goes: bob was in it longest
    with pytest.raises(ouro.NotFoundError):
        hers.conversations.retrieve(str(made.id))
    left = his.conversations.retrieve(str(made.id))
    assert [str(pk) for pk in left.metadata.members] == [bob.id, rita.id]
    assert str(left.user_id) == bob.id
    events = [each.type for each in left.messages.list()]
    assert events == ["member_joined", "member_left"]
    client_for(rita).conversations.delete(str(made.id))
    his.conversations.delete(str(made.id))
    with pytest.raises(ouro.NotFoundError):
        his.conversations.retrieve(str(made.id))


def test_without_a_name_it_is_called_by_who_is_in_it(client_for, alice, bob, rita):
    client = client_for(alice)
    made = client.conversations.create([bob.id])
    assert made.name == "Alice, Bob"
    grown = client.conversations.update(
        str(made.id), metadata={"members": [alice.id, bob.id, rita.id]}
    )
    assert grown.name == "Alice, Bob, Rita"


def test_others_find_nothing(client_for, carol, talk):
    theirs = client_for(carol).conversations
    messages = ouro.resources.conversations.Messages(client_for(carol))
    pk = str(talk.id)
    asks = [
        lambda: theirs.retrieve(pk), lambda: theirs.update(pk, name="Mine"),
        lambda: theirs.delete(pk), lambda: messages.list(pk),
        lambda: messages.create(pk, text="Hello"),
        lambda: messages.update(pk, str(uuid.uuid4()), text="Hello"),
        lambda: client_for(carol).comments.list_by_parent(pk),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(ouro.NotFoundError):
            ask()
    assert talk.id not in {each.id for each in theirs.list()}
    assert talk.id not in {each.id for each in client_for(carol).assets.search(talk.name)}


def test_wrong_words_are_refused_at_their_field(client_for, alice, talk):
    client = client_for(alice)
    with pytest.raises(ouro.BadRequestError, match="Nobody here has the id"):
        client.conversations.create([str(uuid.uuid4())])
    with pytest.raises(ouro.UnprocessableEntityError):
        client.conversations.create(["not-an-id"])
    for message in ({"text": " "}, {"text": "x" * 20_001}, {"text": "x", "type": "shout"},
                    {"text": "x", "seq": 2**40}):  # fmt: skip
        with pytest.raises(ouro.BadRequestError):
            talk.messages.create(**message)
    with pytest.raises(ouro.BadRequestError, match="before"):
        talk.messages.list(before="yesterday")
    with pytest.raises(ouro.BadRequestError):
        client.conversations.update(str(talk.id), name="x" * 300)


def test_messages_are_markdown_or_a_document(client_for, talk, bob):
    said = talk.messages.create(text=MENTION)
    assert (said.text, said.type, said.user.username) == (MENTION, "message", "alice")
    assert "mention" in json.dumps(said.data)
    document = {"json": said.data, "text": "what an editor shows"}
    assert talk.messages.create(json=document).text == MENTION
    plain = talk.messages.create(json=said.data)
    assert plain.text == MENTION
    named = str(uuid.uuid4())
    tool = {"json": {"tool": "relax", "input": {"fmax": 0.05}}, "type": "tool_call", "id": named}
    turn = {"turn_id": str(uuid.uuid4()), "seq": 1}
    first, again = talk.messages.create(**tool, **turn), talk.messages.create(**tool, **turn)
    assert first.id == again.id == uuid.UUID(named)
    assert (first.data, first.seq, str(first.turn_id)) == (tool["json"], 1, turn["turn_id"])
    with pytest.raises(ouro.ConflictError):
        ouro.resources.conversations.Messages(client_for(bob)).create(str(talk.id), **tool)


def test_only_its_author_changes_a_message(client_for, alice, bob, talk):
    said = talk.messages.create(text="It relaxd.", metadata={"mood": "glad"})
    hers = ouro.resources.conversations.Messages(client_for(alice))
    changed = hers.update(str(talk.id), str(said.id), text="It relaxed.")
    assert (changed.text, changed.metadata) == ("It relaxed.", {"mood": "glad"})
    assert changed.last_updated > said.last_updated
    his = ouro.resources.conversations.Messages(client_for(bob))
    with pytest.raises(ouro.PermissionDeniedError):
        his.update(str(talk.id), str(said.id), text="It did not.")
    with pytest.raises(ouro.NotFoundError):
        hers.update(str(talk.id), str(uuid.uuid4()), text="Nothing")


def test_pages_of_messages_leave_none_out(talk):
    for number in range(7):
        talk.messages.create(text=f"Message {number}")
    page, texts = talk.messages.list(limit=3), []
    texts = [each.text for each in page]
    while page.has_more:
        page = talk.messages.list(limit=3, before=page.next_cursor["before"])
        texts = [each.text for each in page] + texts
    assert texts == [f"Message {number}" for number in range(7)]


def test_what_is_unread_is_counted_and_told_once(client_for, alice, bob, talk):
    his = client_for(bob)
    for text in ("One", "Two", "Three `{@bob}`"):
        talk.messages.create(text=text)
    talk.messages.create(text="Thinking", type="reasoning")
    listed = {each.id: each for each in his.conversations.list(limit=200)}
    assert listed[talk.id].unreads == 4
    about = [each for each in his.notifications.list(unread_only=True, limit=100)
             if str(each.asset_id) == str(talk.id)]  # fmt: skip
    assert sorted(each.type for each in about) == ["mention", "new-conversation", "new-message"]
    assert "Two" in next(each for each in about if each.type == "new-message").content["text"]
    his.conversations.retrieve(str(talk.id)).messages.list()
    assert his.conversations.retrieve(str(talk.id)).unreads == 0
    left = his.notifications.list(unread_only=True, limit=100)
    assert not [each for each in left if str(each.asset_id) == str(talk.id)]
    assert client_for(alice).conversations.retrieve(str(talk.id)).unreads == 0


def test_it_is_an_asset_like_others(client_for, alice, carol, talk):
    client = client_for(alice)
    found = client.assets.search(talk.name)
    assert [each.asset_type for each in found if each.id == talk.id] == ["conversation"]
    client.assets.share(str(talk.id), carol.id, role="write")
    theirs = client_for(carol).conversations.retrieve(str(talk.id))
    assert str(theirs.metadata.members[-1]) == carol.id
    theirs.messages.create(text="Here I am.")
