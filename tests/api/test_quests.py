"""Quests by program: shapes against the client's own models, odd input, and what it costs."""

import itertools
import json
from typing import Any

import pytest
from ouro.models import Entry as EntryModel
from ouro.models import Quest as QuestModel
from ouro.models import QuestItem

from ouro_web.quests.models import Entry
from tests.api.test_hostile import ODD, places, replaced

ITEM = {
    "description": {"json": {}, "text": "Relax **it**"}, "status": "pending", "sort_order": 3,
    "type": "task", "assignee_id": "", "expected_asset_type": "file", "reward_xp": 10,
    "submission_assets": {"file": {"asset_type": "file", "required": True, "label": "Yours"}},
    "reward_currency": "usd", "reward_amount": 250, "child_quest_id": None, "notes": "n",
    "waiting_on": "w", "waiting_until": "2026-12-01T10:00:00Z", "waiting_check_every": "1d",
    "eval_route_id": "", "eval_score_path": "$.score", "eval_pass_min": 0.5,
    "eval_static_inputs": {}, "eval_trigger": "owner", "leaderboard_enabled": False,
    "leaderboard_order": "asc", "of_the_future": {"a": 1},
}  # fmt: skip


@pytest.fixture
def ask(program, alice):
    return program(alice)


@pytest.fixture
def quest(ask):
    body = {"quest": {"name": "Help", "visibility": "public", "items": ["One", ITEM]}}
    answer = ask("POST", "/quests/create", body)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_a_quest_comes_back_as_it_was_made(ask, quest):
    model: Any = QuestModel.model_validate(quest)
    one, two = model.items
    assert (model.quest.type, model.quest.status) == ("closable", "open")
    assert (model.progress.total, model.progress.remaining) == (2, 2)
    assert one.description.text == "One"
    assert two.description.text == "Relax **it**"
    assert (two.sort_order, two.reward_currency, two.reward_amount) == (3, "usd", 250)
    assert two.submission_assets["file"] == {
        "asset_type": "file", "label": "Yours", "primary": True, "required": True,
    }  # fmt: skip
    assert two.waiting_until.startswith("2026-12-01T10:00")
    assert quest["items"][1]["contributor_keys"] == [
        {"key": "file", "label": "Yours", "required": True}
    ]
    again = ask("GET", f"/quests/{quest['id']}").json()["data"]
    assert again["items"] == quest["items"]
    assert ask("GET", f"/quests/alice/{quest['slug']}").json()["data"]["id"] == quest["id"]
    cleared = {"waiting_until": "", "waiting_on": "", "waiting_check_every": "", "notes": None}
    path = f"/quests/{quest['id']}/items/{two.id}"
    changed: Any = QuestItem.model_validate(ask("PUT", path, {"item": cleared}).json()["data"])
    assert (changed.waiting_until, changed.waiting_on, changed.notes) == (None, None, None)
    assert changed.description.text == "Relax **it**"


def test_what_clashes_is_a_conflict(ask, program, quest, carol, make_file):
    theirs, where = program(carol), f"/quests/{quest['id']}/entries/create"
    entry = {"item_id": quest["items"][0]["id"], "description": "x"}
    made = theirs("POST", where, {"entry": entry})
    assert EntryModel.model_validate(made.json()["data"]).status == "submitted"
    again = theirs("POST", where, {"entry": entry})
    assert again.status_code == 409
    assert again.json()["error"]["errors"][0]["field"] == "item_id"
    item = f"/quests/{quest['id']}/items/{entry['item_id']}"
    assert ask("DELETE", item).status_code == 409
    file = make_file("a.cif", visibility="public")
    used = {"item_id": quest["items"][1]["id"], "assets": {"file": {"asset_id": str(file.pk)}}}
    assert theirs("POST", where, {"entry": {**used, "description": "x"}}).status_code == 200
    clash = ask("POST", where, {"entry": {**used, "description": "x"}})
    assert clash.status_code == 409
    assert clash.json()["error"]["errors"][0]["field"] == "assets.file"


def test_reviewers_judge_by_signs_until_they_accept(ask, program, quest, carol, make_file):
    file = make_file("secret recipe.cif", owner=carol, visibility="private")
    entry = {
        "item_id": quest["items"][1]["id"], "asset_id": str(file.pk), "asset_type": "file",
        "description": {"text": "**Mine**", "json": {}},
    }  # fmt: skip
    theirs = program(carol)
    made = theirs("POST", f"/quests/{quest['id']}/entries/create", {"entry": entry}).json()["data"]
    assert made["asset"]["name"]
    listed = f"/quests/{quest['id']}/entries?status=submitted"
    answer = ask("GET", listed)
    assert "secret" not in answer.content.decode()
    (row,) = answer.json()["data"]
    assert (row["assets"], row["asset"]) == ({"file": str(file.pk)}, None)
    assert row["judge_signals"]["file"]["extension"] == "cif"
    path = f"/quests/{quest['id']}/entries/{made['id']}/review"
    seen = ask("PUT", path, {"status": "accepted", "review": "Good"}).json()["data"]
    assert seen["asset"]["id"] == str(file.pk)
    assert ask("PUT", path, {"status": "accepted"}).status_code == 200
    assert ask("PUT", path, {"status": "rejected"}).status_code == 400
    nobody = f"/quests/{quest['id']}/entries/{quest['id']}/review"
    assert ask("PUT", nobody, {"status": "accepted"}).status_code == 404


def test_lists_cost_the_same_however_long(ask, quest, carol, django_assert_max_num_queries):
    from ouro_web.quests.models import Quest

    found = Quest.objects.get(pk=quest["id"])
    paths = [f"/quests/{found.pk}", f"/quests/{found.pk}/items", f"/quests/{found.pk}/entries"]
    for path in [*paths, "/quests/assigned-items?status=all"]:
        ask("GET", path)
    counts = []
    for more in (0, 12):
        for number in range(more):
            item = found.items.create(description=str(number), assignee=found.owner)
            row = {"quest": found, "item": item, "contributor": carol}
            Entry.objects.create(description="x", **row)
        counts.append([cost(ask, path) for path in [*paths, "/quests/assigned-items?status=all"]])
    assert all(after <= before + 2 for before, after in zip(*counts, strict=True)), counts


def cost(ask, path) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as context:
        assert ask("GET", path).status_code == 200
    return len(context)


def test_odd_values_are_refused_in_words(ask, quest):
    pk, item = quest["id"], quest["items"][0]["id"]
    bodies = [
        ("POST", "/quests/create", {"quest": {"name": "x", "type": "closable", "status": "open",
            "max_xp_per_contributor": 3, "items": ["One"], "description": "d"}}),
        ("PUT", f"/quests/{pk}", {"quest": {"name": "x", "status": "open", "type": "closable"}}),
        ("PUT", f"/quests/{pk}/items/{item}", {"item": ITEM}),
        ("POST", f"/quests/{pk}/items/{item}/complete", {"assets": {"a": pk}, "description": 1}),
        ("POST", f"/quests/{pk}/entries/create",
         {"entry": {"item_id": item, "assets": {"file": pk}, "description": "x"}}),
        ("PUT", f"/quests/{pk}/entries/{pk}/review", {"status": "accepted", "review": "x"}),
    ]  # fmt: skip
    for method, path, body in bodies:
        every = itertools.product(places(body), ODD)
        # Each place meets some of them; which ones, is spread over the places.
        for at, odd in itertools.islice(every, None, None, 5):
            answer = ask(method, path, json.dumps(replaced(body, at, odd)).encode())
            told = json.loads(answer.content)
            assert answer.status_code < 500, (path, at, odd, told)
            assert answer.status_code < 400 or told["error"]["message"], (path, at, odd)
    for query in ("status=%00", "assignee_id=x", "limit=-1", "offset=9999999999", "team_id=[]"):
        assert ask("GET", f"/quests/assigned-items?{query}").status_code == 400, query
    assert ask("GET", f"/quests/{pk}/entries?status=lost").status_code == 400
    assert ask("GET", f"/quests/{pk}/items/{item}/leaderboard").status_code == 400
    assert ask("POST", f"/quests/{pk}/items/{item}/rescore", {}).status_code == 400


def test_a_person_has_levels(ask, program, quest, alice, carol):
    theirs = program(carol)
    entry = {"item_id": quest["items"][0]["id"], "description": "x"}
    theirs("POST", f"/quests/{quest['id']}/entries/create", {"entry": entry})
    Entry.objects.update(status="accepted", xp=150)
    told = ask("GET", "/users/carol").json()["data"]
    assert (told["totalXp"], told["level"]) == (150, 2)
