"""One box over all assets. An id, pasted bare or in a link, goes straight to the thing."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from ouro_web.actions.models import Action
from ouro_web.assets import engagement, facets, search, tags
from ouro_web.assets.facets import Chosen, Facts
from ouro_web.assets.models import Asset, AssetQuerySet
from ouro_web.web import narrowing
from ouro_web.web.frame import frame_of
from ouro_web.web.http import Request, render
from ouro_web.web.paging import numbered

SIZE = 30
TAGGED = 1_000  # hits whose tags are counted: to ask for more costs the most of a page
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
    chosen: Chosen
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
            chosen=narrowing.asked(request),
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
    every, instead = search.hits(seen, asked.text), ""
    if asked.text and not every.ids and not asked.exactly:
        instead = search.corrected(seen, asked.text)
        every = search.hits(seen, instead) if instead else every
    text = instead or asked.text
    found = search.narrowed(every, seen, text, asked.chosen)
    page = numbered(request, in_order(seen, found, asked), size=SIZE, total=len(found.rows))
    facts = _facts(every, found)
    context = {
        "asked": asked,
        "instead": instead,
        "marked": text,
        "page": page,
        "shown": search.in_order(page.items),
        "total": page.total,
        "more": found.more,
        "at_least": every.more,
        "sorts": [each for each in SORTS.items() if asked.text or each[0] != "relevant"],
        "windows": WINDOWS.items(),
        "kinds": narrowing.kinds(facts, asked.chosen),
        "facets": narrowing.panel(request, facts, asked.chosen),
        "tags": tags.count(found.ids[:TAGGED]),
        "more_tags": len(found.rows) > TAGGED,
        "narrowed": bool(asked.chosen or asked.scope or asked.tag),
    }
    return render(request, "search.html", context)


def _facts(every: search.Hits, found: search.Hits) -> Counter[Facts]:
    """Of all that was seen. Of very many hits those that were chosen may be older than all others
    that were looked at; both are counted then, so no number is too large."""
    if every.more and found is not every:
        return Counter({**dict(every.rows), **dict(found.rows)}.values())
    return Counter(facts for _, facts in every.rows)


def in_order(rows: AssetQuerySet, found: search.Hits, asked: Asked) -> Sequence[uuid.UUID]:
    """The ids of all hits as they were asked for, or a query for them, for their page to be cut."""
    if asked.sort == "relevant":
        return found.ids
    if asked.sort == "recent":
        return sorted(found.ids, reverse=True)
    # Without words the order is asked of everything, else of what was found.
    among = rows.filter(pk__in=found.ids) if asked.text else facets.narrowed(rows, asked.chosen)
    if asked.sort == "popular":
        ordered = engagement.most_seen(among, asked.window)
    else:
        ordered = among.order_by("-updated_at", "-pk")
    return list(ordered.values_list("pk", flat=True)[: search.MOST])


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
