"""People: the caller's own profile and plan, finding others, what somebody made."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.utils.dateparse import parse_datetime

from ouro_web.accounts.models import User
from ouro_web.api.http import Request, answer, router
from ouro_web.api.shapes.people import user as user_shape
from ouro_web.assets.models import Asset, AssetType
from ouro_web.comments.models import Comment
from ouro_web.notifications import following
from ouro_web.quests import experience

people = router("People")

MOST_FOUND = 20


@people.get("/user/profile")
def mine(request: Request) -> Any:
    """The caller's own profile."""
    return answer(_with_metrics(request, request.auth.user))


@people.get("/user/plan-info")
def plan(request: Request) -> Any:
    """What the caller may keep here, and what she does. A site of one's own sets no limits."""
    made = Asset.objects.filter(owner=request.auth.user)
    kept = made.aggregate(
        assets=Count("pk"), datasets=Count("pk", filter=Q(asset_type=AssetType.DATASET))
    )
    limits = {
        "maxStorageBytes": UNLIMITED,
        "maxAssets": UNLIMITED,
        "maxDatasets": UNLIMITED,
        "canCreatePrivateAssets": True,
        "canMonetize": False,
        "maxUploadBytes": settings.MAX_UPLOAD,
    }
    usage = {name: {"used": used, "limit": UNLIMITED} for name, used in kept.items()}
    return answer({"planType": "self-hosted", "limits": limits, "usage": usage})


UNLIMITED = 2**53 - 1  # the largest whole number that every client reads exactly


@people.get("/users/search")
def search(request: Request, query: str = "") -> Any:
    """People whose user name or name has these words in it."""
    words = query.strip()
    rows = User.objects.filter(is_active=True)
    found = rows.filter(Q(username__icontains=words) | Q(name__icontains=words))
    people = found.order_by("username")[:MOST_FOUND] if words else []
    return answer([user_shape(person, request.auth.user) for person in people])


@people.get("/users/{str:name}")
def retrieve(request: Request, name: str) -> Any:
    """A person by user name or id."""
    return answer(_with_metrics(request, _person(name)))


@people.get("/users/{str:name}/impact")
def impact(request: Request, name: str, since: str = "", asset_ids: str = "") -> Any:
    """What came of a person's assets, as far as the caller may see them."""
    person = _person(name)
    rows = Asset.objects.published().visible_to(request.auth.user).filter(owner=person)
    if asset_ids:
        rows = rows.filter(pk__in=_ids(asset_ids))
    begin = _moment(since)
    said = Comment.objects.filter(asset_id__in=rows.values("pk"))
    if begin:
        said = said.filter(created_at__gte=begin)
    totals = {
        "assets": rows.count(),
        "comments": said.count(),
        "external_comments": said.exclude(author=person).count(),
        **dict.fromkeys(("views", "reactions", "downloads", "quality_views", "uses"), 0),
        **dict.fromkeys(("external_reactions", "earnings_btc", "earnings_usd"), 0),
    }
    return answer({"user_id": person.pk, "since": begin, "aggregate": totals, "assets": []})


def _person(name: str) -> User:
    try:
        named = Q(pk=UUID(name))
    except ValueError:
        named = Q(username=name)
    person = User.objects.filter(named, is_active=True).first()
    if person is None:
        raise Http404
    return person


def _with_metrics(request: Request, person: User) -> dict[str, Any]:
    """How much of each kind she made, as far as the reader may see it."""
    rows = Asset.objects.published().visible_to(request.auth.user).filter(owner=person)
    counted = rows.values_list("asset_type").annotate(Count("pk")).order_by()
    counts = dict.fromkeys(AssetType.values, 0) | dict(counted)
    metrics = {f"{kind}_count": count for kind, count in counts.items()}
    standing = following.standing(person, request.auth.user)
    follows = {
        "followers": standing.followers,
        "following": standing.following,
        "isFollowing": standing.is_followed,
        "isFollowed": standing.follows_back,
    }
    xp = experience.total(person)
    earned = {"totalXp": xp, "level": experience.level(xp), "xp_totals": {"total": xp}}
    return user_shape(person, request.auth.user, metrics, follows) | earned


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(each) for each in text.split(",") if each.strip()]
    except ValueError:
        raise ValidationError({"asset_ids": "must be ids with commas between them."}) from None


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None):
        raise ValidationError({"since": "must be an ISO time with a zone."})
    return found
