"""Answers to requests that cannot be served, in words."""

import sys

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ouro_web.assets.access import ForSaleError
from ouro_web.assets.blobs import is_away
from ouro_web.web.http import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, ForSaleError):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return render(request, "402.html", {"told": str(exception)}, status=402)
    return render(request, "403.html", {"told": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """What the sign-in package answers with when an address tries too often."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database or the session: they may be what broke. A store of files on
    other machines that does not answer is no mistake of ours, and passes."""
    if is_away(sys.exc_info()[1]):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response.headers["Retry-After"] = "60"
        return response
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"expired": True}, status=403)
