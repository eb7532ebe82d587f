"""`Idempotency-Key` on a POST: sent again, it is answered again and not carried out again."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from ouro_web.accounts import repeats
from ouro_web.accounts.models import KeptAnswer
from ouro_web.api.caller import Key
from ouro_web.api.errors import refusal
from ouro_web.lib.limits import TooManyError

Handler = Callable[[HttpRequest], HttpResponse]

HEADER = "idempotency-key"


def once(get_response: Handler) -> Handler:
    """The middleware; inside the one that packs answers, so that they are kept unpacked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = request.headers.get(HEADER, "").strip()
        if not name or request.method != "POST" or not request.path.startswith("/api/"):
            return get_response(request)
        return _answered_once(request, name, get_response)

    return middleware


def _answered_once(request: HttpRequest, name: str, get_response: Handler) -> HttpResponse:
    if len(name) > 255:
        return refusal(400, "An Idempotency-Key has at most 255 characters.", code="invalid")
    try:
        caller = Key()(request)
    except (PermissionDenied, TooManyError):
        caller = None
    if caller is None:
        return get_response(request)  # which refuses it
    row, is_new = repeats.claim(caller.user, name, _fingerprint(request))
    return _carried_out(request, get_response, row) if is_new else _again(request, row)


def _carried_out(request: HttpRequest, get_response: Handler, row: KeptAnswer) -> HttpResponse:
    try:
        response = get_response(request)
    except BaseException:
        repeats.give_up(row)
        raise
    if response.streaming:
        repeats.give_up(row)
        return response
    content_type = response.headers.get("Content-Type", "")
    repeats.keep(row, status=response.status_code, content_type=content_type, body=response.content)
    return response


def _again(request: HttpRequest, row: KeptAnswer) -> HttpResponse:
    if row.request != _fingerprint(request):
        message = "This Idempotency-Key was used for another request."
        return refusal(422, message, code="idempotency_key_reused")
    if row.status is None:
        message = "The first request with this Idempotency-Key is not answered yet."
        response = refusal(409, message, code="request_in_progress")
        response.headers["Retry-After"] = "2"
        return response
    response = HttpResponse(bytes(row.body), status=row.status, content_type=row.content_type)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    """Bodies over the usual limit, which only uploads have, count by their length."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    is_small = length.isdigit() and int(length) <= limit
    body = request.body if is_small else length.encode()
    organization = request.headers.get("x-ouro-org", "")
    head = f"{request.method} {request.get_full_path()} {organization}\n".encode()
    return hashlib.sha256(head + body).hexdigest()
