"""Setting webhooks up, and putting down what they are to be told."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet, UUIDField
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset
from ouro_web.lib import guard, kept, upstream, webhook_signing
from ouro_web.lib.ids import uuid7
from ouro_web.lib.kept import Slot
from ouro_web.lib.secrets import Vault
from ouro_web.notifications import tasks
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.webhooks import EVENTS, OF_ORGANIZATIONS, Delivery, Webhook
from ouro_web.teams.models import Organization, Team

MOST = 20  # of one owner
OVERLAP = timedelta(days=1)  # in which an old secret signs, too
EVENT_OF = {
    Kind.REPLY: "comment",
    Kind.INVITE: "share",
    Kind.RUN_COMPLETE: "action",
    Kind.RUN_FAILED: "action",
}
OPEN_TO_MEMBERS = (Visibility.PUBLIC, Visibility.ORGANIZATION, Visibility.MONETIZED)


def create(owner: User | Organization, *, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """The webhook, and its secret, which nothing can show again. Raises ValidationError."""
    mine = {"user": owner} if isinstance(owner, User) else {"organization": owner}
    if Webhook.objects.filter(**mine).count() >= MOST:
        raise ValidationError({"url": f"There are {MOST} already. Delete one first."})
    row = Webhook(**mine, url=checked_url(url), events=list(events))
    row.events = checked_events(events, row)
    secret = _give_secret(row)
    row.save(force_insert=True)
    return row, secret


def change(webhook: Webhook, *, url: str, events: Sequence[str]) -> None:
    """Raises ValidationError."""
    webhook.url, webhook.events = checked_url(url), checked_events(events, webhook)
    webhook.save()


def renew_secret(webhook: Webhook) -> str:
    """For a day the secret before signs as well, so that the receiver can follow."""
    old = webhook.secret
    secret = _give_secret(webhook)
    webhook.old_secret, webhook.old_secret_until = old, timezone.now() + OVERLAP
    webhook.save()
    return secret


def switch(webhook: Webhook, *, on: bool, why: str = "") -> None:
    """What waits while it is off is not sent any more."""
    webhook.disabled_at = None if on else timezone.now()
    webhook.disabled_why = "" if on else why[:300]
    webhook.save(update_fields=["disabled_at", "disabled_why"])
    if not on:
        webhook.deliveries.filter(status=Delivery.Status.WAITING).update(
            status=Delivery.Status.FAILED
        )


def test(webhook: Webhook) -> Delivery:
    """Something to try it with."""
    pk = uuid7()
    body = {"event": "test", "data": {"text": "This webhook works."}, "delivery_id": str(pk)}
    return _deliver(webhook, "test", str(pk), body, pk)


@transaction.atomic
def send_again(delivery: Delivery) -> None:
    """The same body under the same name, with all tries before it."""
    delivery.status, delivery.tries = Delivery.Status.WAITING, 0
    delivery.due_at, delivery.held_until = timezone.now(), None
    delivery.save()
    transaction.on_commit(tasks.wake_courier, robust=True)


def hear(rows: Iterable[Notification]) -> None:
    """What these people are told goes to their webhooks, and what all members of an organization
    may know to those of the organization."""
    rows = list(rows)
    hooks = _of_run(rows[0]) if len(rows) == 1 else _of_all(rows)
    if not hooks:
        return
    assets = Asset.objects.select_related("organization", "team", "parent").in_bulk(
        [row.asset_id for row in rows if row.asset_id]
    )
    made = [
        _delivery(hook, row, assets.get(row.asset_id)) for row in rows for hook in hooks
        if _concerns(hook, row, assets.get(row.asset_id))
    ]  # fmt: skip
    if made:
        Delivery.objects.bulk_create(made, ignore_conflicts=True)
        transaction.on_commit(tasks.wake_courier, robust=True)


def _place_of(model: type[Asset | Team], pk: Any) -> QuerySet[Any, Any]:
    """The organization of one row, looked up by its id: a join would read all that is in it."""
    return model._base_manager.filter(pk=pk).values("organization")


# Every run that ends asks this.
_hooks_for = kept.Rows(
    lambda: Webhook.objects.active().filter(
        Q(user=Slot("user", UUIDField()))
        | Q(organization__in=_place_of(Asset, Slot("asset", UUIDField())))
        | Q(organization__in=_place_of(Team, Slot("team", UUIDField())))
    )
)
NOTHING = UUID(int=0)


def _of_run(row: Notification) -> list[Webhook]:
    return _hooks_for.all(
        user=row.user_id, asset=row.asset_id or NOTHING, team=row.team_id or NOTHING
    )


def _of_all(rows: list[Notification]) -> list[Webhook]:
    mine = Q(user__in=[row.user_id for row in rows])
    about = Asset.objects.filter(pk__in={row.asset_id for row in rows if row.asset_id})
    theirs = Q(organization__in=about.values("organization"))
    return list(Webhook.objects.active().filter(mine | theirs))


def _concerns(hook: Webhook, row: Notification, asset: Asset | None) -> bool:
    if not hook.wants(event_of(row.kind)):
        return False
    if hook.user_id is not None:
        return hook.user_id == row.user_id
    if asset is not None:
        is_open = asset.effective_visibility in OPEN_TO_MEMBERS
        return is_open and asset.organization_id == hook.organization_id
    return row.team_id is not None


def event_of(kind: str) -> str:
    return EVENT_OF.get(Kind(kind), kind)


def _delivery(hook: Webhook, row: Notification, asset: Asset | None) -> Delivery:
    pk, event = uuid7(), event_of(row.kind)
    mine = hook.user_id is not None
    about = row.comment_id or row.message_id or row.action_id or row.pk
    body = {
        "event": event,
        "timestamp": timezone.now().isoformat(),
        "delivery_id": str(pk),
        "user_id": str(row.user_id) if mine else None,
        "notification_id": str(row.pk) if mine and row.in_inbox else None,
        "data": _data(row, asset, is_own=mine),
    }
    subject = f"{row.pk}" if mine else f"{event}:{about}"
    return Delivery(id=pk, webhook=hook, event=event, subject=subject, body=_json(body))


def _data(row: Notification, asset: Asset | None, *, is_own: bool) -> dict[str, Any]:
    """Of a run of somebody, an organization hears that it ended, and no more."""
    by = row.source_user
    found: dict[str, Any] = {
        "kind": row.kind,
        "actor": by and {"id": str(by.pk), "username": by.username, "is_agent": by.is_agent},
        "asset": asset and {"id": str(asset.pk), "type": asset.asset_type, "name": asset.name},
        "url": settings.PUBLIC_URL + (row.get_absolute_url() or "/notifications/"),
    }
    if asset is not None:
        place, team = asset.organization, asset.team
        found["organization"] = {"id": str(place.pk), "name": place.name}
        found["team"] = {"id": str(team.pk), "name": team.name}
    ids = {"comment_id": row.comment_id, "message_id": row.message_id, "action_id": row.action_id}
    found |= {name: str(pk) for name, pk in ids.items() if pk}
    if asset is not None and asset.asset_type == "conversation":
        found["conversation_id"] = str(asset.pk)
    if row.action_id:
        found["status"] = "error" if row.kind == Kind.RUN_FAILED else "success"
    if is_own or not row.action_id:
        found |= {"text": row.text, "excerpt": row.excerpt}
    return found


def _deliver(hook: Webhook, event: str, subject: str, body: dict[str, Any], pk: UUID) -> Delivery:
    body = {"timestamp": timezone.now().isoformat(), **body}
    made = Delivery.objects.create(
        id=pk, webhook=hook, event=event, subject=subject, body=_json(body)
    )
    transaction.on_commit(tasks.wake_courier, robust=True)
    return made


def checked_url(url: str) -> str:
    """Raises ValidationError keyed by url."""
    url = url.strip()
    if len(url) > 2000:
        raise ValidationError({"url": "Use at most 2,000 characters."})
    try:
        upstream.check_url(url, guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS))
    except upstream.UpstreamError as error:
        raise ValidationError({"url": error.message}) from None
    return url


def checked_events(events: Sequence[str], webhook: Webhook) -> list[str]:
    known = list(EVENTS) if webhook.organization_id is None else list(OF_ORGANIZATIONS)
    if any(event not in known for event in events):
        raise ValidationError({"events": f"Choose among {', '.join(known)}."})
    return [event for event in known if event in events]


def _give_secret(webhook: Webhook) -> str:
    secret = webhook_signing.new_secret()
    webhook.secret = Vault(settings.ENCRYPTION_KEYS).seal(secret, row=webhook.id)
    return secret


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"))
