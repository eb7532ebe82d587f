"""Headers that every answer carries, and the reader's clock."""

import zoneinfo
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


def _add_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Permissions-Policy", PERMISSIONS)
    is_static = request.path.startswith("/static/")
    # Files that are the same for everybody are also for the closed frames, which have no origin.
    policy = "cross-origin" if is_static else "same-origin"
    response.headers.setdefault("Cross-Origin-Resource-Policy", policy)
    if not is_static:
        # A page shows what one reader may see; no cache on the way may keep it.
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def security_headers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        return _add_headers(request, get_response(request))

    return middleware


def reader_time_zone(get_response: Handler) -> Handler:
    """Times are drawn in the zone the reader chose in her profile, else in UTC; a script turns
    them into the browser's zone where there is one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "")
        with timezone.override(zoneinfo.ZoneInfo(name) if name else None):
            return get_response(request)

    return middleware


def refuse_nul(get_response: Handler) -> Handler:
    """No name or search holds a NUL, and PostgreSQL cannot be asked about one. Texts that people
    write are kept without it, by the operations that keep them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address cannot hold a NUL character.")
        return get_response(request)

    return middleware
