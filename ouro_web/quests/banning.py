"""Keeping a person out of a team, with what she has under way in its quests. What was accepted
stays: others go by it, and she has earned it."""

from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetType
from ouro_web.quests import reviewing
from ouro_web.quests.models import RESOLVED, Entry, EntryStatus, Item, Quest, QuestStatus
from ouro_web.teams import joining
from ouro_web.teams.models import Ban, Team


@transaction.atomic
def ban(team: Team, person: User, *, by: User, reason: str = "") -> Ban:
    """Out of the team until the ban is lifted. Her entries that wait in those of its quests that
    `by` manages are rejected with the reason, and their items are nobody's again. A quest of her
    own stays hers."""
    banned = joining.ban(team, person, reason=reason)
    managed = Asset.objects.managed_by(by).filter(team=team, asset_type=AssetType.QUEST)
    quests = managed.exclude(owner=person).values("pk")
    waiting = Entry.objects.filter(quest__in=quests, contributor=person)
    note = f"Banned from {team}." + (f" {reason}" if reason else "")
    for entry in waiting.filter(status=EntryStatus.SUBMITTED).exclude(
        quest__status=QuestStatus.CANCELLED
    ):
        reviewing.review(entry, by=by, status=EntryStatus.REJECTED, note=note)
    held = Item.objects.filter(quest__in=quests, assignee=person).exclude(status__in=RESOLVED)
    held.update(assignee=None)
    return banned


def is_banned(quest: Quest, person: User) -> bool:
    """From the team of a quest that is not her own."""
    if person.pk == quest.owner_id:
        return False
    return Ban.objects.filter(team=quest.team_id, user=person).exists()
