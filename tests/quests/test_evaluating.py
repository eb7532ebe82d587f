from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.actions import following, ledger, run
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, Status
from ouro_web.assets.models import Asset, Grant
from ouro_web.notifications.models import Kind, Notification
from ouro_web.quests import evaluating, experience, items, reviewing, seeing, tasks
from ouro_web.quests.declaring import declared
from ouro_web.quests.models import Entry
from tests.quests.conftest import FILE, ONE

GOOD = {"score": 0.9, "categories": {"speed": 1, "style": "fine"}}


@pytest.fixture
def contest(make_quest, judged):
    """contest(answer) -> a quest whose item is judged by a private route of alice's."""

    def make(said=GOOD, *, quest=None, **fields):
        fields = {"eval_pass_min": 0.5, "reward_xp": 10, "leaderboard_enabled": True, **fields}
        row = {**ONE, "eval_route_id": judged(said).pk, **fields}
        return make_quest(row, **(quest or {"type": "continuous"}))

    return make


@pytest.fixture
def cif(make_file, carol):
    """A new private structure of carol's."""
    names = iter(f"{number}.cif" for number in range(20))
    return lambda **fields: make_file(
        next(names), **{"owner": carol, "visibility": "private", **fields}
    )


def test_a_good_entry_is_accepted_by_its_score(contest, hand_in, cif, settle, carol, alice, reads):
    quest, file = contest(), cif()
    entry = hand_in(quest, carol, structure=file)
    assert entry.eval_status == "running"
    assert reads(alice, file)  # the grant she gave by handing it in
    assert Grant.objects.get(asset=file.pk).given_by == carol
    action = entry.eval_action
    assert (action.user, action.announce, action.follower) == (alice, "none", "quests")
    assert not Action.objects.visible_to(carol).filter(pk=action.pk).exists()
    settle(entry)
    assert (entry.status, entry.eval_status, entry.eval_score) == ("accepted", "passed", 0.9)
    assert entry.eval_category_scores == {"speed": 1.0}
    assert entry.reviewer is None
    assert "Score 0.9" in entry.review
    assert experience.total(carol) == 10
    told = Notification.objects.filter(user=carol).values_list("kind", flat=True)
    assert list(told) == [Kind.QUEST_ACCEPTED]
    action.refresh_from_db()
    assert action.follower == ""


def test_an_end_that_is_told_again_changes_nothing(contest, hand_in, cif, settle, carol):
    entry = settle(hand_in(contest(), carol, structure=cif()))
    before = Entry.objects.values().get()
    evaluating.settle(entry.eval_action_id)
    tasks.settle.func(str(entry.eval_action_id))
    assert Entry.objects.values().get() == before
    assert experience.total(carol) == 10
    assert Notification.objects.filter(user=carol).count() == 1


@pytest.mark.parametrize(
    ("said", "fields", "status", "evaluated"),
    [
        ({"score": 0.4}, {}, "rejected", "failed"),
        ({"score": 0.5}, {}, "accepted", "passed"),
        ({"score": -7}, {"eval_pass_min": None}, "accepted", "passed"),
        ({"score": 2}, {"eval_pass_max": 1.0}, "rejected", "failed"),
        ({"r": [{"v": 1}]}, {"eval_score_path": "$.r[0].v"}, "accepted", "passed"),
        (0.7, {"eval_score_path": "$"}, "accepted", "passed"),
        ({"score": "0.9"}, {}, "submitted", "errored"),
        ({"score": True}, {}, "submitted", "errored"),
        ({"score": None}, {}, "submitted", "errored"),
        ([], {}, "submitted", "errored"),
    ],
)
def test_what_the_answer_says_decides(
    contest, hand_in, cif, settle, carol, said, fields, status, evaluated
):
    entry = settle(hand_in(contest(said, **fields), carol, structure=cif()))
    assert (entry.status, entry.eval_status) == (status, evaluated)
    assert bool(entry.eval_message) == (evaluated == "errored")


def test_a_run_that_fails_leaves_the_entry_to_people(contest, hand_in, cif, settle, carol, alice):
    entry = hand_in(contest(), carol, structure=cif())
    run.cancel(entry.eval_action, alice)
    evaluating.settle(entry.eval_action_id)
    entry.refresh_from_db()
    assert (entry.status, entry.eval_status) == ("submitted", "errored")
    again = evaluating.evaluate(entry)
    settle(again)
    assert again.status == "accepted"


def test_a_worker_that_dies_before_it_tells_is_made_up_for(
    contest, hand_in, cif, carry_out, carol, monkeypatch, django_capture_on_commit_callbacks
):
    """Between the end of the run and what follows from it."""
    told: list[UUID] = []
    monkeypatch.setitem(following._followers, "quests", told.append)
    entry = hand_in(contest(), carol, structure=cif())
    following.remind()
    assert told == []  # it goes on
    with django_capture_on_commit_callbacks(execute=True):
        carry_out(entry.eval_action)
    assert told == [entry.eval_action_id]
    following.remind()  # nobody has taken note
    assert told == [entry.eval_action_id] * 2
    evaluating.settle(entry.eval_action_id)
    following.remind()
    assert len(told) == 2
    entry.refresh_from_db()
    assert entry.status == "accepted"


def test_ends_of_other_runs_are_nobodys_concern(make_route, alice, monkeypatch):
    told: list[UUID] = []
    monkeypatch.setitem(following._followers, "quests", told.append)
    action = run.start(make_route(), alice, Call())
    ledger.finish(action.pk, ledger.unfinished(action), None)
    following.remind()
    evaluating.settle(action.pk)
    assert told == []


def test_what_was_rejected_or_replaced_meanwhile_stays_so(
    contest, hand_in, cif, settle, carry_out, carol, alice
):
    entry = hand_in(contest(), carol, structure=cif())
    reviewing.review(entry, by=alice, status="rejected", note="Spam")
    settle(entry)
    assert (entry.status, entry.eval_status, entry.review) == ("rejected", "passed", "Spam")
    first = entry.eval_action_id
    evaluating.evaluate(entry)
    Action.objects.filter(pk=first).update(status=Status.ERROR)
    evaluating.settle(first)  # late, of a run that counts no more
    entry.refresh_from_db()
    assert entry.eval_status == "running"
    with pytest.raises(ValidationError, match="already"):
        evaluating.evaluate(entry)


def test_an_entry_can_wait_for_the_owner(contest, hand_in, cif, settle, carol):
    quest = contest(eval_trigger="owner")
    entry = hand_in(quest, carol, structure=cif())
    assert (entry.eval_status, entry.eval_action) == ("pending", None)
    settle(evaluating.evaluate(entry))
    entry.refresh_from_db()
    assert entry.status == "accepted"
    assert experience.total(carol) == 10
    settle(evaluating.evaluate(entry))  # scored again, and earns nothing again
    assert experience.total(carol) == 10


def test_rescoring_decides_nothing(
    contest, hand_in, cif, settle, item_of, carol, alice, bob, judged
):
    quest = contest({"score": 0.1}, eval_pass_min=None)
    one = settle(hand_in(quest, carol, structure=cif()))
    two = hand_in(quest, carol, structure=cif())
    items.update(
        item_of(quest), {"eval_route_id": judged({"score": 9}).pk, "eval_pass_min": 10.0}, by=alice
    )
    found = evaluating.rescore(item_of(quest), by=alice)
    assert found.started == [one]
    assert [(entry, bool(why)) for entry, why in found.skipped] == [(two, True)]
    settle(one)
    assert (one.status, one.eval_status, one.eval_score) == ("accepted", "failed", 9)
    with pytest.raises(ValidationError, match="may not run"):
        evaluating.rescore(item_of(quest), by=bob)  # who edits the quest


def test_the_best_come_first_and_then_the_earliest(
    contest, hand_in, cif, item_of, carol, bob, alice, django_assert_num_queries
):
    quest = contest(eval_trigger="owner")
    scores = (3, 5, 5, 1, None, 9)
    rows = [hand_in(quest, carol, structure=cif()) for _ in scores]
    for entry, score in zip(rows, scores, strict=True):
        Entry.objects.filter(pk=entry.pk).update(eval_score=score)
    reviewing.review(rows[5], by=alice, status="rejected")
    item = item_of(quest)
    assert [entry.eval_score for entry in seeing.ranked(item)] == [5, 5, 3, 1]
    assert seeing.ranked(item).first() == rows[1]
    item.leaderboard_order = "asc"
    assert [entry.eval_score for entry in seeing.ranked(item)] == [1, 3, 5, 5]
    with django_assert_num_queries(3):  # rows, what was handed in, its assets
        list(seeing.complete(seeing.ranked(item), carol))


def test_nobody_reaches_through_a_quest_what_she_cannot_reach(
    make_quest, item_of, judged, make_file, alice, bob, make_route
):
    """The route runs as the owner: neither her private routes nor her files are open to those who
    administer the quest with her, nor theirs to her."""
    from ouro_web.assets.sharing import grant

    quest = make_quest(visibility="private")
    hidden = judged(GOOD)
    with pytest.raises(PermissionDenied):  # bob does not even edit it
        items.update(item_of(quest), {"eval_route_id": hidden.pk}, by=bob)
    grant(quest.asset, to=bob, role="write", by=alice)
    with pytest.raises(PermissionDenied):  # he edits it
        items.update(item_of(quest), {"eval_route_id": hidden.pk}, by=bob)
    grant(quest.asset, to=bob, role="admin", by=alice)
    with pytest.raises(ValidationError, match="no such route"):
        items.update(item_of(quest), {"eval_route_id": hidden.pk}, by=bob)
    service = hidden.service
    his = make_route("His", service=service, path="/his")
    Asset.objects.filter(pk=his.pk).update(owner=bob, visibility="private")
    with pytest.raises(ValidationError, match="no such route"):
        items.update(item_of(quest), {"eval_route_id": his.pk}, by=bob)
    Asset.objects.filter(pk__in=[hidden.pk, service.pk]).update(visibility="public")
    secret = make_file("secret.cif", visibility="private")
    given = {"eval_route_id": hidden.pk, "eval_static_inputs": {"structure": str(secret.pk)}}
    with pytest.raises(ValidationError, match="eval_static_inputs"):
        items.update(item_of(quest), given, by=bob)
    items.update(item_of(quest), given, by=alice)
    items.update(item_of(quest), {"notes": "by bob"}, by=bob)  # which does not touch it


def test_an_entry_of_an_evaluated_item_is_the_contributors_to_share(
    contest, hand_in, cif, make_file, bob, carol, reads, alice
):
    from ouro_web.assets.sharing import grant

    file = make_file("bobs.cif", owner=bob, visibility="private")
    grant(file.asset, to=carol, role="read", by=bob)
    with pytest.raises(ValidationError, match="not yours to share"):
        hand_in(contest(), carol, structure=file)
    assert not reads(alice, file)
    assert not Action.objects.exists()


def test_the_route_says_what_is_handed_in(make_quest, item_of, judged, make_file, alice):
    inputs = FILE | {"reference": {"asset_type": "dataset"}, "model": {"asset_type": "route"}}
    route = judged(GOOD, input_assets=inputs)
    quest = make_quest({**ONE, "eval_route_id": route.pk})
    assert set(declared(item_of(quest))) == {"structure", "reference", "model"}
    file = make_file("a.cif")
    for wrong in ({"reference": str(file.pk)}, {"moon": str(file.pk)}, {"reference": "x"}):
        with pytest.raises(ValidationError, match="eval_static_inputs"):
            items.update(item_of(quest), {"eval_static_inputs": wrong}, by=alice)
    pinned = {"structure": {"asset_id": str(file.pk), "asset_type": "file"}}
    labels = {"model": {"label": "Your model", "asset_type": "file"}}
    items.update(
        item_of(quest), {"eval_static_inputs": pinned, "submission_assets": labels}, by=alice
    )
    found = declared(item_of(quest))
    assert list(found) == ["reference", "model"]
    assert (found["model"].label, found["model"].asset_type) == ("Your model", "route")
    with pytest.raises(ValidationError, match="takes no structure"):
        items.update(item_of(quest), {"submission_assets": FILE}, by=alice)


def test_a_route_that_needs_more_than_assets_cannot_judge(make_quest, judged, make_route, alice):
    body = {"type": "object", "required": ["seed"], "properties": {"seed": {"type": "integer"}}}
    route = make_route("Needy", body=body, input_assets=FILE)
    with pytest.raises(ValidationError, match=r"more than assets \(seed\)"):
        make_quest({**ONE, "eval_route_id": route.pk})


def test_an_owner_with_too_many_runs_is_noted(contest, hand_in, cif, carol, settings):
    settings.MAX_LIVE_RUNS_PER_PERSON = 1
    quest = contest()
    assert hand_in(quest, carol, structure=cif()).eval_status == "running"
    other = hand_in(quest, carol, structure=cif())
    assert (other.status, other.eval_status) == ("submitted", "errored")
    assert "runs going on" in other.eval_message
