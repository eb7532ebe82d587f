"""Everything that goes wrong, in one shape: {"data": null, "error": {message, code, status, ...}}.

401 says only that the token or key is dead: the official client then repeats its request."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as SchemaError
from pydantic import ValidationError as ShapeError

from ouro_web.actions.run import TooManyRunsError
from ouro_web.api.reading import TooLargeError
from ouro_web.api.rendering import dumps
from ouro_web.assets.blobs import is_away
from ouro_web.lib.inflate import DamagedError, UnknownEncodingError
from ouro_web.lib.json_body import JsonError
from ouro_web.lib.limits import TooManyError

Handler = Callable[[HttpRequest, Any], HttpResponse]

logger = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "unauthorized",
    402: "payment_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    422: "invalid",
    429: "too_many",
    500: "server_error",
}
ONE_OF = ("str", "dict[str,any]")  # places that name which of two types did not fit
PATIENCE = 5  # seconds until a run may be over that is one too many now


class Refusal(Exception):
    """A refusal with a status of its own; `beside` are further keys of the error."""

    def __init__(self, status: int, message: str, *, code: str = "", **beside: Any) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.code, self.beside = code or CODES.get(status, "error"), beside


class Conflict(Refusal):
    def __init__(self, message: str, *, code: str = "conflict", **beside: Any) -> None:
        super().__init__(409, message, code=code, **beside)


class Payment(Refusal):
    """Only money opens this, and this site takes none."""

    def __init__(self, message: str, *, code: str = "payment_required", **beside: Any) -> None:
        super().__init__(402, message, code=code, **beside)


def envelope(status: int, message: str, *, code: str = "", **beside: Any) -> dict[str, Any]:
    error = {"message": message, "code": code or CODES.get(status, "error"), "status": status}
    return {"data": None, "error": error | beside}


def refusal(status: int, message: str, *, code: str = "", **beside: Any) -> HttpResponse:
    content = dumps(envelope(status, message, code=code, **beside))
    return HttpResponse(content, status=status, content_type="application/json")


def refused(_: HttpRequest, error: Refusal) -> HttpResponse:
    return refusal(error.status, error.message, code=error.code, **error.beside)


def not_json(_: HttpRequest, error: JsonError) -> HttpResponse:
    return refusal(400, str(error), code="invalid_json")


def not_packed(_: HttpRequest, error: Exception) -> HttpResponse:
    message = "The body is not packed as Content-Encoding says; gzip and deflate are read."
    return refusal(400, message, code="invalid_encoding")


def too_large(_: HttpRequest, error: Exception) -> HttpResponse:
    limit = f" of {error.args[0] >> 20} MB" if isinstance(error, TooLargeError) else ""
    return refusal(413, f"The body is larger than the limit{limit}.")


def unreadable(_: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return refusal(400, "The request cannot be read.")


def misshapen(_: HttpRequest, error: SchemaError) -> HttpResponse:
    errors = [_fault(each) for each in error.errors]
    return refusal(422, _sentence(errors), errors=errors)


def unfit(_: HttpRequest, error: ShapeError) -> HttpResponse:
    """A part of a body that a view reads by itself."""
    errors = [
        {"field": ".".join(str(word) for word in each["loc"]), "message": each["msg"]}
        for each in error.errors(include_url=False, include_input=False)
    ]
    return refusal(422, _sentence(errors), errors=errors)


def invalid(_: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = faults(error)
    if _taken(error):
        return refusal(409, _sentence(errors), errors=errors)
    return refusal(400, _sentence(errors), code="invalid", errors=errors)


def too_many(_: HttpRequest, error: TooManyRunsError) -> HttpResponse:
    response = refusal(429, " ".join(error.messages))
    response.headers["Retry-After"] = str(PATIENCE)
    return response


def over_limit(_: HttpRequest, error: TooManyError) -> HttpResponse:
    response = refusal(429, " ".join(error.messages), code="rate_limited")
    response.headers["Retry-After"] = str(error.wait)
    response.headers["RateLimit-Policy"] = (
        f'"{error.limit.name}";q={error.limit.most};w={error.limit.seconds}'
    )
    return response


def denied(_: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return refusal(403, str(error) or "You may not do this.")


def missing(_: HttpRequest, error: Http404) -> HttpResponse:
    return refusal(404, "There is nothing here, or nothing you may see.")


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    name = getattr(request, "request_id", "")
    if is_away(error):
        logger.error("The store of files does not answer: %s", error, extra={"request_id": name})
        response = refusal(503, "The store of files does not answer. Try it again in a minute.")
        response.headers["Retry-After"] = "60"
        return response
    logger.error("The API failed", exc_info=error, extra={"request_id": name})
    return refusal(500, "The site made a mistake. Its log has the details.")


HANDLERS: dict[type[Exception], Handler] = {
    Refusal: refused,
    JsonError: not_json,
    DamagedError: not_packed,
    UnknownEncodingError: not_packed,
    TooLargeError: too_large,
    RequestDataTooBig: too_large,
    SuspiciousOperation: unreadable,
    SchemaError: misshapen,
    ShapeError: unfit,
    ValidationError: invalid,
    TooManyRunsError: too_many,
    TooManyError: over_limit,
    PermissionDenied: denied,
    Http404: missing,
    Exception: broken,
}


def install(api: NinjaAPI) -> None:
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__  # what the parser of the body said
        if isinstance(cause, Exception):
            return api.on_exception(request, cause)
        if error.status_code == 401:
            return refusal(401, "The access token or API key is not valid.")
        return refusal(error.status_code, error.message)


def faults(error: ValidationError) -> list[dict[str, str]]:
    """[{field, message}]; field is "" for what concerns the whole."""
    if not hasattr(error, "error_dict"):
        return [{"field": "", "message": message} for message in error.messages]
    return [
        {"field": "" if field == NON_FIELD_ERRORS else field, "message": message}
        for field, messages in error.message_dict.items()
        for message in messages
    ]


def _taken(error: ValidationError) -> bool:
    """What is refused only because something like it exists already."""
    if not hasattr(error, "error_dict"):
        return False
    codes = {each.code for every in error.error_dict.values() for each in every}
    return bool(codes) and codes <= {"unique", "unique_together"}


def _fault(error: dict[str, Any]) -> dict[str, str]:
    """One finding of the schema; the first words of its place are where, and our own name."""
    place = [str(word) for word in error.get("loc", ())]
    inside = [word for word in place[2 if place[:1] == ["body"] else 1 :] if word not in ONE_OF]
    return {"field": ".".join(inside), "message": str(error.get("msg", "is wrong"))}


def _sentence(errors: list[dict[str, str]]) -> str:
    return " ".join(
        f"{each['field']}: {each['message']}" if each["field"] else each["message"]
        for each in errors[:5]
    )
