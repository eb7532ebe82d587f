"""Socket.IO with the official client: who may come, what is told, who hears what others do."""

import queue
import socket
import uuid
from typing import Any

import ouro
import pytest
import socketio

from tests.client.conftest import CAST
from tests.client.site import running
from tests.conftest import absent

PATIENCE = 60


@pytest.fixture
def connected(client_for):
    """connected(alice, "new-message"): her client, connected, and a queue of what it is told."""
    made = []

    def connect(person, *events):
        client: Any = client_for(person)
        told: queue.Queue[Any] = queue.Queue()
        for event in ("disconnect", *events):
            client.websocket.on(event, lambda *data, event=event: told.put((event, *data)))
        client.websocket.connect()
        made.append(client)
        return client, told

    yield connect
    for client in made:
        client.websocket.sio.reconnection = False
        client.websocket.disconnect()


def next_of(told, event):
    """What is told under this name; what else comes before it is passed over."""
    while True:
        found = told.get(timeout=PATIENCE)
        if found[0] == event:
            return found[1] if len(found) > 1 else None


def test_messages_and_news_are_told_at_once(connected, client_for, alice, bob, carol, unique):
    hers = client_for(alice)
    _, his = connected(
        bob, "new-message", "message-updated", "conversation-updated", "notification"
    )
    _, others = connected(carol, "new-message", "conversation-updated", "notification")
    talk = hers.conversations.create([bob.id], name=unique("Phonons"))
    assert next_of(his, "notification")["type"] == "new-conversation"
    said = talk.messages.create(text="Look at **this**.")
    told = next_of(his, "new-message")
    assert (told["id"], told["text"]) == (str(said.id), "Look at **this**.")
    assert (told["conversation_id"], told["user"]["username"]) == (str(talk.id), "alice")
    assert next_of(his, "notification")["message_id"] == str(said.id)
    from ouro.resources.conversations import Messages

    Messages(hers).update(str(talk.id), str(said.id), text="Look at *that*.")
    assert next_of(his, "message-updated")["text"] == "Look at *that*."
    hers.conversations.update(str(talk.id), name="Another name")
    assert next_of(his, "conversation-updated")["name"] == "Another name"
    # Whatever carol was to be told, she would have been told before this:
    hers.conversations.create([carol.id], name="With carol")
    assert "With carol" in next_of(others, "notification")["content"]["text"]
    assert others.empty()


def test_what_one_is_doing_reaches_the_others_who_follow(connected, client_for, alice, bob, unique):
    talk = client_for(alice).conversations.create([bob.id], name=unique("Agents"))
    events = ("activity", "llm-response", "llm-response-end")
    hers, own = connected(alice, *events)
    his, told = connected(bob, *events)
    his.websocket.join_conversation(str(talk.id))
    socket, pk = hers.websocket, str(talk.id)
    socket.emit_activity(conversation_id=pk, status="thinking", active=True, user_id=bob.id)
    found = next_of(told, "activity")
    assert found["data"] == {"status": "thinking", "active": True}
    assert found["user_id"] == alice.id  # whatever she says
    message = str(uuid.uuid4())
    for word in ("So ", "be ", "it."):
        socket.emit_llm_response(conversation_id=pk, content=word, message_id=message)
    words = [next_of(told, "llm-response")["data"] for _ in range(3)]
    assert "".join(each["content"] for each in words) == "So be it."
    assert {each["user_id"] for each in words} == {alice.id}
    socket.emit_tool_start(
        conversation_id=pk, message_id=message, tool_name="relax", tool_call_id="1",
        input_data={"fmax": 0.05},
    )  # fmt: skip
    assert next_of(told, "llm-response")["data"]["input"] == {"fmax": 0.05}
    socket.emit_llm_response_end(conversation_id=pk, message_id=message)
    assert next_of(told, "llm-response-end")["stream_message_id"] == message
    assert own.empty()


def test_others_may_not_follow(connected, client_for, alice, bob, carol, unique):
    talk = client_for(alice).conversations.create([bob.id], name=unique("Closed"))
    theirs, _ = connected(carol)
    with pytest.raises(RuntimeError, match="nothing you may see"):
        theirs.websocket.join_conversation(str(talk.id))
    bad: list[Any] = [{}, None, [], {"conversation_id": "x" * 500}, {"conversation_id": None}]
    for data in bad:
        assert theirs.websocket.sio.call("conversation:join", data, timeout=PATIENCE)["ok"] is False
    sent = {"conversation_id": str(talk.id), "data": {"status": "x", "active": True}}
    assert theirs.websocket.sio.call("activity", sent, timeout=PATIENCE)["ok"] is False


def test_who_leaves_hears_no_more(connected, client_for, alice, bob, rita, unique):
    hers = client_for(alice)
    talk = hers.conversations.create([bob.id, rita.id], name=unique("Leaving"))
    his, told = connected(bob, "new-message", "notification")
    _, stays = connected(rita, "new-message")
    his.websocket.join_conversation(str(talk.id))
    his.conversations.delete(str(talk.id))
    talk.messages.create(text="Is he gone?")
    assert next_of(stays, "new-message")["type"] == "member_left"
    assert next_of(stays, "new-message")["text"] == "Is he gone?"
    hers.conversations.create([bob.id], name="For bob")
    assert "For bob" in next_of(told, "notification")["content"]["text"]
    assert told.empty()


def test_without_a_good_token_nobody_comes_in(client_for, alice):
    client = client_for(alice)
    for token in ("", "nonsense", client.access_token[:-2] + "xx"):
        with pytest.raises(Exception, match=r"(?i)not valid|failed"):
            client.websocket.connect(access_token=token or "x")
        assert not client.websocket.is_connected


def test_a_key_that_is_revoked_ends_its_connections(connected, site, alice):
    issue = f"""
from ouro_web.accounts import keys
from ouro_web.accounts.models import User
result = keys.issue(User.objects.get(pk="{alice.id}"), name="short")[1]
"""
    from types import SimpleNamespace

    client, told = connected(SimpleNamespace(key=site.python(issue)))
    client.websocket.sio.reconnection = False
    site.python(
        "from ouro_web.accounts import keys\n"
        "from ouro_web.accounts.models import ApiKey\n"
        "result = [keys.revoke(key) for key in ApiKey.objects.filter(name='short')]"
    )
    next_of(told, "disconnect")
    assert not client.websocket.is_connected


def test_a_page_of_another_site_may_not_connect(site):
    import urllib.error
    import urllib.request

    ask = urllib.request.Request(
        f"{site.url}/socket.io/?EIO=4&transport=polling", headers={"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(ask, timeout=PATIENCE)
    assert refused.value.code == 400


def test_several_processes_tell_one_another_through_redis(prepared, tmp_path):
    """Here only one serves, but nothing of it takes the way within the machine. It stops at once,
    although a program asks it for news at that moment."""
    url, polls = redis_url(), socketio.Client(reconnection=False)
    folder = prepared(tmp_path)
    with running(folder, tasks_url=url) as site:
        people = site.python(CAST)["people"]
        hers = ouro.Ouro(api_key=people["alice"]["key"], base_url=site.api)
        his = ouro.Ouro(api_key=people["bob"]["key"], base_url=site.api)
        told: queue.Queue[Any] = queue.Queue()
        for event in ("new-message", "activity"):
            his.websocket.on(event, lambda data, event=event: told.put((event, data)))
        try:
            his.websocket.connect()
            token = {"access_token": hers.access_token}
            polls.connect(site.url, auth=token, transports=["polling"])
            talk = hers.conversations.create([people["bob"]["id"]], name="Redis")
            his.websocket.join_conversation(str(talk.id))
            talk.messages.create(text="By way of Redis")
            assert next_of(told, "new-message")["text"] == "By way of Redis"
            hers.websocket.emit_activity(conversation_id=str(talk.id), status="busy", active=True)
            assert next_of(told, "activity")["data"]["status"] == "busy"
            assert not list(folder.glob("live/*.sock"))
        finally:
            for client in (hers, his):
                client.websocket.sio.reconnection = False
                client.websocket.disconnect()
                client._raw_client.close()
    polls.disconnect()
    assert "graceful" not in site.log()  # what the server says of requests that it had to end


def redis_url() -> str:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 6379)) != 0:
            absent("Redis at 127.0.0.1:6379")
    return "redis://127.0.0.1:6379/13"
