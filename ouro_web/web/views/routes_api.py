"""The API tab of a route, and the same as plain text for programs that read."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ouro_web.assets.models import Asset
from ouro_web.services.models import Route
from ouro_web.web import plain_text, route_page
from ouro_web.web.calling import Calling
from ouro_web.web.http import Request, render

MOST_ROUTES = 500


@require_safe
def api(request: Request, owner: str, slug: str) -> HttpResponse:
    route = route_page.find(request.user, owner, slug)
    context = {**route_page.frame(request, route, "api"), "calling": Calling(route)}
    context["base_url"] = f"{settings.PUBLIC_URL}/api"
    return render(request, "routes/api.html", context)


@require_safe
def text(request: Request, owner: str, slug: str) -> HttpResponse:
    """How to call one route."""
    return _plain(plain_text.of_route(route_page.find(request.user, owner, slug)))


@require_safe
def text_by_id(request: Request, pk: UUID) -> HttpResponse:
    """The same at an address that never changes."""
    seen = Route.objects.visible_to(request.user)
    return _plain(plain_text.of_route(get_object_or_404(seen, pk=pk).kind))


@require_safe
def site(request: Request) -> HttpResponse:
    """What this site is and the routes one may call here."""
    seen = Asset.objects.visible_to(request.user).filter(
        asset_type="route", as_route__retired_at=None
    )
    return _plain(plain_text.of_site(seen.select_related("as_route").order_by("-pk")[:MOST_ROUTES]))


def _plain(told: str) -> HttpResponse:
    return HttpResponse(told, content_type="text/markdown; charset=utf-8")
