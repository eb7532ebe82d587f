"""The one call by which anything tells a person something, and her reading it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.notifications.models import Kind, Notification

MOST_MENTIONED = 20  # in one text; more is no talk to somebody
LONGEST_EXCERPT = 200


def notify(
    user: User,
    kind: str,
    text: str,
    *,
    by: User | None = None,
    asset: Asset | None = None,
    **about: Any,
) -> Notification | None:
    """Nobody is told of her own doing, nor of what she may not see. `about` are the other columns:
    excerpt, team, action_id, comment_id."""
    if by is not None and by.pk == user.pk:
        return None
    if asset is not None and not Asset.objects.visible_to(user).filter(pk=asset.pk).exists():
        return None
    about["excerpt"] = shortened(about.get("excerpt", ""))
    return Notification.objects.create(
        user=user,
        kind=kind,
        text=text[:500],
        source_user=by,
        asset_id=asset.pk if asset else None,
        **about,
    )


def mentioned(
    names: Iterable[str],
    text: str,
    *,
    by: User,
    asset: Asset,
    comment_id: UUID | None = None,
    excerpt: str = "",
) -> set[UUID]:
    """Tells those of these usernames who may read the asset, each once for a text however often
    it is saved. Returns the ids of all who have been told."""
    rows = Notification.objects.filter(asset=asset.pk, comment_id=comment_id, kind=Kind.MENTION)
    told = set(rows.values_list("user", flat=True))
    people = User.objects.filter(username__in=list(names)[:MOST_MENTIONED], is_active=True)
    for person in people.exclude(pk__in=told):
        if not Asset.objects.readable_by(person).filter(pk=asset.pk).exists():
            continue
        about = {"comment_id": comment_id, "excerpt": excerpt}
        if notify(person, Kind.MENTION, text, by=by, asset=asset, **about):
            told.add(person.pk)
    return told


def run_ended(
    *, user_id: UUID, text: str, excerpt: str, failed: bool, action_id: UUID, route_id: UUID | None
) -> None:
    """One row and nothing looked up: every run comes by here."""
    kept.insert(
        Notification(
            user_id=user_id,
            kind=Kind.RUN_FAILED if failed else Kind.RUN_COMPLETE,
            text=text[:500],
            excerpt=shortened(excerpt),
            action_id=action_id,
            asset_id=route_id,
        )
    )


def shortened(text: str) -> str:
    """The first words, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 1].rstrip() + "…"


def mark_read(user: User, ids: Iterable[UUID]) -> list[UUID]:
    """The ids that are hers; others are left out."""
    wanted = list(ids)
    rows = Notification.objects.filter(user=user, pk__in=wanted)
    hers = set(rows.values_list("pk", flat=True))
    rows.unread().update(read_at=timezone.now())
    return [pk for pk in wanted if pk in hers]


def mark_all_read(user: User, *, category: str = "", until: UUID | None = None) -> int:
    """All of a category (none: of every), up to the newest that she has seen. Returns how many."""
    rows = Notification.objects.filter(user=user).unread()
    if category:
        rows = rows.of_category(category)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return rows.update(read_at=timezone.now())


def run_seen(user: User, action_id: UUID) -> None:
    """Who looks at the end of a run need not be told of it any more."""
    rows = Notification.objects.filter(user=user, action_id=action_id).unread()
    if rows.exists():  # an UPDATE of nothing would still wait for the writer
        rows.update(read_at=timezone.now())


def forget_comments(ids: Iterable[UUID]) -> None:
    """What is taken back is not told of any more."""
    Notification.objects.filter(comment_id__in=list(ids)).delete()
