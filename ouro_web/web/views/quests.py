"""Reading quests: lists, one quest, its entries and leaderboards."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from ouro_web.assets import search
from ouro_web.assets.access import ForSaleError, Person
from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib.markdown import Rendered
from ouro_web.quests import seeing, waiting
from ouro_web.quests.models import Entry, EntryStatus, Item, Quest, QuestStatus
from ouro_web.web import embeds, quest_page
from ouro_web.web.forms.quests import ReviewForm
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.lookup import may_manage, readable, rights, visible_asset
from ouro_web.web.paging import address, numbered, page_of

TABS = (("open", "Open"), ("closed", "Closed"), ("all", "All"), ("mine", "Mine and drafts"))


@require_safe
def every(request: Request) -> HttpResponse:
    """Quests the reader may see, newest first: the open ones, unless she asks for others."""
    text = request.GET.get("q", "").strip()[:200]
    is_known = request.user.is_authenticated
    tabs = TABS if is_known else TABS[:3]
    asked = request.GET.get("show", "")
    show = asked if asked in dict(tabs) else "open"
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.QUEST)
    rows = rows.filter(**_narrowed(show, request.user))
    page = page_of(request, search.find(rows, text).for_cards())
    progress = seeing.progress_of(page.items)
    context = {
        "page": page,
        "quests": [(asset, progress.get(asset.pk)) for asset in page.items],
        "text": text,
        "show": show,
        "tabs": [
            {"label": label, "url": address(request, show=name, after=None), "is": name == show}
            for name, label in tabs
        ],
    }
    return render(request, "quests/list.html", context)


def _narrowed(show: str, person: Person) -> dict[str, Any]:
    over = [QuestStatus.CLOSED, QuestStatus.CANCELLED]
    found: dict[str, dict[str, Any]] = {
        "open": {"as_quest__status": QuestStatus.OPEN},
        "closed": {"as_quest__status__in": over},
        "mine": {"owner": person.pk},
    }
    return found.get(show, {"as_quest__status__in": [QuestStatus.OPEN, *over]})


@login_required
@require_safe
def assigned(request: SignedInRequest) -> HttpResponse:
    """What the reader has to do, over all quests; what waits comes last."""
    found = list(seeing.assigned(request.user, request.user, seeing.ACTIONABLE)[:200])
    now = timezone.now()
    rows = [
        {"item": item, "waits": waiting.is_waiting(item, now), "until": waiting.until(item, now),
         "words": Rendered.from_json(item.rendered).words}
        for item in found
    ]  # fmt: skip
    rows.sort(key=lambda row: bool(row["waits"]))
    return render(request, "quests/assigned.html", {"rows": rows})


@require_safe
def by_id(request: Request, pk: UUID) -> HttpResponse:
    return redirect(quest_of(visible_asset(request.user, pk)))


@require_safe
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    named = {"asset_type": AssetType.QUEST, "namespace": owner, "slug": slug}
    try:
        quest = quest_of(readable(Asset, request.user, **named))
    except ForSaleError as refused:
        rows = Asset.objects.visible_to(request.user).for_cards()
        closed = get_object_or_404(rows, **named)
        return render(request, "posts/closed.html", {"asset": closed, "told": str(refused)})
    description, items = quest_page.rows(quest, request.user)
    flags = rights(request.user, quest)
    context = {
        "quest": quest,
        "body": description,
        "items": items,
        "progress": seeing.progress(row.item for row in items),
        "waiting": quest.entries.filter(status=EntryStatus.SUBMITTED).count(),
        "entries": seeing.entries(quest, request.user).count(),
        **flags,
    }
    return render(request, "quests/detail.html", context)


@require_safe
def entries(request: Request, owner: str, slug: str) -> HttpResponse:
    """Admins see all, at first those that wait for them; others their own and accepted ones."""
    quest = readable_quest(request.user, owner, slug)
    manages = may_manage(request.user, quest)
    asked = request.GET.get("status", "submitted" if manages else "")
    status = asked if asked in EntryStatus.values else ""
    rows = seeing.entries(quest, request.user)
    counts = {value: rows.filter(status=value).count() for value in EntryStatus.values}
    if status:
        rows = rows.filter(status=status)
    page = page_of(request, seeing.complete(rows, request.user))
    tabs = [("", "All", sum(counts.values()))]
    tabs += [(each.value, each.label, counts[each.value]) for each in EntryStatus]
    context = {
        "quest": quest,
        "page": page,
        "rows": [(entry, quest_page.handed_in(entry)) for entry in page.items],
        "tabs": [
            {"label": label, "count": count, "is": value == status,
             "url": address(request, status=value, after=None)}
            for value, label, count in tabs
        ],
        "can_manage": manages,
    }  # fmt: skip
    return render(request, "quests/entries.html", context)


@require_safe
def entry(request: Request, pk: UUID) -> HttpResponse:
    found = visible_entry(request.user, pk)
    return shown_entry(request, found, ReviewForm())


def shown_entry(
    request: Request, found: Entry, form: ReviewForm, *, status: int = 200
) -> HttpResponse:
    """With the form for those who decide."""
    quest, rendered = found.quest, (found.rendered, found.rendered_review)
    texts = [Rendered.from_json(each) for each in (*rendered, found.item.rendered)]
    body, review, task = embeds.fill_all(texts, request.user, with_content=False)
    manages = may_manage(request.user, quest)
    context = {
        "quest": quest,
        "entry": found,
        "body": body,
        "review": review,
        "task": task,
        "handed_in": quest_page.handed_in(found),
        "can_manage": manages,
        "may_decide": manages and found.status != "accepted" and quest.status != "cancelled",
        "may_evaluate": manages and found.item.eval_route_id and found.eval_status != "running",
        "form": form,
    }
    return render(request, "quests/entry.html", context, status=status)


@require_safe
def leaderboard(request: Request, pk: UUID) -> HttpResponse:
    item = readable_item(request.user, pk)
    if not item.leaderboard_enabled:
        raise Http404("This item has no leaderboard.")
    page = numbered(request, seeing.complete(seeing.ranked(item), request.user))
    (body,) = embeds.fill_all([Rendered.from_json(item.rendered)], request.user, with_content=False)
    rows = [
        {"place": place, "entry": each, "handed_in": quest_page.handed_in(each),
         "open": each.status == "accepted" or each.contributor_id == request.user.pk}
        for place, each in enumerate(page.items, start=page.first)
    ]  # fmt: skip
    context = {
        "quest": item.quest, "item": item, "body": body, "page": page, "rows": rows,
        **rights(request.user, item.quest),
    }  # fmt: skip
    return render(request, "quests/leaderboard.html", context)


def readable_quest(person: Person, owner: str, slug: str) -> Quest:
    named = {"asset_type": AssetType.QUEST, "namespace": owner, "slug": slug}
    return quest_of(readable(Asset, person, **named))


def readable_item(person: Person, pk: UUID) -> Item:
    rows = Item.objects.select_related(
        "quest__owner", "quest__organization", "quest__team", "eval_route", "assignee"
    )
    item = get_object_or_404(rows, pk=pk)
    readable(Asset, person, pk=item.quest_id)
    return item


def visible_entry(person: Person, pk: UUID) -> Entry:
    """Raises Http404 for those who may not see it, and for what never was."""
    rows = Entry.objects.select_related("quest__owner").filter(pk=pk)
    quest = get_object_or_404(rows, pk=pk).quest
    readable(Asset, person, pk=quest.pk)
    shown = seeing.complete(seeing.entries(quest, person), person)
    return get_object_or_404(shown, pk=pk)


def decidable_entry(person: Person, pk: UUID) -> Entry:
    found = visible_entry(person, pk)
    if not may_manage(person, found.quest):
        raise PermissionDenied("Only the quest’s admins decide about entries.")
    return found


def quest_of(asset: Asset) -> Quest:
    rows = Quest.objects.select_related("owner", "organization", "team", "parent")
    return cast(Quest, get_object_or_404(rows, pk=asset.pk))
