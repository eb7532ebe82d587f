"""What a person wants to be told, and how: for each kind whether it comes to her inbox, and whether
a mail says so at once, once a day, or never."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import UUIDField

from ouro_web.accounts.models import User
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot


class Mail(models.TextChoices):
    NEVER = "", "Never"
    AT_ONCE = "now", "At once"
    DAILY = "daily", "Once a day"


class Choice(NamedTuple):
    in_inbox: bool = True
    mail: str = Mail.NEVER


USUAL = Choice()


class Preferences(models.Model):
    """Only what differs from the usual; who never chose has no row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_preferences",
    )
    choices = models.JSONField(default=dict)  # {kind: [in_inbox, mail]}

    def __str__(self) -> str:
        return f"Choices of {self.user_id}"


# Every run that ends asks for those of whoever started it.
_of_one = kept.Rows(lambda: Preferences.objects.filter(pk=Slot("pk", UUIDField())))


def of(user_id: UUID, kind: str) -> Choice:
    return _chosen(_of_one.first(pk=user_id), kind)


def of_many(people: Iterable[UUID], kind: str) -> dict[UUID, Choice]:
    """Those who chose nothing are left out."""
    rows = Preferences.objects.filter(pk__in=list(people))
    return {row.pk: _chosen(row, kind) for row in rows}


def all_of(user: User) -> dict[str, Choice]:
    row = Preferences.objects.filter(pk=user.pk).first()
    return {kind: _chosen(row, kind) for kind in (row.choices if row else {})}


def choose(user: User, choices: Mapping[str, Choice]) -> None:
    """From now on; what came before stays. Raises ValidationError."""
    if any(choice.mail not in Mail.values for choice in choices.values()):
        raise ValidationError("Choose at once, once a day, or never.")
    differing = {kind: list(choice) for kind, choice in choices.items() if choice != USUAL}
    Preferences.objects.update_or_create(user=user, defaults={"choices": differing})


def _chosen(row: Preferences | None, kind: str) -> Choice:
    found: Any = row.choices.get(kind) if row else None
    return Choice(bool(found[0]), str(found[1])) if found else USUAL
