from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from ouro_web.assets.changing import Changes
from ouro_web.assets.models import Grant
from ouro_web.assets.sharing import revoke
from ouro_web.notifications.models import Kind, Notification
from ouro_web.quests import banning, entries, experience, items, making, reviewing, seeing
from ouro_web.quests.models import Entry, EntryStatus, Item, QuestStatus
from ouro_web.teams import joining
from tests.quests.conftest import FILE, ONE


def refused(name):
    """A refusal that names this field."""
    return pytest.raises(ValidationError, match=f"'{name}'")


def kinds(person):
    return [row.kind for row in Notification.objects.filter(user=person).order_by("pk")]


def test_an_entry_is_handed_in_reviewed_and_closes_the_quest(make_quest, hand_in, carol, alice):
    quest = make_quest({**ONE, "reward_xp": 120})
    entry = hand_in(quest, carol, "I did `{@alice}`")
    assert (entry.status, entry.eval_status) == ("submitted", "skipped")
    assert kinds(alice) == [Kind.QUEST_ENTRY]
    reviewing.review(entry, by=alice, status="accepted", note="**Good**")
    quest.refresh_from_db()
    item = quest.items.get()
    assert (item.status, item.completed_entry_id, quest.status) == ("done", entry.pk, "closed")
    assert quest.ended_at
    assert kinds(carol) == [Kind.QUEST_ACCEPTED]
    assert (experience.total(carol), experience.level(120)) == (120, 2)
    entry.refresh_from_db()
    assert entry.review == "**Good**"
    assert entry.reviewer == alice


def test_a_closable_quest_has_one_place_for_a_person_at_an_item(make_quest, hand_in, carol, alice):
    quest = make_quest(ONE, {"description": "Another"})
    first = hand_in(quest, carol)
    with refused("item_id"):
        hand_in(quest, carol)
    hand_in(quest, carol, number=1)  # another item
    reviewing.review(first, by=alice, status="rejected", note="No")
    second = hand_in(quest, carol)
    with pytest.raises(ValidationError, match="taken its place"):
        reviewing.review(first, by=alice, status="accepted")
    reviewing.review(second, by=alice, status="rejected")
    reviewing.review(first, by=alice, status="accepted")  # an appeal
    with pytest.raises(ValidationError, match="stays accepted"):
        reviewing.review(first, by=alice, status="rejected")
    with pytest.raises(ValidationError, match="done already"):
        hand_in(quest, alice)


def test_the_table_itself_refuses_a_second_place(make_quest, hand_in, item_of, carol):
    quest = make_quest()
    first = hand_in(quest, carol)
    double = Entry(quest=quest, item=item_of(quest), contributor=carol, holds_place=True)
    with pytest.raises(ValidationError), transaction.atomic():
        entries._keep(double, [])
    assert Entry.objects.get() == first


def test_a_continuous_quest_takes_any_number(make_quest, hand_in, carol, alice):
    quest = make_quest({**ONE, "reward_xp": 60}, type="continuous", max_xp_per_contributor=100)
    for entry in [hand_in(quest, carol, str(number)) for number in range(3)]:
        reviewing.review(entry, by=alice, status="accepted")
    quest.refresh_from_db()
    assert (quest.status, quest.items.get().status) == ("open", "pending")
    assert [entry.xp for entry in quest.entries.order_by("pk")] == [60, 40, 0]  # up to the cap


@pytest.mark.parametrize("status", ["draft", "closed", "cancelled"])
def test_only_an_open_quest_takes_entries(make_quest, hand_in, carol, status):
    with refused("item_id"):
        hand_in(make_quest(status=status), carol)


def test_closed_and_cancelled_are_final(make_quest, alice, hand_in, carol):
    quest = make_quest()
    entry = hand_in(quest, carol)
    with refused("status"):
        making.update(quest, Changes(), by=alice, rules={"status": "draft"})
    with refused("type"):
        making.update(quest, Changes(), by=alice, rules={"type": "continuous"})
    making.update(quest, Changes(), by=alice, rules={"status": "cancelled"})
    with refused("status"):
        making.update(quest, Changes(), by=alice, rules={"status": "open"})
    with pytest.raises(ValidationError, match="cancelled"):
        reviewing.review(entry, by=alice, status="accepted")
    with refused("status"):
        items.add(quest, [ONE], by=alice)


def test_what_is_handed_in_must_fit(make_quest, hand_in, make_file, make_dataset, carol):
    quest = make_quest({**ONE, "submission_assets": FILE | {
        "table": {"asset_type": "dataset", "required": False}}})  # fmt: skip
    structure = make_file("a.cif", owner=carol, visibility="private")
    with refused("assets.structure"):
        hand_in(quest, carol)
    with refused("assets.structure"):
        hand_in(quest, carol, structure=make_file("a.txt", owner=carol))
    with refused("assets.table"):
        hand_in(quest, carol, structure=structure, table=structure)
    with refused("assets.more"):
        hand_in(quest, carol, structure=structure, more=structure)
    hidden = make_file("b.cif", visibility="private")  # alice's
    with refused("assets.structure"):
        hand_in(quest, carol, structure=hidden)
    entry = hand_in(quest, carol, structure=structure)
    kept = entry.submissions.get()
    assert (kept.key, kept.is_primary) == ("structure", False)
    assert kept.signals["extension"] == "cif"
    assert "name" not in kept.signals


def test_an_asset_is_in_one_active_entry_of_a_quest(make_quest, hand_in, make_file, carol, alice):
    quest = make_quest(ONE, ONE)
    file = make_file("a.cif", owner=carol)
    first = hand_in(quest, carol, a=file)
    with refused("assets.b"):
        hand_in(quest, carol, number=1, b=file)
    hand_in(make_quest(), carol, a=file)  # another quest
    reviewing.review(first, by=alice, status="rejected")
    hand_in(quest, carol, number=1, b=file)


def test_a_route_may_enter_every_track_once(make_quest, hand_in, make_route, carol, alice, bob):
    quest = make_quest(ONE, ONE, type="continuous")
    route = make_route()
    hand_in(quest, carol, model=route)
    hand_in(quest, carol, number=1, model=route)
    with refused("assets.model"):
        hand_in(quest, bob, model=route)


def test_accepting_opens_what_was_handed_in(make_quest, hand_in, make_file, carol, alice, reads):
    quest = make_quest({**ONE, "reward_amount": 1000})
    file = make_file("a.cif", owner=carol, visibility="private")
    with refused("description"):
        hand_in(quest, carol, "", a=file)
    entry = hand_in(quest, carol, a=file)
    assert not reads(alice, file)
    reviewing.review(entry, by=alice, status="accepted")
    assert reads(alice, file)
    given = Grant.objects.get(asset=file.pk)
    assert (given.user, given.role, given.given_by) == (alice, "read", carol)
    revoke(file, user=alice)
    assert not reads(alice, file)


def test_only_ones_own_can_be_opened_to_others(
    make_quest, hand_in, make_file, carol, alice, bob, reads
):
    from ouro_web.assets.sharing import grant

    file = make_file("a.cif", owner=bob, visibility="private")
    grant(file.asset, to=carol, role="read", by=bob)
    quest = make_quest()
    with pytest.raises(ValidationError, match="not yours to share"):
        hand_in(quest, carol, a=file)
    grant(file.asset, to=carol, role="admin", by=bob)
    entry = hand_in(quest, carol, a=file)
    revoke(file.asset, user=carol)
    with pytest.raises(ValidationError, match="no longer"):
        reviewing.review(entry, by=alice, status="accepted")
    assert not reads(alice, file)
    file.asset.delete()
    with pytest.raises(ValidationError, match="is gone"):
        reviewing.review(entry, by=alice, status="accepted")
    entry.refresh_from_db()
    assert entry.status == "submitted"


def test_an_admin_completes_an_item_herself(make_quest, item_of, make_file, alice):
    quest = make_quest({**ONE, "submission_assets": FILE, "reward_xp": 5}, type="continuous")
    made = entries.complete(item_of(quest), by=alice, assets={}, text="By hand")
    made.refresh_from_db()
    assert (made.status, made.self_completed, made.xp) == ("accepted", True, 0)
    item = item_of(quest)
    assert (item.status, item.completed_entry) == ("done", made)
    assert seeing.progress(quest.items.all()).percent == 100


def test_nobody_earns_by_her_own_judgement(make_quest, hand_in, alice, bob):
    from ouro_web.assets.sharing import grant

    quest = make_quest({**ONE, "reward_xp": 50}, type="continuous")
    grant(quest.asset, to=bob, role="admin", by=alice)
    for person, reviewer in ((alice, bob), (bob, bob), (bob, alice)):
        reviewing.review(hand_in(quest, person), by=reviewer, status="accepted")
    assert [experience.total(person) for person in (alice, bob)] == [0, 50]


def test_who_sees_which_entries(
    make_quest, hand_in, alice, bob, carol, rita, django_assert_num_queries
):
    from django.contrib.auth.models import AnonymousUser

    quest = make_quest(type="continuous")
    hers, his = hand_in(quest, carol), hand_in(quest, bob)
    assert list(seeing.entries(quest, alice)) == [his, hers]
    assert list(seeing.entries(quest, carol)) == [hers]
    assert list(seeing.entries(quest, rita)) == []
    reviewing.review(his, by=alice, status="accepted")
    for person in (rita, AnonymousUser()):
        assert list(seeing.entries(quest, person)) == [his]


def test_items_are_given_to_people_who_may_see_the_quest(make_quest, item_of, alice, bob, carol):
    quest = make_quest(visibility="organization")
    with refused("assignee_id"):
        items.update(item_of(quest), {"assignee_id": carol.pk}, by=alice)
    items.update(item_of(quest), {"assignee_id": bob.pk}, by=alice)
    assert kinds(bob) == [Kind.QUEST_ASSIGNED]
    items.update(item_of(quest), {"notes": "x", "assignee_id": bob.pk}, by=alice)
    assert kinds(bob) == [Kind.QUEST_ASSIGNED]  # no news
    assert [item.quest for item in seeing.assigned(bob, bob, ["pending"])] == [quest]
    assert list(seeing.assigned(bob, carol, ["pending"])) == []
    making.update(quest, Changes(), by=alice, rules={"status": "cancelled"})
    assert list(seeing.assigned(bob, bob, ["pending"])) == []
    assert len(seeing.assigned(bob, bob, ["pending", "done"])) == 1


def test_whoever_has_an_item_says_how_it_goes(make_quest, item_of, alice, rita):
    from django.core.exceptions import PermissionDenied

    quest = make_quest()
    items.update(item_of(quest), {"assignee_id": rita.pk}, by=alice)
    waits = {"status": "in_progress", "waiting_on": "beam time", "waiting_until": "2026-12-01"}
    with refused("waiting_until"):
        items.update(item_of(quest), {"waiting_until": "soon"}, by=rita)
    items.update(item_of(quest), waits | {"waiting_until": "2026-12-01T10:00:00Z"}, by=rita)
    for given in ({"status": "done"}, {"reward_xp": 9}, {"assignee_id": None}):
        with pytest.raises(PermissionDenied):
            items.update(item_of(quest), given, by=rita)
    items.update(item_of(quest), {"assignee_id": None}, by=alice)
    with pytest.raises(PermissionDenied):
        items.update(item_of(quest), {"notes": "still here"}, by=rita)


def test_items_come_in_their_order_and_go_while_nobody_answered(
    make_quest, item_of, hand_in, alice, carol
):
    quest = make_quest({"description": "b", "sort_order": 2}, {"description": "a", "sort_order": 1})
    assert [item.description for item in quest.items.all()] == ["a", "b"]
    hand_in(quest, carol)
    with refused("item"):
        items.remove(item_of(quest, 0))
    items.remove(item_of(quest, 1))
    assert Item.objects.count() == 1
    items.update(item_of(quest), {"status": "skipped"}, by=alice)
    quest.refresh_from_db()
    assert quest.status == QuestStatus.CLOSED


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"description": " "}, "description"),
    ({"description": "x" * 20_001}, "description"),
    ({"status": "finished"}, "status"),
    ({"reward_xp": -1}, "reward_xp"),
    ({"reward_currency": "eur"}, "reward_currency"),
    ({"sort_order": 10**9}, "sort_order"),
    ({"waiting_check_every": "daily"}, "waiting_check_every"),
    ({"expected_asset_type": "comment"}, "expected_asset_type"),
    ({"submission_assets": {"a": {"asset_type": "moon"}}}, "submission_assets"),
    ({"submission_assets": {"a": {"asset_type": "comment"}}}, "submission_assets"),
    ({"submission_assets": {"\0": {"asset_type": "file"}}}, "submission_assets"),
    ({"submission_assets": {"a": 7}}, "submission_assets"),
    ({"leaderboard_enabled": True}, "leaderboard_enabled"),
    ({"eval_route_id": "019a7f00-0000-7000-8000-000000000000"}, "eval_route_id"),
    ({"eval_static_inputs": {"a": {}}}, "eval_static_inputs"),
    ({"eval_score_path": "$..*"}, "eval_score_path"),
    ({"eval_pass_min": 2.0, "eval_pass_max": 1.0}, "eval_pass_max"),
    ({"eval_pass_min": float("nan")}, "eval_pass_min"),
    ({"child_quest_id": "019a7f00-0000-7000-8000-000000000000"}, "child_quest_id"),
]  # fmt: skip


def test_an_item_that_cannot_be_is_refused_at_its_field(make_quest, item_of, alice):
    quest = make_quest()
    for given, name in WRONG:
        with refused(name):
            items.update(item_of(quest), given, by=alice)
        with refused(f"items.1.{name}"):
            items.add(quest, [ONE, {**ONE, **given}], by=alice)
    assert quest.items.count() == 1


def test_a_quest_is_found_by_what_its_items_say(make_quest, alice, item_of):
    from ouro_web.assets import search
    from ouro_web.assets.models import Asset

    quest = make_quest()
    items.add(quest, [{"description": "Measure the *zirconium* cell"}], by=alice)
    found = search.find(Asset.objects.visible_to(alice), "zirconium")
    assert [row.pk for row in found] == [quest.pk]
    items.remove(item_of(quest, 1))
    assert not search.find(Asset.objects.visible_to(alice), "zirconium").exists()


def test_a_deleted_quest_leaves_what_was_handed_in(make_quest, hand_in, make_file, carol):
    from ouro_web.assets.deleting import delete

    file = make_file("a.cif", owner=carol)
    quest = make_quest()
    hand_in(quest, carol, a=file)
    delete(quest.asset)
    assert not Entry.objects.exists()
    file.refresh_from_db()
    assert EntryStatus.values


def test_a_ban_from_the_team_takes_what_waits_in_its_quests(
    make_quest, hand_in, item_of, alloys, carol, alice
):
    quest = make_quest({**ONE, "assignee_id": str(carol.pk)}, ONE, {**ONE, "reward_xp": 5})
    own = make_quest(owner=carol)
    accepted = hand_in(quest, carol, number=2)
    reviewing.review(accepted, by=alice, status="accepted")
    waits, mine = hand_in(quest, carol, number=1), hand_in(own, carol)
    banning.ban(alloys, carol, by=alice, reason="Spam")
    found = {each.pk: each.status for each in Entry.objects.all()}
    assert found == {accepted.pk: "accepted", waits.pk: "rejected", mine.pk: "submitted"}
    waits.refresh_from_db()
    assert (waits.review, waits.reviewer) == ("Banned from #alloys. Spam", alice)
    assert item_of(quest).assignee is None
    assert experience.total(carol) == 5
    with pytest.raises(PermissionDenied):
        hand_in(quest, carol)
    joining.unban(alloys, carol)
    hand_in(quest, carol)
