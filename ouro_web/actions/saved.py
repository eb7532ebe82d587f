"""Values of run forms that are kept: drafts that outlive their tab, presets, and long links.

What comes here has no secrets any more; see `lib.fields.without_secrets`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from ouro_web.accounts.models import User
from ouro_web.actions.models import SavedForm
from ouro_web.lib.fields import exact
from ouro_web.lib.storable import unstorable
from ouro_web.services.models import Route
from ouro_web.teams.models import GLOBAL_ID, Team

LARGEST = 1024 * 1024  # characters of JSON
MOST_PRESETS = 100  # of one person for one route
MOST_LINKS = 50
LONGEST_NAME = 80

DRAFT, PRESET, LINK = SavedForm.Kind.DRAFT, SavedForm.Kind.PRESET, SavedForm.Kind.LINK
Assets = Mapping[str, list[str]]


def draft(route: Route, user: User) -> SavedForm | None:
    return SavedForm.objects.filter(kind=DRAFT, route=route, user=user).first()


def keep_draft(
    route: Route, user: User, document: Mapping[str, Any], assets: Assets, state: Mapping[str, Any]
) -> None:
    """What is typed just now takes the place of what was. Raises ValidationError."""
    _check(document, state)
    SavedForm.objects.update_or_create(
        kind=DRAFT,
        route=route,
        user=user,
        defaults={
            "document": dict(document),
            "input_assets": dict(assets),
            "state": dict(state),
            "revision": route.revision_id,
        },
    )


def drop_draft(route: Route, user: User) -> None:
    SavedForm.objects.filter(kind=DRAFT, route=route, user=user).delete()


def presets(route: Route, user: User) -> QuerySet[SavedForm]:
    """This person's own and those of her teams."""
    mine = Q(user=user) | Q(team__in=_teams(user).values("pk"))
    return SavedForm.objects.filter(mine, kind=PRESET, route=route).select_related("team", "user")


def teams(user: User) -> list[Team]:
    """With whom a preset can be shared."""
    return list(_teams(user).select_related("organization").order_by("name"))


def keep_preset(
    route: Route,
    user: User,
    document: Mapping[str, Any],
    assets: Assets,
    *,
    name: str,
    team_id: UUID | None = None,
) -> SavedForm:
    """One's own preset of the same name is replaced. Raises ValidationError keyed by field."""
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Give the preset a name."})
    if len(name) > LONGEST_NAME or not _storable(name):
        raise ValidationError({"name": f"Give it a name of at most {LONGEST_NAME} letters."})
    if team_id and not _teams(user).filter(pk=team_id).exists():
        raise ValidationError({"team": "Choose one of your teams."})
    _check(document)
    mine = SavedForm.objects.filter(kind=PRESET, route=route, user=user)
    if mine.count() >= MOST_PRESETS and not mine.filter(name=name).exists():
        raise ValidationError({"name": f"You have {MOST_PRESETS} presets here. Delete one first."})
    made, _ = SavedForm.objects.update_or_create(
        kind=PRESET,
        route=route,
        user=user,
        name=name,
        defaults={"team_id": team_id, "document": dict(document), "input_assets": dict(assets)},
    )
    return made


def delete(preset: SavedForm, user: User) -> None:
    """Raises PermissionDenied for anybody but the one who saved it."""
    if preset.user_id != user.pk:
        raise PermissionDenied("Only the person who saved a preset may delete it.")
    preset.delete()


@transaction.atomic
def keep_link(route: Route, user: User, document: Mapping[str, Any], assets: Assets) -> SavedForm:
    """For values too long for an address; the oldest of a person's make room. Whoever sees the
    route may open it. Raises ValidationError."""
    _check(document)
    mine = SavedForm.objects.filter(kind=LINK, route=route, user=user)
    old = mine.order_by("-pk").values_list("pk", flat=True)[MOST_LINKS - 1 :]
    mine.filter(pk__in=list(old)).delete()
    return SavedForm.objects.create(
        kind=LINK, route=route, user=user, document=dict(document), input_assets=dict(assets)
    )


def link(route: Route, pk: UUID) -> SavedForm | None:
    return SavedForm.objects.filter(kind=LINK, route=route, pk=pk).first()


def _storable(value: Any) -> bool:
    return next(unstorable(value), None) is None


def _teams(user: User) -> QuerySet[Team]:
    return Team.objects.joined_by(user).exclude(pk=GLOBAL_ID)


def _check(document: Mapping[str, Any], state: Mapping[str, Any] | None = None) -> None:
    if len(exact.dumps(dict(document))) + len(exact.dumps(dict(state or {}))) > LARGEST:
        raise ValidationError("These values are too large to be kept.")
    if not (_storable(dict(document)) and _storable(dict(state or {}))):
        raise ValidationError("A value holds a character that is no text.")
