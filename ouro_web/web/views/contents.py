"""The bytes of a file: by session for readers, by signature for services."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from ouro_web.files import figures, previews, signatures
from ouro_web.files.models import File
from ouro_web.files.notebooks import page_of
from ouro_web.web import content, lookup
from ouro_web.web.http import Request


def readable(request: Request, pk: UUID) -> File:
    return lookup.readable(File, request.user, pk=pk)


@require_safe
def download(request: Request, pk: UUID) -> HttpResponseBase:
    return content.handed(request, readable(request, pk))


@require_safe
def inline(request: Request, pk: UUID) -> HttpResponseBase:
    """For the viewers; what none of them shows comes as a download."""
    return content.inline(request, readable(request, pk))


@require_safe
def preview(request: Request, pk: UUID) -> HttpResponseBase:
    """A picture that browsers do not show, as one that they do."""
    file = readable(request, pk)
    return content.kept(request, file, lambda: previews.picture(file), kind="image/png")


# What notebooks' own pages give to tables and texts; what the output says itself goes before it.
PLAIN = (
    "<!doctype html><style>:where(body){margin:8px;font:13px/1.5 system-ui,sans-serif}"
    ":where(table){border-collapse:collapse;border:0}"
    ":where(th,td){padding:4px 8px;border:0;text-align:right}"
    ":where(thead){border-bottom:1px solid #888}"
    ":where(tbody tr:nth-child(even)){background:#f3f2f0}"
    "</style>"
)


@require_safe
def frame(request: Request, pk: UUID) -> HttpResponseBase:
    """For the sandboxed frame of a viewer: a page that a person or a service made, a figure, or
    what one cell of a notebook showed."""
    file = readable(request, pk)
    if file.media_type == "text/html":
        return content.framed(request, file)
    if found := figures.figure(file):
        return content.framed_page(request, "files/figure_frame.html", {"figure": found})
    html = page_of(file, request.GET.get("output", "")) if file.extension == "ipynb" else None
    if html is None:
        raise Http404
    return content.framed_part(request, PLAIN + html)


@require_safe
def signed(request: Request, token: str, filename: str) -> HttpResponseBase:
    """Whoever has the link has the bytes, until it expires. The name in it is for people."""
    try:
        ticket = signatures.read(token)
    except signatures.UnsignedError:
        raise Http404("This link is not valid, or no longer.") from None
    kept = signatures.opened(ticket)
    if kept is None:
        raise Http404("This link is for content that is not kept, or for somebody else.")
    return content.download(request, kept)
