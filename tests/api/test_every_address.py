"""What holds for each address that programs use, also for those that somebody adds later: an
argument that no one provides here fails these tests."""

import io
import itertools
import json
import re

import pytest
from django.test import Client

from ouro_web.accounts import keys
from ouro_web.actions.call import Call
from ouro_web.actions.models import ActionAsset, ActionLog
from ouro_web.actions.run import start
from ouro_web.comments import talk
from ouro_web.conversations import members, messages
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.posts import publish
from ouro_web.quests import entries, making
from ouro_web.quests.models import Item
from tests.project.addresses import Address, every_address

pytestmark = pytest.mark.django_db

CANARY = "canary7q3x"
UNKNOWN = "019a7f00-0000-7000-8000-000000000000"
# Open without a key: the exchange of keys, the documents of the API, and signed links.
OPEN = {"api/users/get-token", "api/docs", "api/openapi.json", "api/"}
OPEN |= {"api/files/uploads/<str:token>", "api/downloads/<str:token>/<str:name>"}
# The service's token counts here, not a person's.
OF_SERVICES = {"api/actions/<uuidstr:pk>/response", "api/actions/<uuidstr:pk>/log"}
METHODS = ("get", "post", "put", "patch", "delete")
ADDRESSES = {
    address.pattern: address
    for address in every_address()
    if address.pattern.startswith("api/") and address.pattern not in {"api/docs", "api/"}
}


@pytest.fixture
def things(place, alice, make_route):
    """One private thing of each kind, with the canary in its words and content."""
    where = place(alice, "private")
    file = storage.store(
        where, name=f"{CANARY} file", filename=f"{CANARY}.csv",
        content=io.BytesIO(f"a,b\n1,{CANARY}\n".encode()),
    )  # fmt: skip
    dataset = tables.create(where, name=f"{CANARY} dataset", rows=[{"a": 1, "b": CANARY}])
    post = publish.create(where, name=f"{CANARY} post", text=f"# {CANARY} post\n\n{CANARY}")
    route = make_route(f"{CANARY} route", body={"type": "object", "title": CANARY})
    type(route.service).objects.filter(pk=route.service.pk).update(
        visibility="private", name=f"{CANARY} service", slug=f"{CANARY}-service"
    )
    action = start(route, alice, Call(body={"note": CANARY}, has_body=True))
    ActionLog.objects.create(action=action, source="service", message=CANARY)
    ActionAsset.objects.create(
        action=action, direction="out", name="made", asset=file, asset_type="file",
        asset_name=file.name,
    )  # fmt: skip
    comment = talk.add(post.asset, author=alice, text=f"{CANARY} comment")
    conversation = members.begin(where, members=[], name=f"{CANARY} talk", summary=CANARY)
    messages.say(conversation, author=alice, text=f"{CANARY} message")
    row = {"description": CANARY, "notes": CANARY, "leaderboard_enabled": False}
    quest = making.create(where, name=f"{CANARY} quest", description=CANARY, rows=[row])
    item = Item.objects.select_related("quest__owner", "eval_route").get()
    entry = entries.submit(item, contributor=alice, assets={"file": file.pk}, text=CANARY)
    Item.objects.update(leaderboard_enabled=True)
    return {
        "quests": quest.pk, "item": item.pk, "entry": entry.pk,
        "assets": file.pk, "files": file.pk, "datasets": dataset.pk, "posts": post.pk,
        "actions": action.pk, "services": route.service.pk, "routes": route.pk,
        "comments": comment.pk, "conversations": conversation.pk,
    }  # fmt: skip


def path_of(address: Address, things, **others) -> str:
    """KeyError for an argument that is new here."""
    noun = address.pattern.split("/")[1]
    given = {
        "pk": things.get(noun, UNKNOWN), "service_id": things["services"],
        "route_id": things["routes"], "name": "a", "token": "not-a-token", "view_id": UNKNOWN,
        "request_pk": UNKNOWN, "user_pk": UNKNOWN, "message_pk": UNKNOWN,
        "item_pk": things["item"], "entry_pk": things["entry"], **others,
    }  # fmt: skip
    return address.fill({name: str(given[name]) for name, _ in address.arguments})


def asked(client, method, path, key=""):
    headers = {"authorization": key} if key else {}
    body = {} if method == "get" else {"data": b"{}", "content_type": "application/json"}
    return getattr(client, method)(path, headers=headers, **body)


def test_without_a_key_nothing_is_told(things):
    client = Client(raise_request_exception=False)
    for (pattern, address), method in itertools.product(ADDRESSES.items(), METHODS):
        answer = asked(client, method, path_of(address, things))
        told = json.loads(answer.content)
        assert CANARY not in str(told), (method, pattern)
        if pattern not in OPEN | OF_SERVICES:
            assert answer.status_code in {401, 405}, (method, pattern, told)
            assert told["data"] is None
            assert told["error"]["message"]


@pytest.mark.parametrize("person", ["carol", "rita", "bob"])
def test_a_private_thing_shows_nothing_to_others(person, things, request):
    key = keys.issue(request.getfixturevalue(person), name="tests")[1]
    client = Client(raise_request_exception=False)
    for pattern, address in ADDRESSES.items():
        path = path_of(address, things)
        for method in METHODS:
            answer = asked(client, method, path, key)
            assert CANARY not in answer.content.decode(), (method, pattern)
            assert answer.status_code < 500, (method, pattern)
            if answer.status_code < 300 and pattern not in OPEN:
                assert "pk" not in dict(address.arguments), (method, pattern)


def test_an_unknown_id_is_the_same_404_as_a_hidden_one(things, carol):
    key, client = keys.issue(carol, name="tests")[1], Client(raise_request_exception=False)
    for pattern, address in ADDRESSES.items():
        if "pk" not in dict(address.arguments) and "route_id" not in dict(address.arguments):
            continue
        unknown = path_of(address, things, pk=UNKNOWN, service_id=UNKNOWN, route_id=UNKNOWN)
        answers = [asked(client, "get", path, key) for path in (path_of(address, things), unknown)]
        assert answers[0].status_code == answers[1].status_code, pattern
        same = [re.sub(rb"[0-9a-f-]{32,36}", b"", one.content) for one in answers]
        assert same[0] == same[1], pattern


def test_its_owner_may_read_every_thing(things, alice):
    key, client = keys.issue(alice, name="tests")[1], Client(raise_request_exception=False)
    wrong = {}
    empty = {"request_pk", "user_pk", "message_pk", "view_id", "name", "token"}
    for pattern, address in ADDRESSES.items():
        noun = pattern.split("/")[1]
        if empty & set(dict(address.arguments)) or ("pk" in dict(address.arguments)
                                                    and noun not in things):  # fmt: skip
            continue
        status = asked(client, "get", path_of(address, things), key).status_code
        if status not in {200, 402, 405}:
            wrong[pattern] = status
    assert not wrong
