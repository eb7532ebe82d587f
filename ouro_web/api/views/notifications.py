"""The caller's inbox."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from ninja import Schema
from pydantic import Field

from ouro_web.api.http import Request, answer, paged, router
from ouro_web.api.shapes.notifications import notification
from ouro_web.notifications.models import CATEGORIES, Notification, NotificationQuerySet
from ouro_web.notifications.notify import mark_read

notifications = router("Notifications")


class Read(Schema):
    ids: list[UUID] = Field(max_length=200)


@notifications.get("")
def inbox(
    request: Request, org_id: UUID | None = None, unread_only: bool = False, category: str = ""
) -> Any:
    """Notifications, newest first."""
    rows = _mine(request, org_id)
    if unread_only:
        rows = rows.unread()
    if category:
        rows = rows.filter(kind__in=_kinds(category))
    return paged(rows.order_by("-pk"), request, notification)


@notifications.get("/unreads")
def unreads(request: Request, org_id: UUID | None = None) -> Any:
    """How many are unread."""
    return answer(_mine(request, org_id).unread().count())


@notifications.post("/read")
def read_many(request: Request, body: Read) -> Any:
    """Mark up to 200 as read. Those that are not the caller's are left out."""
    return answer({"read": mark_read(request.auth.user, body.ids)})


@notifications.get("/{uuid:pk}")
def read(request: Request, pk: UUID) -> Any:
    """One notification, which is read by that."""
    mark_read(request.auth.user, [pk])
    found = _mine(request, None).filter(pk=pk).first()
    if found is None:
        raise Http404
    return answer(notification(found))


def _mine(request: Request, org_id: UUID | None) -> NotificationQuerySet:
    """Those about something that she may see still."""
    rows = Notification.objects.inbox_of(request.auth.user)
    if org_id:
        rows = rows.filter(Q(asset__organization=org_id) | Q(team__organization=org_id))
    return rows.select_related("source_user", "asset__owner", "team__organization")


def _kinds(category: str) -> list[str]:
    kinds = []
    for name in category.split(","):
        if name.strip() not in CATEGORIES:
            raise ValidationError({"category": f"must be among {', '.join(CATEGORIES)}."})
        kinds += CATEGORIES[name.strip()]
    return kinds
