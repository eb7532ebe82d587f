"""Reading posts."""

import difflib
import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from ouro_web.assets import search
from ouro_web.assets.access import ForSaleError, Person, Visibility, may_read
from ouro_web.assets.models import Asset, AssetType, Connection
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot, slot
from ouro_web.lib.markdown import Rendered
from ouro_web.posts.models import Post, PostRevision
from ouro_web.web import embeds, lineage, looks
from ouro_web.web.http import Request, render
from ouro_web.web.lookup import readable, rights, visible_asset
from ouro_web.web.paging import page_of
from ouro_web.web.previews import excerpt

LONG = 4  # a table of contents from this many headings on
WORDS_A_MINUTE = 220


@require_safe
def every(request: Request) -> HttpResponse:
    """Posts the reader may see, newest first; ?mine shows her own with their drafts."""
    text = request.GET.get("q", "").strip()[:200]
    mine = "mine" in request.GET and request.user.is_authenticated
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.POST)
    rows = rows.filter(owner=request.user.pk) if mine else rows.exclude(as_post__state="draft")
    page = page_of(request, search.find(rows, text).for_cards())
    return render(request, "posts/list.html", {"page": page, "text": text, "mine": mine})


@require_safe
def by_id(request: HttpRequest, pk: UUID) -> HttpResponse:
    return redirect(post_of(visible_asset(request.user, pk)))


@require_safe
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    try:
        post = readable_post(request.user, owner, slug)
    except ForSaleError as refused:
        rows = Asset.objects.visible_to(request.user).for_cards()
        closed = get_object_or_404(rows, asset_type=AssetType.POST, namespace=owner, slug=slug)
        return render(request, "posts/closed.html", {"asset": closed, "told": str(refused)})
    looks.note(request, post)
    text = Rendered.from_json(post.rendered)
    context = {
        "asset": post,
        "body": embeds.fill(text, request.user, post=post),
        "minutes": max(1, round(spaces(post.text) / WORDS_A_MINUTE)),
        "contents": contents(text),
        "uses": uses(post, request.user),
        "revision": _revision.first(pk=post.pk),
        "lineage": lineage.of(post.asset, request.user),
        **rights(request.user, post),
        **_for_others(post, text),
    }
    return render(request, "posts/detail.html", context)


def _for_others(post: Post, text: Rendered) -> dict[str, Any]:
    """What other sites show of a link to a post that everybody may read."""
    if post.is_draft or post.effective_visibility != Visibility.PUBLIC:
        return {}
    return {
        "open_to_all": True,
        "address": settings.PUBLIC_URL + post.get_absolute_url(),
        "summary": post.description[:300] or excerpt(text),
    }


@require_safe
def revisions(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    post = readable_post(request.user, owner, slug)
    rows = post.revisions.select_related("saved_by")
    context = {"asset": post, "revisions": rows, **rights(request.user, post)}
    return render(request, "posts/revisions.html", context)


@require_safe
def revision(request: HttpRequest, owner: str, slug: str, number: int) -> HttpResponse:
    """One revision, as what it changed of the one before."""
    post = readable_post(request.user, owner, slug)
    chosen = get_object_or_404(post.revisions.select_related("saved_by"), number=number)
    before = post.revisions.filter(number__lt=number).first()
    context = {
        "asset": post,
        "revision": chosen,
        "before": before,
        "lines": changed_lines(before.text if before else "", chosen.text),
        **rights(request.user, post),
    }
    return render(request, "posts/revision.html", context)


def readable_post(person: Person, owner: str, slug: str) -> Post:
    """Raises ForSaleError where only the name and the facts are open to this person."""
    post = _at.first(namespace=owner, slug=slug)
    if post is not None and may_read(post.pk, person):
        return post
    return post_of(readable(Asset, person, asset_type=AssetType.POST, namespace=owner, slug=slug))


def post_of(asset: Asset) -> Post:
    return get_object_or_404(_posts(), pk=asset.pk)


def _posts() -> QuerySet[Post]:
    rows: QuerySet[Post] = QuerySet(Post)
    return rows.select_related("owner", "organization", "team", "parent")


_at = kept.Rows(
    lambda: _posts().filter(
        asset_type=AssetType.POST, namespace=slot(Post, "namespace"), slug=slot(Post, "slug")
    )
)
_revision = kept.Rows(
    lambda: PostRevision.objects.filter(post=Slot("pk", UUIDField())).defer("text")[:1]
)
_targets = kept.Rows(
    lambda: Connection.objects.filter(source=Slot("pk", UUIDField())).values_list(
        "target", flat=True
    )
)


def spaces(text: str) -> int:
    """About as many as words, and counted in a tenth of the time that splitting takes."""
    return text.count(" ") + text.count("\n")


def contents(text: Rendered) -> list[dict[str, Any]]:
    """The headings of the two upper levels there are, when there are enough for a list."""
    top = min((heading.level for heading in text.headings), default=1)
    rows = [heading for heading in text.headings if heading.level <= top + 1]
    if len(rows) < LONG:
        return []
    return [{"id": h.id, "text": h.text, "deeper": h.level > top} for h in rows]


def uses(post: Post, person: Person) -> list[Asset]:
    """What the text links to and embeds, as far as the reader may see it."""
    targets = _targets.all(pk=post.pk)
    if not targets:
        return []
    return list(Asset.objects.visible_to(person).filter(pk__in=targets).order_by("name")[:30])


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """A unified comparison: the kind of each line (add, cut, same, place) and its words."""
    kinds = {"+": "add", "-": "cut", " ": "same"}
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return [
        (kinds[line[0]], line[1:]) if line[0] in kinds else ("place", _place(line))
        for line in list(lines)[2:]
    ]


def _place(header: str) -> str:
    """@@ -4,7 +5,8 @@ in words."""
    number = re.search(r"\+(\d+)", header)
    return f"From line {number[1]}" if number else ""
