"""Around everything under /api/: a request id on every answer, and never a page for a program."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ouro_web.api.errors import refusal

Handler = Callable[[HttpRequest], HttpResponse]

PREFIX = "/api/"
_GOOD_ID = re.compile(r"[A-Za-z0-9_.-]{8,80}")
MESSAGES = {
    400: "The request cannot be read.",
    403: "You may not do this.",
    404: "There is no such address.",
    405: "This address does not take that method.",
}


def api_answers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        name = request_id(request)
        request.request_id = name  # type: ignore[attr-defined]
        response = get_response(request)
        if response.status_code >= 400 and not _is_json(response):
            response = _as_json(response)
        response.headers["X-Request-Id"] = name
        return response

    return middleware


def request_id(request: HttpRequest) -> str:
    """The caller's own, if it is one; else a new one."""
    given = request.headers.get("x-request-id", "")
    return given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex


def _is_json(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/json")


def _as_json(page: HttpResponse) -> HttpResponse:
    """The refusal of a part of the site that answers with pages, in the API's shape."""
    status = page.status_code
    response = refusal(status, MESSAGES.get(status, "The site cannot answer this request."))
    for name in ("Allow", "Retry-After"):
        if name in page.headers:
            response.headers[name] = page.headers[name]
    return response
