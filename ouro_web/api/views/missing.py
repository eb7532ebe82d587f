"""Addresses that the API does not have."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ouro_web.api.http import refusal


@csrf_exempt
def address(request: HttpRequest) -> HttpResponse:
    return refusal(request, 404, f"There is no {request.method} {request.path}.")
