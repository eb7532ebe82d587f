"""The page on which people read the API and try it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ouro_web.web.http import Request, render

DOCUMENT = "/api/openapi.json"


@require_safe
def page(request: Request) -> HttpResponse:
    return render(request, "api_docs.html", {"document": DOCUMENT})
