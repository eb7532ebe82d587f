"""What the pages know about HTTP: a typed request, and one way to render a page or a part."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django_htmx.middleware import HtmxDetails

from ouro_web.accounts.models import User


class Request(HttpRequest):
    """A request after the middleware: for views that allow anonymous readers too."""

    htmx: HtmxDetails


class SignedInRequest(Request):
    user: User  # login_required has run


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or with `part` the partialdef of that name inside it."""
    name = f"{template}#{part}" if part else template
    response = django_render(request, name, context, status=status)
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def wanted_part(request: Request, *parts: str) -> str:
    """The part an htmx request asks for by ?part=, if it is one of these; else the whole page."""
    asked = request.GET.get("part", "")
    return asked if request.htmx and asked in parts else ""
