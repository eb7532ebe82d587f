"""What the pages know about HTTP: a typed request, and one way to render a page or a part."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.views.decorators.csp import csp_override
from django_htmx.middleware import HtmxDetails

from ouro_web.accounts.models import User
from ouro_web.assets import elsewhere


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


def sends_to_the_store[**P](
    view: Callable[P, HttpResponse],
) -> Callable[P, HttpResponse]:
    """A page that uploads files may connect to the store of files, where that is elsewhere."""

    @wraps(view)
    def within(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (store := elsewhere.origin()):
            return view(*args, **kwargs)
        policy: dict[str, Any] = dict(settings.SECURE_CSP)
        policy["connect-src"] = [*policy["connect-src"], store]
        widened: Callable[P, HttpResponse] = csp_override(policy)(view)
        return widened(*args, **kwargs)

    return within


def wanted_part(request: Request, *parts: str) -> str:
    """The part an htmx request asks for by ?part=, if it is one of these; else the whole page."""
    asked = request.GET.get("part", "")
    return asked if request.htmx and asked in parts else ""
