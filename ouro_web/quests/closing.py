"""A closable quest closes itself when all its items are done or skipped."""

from django.utils import timezone

from ouro_web.quests.models import RESOLVED, Quest, QuestStatus


def close_if_done(quest: Quest) -> None:
    if not (quest.is_closable and quest.is_open) or not quest.items.exists():
        return
    if quest.items.exclude(status__in=RESOLVED).exists():
        return
    now = timezone.now()
    quest.status, quest.ended_at = QuestStatus.CLOSED, now
    quest.save(update_fields=["status", "ended_at"])
