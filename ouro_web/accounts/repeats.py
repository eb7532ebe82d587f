"""Requests that carry an Idempotency-Key: the first of a name is carried out, the others are given
its answer. Names are kept for a day."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from ouro_web.accounts.models import KeptAnswer, User

KEPT = timedelta(days=1)
# Longer than any request is held open: its process must have died.
ABANDONED = timedelta(minutes=15)
LARGEST = 1 << 20


def claim(user: User, name: str, request: str) -> tuple[KeptAnswer, bool]:
    """The row of the name, and whether it is new: then the request is to be carried out."""
    _forget(user)
    row, is_new = _first(user, name, request)
    return row, is_new


def keep(row: KeptAnswer, *, status: int, content_type: str, body: bytes) -> None:
    """The answer, unless it says nothing about the request itself or is too large to keep."""
    if status >= 500 or status in (401, 429) or len(body) > LARGEST:
        give_up(row)
        return
    KeptAnswer.objects.filter(pk=row.pk).update(
        status=status, content_type=content_type[:100], body=body
    )


def give_up(row: KeptAnswer) -> None:
    """Nothing came of it: the same request may be sent again."""
    KeptAnswer.objects.filter(pk=row.pk).delete()


def _first(user: User, name: str, request: str) -> tuple[KeptAnswer, bool]:
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user=user, name=name, request=request), True
    except IntegrityError:
        return KeptAnswer.objects.get(user=user, name=name), False


def _forget(user: User) -> None:
    now = timezone.now()
    rows = KeptAnswer.objects.filter(user=user)
    rows.filter(created_at__lt=now - KEPT).delete()
    rows.filter(status=None, created_at__lt=now - ABANDONED).delete()
