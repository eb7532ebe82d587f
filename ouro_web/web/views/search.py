"""One box over all assets. An id, pasted bare or in a link, goes straight to the thing."""

import uuid
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from ouro_web.actions.models import Action
from ouro_web.assets import engagement, search, tags
from ouro_web.assets.models import Asset, AssetQuerySet, AssetType
from ouro_web.web.frame import frame_of
from ouro_web.web.http import Request, render
from ouro_web.web.paging import numbered

SIZE = 30
SCOPES = ("", "mine", "here")
WINDOWS = {"day": "Today", "week": "This week", "month": "This month", "all": "Ever"}
SORTS = {
    "relevant": "Best first",
    "recent": "Newest first",
    "updated": "Changed last",
    "popular": "Seen most",
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what cannot be understood in it is left out."""

    text: str
    kinds: list[str]
    scope: str
    tag: str
    sort: str
    window: str
    exactly: bool

    @classmethod
    def of(cls, request: Request) -> "Asked":
        get = request.GET.get
        text = get("q", "").strip()[:200]
        usual = "relevant" if text else "recent"
        return cls(
            text=text,
            kinds=[kind for kind in request.GET.getlist("type") if kind in AssetType.values],
            scope=get("scope", "") if get("scope") in SCOPES else "",
            tag=get("tag", "").strip()[: tags.LONGEST],
            sort=get("sort", "") if get("sort") in SORTS else usual,
            window=get("window", "") if get("window") in WINDOWS else "month",
            exactly="exactly" in request.GET,
        )


@require_safe
def find(request: Request) -> HttpResponse:
    asked = Asked.of(request)
    target = go_to(request, search.as_id(asked.text)) if asked.text else None
    if target:
        return HttpResponseRedirect(target)
    seen = scoped(request, asked.scope)
    if asked.tag:
        seen = seen.filter(tagged__tag__name=asked.tag)
    rows, instead = search.find(seen, asked.text), ""
    counts = search.count_by_kind(rows)
    if asked.text and not counts and not asked.exactly:
        instead = search.corrected(seen, asked.text)
        rows = search.find(seen, instead) if instead else rows
        counts = search.count_by_kind(rows)
    chosen = search.of_kinds(rows, asked.kinds)
    ordered = in_order(chosen, asked, instead or asked.text)
    total = sum(counts[kind] for kind in counts if not asked.kinds or kind in asked.kinds)
    context = {
        "asked": asked,
        "instead": instead,
        "marked": instead or asked.text,
        "page": numbered(request, ordered.for_cards(), size=SIZE, total=total),
        "total": total,
        "sorts": [each for each in SORTS.items() if asked.text or each[0] != "relevant"],
        "windows": WINDOWS.items(),
        "facets": facets(counts, asked.kinds),
        "tags": tags.count(chosen),
        "narrowed": bool(asked.kinds or asked.scope or asked.tag),
    }
    return render(request, "search.html", context)


def facets(counts: dict[str, int], kinds: list[str]) -> list[dict[str, object]]:
    return [
        {
            "value": kind.value,
            "label": f"{kind.label}s",
            "on": kind in kinds,
            "count": counts.get(kind, 0),
        }
        for kind in AssetType
    ]


def in_order(rows: AssetQuerySet, asked: Asked, text: str) -> AssetQuerySet:
    if asked.sort == "relevant" and text:
        return search.by_relevance(rows, text)
    if asked.sort == "updated":
        return rows.order_by("-updated_at", "-pk")
    if asked.sort == "popular":
        return engagement.most_seen(rows, asked.window)
    return rows.order_by("-pk")


def scoped(request: Request, scope: str) -> AssetQuerySet:
    """Everything the person may see, or only her own, or only what lies in the place she chose."""
    rows = Asset.objects.visible_to(request.user)
    if scope == "mine" and request.user.is_authenticated:
        return rows.filter(owner=request.user)
    organization = frame_of(request).organization
    if scope == "here" and organization:
        return rows.filter(organization=organization)
    return rows


def go_to(request: Request, wanted: uuid.UUID | None) -> str:
    """The address of an asset or run with this id, "" when the person may see none."""
    if wanted is None:
        return ""
    asset = Asset.objects.visible_to(request.user).filter(pk=wanted).first()
    action = None if asset else Action.objects.visible_to(request.user).filter(pk=wanted).first()
    found = asset or action
    return found.get_absolute_url() if found else ""
