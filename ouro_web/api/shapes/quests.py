"""Quests, their items and entries as the official client reads them."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from ouro_web.api.shapes.assets import asset, quest_details, reference
from ouro_web.api.shapes.people import profile
from ouro_web.api.shapes.posts import content, embedded, embeds_of
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.lib import declarations
from ouro_web.quests import waiting
from ouro_web.quests.declaring import declared
from ouro_web.quests.models import Entry, EvalStatus, Item, Quest, Submission

Embeds = Mapping[UUID, Asset]


def quest(row: Quest, items: list[dict[str, Any]], *, comments: int = 0) -> dict[str, Any]:
    """With the items that the reader may see, in their shape."""
    resolved = sum(each["status"] in ("done", "skipped") for each in items)
    progress = {"total": len(items), "resolved": resolved, "remaining": len(items) - resolved}
    shape = asset(row) | quest_details(row)
    return shape | {"items": items, "progress": progress, "comments": comments}


def items(rows: Iterable[Item], person: Person) -> list[dict[str, Any]]:
    """Wants rows as `seeing.items` has them."""
    rows = list(rows)
    embeds = _embeds((row.rendered for row in rows), person)
    return [item(row, embeds) for row in rows]


def item(row: Item, embeds: Embeds) -> dict[str, Any]:
    return {
        "id": row.pk,
        "quest_id": row.quest_id,
        "description": content(row.description),
        "status": row.status,
        "auto_skipped": False,
        "sort_order": row.sort_order,
        "type": row.type,
        "created_by": row.created_by_id,
        "assignee_id": row.assignee_id,
        "assignee": profile(row.assignee) if row.assignee else None,
        "reward_xp": row.reward_xp,
        "reward_currency": row.reward_currency,
        "reward_amount": row.reward_amount,
        "child_quest_id": row.child_quest_id,
        "completed_entry_id": row.completed_entry_id,
        "notes": row.notes or None,
        "waiting_on": row.waiting_on or None,
        "waiting_until": waiting.until(row, timezone.now()),
        "waiting_check_every": row.waiting_check_every or None,
        "embedded_assets": _shown(row.rendered, embeds),
        "users": [],
        **_handed_in(row),
        **_evaluation(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def assigned(rows: Iterable[Item], person: Person) -> list[dict[str, Any]]:
    """Items of several quests. Wants rows as `seeing.assigned` has them."""
    rows = list(rows)
    shapes = items(rows, person)
    return [
        shape | quest_details(row.quest) | {"quest_asset": asset(row.quest)}
        for row, shape in zip(rows, shapes, strict=True)
    ]


def entries(rows: Iterable[Entry], person: Person, *, manages: bool) -> list[dict[str, Any]]:
    """Wants rows as `seeing.complete` has them."""
    rows = list(rows)
    embeds = _embeds((row.rendered for row in rows), person)
    return [entry(row, embeds, person, manages=manages) for row in rows]


def entry(row: Entry, embeds: Embeds, person: Person, *, manages: bool) -> dict[str, Any]:
    """What was handed in is named to its reviewers and its contributor; the assets themselves are
    there for those who may see them."""
    is_theirs = manages or row.contributor_id == person.pk
    shown: list[Submission] = row.shown  # type: ignore[attr-defined]  # seeing.complete put it there
    named = [each for each in shown if each.asset_id and (is_theirs or each.asset)]
    first = named[0] if named else None
    return {
        "id": row.pk,
        "quest_id": row.quest_id,
        "user_id": row.contributor_id,
        "user": profile(row.contributor),
        "item_id": row.item_id,
        "asset_id": first.asset_id if first else None,
        "asset_type": first.asset_type if first else None,
        "asset": asset(first.asset) if first and first.asset else None,
        "assets": {each.key: each.asset_id for each in named},
        "embedded_assets": _shown(row.rendered, embeds),
        "users": [],
        "description": content(row.description) if row.description else None,
        "review": content(row.review) if row.review else None,
        "status": row.status,
        "reviewer_id": row.reviewer_id,
        "reviewed_at": row.reviewed_at,
        "reward_xp": row.xp,
        "eval_action_id": row.eval_action_id if manages else None,
        "eval_score": row.eval_score,
        "eval_category_scores": row.eval_category_scores,
        "eval_status": _eval_status(row),
        "eval_message": (row.eval_message or None) if manages else None,
        "judge_signals": {each.key: _signals(each) for each in shown} if is_theirs else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def placed(row: Entry, placement: int, *, manages: bool) -> dict[str, Any]:
    """A row of a leaderboard."""
    shown: list[Submission] = row.shown  # type: ignore[attr-defined]  # as above
    seen = next((each.asset for each in shown if each.asset), None)
    return {
        "placement": placement,
        "entry_id": row.pk,
        "score": row.eval_score,
        "status": row.status,
        "eval_status": _eval_status(row),
        "eval_action_id": row.eval_action_id if manages else None,
        "created_at": row.created_at,
        "category_scores": row.eval_category_scores,
        "user": profile(row.contributor),
        "asset": reference(seen) if seen else None,
    }


def _handed_in(row: Item) -> dict[str, Any]:
    """What contributors give, by key; an item without any takes whatever is given."""
    wanted = declared(row)
    stored = declarations.as_json(wanted, "input")
    for each in stored.values():
        each.pop("body_path", None)  # the evaluation's own business
    first = next((each for each in wanted.values() if each.primary), None)
    return {
        "expected_asset_type": row.expected_asset_type or (first.asset_type if first else None),
        "submission_assets": {
            key: {**stored[key], "required": not each.optional} for key, each in wanted.items()
        }
        or None,
        "contributor_keys": [
            {"key": key, "label": each.label, "required": not each.optional}
            for key, each in wanted.items()
        ],
    }


def _evaluation(row: Item) -> dict[str, Any]:
    has_route = row.eval_route_id is not None
    return {
        "eval_route_id": row.eval_route_id,
        "eval_score_path": row.eval_score_path if has_route else None,
        "eval_categories_path": row.eval_categories_path if has_route else None,
        "eval_pass_min": row.eval_pass_min,
        "eval_pass_max": row.eval_pass_max,
        "eval_static_inputs": row.eval_static_inputs or None,
        "eval_trigger": row.eval_trigger if has_route else None,
        "leaderboard_enabled": row.leaderboard_enabled,
        "leaderboard_order": row.leaderboard_order,
    }


def _eval_status(row: Entry) -> str | None:
    is_plain = row.item.eval_route_id is None and row.eval_status == EvalStatus.SKIPPED
    return None if is_plain else row.eval_status


def _signals(row: Submission) -> dict[str, Any]:
    return {"asset_type": row.asset_type, **row.signals}


def _embeds(rendered: Iterable[dict[str, Any]], person: Person) -> Embeds:
    ids = {pk for each in rendered for pk in embeds_of(each)}
    if not ids:
        return {}
    rows = Asset.objects.visible_to(person).filter(pk__in=ids)
    return rows.select_related("owner", "organization", "team").in_bulk()


def _shown(rendered: dict[str, Any], embeds: Embeds) -> list[dict[str, Any]]:
    return [embedded(embeds[pk]) for pk in sorted(embeds_of(rendered) & embeds.keys())]
