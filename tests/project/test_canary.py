"""What is private never reaches another role, however it hangs together with what is open: a
public text embeds it, a shared run took it in, a private one speaks of what is public.

Everything is read that a reader can come to by links from the front page, and besides every
address of the site and its API for the public things.
"""

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from ouro_web.accounts import keys
from ouro_web.actions import copies
from ouro_web.actions.models import Action, ActionAsset, ActionLog
from ouro_web.comments import talk
from ouro_web.conversations import members, messages
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.notifications import choices, hooking, mailing
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.webhooks import Delivery
from ouro_web.posts import drafts, publish
from ouro_web.quests import entries, making, reviewing
from ouro_web.quests.models import Item
from tests.project.addresses import Address, every_address

pytestmark = pytest.mark.django_db

SECRET = "canary7q"  # begins every private word; what follows says which one came out
LINK = re.compile(r'(?:href|src|hx-get|data-again|data-run-form)="(/[^"]*)"')
ROOTS = ["/", "/search?q=open", "/posts/", "/files/", "/datasets/", "/services/", "/actions/?all=1"]
ROOTS += [
    "/conversations/",
    "/quests/?show=all",
    "/teams/",
    "/developers",
    "/llms.txt",
    "/notifications/",
    "/posts/feed",
]
# Bytes, drawings and sign-in pages hold no words of assets.
SKIPPED = ("/static/", "/accounts/", "/theme", "/posts/diagram", "/api/docs")
MOST_PAGES = 260
PARTS = ["connections", "lineage", "actions", "properties", "tags", "children", "comments"]
PARTS += ["counts", "compatible-routes"]  # of every asset, by the API


def fence(pk: Any, kind: str, mode: str = "preview", **display: str) -> str:
    block = {"id": str(pk), "assetType": kind, "viewMode": mode, "displayConfig": display}
    return f"```assetComponent\n{json.dumps(block)}\n```"


@pytest.fixture
def hidden(place, alice, make_route) -> dict[str, Any]:
    """Private things, with a word of their own in every field that holds words."""
    where, where_else = place(alice, "private"), f"{SECRET}text"
    file = storage.store(
        where, name=f"{SECRET}filename", filename=f"{SECRET}file.csv",
        content=BytesIO(f"a,b\n1,{SECRET}bytes\n".encode()), description=f"{SECRET}about",
    )  # fmt: skip
    picture = storage.store(
        where, name=f"{SECRET}picture", filename=f"{SECRET}picture.png", content=BytesIO(b"\x89PNG")
    )
    table = tables.create(
        where, name=f"{SECRET}table", rows=[{f"{SECRET}column": f"{SECRET}cell"}],
        description=f"{SECRET}rows",
    )  # fmt: skip
    view = table.views.create(name=f"{SECRET}view", sql="select * from {{table}}")
    post = publish.create(
        where, name=f"{SECRET}post", text=f"# {SECRET}heading\n\n{where_else} @carol @rita",
        description=f"{SECRET}abstract",
    )  # fmt: skip
    talk.add(post, author=alice, text=f"{SECRET}remark for @carol and @rita")
    conversation = members.begin(
        where, members=[], name=f"{SECRET}talkname", summary=f"{SECRET}talkabout"
    )
    messages.say(conversation, author=alice, text=f"{SECRET}message for @carol and @rita")
    quest = making.create(
        where, name=f"{SECRET}questname", description=f"{SECRET}questabout @carol",
        rows=[{"description": f"{SECRET}task", "notes": f"{SECRET}notes"}],
    )  # fmt: skip
    body = {"type": "object", "title": f"{SECRET}schema"}
    route = make_route(f"{SECRET}route", path=f"/{SECRET}path", body=body, visibility="private")
    return {
        "file": file, "picture": picture, "table": table, "view": view, "post": post,
        "conversation": conversation, "quest": quest, "route": route,
        "run": _run(route, alice, SECRET),
    }  # fmt: skip


@pytest.fixture
def opened(place, alice, make_route, hidden) -> dict[str, Any]:
    """Public things that all have to do with the hidden ones."""
    where = place(alice, "public")
    route = make_route("Open route", service=hidden["route"].service, path="/open")
    file = storage.store(where, name="Open file", filename="open.csv", content=BytesIO(b"a\n1\n"))
    table = tables.create(where, name="Open table", rows=[{"a": 1}])
    secret_run = _run(route, alice, SECRET)
    shared = _run(route, alice, "open", visibility="route")
    for run in (secret_run, shared):
        _link(run, hidden["file"], "in")
        _link(run, hidden["table"], "out")
        _link(run, file, "out")
    text = _text(hidden, secret_run, shared, route)
    post = publish.create(where, name="Open post", text=text, description="Open words.")
    copies.freeze(post)
    drafts.save(post, name=f"{SECRET}retitled", text=f"{SECRET}unpublished")
    comment = talk.add(post, author=alice, text=text[:15_000])
    quest = _quest(where, alice, hidden)
    # Private texts that speak of the public things, which say where they are linked from.
    back = f"{SECRET}backlink [f](file:{file.pk}) [t](dataset:{table.pk}) [r](route:{route.pk})"
    publish.create(place(alice, "private"), name=f"{SECRET}linking", text=back)
    drafts.start(where, name=f"{SECRET}draft", text=f"{back} [p](post:{post.pk})")
    return {
        "posts": post, "files": file, "datasets": table, "routes": route,
        "services": route.service, "actions": shared, "assets": post, "comments": comment,
        "quests": quest,
    }  # fmt: skip


def _quest(where, alice, hidden) -> Any:
    """Judged by a private route, with private things handed in: accepted once, and once not."""
    row = {"description": "Open task", "eval_route_id": hidden["route"].pk,
           "eval_trigger": "owner", "leaderboard_enabled": True}  # fmt: skip
    rows = [{"description": "Open free task"}, row]
    quest = making.create(
        where, name="Open quest", description="For @carol.", rows=rows, rules={"type": "continuous"}
    )
    free, judged = Item.objects.select_related("quest__owner", "eval_route").filter(quest=quest)
    given = {"file": hidden["file"].pk}
    accepted = entries.submit(free, contributor=alice, assets=given, text="Open entry")
    reviewing.review(accepted, by=alice, status="accepted", note="Open review")
    given = {"table": hidden["table"].pk}
    entries.submit(free, contributor=alice, assets=given, text=f"{SECRET}entrywords")
    scored = entries.submit(judged, contributor=alice, assets={}, text=f"{SECRET}scored")
    type(scored).objects.filter(pk=scored.pk).update(eval_score=1, eval_message=f"{SECRET}why")
    return quest


def _run(route, person, word: str, visibility: str = "private") -> Action:
    run = Action.objects.create(
        user=person, route=route, route_name=route.name, visibility=visibility, status="success",
        organization=route.organization, team=route.team, output_visibility="private",
        response={"energy": f"{word}value", f"{word}key": 1}, error={"message": f"{word}fault"},
        call={"body": {"note": f"{word}input"}, "content_type": "application/json"},
    )  # fmt: skip
    ActionLog.objects.create(action=run, source="service", message=f"{word}line")
    return run


def _link(run: Action, asset: Any, direction: str) -> None:
    ActionAsset.objects.create(
        action=run, asset=asset, direction=direction, name=f"{direction}-{asset.asset_type}",
        asset_type=asset.asset_type, asset_name=asset.name, made_here=direction == "out",
    )  # fmt: skip


def _text(hidden: dict[str, Any], secret_run: Action, shared: Action, route: Any) -> str:
    """Every way in which a text can speak of something."""
    kinds = {"file": "file", "picture": "file", "table": "dataset", "post": "post",
             "route": "route", "conversation": "conversation",
             "quest": "quest"}  # fmt: skip
    pieces = ["Open words for @carol and @rita."]
    for name, kind in kinds.items():
        pk = hidden[name].pk
        pieces += [fence(pk, kind, mode) for mode in ("card", "preview", "interactive")]
        pieces += [f"[words]({kind}:{pk})", f"[]({kind}:{pk})", f"{{asset:{pk}}}"]
        pieces += [f"![]({kind}:{pk})", f"in ![](file:{pk})", f"/{kind}s/{pk}"]
    pieces.append(fence(hidden["table"].pk, "dataset", visualizationId=str(hidden["view"].pk)))
    for run in (secret_run, shared, hidden["run"]):
        pieces += [f"[](action:{run.pk})", f"[run](action:{run.pk})"]
        pieces += [
            f"{{{{action:{run.pk}#energy}}}}",
            fence(route.pk, "route", actionId=str(run.pk)),
        ]
        pieces.append(fence(hidden["route"].pk, "route", actionId=str(run.pk)))
    return "\n\n".join(pieces)


def told(answer: Any) -> str:
    """Head and body of an answer; what is streamed is read to its end."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join([*map(str, answer.headers.values()), body.decode(errors="replace")])


def leaks(path: str, answer: Any) -> set[str]:
    """The private words in an answer, but for those the reader asked with."""
    words = told(answer).replace(path, "")
    slugs = {found.lower() for found in re.findall(rf"{SECRET}\w*", unescape(words), re.IGNORECASE)}
    return {f"{path}: {word}" for word in slugs}


def crawl(client: Client, *roots: str) -> set[str]:
    """What leaks on all pages that a reader comes to by links."""
    waiting, seen, wrong = [*ROOTS, *roots], set[str](), set[str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen or path.startswith(SKIPPED):
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code < 500, path
        wrong |= leaks(path, answer)
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            waiting += [unescape(link) for link in LINK.findall(answer.content.decode())]
    assert len(seen) > 60
    return wrong


def asked_for(client: Client, hidden: dict[str, Any], route: Any) -> set[str]:
    """What leaks to a reader who knows ids and words, and tries them where the site takes any."""
    wrong = set[str]()
    blocks: list[tuple[Any, str, dict[str, str]]] = [(hidden["file"].pk, "file", {})]
    blocks += [(hidden["table"].pk, "dataset", {})]
    blocks += [(hidden["table"].pk, "dataset", {"visualizationId": str(hidden["view"].pk)})]
    blocks += [(route.pk, "route", {"actionId": str(hidden["run"].pk)})]
    for pk, kind, display in blocks:
        block = {"id": str(pk), "assetType": kind, "viewMode": "preview", "displayConfig": display}
        wrong |= leaks("", client.get("/posts/aids/embed", {"block": json.dumps(block)}))
        text = f"{fence(pk, kind, **display)}\n\n[]({kind}:{pk}) {{asset:{pk}}}"
        wrong |= leaks("", client.post("/posts/preview", {"name": "", "text": text}))
        for aid, words in (("assets", "q"), ("block", "asset"), ("link", "url")):
            wrong |= leaks("", client.get(f"/posts/aids/{aid}", {words: str(pk)}))
    page = "http://127.0.0.1:8000" + hidden["post"].get_absolute_url()
    answer = client.get("/posts/oembed", {"url": page})
    assert answer.status_code == 404
    for word in ("table", "column", "bytes", "line"):
        for path in ("/search", "/posts/aids/assets", "/"):
            asked = f"{SECRET}{word}"
            other = told(client.get(path, {"q": asked})).replace(asked, "")
            wrong |= {f"{path}?q={asked}"} if SECRET in other.lower() else set()
        slip = f"{SECRET}{word[:-1]}k"  # what was meant is not offered
        wrong |= {slip} if f"{SECRET}{word}" in told(client.get("/search", {"q": slip})) else set()
    return wrong


@pytest.mark.parametrize("person", ["nobody", "carol", "rita"])
def test_nothing_private_comes_out_by_pages(person, opened, hidden, request, client):
    if person != "nobody":
        client.force_login(request.getfixturevalue(person))
    assert sorted(crawl(client, opened["posts"].get_absolute_url())) == []
    assert sorted(asked_for(client, hidden, opened["routes"])) == []


def test_nothing_private_comes_out_by_news_mail_or_webhooks(
    lab, carol, rita, request, mailoutbox, settings, django_capture_on_commit_callbacks
):
    """All three are named in private and in open texts, and want to hear of everything at once;
    bob's organization has a webhook, too."""
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    everything = {kind: choices.Choice(True, choices.Mail.AT_ONCE) for kind in Kind.values}
    for person in (carol, rita):
        choices.choose(person, everything)
    for owner in (carol, rita, lab):
        hooking.create(owner, url="http://127.0.0.1:9/hook", events=())
    with django_capture_on_commit_callbacks(execute=True):
        request.getfixturevalue("opened")
    assert mailing.send_due() > 0
    mails = [f"{mail.subject}\n{mail.body}" for mail in mailoutbox]
    sent = list(Delivery.objects.values_list("body", flat=True))
    news = Notification.objects.filter(user__in=[carol, rita])
    told = [*mails, *sent, *news.values_list("text", flat=True)]
    assert [words for words in told if SECRET in words.lower()] == []
    for words in (mails, sent):
        assert any("Open post" in each for each in words)
    assert {owner for mail in mailoutbox for owner in mail.to} == {carol.email, rita.email}


def test_the_owner_finds_all_of_it_there(opened, hidden, signed_in, alice):
    """Or the test above would look for words that are nowhere."""
    browser, wrong = signed_in(alice), set[str]()
    shown = [*opened.values(), *(hidden[name] for name in hidden if name != "view")]
    paths = [
        "/posts/?mine=1",
        f"{opened['quests'].get_absolute_url()}/entries",
        *(thing.get_absolute_url() for thing in shown),
    ]
    for path in (*paths, f"{hidden['table'].get_absolute_url()}/views"):
        wrong |= leaks("", browser.get(path))
    found = {each.rpartition(SECRET)[2] for each in wrong}
    fields = "filename about picture table rows column cell view post heading abstract remark"
    fields += " schema route path value key fault input line linking draft text"
    fields += " talkname talkabout message questname questabout task notes entrywords"
    assert set(fields.split()) - found == set()


def api_path(address: Address, opened: dict[str, Any]) -> str:
    things = {name: thing.pk for name, thing in opened.items()}
    given = {
        "pk": things.get(address.pattern.split("/")[1], opened["posts"].pk), "name": "lab",
        "service_id": things["services"], "route_id": things["routes"], "token": "none",
        "view_id": things["posts"], "request_pk": things["posts"], "user_pk": things["posts"],
        "message_pk": things["posts"], "item_pk": opened["quests"].items.last().pk,
        "entry_pk": opened["quests"].entries.first().pk,
    }  # fmt: skip
    return address.fill({name: str(given[name]) for name, _ in address.arguments})


@pytest.mark.parametrize("person", ["carol", "rita"])
def test_nothing_private_comes_out_by_the_api(person, opened, hidden, request):
    key = keys.issue(request.getfixturevalue(person), name="tests")[1]
    client, wrong = Client(raise_request_exception=False), set[str]()
    paths = [api_path(each, opened) for each in every_address() if each.noun == "api"]
    paths += [f"/api/search/assets?query={word}" for word in ("open", f"{SECRET}table")]
    for kind in ("posts", "files", "datasets", "routes", "services", "actions", "quests"):
        pk = opened[kind].pk
        paths += [f"/api/assets/{pk}/{part}" for part in PARTS]
    paths += [f"/api/conversations/{hidden['conversation'].pk}{end}" for end in ("", "/messages")]
    told_of = 0
    for path in paths:
        answer = client.get(path, headers={"authorization": key})
        assert answer.status_code < 500, path
        told_of += answer.status_code == 200
        wrong |= leaks(path.rpartition("=")[2], answer)
    assert told_of > 60
    assert sorted(wrong) == []
