"""One box over all assets. An id, pasted bare or in a link, goes straight to the thing."""

import uuid

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


@require_safe
def find(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    target = go_to(request, search.as_id(text)) if text else None
    if target:
        return HttpResponseRedirect(target)
    kinds = [kind for kind in request.GET.getlist("type") if kind in AssetType.values]
    scope = request.GET.get("scope", "") if request.GET.get("scope") in SCOPES else ""
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "relevant" if text else "recent"
    window = request.GET.get("window", "")
    window = window if window in WINDOWS else "month"
    seen = scoped(request, scope)
    rows, instead = search.find(seen, text), ""
    rows, tag = _tagged(request, rows)
    counts = search.count_by_kind(rows)
    if text and not counts and "exactly" not in request.GET:
        instead = search.corrected(seen, text)
        rows = search.find(seen, instead) if instead else rows
        counts = search.count_by_kind(rows)
    chosen = search.of_kinds(rows, kinds)
    ordered = in_order(chosen, sort, instead or text, window)
    total = sum(counts[kind] for kind in counts if not kinds or kind in kinds)
    context = {
        "text": text,
        "instead": instead,
        "marked": instead or text,
        "page": numbered(request, ordered.for_cards(), size=SIZE, total=total),
        "total": total,
        "scope": scope,
        "sort": sort,
        "sorts": [each for each in SORTS.items() if text or each[0] != "relevant"],
        "facets": facets(counts, kinds),
        "tag": tag,
        "tags": tags.count(chosen) if request.user.is_authenticated or text or tag else [],
        "window": window,
        "windows": WINDOWS.items(),
        "narrowed": bool(kinds or scope or tag),
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


def _tagged(request: Request, rows: AssetQuerySet) -> tuple[AssetQuerySet, str]:
    """Those with the tag in the address, and its name; a name that no tag has finds nothing."""
    name = request.GET.get("tag", "").strip()[: tags.LONGEST]
    return (rows.filter(tagged__tag__name=name) if name else rows), name


def in_order(rows: AssetQuerySet, sort: str, text: str, window: str) -> AssetQuerySet:
    if sort == "relevant" and text:
        return search.by_relevance(rows, text)
    if sort == "updated":
        return rows.order_by("-updated_at", "-pk")
    if sort == "popular":
        return engagement.most_seen(rows, window)
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
