"""Calling webhooks, by the table of the Standard Webhooks specification. Each try is on record;
what a worker held when it died is sent again under the same name, by which receivers know it."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ouro_web.lib import guard, webhook_signing
from ouro_web.lib.exchange import Answer, Limits, Request, UpstreamError
from ouro_web.lib.secrets import SecretError
from ouro_web.lib.upstream import Client
from ouro_web.notifications.hooking import switch
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.webhooks import Attempt, Delivery, Webhook
from ouro_web.teams.models import OrganizationMembership, Role

MINUTE, HOURS = 60, 3600
# Seconds from one try to the next; after the last there is none.
PAUSES = (
    5, 5 * MINUTE, 30 * MINUTE, 2 * HOURS, 5 * HOURS, 10 * HOURS, 14 * HOURS, 20 * HOURS,
    24 * HOURS,
)  # fmt: skip
AT_ONCE = 50
OF_ONE = 10  # webhook at a time
LIMITS = Limits(connect=5, read=10, total=15, body=64 * 1024)
HELD = timedelta(seconds=60)
KEPT = timedelta(days=30)
GONE = 410


@dataclass(frozen=True)
class Tried:
    status: int | None  # of the answer; none came
    said: str
    milliseconds: int
    wait: float = 0  # seconds that the answer asks for

    @property
    def was_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send_due() -> int:
    """How many were tried."""
    due = _take()
    if due:
        for delivery, tried in zip(due, asyncio.run(_call_all(due)), strict=True):
            record(delivery, tried)
    return len(due)


def forget_old() -> None:
    """What is settled, after a month."""
    settled = Delivery.objects.exclude(status=Delivery.Status.WAITING)
    settled.filter(created_at__lt=timezone.now() - KEPT).delete()


def _take() -> list[Delivery]:
    """Those that are due, held for this process; a few of each webhook, so that a slow one does not
    keep the others waiting."""
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lt=now)
    rows = Delivery.objects.filter(
        free, status=Delivery.Status.WAITING, due_at__lte=now, webhook__disabled_at=None
    )
    taken: dict[object, int] = {}
    mine: list[Delivery] = []
    for row in rows.select_related("webhook").order_by("due_at", "pk")[: AT_ONCE * 4]:
        if len(mine) == AT_ONCE or taken.get(row.webhook_id, 0) == OF_ONE:
            continue
        if Delivery.objects.filter(free, pk=row.pk, tries=row.tries).update(held_until=now + HELD):
            taken[row.webhook_id] = taken.get(row.webhook_id, 0) + 1
            mine.append(row)
    return mine


async def _call_all(due: list[Delivery]) -> list[Tried]:
    async with Client(guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)) as client:
        return await asyncio.gather(*(_call(client, each) for each in due))


async def _call(client: Client, delivery: Delivery) -> Tried:
    began, body = time.monotonic(), delivery.body.encode()
    now = timezone.now()
    try:
        headers = webhook_signing.headers(
            delivery.name, int(now.timestamp()), body, by=delivery.webhook.secrets(now),
            attempt=delivery.tries + 1,
        )  # fmt: skip
        answer = await client.send(Request("POST", delivery.webhook.url, headers, body), LIMITS)
    except (UpstreamError, SecretError) as error:
        return Tried(None, str(error), _since(began))
    return Tried(answer.status, _said(answer), _since(began), _wait(answer))


def record(delivery: Delivery, tried: Tried) -> None:
    """What came of it, and when it is tried next. After the last try the webhook is off."""
    number = delivery.tries + 1
    pause = PAUSES[number - 1] if number <= len(PAUSES) else None
    is_over = tried.was_taken or tried.status == GONE or pause is None
    with transaction.atomic():
        Attempt.objects.create(
            delivery=delivery, number=number, status=tried.status, milliseconds=tried.milliseconds,
            said=tried.said[: Delivery.LONGEST_ANSWER],
        )  # fmt: skip
        status = Delivery.Status.DELIVERED if tried.was_taken else Delivery.Status.FAILED
        wait = max(tried.wait, (pause or 0) * random.uniform(1, 1.1))  # noqa: S311 - not a secret
        Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.WAITING).update(
            tries=F("tries") + 1,
            held_until=None,
            status=status if is_over else Delivery.Status.WAITING,
            due_at=timezone.now() + timedelta(seconds=wait),
        )
        if is_over and not tried.was_taken:
            _give_up(delivery.webhook, tried)


def _give_up(webhook: Webhook, tried: Tried) -> None:
    if not Webhook.objects.active().filter(pk=webhook.pk).exists():
        return
    why = "it answered that it is gone (410)" if tried.status == GONE else "no try was taken"
    switch(webhook, on=False, why=f"Switched off, since {why}. {tried.said}")
    text = f"The webhook {webhook.url[:200]} is switched off, since {why}."
    for pk in _owners(webhook):
        Notification.objects.create(user_id=pk, kind=Kind.WEBHOOK, text=text, webhook_id=webhook.pk)


def _owners(webhook: Webhook) -> list[UUID]:
    if webhook.user_id is not None:
        return [webhook.user_id]
    rows = OrganizationMembership.objects.filter(
        organization=webhook.organization_id, role=Role.ADMIN
    )
    return list(rows.values_list("user", flat=True)[:50])


def _said(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return f"It redirects to {answer.header('location')[:300]}; webhooks do not follow."
    text = answer.body.decode(errors="replace").replace("\0", "")
    return " ".join(text.split())


def _wait(answer: Answer) -> float:
    """Seconds that it asks for, a day at most."""
    asked = answer.header("retry-after").strip()
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 7
    return min(int(asked), PAUSES[-1]) if is_number else 0


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
