"""What of a quest's entries a person may see, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.quests.models import (
    RESOLVED,
    Entry,
    EntryStatus,
    Item,
    ItemStatus,
    Order,
    Quest,
    QuestStatus,
    Submission,
)

ACTIONABLE = (ItemStatus.PENDING, ItemStatus.IN_PROGRESS)


@dataclass(frozen=True)
class Progress:
    total: int
    resolved: int

    @property
    def remaining(self) -> int:
        return self.total - self.resolved

    @property
    def percent(self) -> int:
        return round(100 * self.resolved / self.total) if self.total else 0


def progress(items: Iterable[Item]) -> Progress:
    rows = list(items)
    return Progress(len(rows), sum(item.is_resolved for item in rows))


def progress_of(quests: Iterable[Any]) -> dict[Any, Progress]:
    """By the id of the quest, in one query."""
    rows = Item.objects.filter(quest__in=[quest.pk for quest in quests]).values("quest")
    counted = rows.annotate(
        total=Count("pk"), resolved=Count("pk", filter=Q(status__in=RESOLVED))
    ).order_by()
    return {row["quest"]: Progress(row["total"], row["resolved"]) for row in counted}


def items(quest: Quest) -> QuerySet[Item]:
    return quest.items.select_related("assignee", "eval_route", "child_quest", "quest")


def entries(quest: Quest, person: Person) -> QuerySet[Entry]:
    """Admins of the quest see all; others who read it their own, and what was accepted."""
    rows = Entry.objects.filter(quest=quest)
    if not Asset.objects.managed_by(person).filter(pk=quest.pk).exists():
        mine = Q(contributor=person.pk) if person.is_authenticated else Q(pk__in=[])
        rows = rows.filter(mine | Q(status=EntryStatus.ACCEPTED))
    return rows.order_by("-pk")


def complete(rows: QuerySet[Entry], person: Person) -> QuerySet[Entry]:
    """With people, items and the assets that this person may see."""
    seen = Asset.objects.visible_to(person).select_related("owner", "organization", "team")
    handed_in = Submission.objects.prefetch_related(Prefetch("asset", queryset=seen))
    return rows.select_related(
        "contributor", "reviewer", "item__eval_route", "item__assignee", "quest"
    ).prefetch_related(Prefetch("submissions", queryset=handed_in, to_attr="shown"))


def ranked(item: Item) -> QuerySet[Entry]:
    """Every scored entry that was not rejected, best first, then the earliest."""
    scored = item.entries.exclude(status=EntryStatus.REJECTED).exclude(eval_score=None)
    score = F("eval_score").asc() if item.leaderboard_order == Order.ASC else F("eval_score").desc()
    return scored.order_by(score, "created_at", "pk")


def assigned(person: Any, reader: Person, statuses: Iterable[str]) -> QuerySet[Item]:
    """Items assigned to a person in quests that the reader may read. Those that nothing can be
    done about, because their quest is over, come only with the statuses that are over, too."""
    wanted = list(statuses)
    rows = Item.objects.filter(assignee=person, status__in=wanted)
    rows = rows.filter(quest__in=Asset.objects.readable_by(reader).values("pk"))
    if not set(wanted) & set(RESOLVED):
        rows = rows.filter(quest__status__in=[QuestStatus.DRAFT, QuestStatus.OPEN])
    return rows.select_related(
        "assignee", "eval_route", "quest__owner", "quest__organization", "quest__team"
    ).order_by("-quest", "sort_order", "pk")
