"""Choices kept for one browser: light or dark, and where the person works."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ouro_web.web.frame import frame_of

YEAR = 365 * 24 * 3600


@require_POST
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Without script, from a system that is light: the first press makes it dark."""
    response = HttpResponseRedirect(back(request))
    wanted = "light" if frame_of(request).theme == "dark" else "dark"
    response.set_cookie("theme", wanted, max_age=YEAR, samesite="Lax")
    return response


@require_POST
@login_required
def choose_organization(request: HttpRequest) -> HttpResponse:
    """Where new things go from now on; anything but one of her organizations means personal."""
    wanted = request.POST.get("organization", "")
    known = {str(each.pk) for each in frame_of(request).organizations}
    request.session["organization"] = wanted if wanted in known else ""
    return HttpResponseRedirect(back(request))


def back(request: HttpRequest) -> str:
    """The page the form was on, if it is one of ours."""
    came_from = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(came_from, hosts, require_https=request.is_secure()):
        return came_from
    return reverse("home")
