"""What holds for each address of the site, also for those that somebody adds later: an address
whose arguments no one provides here fails the test that lists them."""

import itertools
import re
from io import BytesIO

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from ouro_web.accounts import keys
from ouro_web.actions.call import Call
from ouro_web.actions.models import ActionAsset, ActionLog
from ouro_web.actions.run import start
from ouro_web.comments import talk
from ouro_web.conversations import members, messages
from ouro_web.datasets import drafts, tables
from ouro_web.files import storage, uploads
from ouro_web.notifications import hooking
from ouro_web.notifications.notify import notify
from ouro_web.posts import publish
from ouro_web.quests import entries, making
from ouro_web.quests.models import Item
from ouro_web.services.models import SpecDraft
from ouro_web.teams.membership import found_organization, found_team
from ouro_web.teams.models import JoinRequest
from tests.project.addresses import Address, every_address

pytestmark = pytest.mark.django_db

# Readiness tells of the worker and queue, which no test of pages runs. The addresses for programs
# have tests of the same kind in tests/api/test_every_address.py.
ADDRESSES = [
    address
    for address in every_address()
    if address.name != "ready" and not address.pattern.startswith("api/")
]
# Without what a page would ask them for, these have nothing to answer.
NEED_MORE = {"files:signed", "posts:revision", "routes:picker", "posts:embed"}
NEED_MORE |= {"posts:oembed"}
NEED_MORE |= {"files:direct_parts"}  # the upload is none to a store elsewhere
NEED_MORE |= {"actions:raw"}  # the run was not sent yet
NEED_MORE |= {"files:frame", "files:preview"}  # the file is neither a page nor a picture
UNKNOWN = "019a7f00-0000-7000-8000-000000000000"
CANARY = "canary7q3x"
# Answers that a person who may not see a thing gets, besides the 404 of what never existed.
ELSEWHERE = {302, 401, 404, 405}
HOSTILE = ["", "\x00", "<script>alert(1)</script>" * 200, "-1", "9" * 400, "{}", "%s%n'; --"]
ALWAYS_TRIED = {"name", "text", "q", "sql", "before", "offset", "order", "part", "action", "_do"}
OF_ITEMS = [f"quests:{name}" for name in ("item", "delete_item", "enter", "rescore", "leaderboard")]
OF_ENTRIES = [f"quests:{name}" for name in ("entry", "review", "evaluate")]
OPEN_TO_ALL = {
    "people:detail",
    "people:feed",
    "people:followers",
    "people:following",
    "files:signed",
    "assets:ask",
}


@pytest.fixture
def things(place, alice, make_route):
    """One private thing of each kind, with the canary in its words and content."""
    where = place(alice, "private")
    file = storage.store(
        where, name=f"{CANARY} file", filename=f"{CANARY}.csv",
        content=BytesIO(f"a,b\n1,{CANARY}\n".encode()),
    )  # fmt: skip
    dataset = tables.create(where, name=f"{CANARY} dataset", rows=[{"a": 1, "b": CANARY}])
    arrival = drafts.keep(alice, BytesIO(f"a\n{CANARY}".encode()), filename=f"{CANARY}.csv")
    post = publish.create(where, name=f"{CANARY} post", text=f"# {CANARY} post\n\n{CANARY}")
    route = make_route(f"{CANARY} route", body={"type": "object", "title": CANARY})
    type(route.service).objects.filter(pk=route.service.pk).update(
        visibility="private", name=f"{CANARY} service", slug=f"{CANARY}-service"
    )
    route.service.refresh_from_db()
    action = start(route, alice, Call(body={"note": CANARY}, has_body=True))
    ActionLog.objects.create(action=action, source="service", message=CANARY)
    ActionAsset.objects.create(
        action=action, direction="out", name="made", asset=file, asset_type="file",
        asset_name=file.name,
    )  # fmt: skip
    comment = talk.add(post.asset, author=alice, text=f"{CANARY} comment")
    conversation = members.begin(where, members=[], name=f"{CANARY} talk", summary=CANARY)
    said = messages.say(conversation, author=alice, text=f"{CANARY} message")
    webhook, _ = hooking.create(alice, url=f"https://192.0.78.9/{CANARY}", events=[])
    row = {"description": CANARY, "notes": CANARY}
    quest = making.create(where, name=f"{CANARY} quest", description=CANARY, rows=[row])
    item = Item.objects.select_related("quest__owner", "eval_route").get()
    entry = entries.submit(item, contributor=alice, assets={"file": file.pk}, text=CANARY)
    Item.objects.update(leaderboard_enabled=True)
    draft = SpecDraft.objects.create(user=alice, document="{}")
    hidden = found_organization(founder=alice, name="hidden", display_name=f"{CANARY} lab")
    team = found_team(
        founder=alice, organization=hidden, name="secret", visibility="organization",
        description=CANARY,
    )  # fmt: skip
    asked = JoinRequest.objects.create(team=team, user=alice, message=CANARY)
    return {
        "assets": post, "files": file, "datasets": dataset, "posts": post, "actions": action,
        "services": route.service, "routes": route, "comments": comment, "draft": draft,
        "notifications": notify(alice, "comment", CANARY),
        "settings": keys.issue(alice, name=CANARY)[0], "teams": team, "organizations": hidden,
        "view": dataset.views.create(name=f"{CANARY} view"), "arrival": arrival,
        "conversations": conversation, "message": said, "webhooks": webhook,
        "delivery": hooking.test(webhook),
        "teams:pin": post, "teams:answer": asked,
        "quests": quest, **dict.fromkeys(OF_ITEMS, item), **dict.fromkeys(OF_ENTRIES, entry),
        "upload": uploads.receive(
            alice, filename=f"{CANARY}.txt", content=BytesIO(CANARY.encode())
        ),
    }  # fmt: skip


def values(address: Address, things) -> dict[str, str]:
    """What the arguments of this address stand for; KeyError for one that is new here."""
    thing = things.get(address.name) or things.get(address.noun)
    given = {
        "pk": getattr(thing, "pk", ""), "owner": getattr(thing, "namespace", ""),
        "slug": getattr(thing, "slug", ""), "username": "alice", "number": 1, "kind": "csv",
        "side": "request", "asset": things["posts"].pk, "draft": things["draft"].pk,
        "upload": things["upload"].pk,
        "token": "not-a-token", "filename": "x.csv",
        "name": getattr(things.get(address.noun), "name", ""),
        "organization": things["organizations"].name, "view": things["view"].pk,
        "arrival": things["arrival"].pk, "message": things["message"].pk,
        "delivery": things["delivery"].pk,
    }  # fmt: skip
    return {name: str(given[name]) for name, _ in address.arguments}


def path_of(address: Address, things) -> str:
    return address.fill(values(address, things))


def rows() -> dict[str, int]:
    kept = ("sessions", "usersessions")
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label not in kept
    }


def shown(answer) -> bytes:
    """All of it; what is streamed is closed at its end only."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_each_answers_its_owner_and_a_get_changes_nothing(things, signed_in, alice):
    browser, before, wrong = signed_in(alice), rows(), {}
    for address in ADDRESSES:
        answer = browser.get(path_of(address, things))
        shown(answer)
        status = answer.status_code
        if status not in {200, 302, 303, 304, 405} and address.name not in NEED_MORE:
            wrong[address.name] = status
    assert not wrong
    assert rows() == before


def test_each_carries_the_safety_headers(things, client):
    for address in ADDRESSES:
        answer = client.get(path_of(address, things))
        shown(answer)
        assert "default-src 'none'" in answer["Content-Security-Policy"], address.name
        assert answer["X-Content-Type-Options"] == "nosniff", address.name
        assert "camera=()" in answer["Permissions-Policy"], address.name
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address.name
        assert "private" in answer["Cache-Control"], address.name


@pytest.mark.parametrize("person", ["nobody", "carol", "rita", "bob"])
def test_a_private_thing_shows_nothing_to_others(person, things, request, client):
    if person != "nobody":
        client.force_login(request.getfixturevalue(person))
    for address in ADDRESSES:
        path = path_of(address, things)
        for ask in (client.get, client.post):
            for headers in ({}, {"HX-Request": "true"}):
                answer = ask(path, headers=headers)
                assert CANARY.encode() not in shown(answer).replace(path.encode(), b""), path
            if address.arguments and address.name not in OPEN_TO_ALL:
                assert answer.status_code in ELSEWHERE, (path, answer.status_code)


def test_an_unknown_id_is_the_same_404_as_a_hidden_one(things, signed_in, carol):
    browser = signed_in(carol)
    for address in ADDRESSES:
        if not any(kind == "uuid" for _, kind in address.arguments):
            continue
        hidden = values(address, things)
        unknown = {
            name: UNKNOWN if kind == "uuid" else hidden[name] for name, kind in address.arguments
        }
        answers = [browser.get(address.fill(given)) for given in (hidden, unknown)]
        assert answers[0].status_code == answers[1].status_code, address.name
        same = [re.sub(rb"[A-Za-z0-9]{64}|[0-9a-f-]{36}", b"", shown(one)) for one in answers]
        assert same[0] == same[1], address.name


def test_a_post_without_its_token_is_refused(things, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    before = rows()
    for address in ADDRESSES:
        assert browser.post(path_of(address, things)).status_code in {403, 405}, address.name
    assert rows() == before


def test_hostile_input_never_gets_a_server_error(things, signed_in, alice):
    browser = signed_in(alice)
    for address in ADDRESSES:
        path = path_of(address, things)
        page = browser.get(path)
        text = shown(page).decode(errors="replace")
        found = [] if page.streaming else re.findall(r'name="([^"]+)"', text)
        names = {*found, *ALWAYS_TRIED} - {"csrfmiddlewaretoken"}
        for value, ask in itertools.product(HOSTILE, (browser.get, browser.post)):
            before = transaction.savepoint_create()
            answer = ask(path, dict.fromkeys(names, value))
            shown(answer)
            transaction.savepoint_rollback(before)
            assert answer.status_code < 500, (path, value)


LISTS = ["/", "/search?q=canary7q", "/users/alice", "/files/", "/datasets/", "/posts/"]
LISTS += ["/quests/", "/quests/?show=all"]
LISTS += ["/posts/feed", "/users/alice/feed", "/teams/lab/alloys/feed"]
LISTS += [
    "/services/",
    "/actions/?who=all",
    "/conversations/",
    "/teams/",
    "/organizations/lab",
    "/teams/lab/alloys",
]


@pytest.mark.parametrize("person", ["nobody", "carol", "rita", "bob"])
def test_lists_and_search_leave_out_what_is_private(person, things, request, client):
    if person != "nobody":
        client.force_login(request.getfixturevalue(person))
    for path in LISTS:
        found = client.get(path).content.decode()
        assert CANARY not in found, path
