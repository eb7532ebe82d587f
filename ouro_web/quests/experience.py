"""Experience: what accepted entries earn, as a number. Nobody earns by her own quests, nor by what
she has judged herself."""

from math import isqrt

from django.db.models import QuerySet, Sum

from ouro_web.accounts.models import User
from ouro_web.quests.models import Entry, EntryStatus

FIRST_LEVEL = 100  # level n begins at FIRST_LEVEL * (n - 1)²


def earned(entry: Entry) -> int:
    """What this entry earns when it is accepted now. To be asked with the quest locked, so that
    two of one person do not both get the rest below the cap."""
    quest, contributor = entry.quest, entry.contributor_id
    judged_itself = entry.self_completed or entry.reviewer_id == contributor
    if contributor == quest.owner_id or judged_itself:
        return 0
    most = quest.max_xp_per_contributor
    if most is None:
        return entry.item.reward_xp
    had = _sum(entries_of(entry.contributor).filter(quest=quest).exclude(pk=entry.pk))
    return min(entry.item.reward_xp, max(0, most - had))


def total(person: User) -> int:
    return _sum(entries_of(person))


def level(xp: int) -> int:
    return 1 + isqrt(xp // FIRST_LEVEL)


def next_level_at(xp: int) -> int:
    return FIRST_LEVEL * int(level(xp)) ** 2


def entries_of(person: User) -> QuerySet[Entry]:
    return Entry.objects.filter(contributor=person, status=EntryStatus.ACCEPTED)


def _sum(rows: QuerySet[Entry]) -> int:
    return rows.aggregate(total=Sum("xp"))["total"] or 0
