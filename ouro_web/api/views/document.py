"""The document that describes the API, for programs and for the page at /api/docs."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ouro_web.api.document import document
from ouro_web.api.rendering import dumps


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(dumps(document()), content_type="application/json")
