"""Helpers of the editor: finding assets to insert, people to mention, uploads."""

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from ouro_web.accounts.models import User
from ouro_web.actions.models import Action
from ouro_web.assets import search
from ouro_web.assets.models import Asset
from ouro_web.files import storage
from ouro_web.files.limits import uploading
from ouro_web.lib.markdown import Rendered, addresses, embed
from ouro_web.web import embeds
from ouro_web.web.frame import default_placement
from ouro_web.web.http import Request, SignedInRequest, render

FOUND = 12
PEOPLE = 8


@login_required
@require_safe
def assets(request: SignedInRequest) -> HttpResponse:
    """What can be inserted: by words, by id or link, else one's newest. The dialog of the editor
    asks for the part; by itself it is a page to copy from, for writers without scripts."""
    text = request.GET.get("q", "").strip()[:200]
    rows = Asset.objects.published().visible_to(request.user)
    pk = search.as_id(text)
    if pk:
        rows = rows.filter(pk=pk)
    elif text:
        rows = search.by_relevance(search.find(rows, text), text)
    else:
        rows = rows.filter(owner=request.user).order_by("-pk")
    found = rows.for_cards()[:FOUND]
    context = {"assets": found, "text": text}
    if not request.htmx:
        return render(request, "posts/assets.html", context)
    return render(request, "posts/aids.html", context, part="assets")


@login_required
@require_safe
def link(request: SignedInRequest) -> JsonResponse:
    """The typed link for a pasted address of this site; an empty one for what she may not see."""
    words = request.GET.get("url", "").strip()[:500]
    path = addresses.on_this_site(words, settings.PUBLIC_URL)
    found = _named(path, request)
    if found is None:
        return JsonResponse({"markdown": ""})
    kind, name, pk = found
    return JsonResponse({"markdown": f"[{_label(name)}]({kind}:{pk})"})


def _named(path: str, request: SignedInRequest) -> tuple[str, str, object] | None:
    reference = addresses.typed(path)
    if reference and reference[0] == "action":
        run = Action.objects.visible_to(request.user).filter(pk=reference[1]).first()
        return ("action", f"Run of {run.route_name}", run.pk) if run else None
    rows = Asset.objects.visible_to(request.user)
    if reference:
        asset = rows.filter(pk=reference[1]).first()
    elif page := addresses.page(path):
        kind, namespace, slug = page.strip("/").split("/")
        asset = rows.filter(
            asset_type=kind.removesuffix("s"), namespace=namespace, slug=slug
        ).first()
    else:
        return None
    return (asset.asset_type, asset.name, asset.pk) if asset else None


def _label(name: str) -> str:
    return name.replace("[", "(").replace("]", ")")


@require_safe
def one_embed(request: Request) -> HttpResponse:
    """An embed by itself, for a script that looks again while its run works; unchanged it costs no
    body. Who may not see the run gets the same notice as in the text."""
    try:
        slot = embed.read(request.GET.get("block", ""))
    except embed.BrokenEmbedError as reason:
        return HttpResponse(str(reason), status=400, content_type="text/plain; charset=utf-8")
    html = embeds.fill(Rendered([slot]), request.user)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(html, headers={"ETag": etag})


@login_required
@require_safe
def people(request: SignedInRequest) -> JsonResponse:
    """Names that begin so, for completing a mention."""
    begin = request.GET.get("q", "").lower()[:39]
    rows = User.objects.filter(is_active=True, username__startswith=begin).order_by("username")
    found = [{"username": each.username, "name": each.display_name} for each in rows[:PEOPLE]]
    return JsonResponse({"people": found})


@login_required
@require_POST
def upload(request: SignedInRequest) -> JsonResponse:
    """A pasted or dropped file becomes a file asset; the answer is the markdown that shows it."""
    sent = request.FILES.get("file")
    if sent is None or not sent.name:
        return JsonResponse({"error": "No file arrived."}, status=422)
    try:
        uploading(request.user, sent.size or 0)
        file = storage.store(
            default_placement(request),
            name=sent.name,
            filename=sent.name,
            content=sent,
            media_type=sent.content_type or "",
        )
    except ValidationError as refused:
        return JsonResponse({"error": " ".join(refused.messages)}, status=422)
    label = _label(file.name)
    mark = "!" if file.media_type.startswith("image/") else ""
    return JsonResponse({"markdown": f"{mark}[{label}](file:{file.pk})"})
