"""The one call by which anything tells a person something, and her reading it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import UUIDField
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot
from ouro_web.notifications import choices, hooking, live, tasks
from ouro_web.notifications.choices import Mail
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
    excerpt, team, action_id, comment_id, message_id."""
    if by is not None and by.pk == user.pk:
        return None
    if asset is not None and not Asset.objects.visible_to(user).filter(pk=asset.pk).exists():
        return None
    about["excerpt"] = shortened(about.get("excerpt", ""))
    chosen = choices.of(user.pk, kind)
    made = Notification(
        user=user,
        kind=kind,
        text=text[:500],
        source_user=by,
        asset_id=asset.pk if asset else None,
        in_inbox=chosen.in_inbox,
        mail=chosen.mail,
        **about,
    )
    return made if _told([made]) else None


def mentioned(
    names: Iterable[str],
    text: str,
    *,
    by: User,
    asset: Asset,
    excerpt: str = "",
    **said: UUID,
) -> set[UUID]:
    """Tells those of these usernames who may read the asset, each once for a text however often
    it is saved. `said` names the text, when it is not the asset's own: comment_id or message_id.
    Returns the ids of all who have been told."""
    which = {"comment_id": None, "message_id": None} | said
    rows = Notification.objects.filter(asset=asset.pk, kind=Kind.MENTION, **which)
    told = set(rows.values_list("user", flat=True))
    people = User.objects.filter(username__in=list(names)[:MOST_MENTIONED], is_active=True)
    for person in people.exclude(pk__in=told):
        if not Asset.objects.readable_by(person).filter(pk=asset.pk).exists():
            continue
        if notify(person, Kind.MENTION, text, by=by, asset=asset, excerpt=excerpt, **said):
            told.add(person.pk)
    return told


def notify_again(
    people: Iterable[User], kind: str, text: str, *, by: User, asset: Asset, **about: Any
) -> None:
    """Tells all of them, who may see the asset. What they have not read of the same kind about the
    same asset goes: it is one piece of news."""
    told = [person for person in people if person.pk != by.pk]
    about["excerpt"] = shortened(about.get("excerpt", ""))
    Notification.objects.filter(user__in=told, asset=asset.pk, kind=kind).unread().delete()
    chosen = choices.of_many([person.pk for person in told], kind)
    made = [
        Notification(
            user=person, kind=kind, text=text[:500], source_user=by, asset_id=asset.pk, **about,
            **chosen.get(person.pk, choices.USUAL)._asdict(),
        )
        for person in told
    ]  # fmt: skip
    _told(made)


def run_ended(
    *, user_id: UUID, text: str, excerpt: str, failed: bool, action_id: UUID, route_id: UUID | None
) -> None:
    """One row and nothing looked up: every run comes by here."""
    kind = Kind.RUN_FAILED if failed else Kind.RUN_COMPLETE
    made = Notification(
        user_id=user_id,
        kind=kind,
        text=text[:500],
        excerpt=shortened(excerpt),
        action_id=action_id,
        asset_id=route_id,
        **choices.of(user_id, kind)._asdict(),
    )
    _told([made])


def _told(made: list[Notification]) -> list[Notification]:
    """Puts on record what is for an inbox or a mail, and sets going what is to go out. Returns
    what is on record."""
    rows = [row for row in made if row.in_inbox or row.mail]
    if len(rows) == 1:
        kept.insert(rows[0])  # of the end of a run, mostly
    else:
        Notification.objects.bulk_create(rows)
    if any(row.mail == Mail.AT_ONCE for row in rows):
        transaction.on_commit(tasks.wake_courier, robust=True)
    _announce(row for row in rows if row.in_inbox)
    hooking.hear(made)
    return rows


def _announce(rows: Iterable[Notification]) -> None:
    """To programs of these people that are connected now."""
    for row in rows:
        told = {
            "id": row.pk,
            "type": row.kind,
            "content": {"text": f"{row.text} {row.excerpt}".rstrip()},
            "asset_id": row.asset_id,
            "action_id": row.action_id,
            "comment_id": row.comment_id,
            "message_id": row.message_id,
            "source_user_id": row.source_user_id,
            "created_at": row.created_at.isoformat(),
        }
        live.tell([live.room_of(row.user_id)], "notification", told)


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


_unread = kept.Rows(
    lambda: Notification.objects.filter(user=Slot("user", UUIDField()), read_at=None).values_list(
        "pk"
    )[:1]
)


def unread_of(user: User, *, most: int) -> int:
    """How many she has not read, up to so many. Every page asks, and mostly there is none."""
    if not _unread.all(user=user.pk):
        return 0
    sql, params = _counting(user.pk, most)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=1000)  # who may see what takes long to put into SQL
def _counting(user: UUID, most: int) -> tuple[str, tuple[Any, ...]]:
    rows = Notification.objects.inbox_of(User(pk=user)).unread().order_by().values("pk")[:most]
    sql, params = rows.query.sql_with_params()
    return f"SELECT COUNT(*) FROM ({sql}) AS unread", params  # noqa: S608 - Django wrote it


def run_seen(user: User, action_id: UUID) -> None:
    """Who looks at the end of a run need not be told of it any more."""
    rows = Notification.objects.filter(user=user, action_id=action_id).unread()
    if rows.exists():  # an UPDATE of nothing would still wait for the writer
        rows.update(read_at=timezone.now())


def forget_comments(ids: Iterable[UUID]) -> None:
    """What is taken back is not told of any more."""
    Notification.objects.filter(comment_id__in=list(ids)).delete()


def seen_about(user: User, asset: Asset, kinds: Iterable[str]) -> None:
    """Who looks at it need not be told of it any more."""
    rows = Notification.objects.filter(user=user, asset=asset.pk, kind__in=list(kinds)).unread()
    if rows.exists():
        rows.update(read_at=timezone.now())


def forget_about(user: User, asset: Asset) -> None:
    """It is none of her business any more."""
    Notification.objects.filter(user=user, asset=asset.pk).delete()
