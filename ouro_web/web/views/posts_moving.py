"""Posts from and to files: a markdown file in; markdown, a zip with its assets, and HTML out."""

import re
import tempfile
from html import escape

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.assets.models import Asset
from ouro_web.lib.markdown import Rendered
from ouro_web.posts import drafts, exporting
from ouro_web.posts.models import Post
from ouro_web.web import embeds
from ouro_web.web.frame import default_placement
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.views.posts import readable_post

_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
SHEETS = ("tokens.css", "base.css", "components.css", "pages/posts.css", "pages/viewers.css")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: SignedInRequest) -> HttpResponse:
    """A markdown file becomes a draft, to be looked at before anybody else reads it."""
    if request.method != "POST":
        return render(request, "posts/import.html")
    sent = request.FILES.get("file")
    try:
        if not isinstance(sent, UploadedFile):
            raise ValidationError({"file": "Choose a file first."})
        name, text = exporting.read(sent, sent.name or "")
        post = drafts.start(default_placement(request), name=name, text=text)
    except ValidationError as refused:
        context = {"errors": refused.messages}
        return render(request, "posts/import.html", context, status=422)
    messages.success(request, "Imported as a draft. Look it over, then publish it.")
    return redirect("posts:edit", post.namespace, post.slug)


@require_safe
def as_markdown(request: Request, owner: str, slug: str) -> HttpResponse:
    post = readable_post(request.user, owner, slug)
    return _download(exporting.markdown(post), f"{post.slug}.md", "text/markdown")


@require_safe
def as_page(request: Request, owner: str, slug: str) -> HttpResponse:
    """One file that can be read without this site; its links lead back here."""
    post = readable_post(request.user, owner, slug)
    body = embeds.fill(Rendered.from_json(post.rendered), request.user, post=post)
    for attribute in ("href", "src"):
        body = type(body)(body.replace(f'{attribute}="/', f'{attribute}="{settings.PUBLIC_URL}/'))
    return _download(_page(post, body), f"{post.slug}.html", "text/html")


@require_safe
def as_archive(request: Request, owner: str, slug: str) -> FileResponse:
    post = readable_post(request.user, owner, slug)
    slots = Rendered.from_json(post.rendered).references
    ids = {slot.id for slot in (*slots.embeds, *slots.links) if slot.type != "action"}
    assets = Asset.objects.readable_by(request.user).filter(pk__in=ids).for_cards()
    pack = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    exporting.archive(post, assets.order_by("pk"), pack)
    pack.seek(0)
    return FileResponse(pack, as_attachment=True, filename=f"{post.slug}.zip")


def _page(post: Post, body: str) -> str:
    name, who = escape(post.name), escape(post.owner.display_name)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_styles()}</style>\n</head>\n<body>\n"
        f'<main><article class="alone"><h1>{name}</h1><p class="muted">{_about(post, who)}</p>\n'
        f'<div class="prose">{body}</div></article></main>\n</body>\n</html>\n'
    )


def _about(post: Post, who: str) -> str:
    address = settings.PUBLIC_URL + post.get_absolute_url()
    when = f", {post.published_at:%-d %B %Y}" if post.published_at else ""
    return f'{who}{when}, <a href="{address}">{address}</a>'


def _styles() -> str:
    """Of the site, without its fonts: they would be looked for beside the file."""
    order = "@layer tokens, base, components, pages;\n"
    found = [finders.find(sheet) for sheet in SHEETS]
    sheets = []
    for path in found:
        if isinstance(path, str):
            with open(path) as sheet:
                sheets.append(sheet.read())
    return order + _FONT.sub("", "\n".join(sheets)).replace("</", "<\\/")


def _download(text: str, name: str, kind: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
