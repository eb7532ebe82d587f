"""The closed frame in which diagrams are drawn: a page without origin, cookies or network, whose
only script is the drawing library. The page around it hands the source in and gets a height."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from ouro_web.web.http import Request


@require_safe
@xframe_options_exempt
def frame(request: Request) -> HttpResponse:
    response = render(request, "drawings/frame.html")
    response.headers["Content-Security-Policy"] = _policy(request)
    response.headers["Cache-Control"] = "private, max-age=3600"  # the same for everybody
    return response


def _policy(request: Request) -> str:
    """What 'self' means without an origin is not the same everywhere, so scripts are named by
    their folder."""
    scripts = request.build_absolute_uri("/static/")
    return (
        f"sandbox allow-scripts; default-src 'none'; script-src {scripts};"
        " style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'self'"
    )
