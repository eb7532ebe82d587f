"""Beginning a conversation, and who is in it. Everybody in it may rename it and bring others in;
only its owner may send somebody out. Who leaves last takes it along."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetType, Grant
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.conversations import telling
from ouro_web.conversations.models import Conversation, MessageType, ReadMark
from ouro_web.conversations.writing import note
from ouro_web.lib.storable import storable
from ouro_web.teams.models import Role

MOST = 100
LONGEST_NAME, LONGEST_SUMMARY = 255, 20_000


@transaction.atomic
def begin(
    placement: Placement, *, members: Iterable[User], name: str = "", summary: str = ""
) -> Conversation:
    """With its owner and these. Raises ValidationError keyed by members, name or summary."""
    owner, now = placement.owner, timezone.now()
    others = _others(members, owner)
    name, summary = checked_name(name), checked_summary(summary)
    fields = base_fields(placement, asset_type=AssetType.CONVERSATION, name=name or "new")
    fields |= {"visibility": Visibility.PRIVATE, "name": name or called_by([owner, *others])}
    found = Conversation(**fields, description=summary, is_named=bool(name), last_at=now)
    found.slug = str(found.id)  # its address has no name in it
    found.save()
    for person in (owner, *others):
        _let_in(found, person, by=owner, at=now)
    placement.made(found)
    telling.of_coming(found, others, by=owner)
    return found


@transaction.atomic
def add(conversation: Conversation, people: Iterable[User], *, by: User) -> list[User]:
    """Returns those who were not in it. Raises ValidationError keyed by members."""
    inside = members_of(_held(conversation))
    known = {person.pk for person in inside}
    new = [person for person in people if person.pk not in known]
    if len(inside) + len(new) > MOST:
        raise ValidationError({"members": f"At most {MOST} people talk in one conversation."})
    for person in new:
        _let_in(conversation, person, by=by, at=conversation.last_at)
        note(conversation, person, MessageType.JOINED)
    if new:
        _called_anew(conversation)
        telling.of_coming(conversation, new, by=by)
    return new


@transaction.atomic
def remove(conversation: Conversation, person: User, *, by: User) -> None:
    """Raises PermissionDenied; ValidationError for somebody who is not in it, or alone in it."""
    if person.pk != by.pk and conversation.owner_id != by.pk:
        raise PermissionDenied("Only its owner can send somebody out of a conversation.")
    now = _held(conversation)
    if person.pk not in {each.pk for each in members_of(now)}:
        raise ValidationError({"members": f"{person.display_name} is not in it."})
    if now.owner_id == person.pk:
        if not now.grants.exists():
            raise ValidationError({"members": "Nobody else is in it. Leave it to delete it."})
        _inherit(now)
    _let_out(conversation, person)
    note(conversation, person, MessageType.LEFT)
    _called_anew(conversation)


@transaction.atomic
def leave(conversation: Conversation, person: User) -> bool:
    """Whether it is gone, with all messages, since nobody else was in it."""
    if len(members_of(_held(conversation))) > 1:
        remove(conversation, person, by=person)
        return False
    Asset.objects.get(pk=conversation.pk).delete()
    return True


@transaction.atomic
def change(
    conversation: Conversation, *, name: str | None = None, summary: str | None = None
) -> None:
    """What is None stays; an empty name means it is called by who is in it."""
    if name is not None:
        name = checked_name(name)
        conversation.is_named = bool(name)
        conversation.name = name or called_by(members_of(conversation))
    if summary is not None:
        conversation.description = checked_summary(summary)
    conversation.save()
    telling.of_change(conversation)


def members_of(conversation: Conversation) -> list[User]:
    """Its owner, then the others in the order in which they came. Reads `grants`, which a list
    fetches for all rows at once."""
    grants = sorted(conversation.grants.all(), key=lambda grant: grant.pk)
    return [conversation.owner, *(grant.user for grant in grants)]


def writers_of(pk: UUID) -> set[UUID]:
    """The ids of those who may write in a conversation; none where there is no such."""
    owners = Conversation.objects.filter(pk=pk).values_list("owner", flat=True)
    grants = Grant.objects.filter(asset__as_conversation=pk, role__in=(Role.WRITE, Role.ADMIN))
    return {*owners, *grants.values_list("user", flat=True)}


def people_with(ids: Iterable[UUID]) -> list[User]:
    """In the order given. Raises ValidationError keyed by members for one who is not here."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise ValidationError({"members": f"At most {MOST} people talk in one conversation."})
    found = User.objects.filter(is_active=True).in_bulk(wanted)
    if missing := [str(pk) for pk in wanted if pk not in found]:
        raise ValidationError({"members": f"Nobody here has the id {missing[0]}."})
    return [found[pk] for pk in wanted]


def called_by(people: Iterable[User]) -> str:
    names = [person.display_name for person in people]
    said = ", ".join(names)
    return said if len(said) <= LONGEST_NAME else said[: LONGEST_NAME - 1] + "…"


def checked_name(name: str) -> str:
    name = " ".join(storable(name).split())
    if len(name) > LONGEST_NAME:
        raise ValidationError({"name": f"Use at most {LONGEST_NAME} characters."})
    return name


def checked_summary(summary: str) -> str:
    if len(summary) > LONGEST_SUMMARY:
        raise ValidationError({"summary": f"Use at most {LONGEST_SUMMARY:,} characters."})
    return storable(summary).strip()


def _held(conversation: Conversation) -> Conversation:
    """As it is now, and stays until the transaction ends: two may come or go at once."""
    every: QuerySet[Conversation] = QuerySet(Conversation)
    rows = every.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("owner").filter(pk=conversation.pk).first()
    if found is None:
        raise ValidationError("The conversation is gone: everybody left it.")
    return found


def _others(members: Iterable[User], owner: User) -> list[User]:
    others = list({person.pk: person for person in members if person.pk != owner.pk}.values())
    if len(others) >= MOST:
        raise ValidationError({"members": f"At most {MOST} people talk in one conversation."})
    return others


def _let_in(conversation: Conversation, person: User, *, by: User, at: datetime) -> None:
    if person.pk != conversation.owner_id:
        Grant.objects.get_or_create(
            asset_id=conversation.pk, user=person, defaults={"role": Role.WRITE, "given_by": by}
        )
    ReadMark.objects.get_or_create(
        conversation=conversation, person=person, defaults={"read_until": at}
    )


def _let_out(conversation: Conversation, person: User) -> None:
    Grant.objects.filter(asset=conversation.pk, user=person).delete()
    ReadMark.objects.filter(conversation=conversation, person=person).delete()
    telling.forget(conversation, person)


def _inherit(conversation: Conversation) -> None:
    """Its owner goes: who has been in it longest is the next."""
    heir = conversation.grants.select_related("user").earliest("pk")
    conversation.owner = heir.user
    conversation.save(update_fields=["owner"])
    heir.delete()


def _called_anew(conversation: Conversation) -> None:
    """After people came or went."""
    fresh = _held(conversation)
    if not fresh.is_named:
        fresh.name = conversation.name = called_by(members_of(fresh))
        fresh.save(update_fields=["name"])
    telling.of_change(fresh)
