"""Quests with the official client: planning, handing in, judging, ranking."""

import time
from typing import Any

import pytest
from fastapi import FastAPI
from ouro.utils import get_custom_openapi, ouro_field

from tests.client import upstream

PATIENCE = 120


def judge() -> FastAPI:
    """A benchmark: the more bytes, the better."""
    from fastapi.openapi.utils import get_openapi

    app = FastAPI(title="Judge", version="1.0.0")

    @ouro_field("x-ouro-input-assets", {"answer": {"asset_type": "file", "label": "Answer"}})
    @app.post("/judge")
    def score(request: dict[str, Any]) -> dict[str, Any]:
        size = request["answer"]["size"]
        return {"result": {"score": size}, "categories": {"size": size, "word": "none"}}

    app.openapi = get_custom_openapi(app, get_openapi)  # type: ignore[method-assign]  # as its guide says
    return app


@pytest.fixture
def ours(client_for, alice):
    return client_for(alice)


@pytest.fixture
def theirs(client_for, carol):
    return client_for(carol)


@pytest.fixture
def make(ours, unique):
    def make(*items, **fields):
        fields = {"visibility": "public", "items": list(items) or ["Write it down"], **fields}
        return ours.quests.create(name=unique("quest"), **fields)

    return make


def test_a_quest_is_planned_changed_and_deleted(ours, make, unique, bob):
    import ouro

    quest = make(
        "Say **hello**",
        {"description": ours.quests.Content(text="Measure it"), "reward_xp": 5},
        description="Look at `{@bob}`",
        type="continuous",
        status="draft",
    )
    assert (quest.quest.type, quest.quest.status) == ("continuous", "draft")
    assert [item.description.text for item in quest.items] == ["Say **hello**", "Measure it"]
    assert quest.description.data["content"]
    pk = str(quest.id)
    (added,) = ours.quests.create_items(pk, ['{"description": "A third", "notes": "n"}'])
    assert (added.description.text, added.sort_order) == ("A third", 3)
    item = str(quest.items[0].id)
    changed = ours.quests.update_item(
        pk, item, assignee_id=str(bob.id), status="in_progress", sort_order=4, waiting_on="beam"
    )
    assert (changed.assignee.username, changed.status) == ("bob", "in_progress")
    assert [str(each.id) for each in ours.quests.list_items(pk)][-1] == item
    ours.quests.delete_item(pk, str(added.id))
    name = unique("renamed")
    again = ours.quests.update(pk, name=name, status="open", description="Other")
    assert (again.name, again.quest.status, again.description.text) == (name, "open", "Other")
    assert quest.id in [each.id for each in ours.quests.list(query=name)]
    assert ours.assets.retrieve(pk).quest.status == "open"
    assert ours.quests.delete(pk, dry_run=True).dry_run
    ours.quests.delete(pk)
    with pytest.raises(ouro.NotFoundError):
        ours.quests.retrieve(pk)


def test_what_somebody_has_to_do(ours, client_for, make, bob):
    quest = make({"description": "For bob", "assignee_id": str(bob.id)}, "For nobody")
    mine = client_for(bob).quests
    (item,) = [each for each in mine.list_assigned_items() if each.quest_id == quest.id]
    assert (item.quest.status, item.quest_asset.name) == ("open", quest.name)
    theirs = ours.quests.list_assigned_items(assignee_id=str(bob.id), status=["pending"])
    assert item.id in [each.id for each in theirs]
    mine.update_item(str(quest.id), str(item.id), status="in_progress", notes="At it")
    ours.quests.update_item(str(quest.id), str(item.id), status="skipped")
    assert item.id not in [each.id for each in mine.list_assigned_items()]
    assert item.id in [each.id for each in mine.list_assigned_items(status="all")]


def test_something_is_handed_in_and_judged_by_people(ours, theirs, make, client_for, unique):
    import ouro

    quest = make(
        {"description": "Hand it in", "submission_assets": {"text": {"asset_type": "post"}}},
        "Another",
    )
    pk, item = str(quest.id), str(quest.items[0].id)
    post = theirs.posts.create(name=unique("mine"), content_markdown="x", visibility="private")
    assets = {"text": str(post.id)}
    entry = theirs.quests.create_entry(pk, item_id=item, assets=assets, description="See **it**")
    assert (entry.status, entry.asset_type, str(entry.assets["text"])) == (
        "submitted", "post", str(post.id),
    )  # fmt: skip
    with pytest.raises(ouro.ConflictError):
        theirs.quests.create_entry(pk, item_id=item, assets=assets)
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.quests.review_entry(pk, str(entry.id), status="accepted")
    (listed,) = ours.quests.list_entries(pk, status="submitted")
    assert listed.asset is None
    assert listed.judge_signals["text"]["word_count"] == 1
    with pytest.raises(ouro.NotFoundError):
        ours.posts.retrieve(str(post.id))
    rejected = ours.quests.review_entry(pk, str(entry.id), status="rejected", review="*Why?*")
    assert rejected.review.text == "*Why?*"
    again = theirs.quests.create_entry(pk, item_id=item, assets=assets)
    accepted = ours.quests.review_entry(pk, str(again.id), status="accepted")
    assert accepted.reviewer_id
    assert accepted.reviewed_at
    assert ours.posts.retrieve(str(post.id)).content.text == "x"
    done = ours.quests.complete_item(pk, str(quest.items[1].id), description="By hand")
    assert (done.entry.status, done.item.status) == ("accepted", "done")
    closed = ours.quests.retrieve(pk)
    assert closed.quest.status == "closed"
    assert (closed.progress.resolved, closed.progress.remaining) == (2, 0)
    with pytest.raises(ouro.BadRequestError):
        theirs.quests.create_entry(pk, item_id=item, description="late")


def test_entries_are_evaluated_by_a_route(ours, theirs, make, unique):
    """By the worker when they come in, and in the answer when the owner asks."""
    with upstream.serving(judge()) as address:
        service = ours.services.create(
            name=unique("Judge"), base_url=address, spec_url=f"{address}/openapi.json",
            visibility="private",
        )  # fmt: skip
        (route,) = service.read_routes()
        row = {
            "description": "The longer the better", "eval_route_id": str(route.id),
            "eval_score_path": "$.result.score", "eval_pass_min": 3, "reward_xp": 7,
            "leaderboard_enabled": True,
        }  # fmt: skip
        quest = make(row, type="continuous")
        pk, item = str(quest.id), quest.items[0]
        assert list(item.submission_assets) == ["answer"]
        for content in (b"1234", b"123456", b"1"):
            file = _file(theirs, content, unique)
            theirs.quests.create_entry(pk, item_id=str(item.id), assets={"answer": str(file.id)})
        _until(lambda: not _running(ours, pk))
        entries = sorted(ours.quests.list_entries(pk), key=lambda entry: entry.eval_score)
        assert [(entry.eval_score, entry.status, entry.eval_status) for entry in entries] == [
            (1, "rejected", "failed"), (4, "accepted", "passed"), (6, "accepted", "passed"),
        ]  # fmt: skip
        board = theirs.quests.list_leaderboard(pk, str(item.id))
        assert [(row.placement, row.score, row.user.username) for row in board] == [
            (1, 6, "carol"), (2, 4, "carol"),
        ]  # fmt: skip
        assert board.item.id == item.id
        assert board.data[0].category_scores == {"size": 6}
        assert len(theirs.quests.list_leaderboard(pk, str(item.id), limit=1, offset=1)) == 1

        ours.quests.update_item(
            pk, str(item.id), eval_trigger="owner", eval_score_path="$.categories.size"
        )
        told = ours.quests.rescore_item(pk, str(item.id))
        assert (len(told["started"]), told["skipped"]) == (2, [])
        _until(lambda: not _running(ours, pk))
        file = _file(theirs, b"12345", unique)
        entry = theirs.quests.create_entry(
            pk, item_id=str(item.id), assets={"answer": str(file.id)}
        )
        assert entry.eval_status == "pending"
        judged = ours.quests.evaluate_entry(pk, str(entry.id))
        assert (judged.status, judged.eval_status, judged.eval_score) == ("accepted", "passed", 5)
    assert ours.users.get("carol").total_xp >= 21


def _file(client, content, unique):
    return client.files.create(
        name=unique("answer"), visibility="private", file_content=content, file_name="a.txt"
    )


def _running(client, pk):
    return [each for each in client.quests.list_entries(pk) if each.eval_status == "running"]


def _until(done) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)
