"""The first page: the state of one's work in words, or for visitors what can be tried here."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ouro_web.accounts.models import User
from ouro_web.actions.models import LIVE, Action, ActionAsset, Status
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, AssetType
from ouro_web.services.models import Route
from ouro_web.web import runs
from ouro_web.web.http import Request, render, wanted_part

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@require_safe
def home(request: Request) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        return render(request, "home/visitor.html", public())
    part = wanted_part(request, "running")
    if part:
        return render(request, "home/home.html", running(user), part=part)
    context = running(user) | {
        "recent": recent(user),
        "routes": busiest(user, 8),
        "news": from_followed(user),
        "team_news": from_teams(user),
    }
    if not context["recent"] and not context["runs"] and not user.actions.exists():
        return render(request, "home/newcomer.html", first_steps(user))
    return render(request, "home/home.html", context)


def running(user: User) -> dict[str, Any]:
    """What runs now, and what failed since yesterday."""
    mine = runs.with_last_line(runs.detailed(Action.objects.filter(user=user), user))
    live = list(mine.filter(status__in=LIVE).order_by("-pk")[:20])
    bad = mine.filter(
        status__in=(Status.ERROR, Status.TIMED_OUT),
        finished_at__gte=timezone.now() - timedelta(days=1),
    )
    failed = list(bad.order_by("-pk")[:3])
    return {
        "runs": runs.shown([*live, *failed], user),
        "live": bool(live),
        "sentence": sentence(len(live), bad.count()),
    }


def sentence(live: int, failed: int) -> str:
    """The state of one's work in words."""
    if not live and not failed:
        return "Nothing is running."
    now = f"{counted(live)} in progress" if live else "Nothing is running"
    return (
        f"{now}, {counted(failed, bare=bool(live)).lower()} failed since yesterday."
        if failed
        else f"{now}."
    )


def counted(number: int, *, bare: bool = False) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return word if bare else f"{word} run{'' if number == 1 else 's'}"


def recent(user: User) -> list[tuple[str, list[Asset]]]:
    """My newest things by day, each with the run that made it."""
    made = ActionAsset.objects.filter(direction="out", made_here=True).select_related("action")
    rows = (
        Asset.objects.published()
        .filter(owner=user)
        .exclude(asset_type=AssetType.ROUTE)  # they come with their service
        .for_cards()
        .prefetch_related(Prefetch("action_links", queryset=made, to_attr="made_by"))
        .order_by("-updated_at")[:14]
    )
    return [(day, list(group)) for day, group in groupby(rows, key=day_word)]


def from_followed(user: User) -> list[Asset]:
    """The newest of what those she follows made and she may see."""
    rows = Asset.objects.published().visible_to(user)
    news = rows.filter(owner__followed_by__follower=user).exclude(asset_type=AssetType.ROUTE)
    return list(news.for_cards().order_by("-pk")[:6])


def from_teams(user: User) -> list[Asset]:
    """The newest of what others put into her teams and she may see."""
    mine = user.team_memberships.values("team")
    rows = Asset.objects.published().visible_to(user).filter(team__in=mine).exclude(owner=user)
    return list(rows.exclude(asset_type=AssetType.ROUTE).for_cards().order_by("-pk")[:6])


def day_word(asset: Asset) -> str:
    days = (timezone.localdate() - timezone.localtime(asset.updated_at).date()).days
    if days < 1:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "This week" if days < 7 else "Earlier"


def public() -> dict[str, Any]:
    """Routes and posts that everybody may see, the busiest and the newest."""
    nobody = AnonymousUser()
    seen = Asset.objects.visible_to(nobody).for_cards()
    return {
        "routes": busiest(nobody, 6),
        "posts": list(seen.filter(asset_type=AssetType.POST).order_by("-pk")[:5]),
        "datasets": list(seen.filter(asset_type=AssetType.DATASET).order_by("-pk")[:3]),
    }


def busiest(person: Person, number: int) -> list[Route]:
    """Live routes this person may see: those she runs most come first, then those all run most."""
    seen = Asset.objects.visible_to(person).filter(asset_type=AssetType.ROUTE).values("pk")
    every: QuerySet[Route] = QuerySet(Route)
    rows = every.filter(pk__in=seen, retired_at=None).select_related("service", "owner")
    own = Count("actions", filter=Q(actions__user=person.pk))
    counted = rows.annotate(uses=Count("actions"), own_uses=own)
    return list(counted.order_by("-own_uses", "-uses", "pk")[:number])


def first_steps(user: User) -> dict[str, Any]:
    """A newcomer begins with the busiest route and sees what others published."""
    posts = Asset.objects.visible_to(user).filter(asset_type=AssetType.POST)
    return {
        "routes": busiest(user, 4),
        "posts": list(posts.for_cards().order_by("-pk")[:4]),
    }
