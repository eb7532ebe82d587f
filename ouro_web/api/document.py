"""The API's description of itself: what Ninja finds in the views, with the answers that all have,
an example for every body, and names that read well."""

import re
from functools import cache
from typing import Any

from django.conf import settings

from ouro_web.api.examples import ANSWERS, BODIES, sample
from ouro_web.api.http import AssetConverter, api

INTRODUCTION = """The API that `ouro-py` and `ouro-mcp` speak, for every other program too.

**Keys.** Make one in Settings, API keys, and send it as `Authorization: Bearer <key>`, or exchange
it at `POST /users/get-token` for an access token that lives an hour. `X-Ouro-Org` names the
organization that a request works in.

**Answers** are `{"data": ...}`; lists add `pagination` with `hasMore`. **Refusals** are
`{"data": null, "error": {"message", "code", "status"}}`, with `errors` naming the fields when the
input is wrong. 401 says only that the key or token is not valid.

**Ids.** `{pk}` of an asset is its id, or creator/name as in its address.

**Large files** can be sent in parts that go on where they were cut, by the tus 1.0 protocol: `POST
/files/parts` answers in `Location` where the parts go, and `/files/create` takes the id that it
ends in.

**Safe repeats.** A POST with an `Idempotency-Key` is carried out once; sent again within a day,
it is given the same answer. Every answer has an `X-Request-Id`.
"""

ERRORS = {
    "400": "What was sent cannot be used; `errors` names the fields.",
    "401": "The access token or API key is not valid.",
    "403": "You may see this, but not do that.",
    "402": "Only money opens this, and this site takes none.",
    "404": "It does not exist, or you may not see it.",
    "409": "It clashes with what is there: a name or an address is taken, or it is not empty.",
    "413": "The body is larger than the limit.",
    "422": "The body or the query does not have the right shape; `errors` names the fields.",
    "429": "Too many at once; `Retry-After` says how many seconds to wait.",
    "502": "The service could not be reached or failed; `action` is the run.",
    "504": "The service did not answer in time; `action` is the run.",
}
USUAL = {"400", "401", "403", "404", "422", "429"}
DOWNLOAD = "POST /assets/{pk}/download"
WITH_BODY = {"409", "413"}
RUN = "POST /services/{service_id}/routes/{route_id}/use"
_PREFIX = re.compile(r"^ouro_web_api_views_")


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, the same for everybody."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/"))
    schema["info"]["description"] = INTRODUCTION
    schema["info"]["version"] = settings.VERSION
    schema["servers"] = [{"url": f"{settings.PUBLIC_URL}/api"}]
    schema.setdefault("components", {}).setdefault("schemas", {}).update(_ENVELOPES)
    schema["components"]["responses"] = {
        f"Error{status}": _response(words, "Error", _refusal(status))
        for status, words in ERRORS.items()
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete(operation, f"{method.upper()} {path}", schema)
    return schema


def _complete(operation: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    operation["operationId"] = _PREFIX.sub("", operation["operationId"])
    operation["responses"] = _responses(operation, name)
    _name_ids(operation, name)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        given = BODIES.get(name)
        content["example"] = sample(content["schema"], schema) if given is None else given


def _responses(operation: dict[str, Any], name: str) -> dict[str, Any]:
    answer = ANSWERS.get(name, {"data": {}})
    good = _response("What was asked for, in the envelope.", "Answer", answer)
    others = {str(status): found for status, found in operation["responses"].items()}
    responses = others | {"200": good}
    if name == DOWNLOAD:
        binary = {"schema": {"type": "string", "format": "binary"}}
        responses["200"] = {"description": "The bytes.", "content": {"*/*": binary}}
    if name == RUN:
        responses["202"] = _response("The run has begun; look at `action` later.", "Answer", answer)
    return responses | {
        status: {"$ref": f"#/components/responses/Error{status}"}
        for status in sorted(_refusals(operation, name))
    }


def _refusals(operation: dict[str, Any], name: str) -> set[str]:
    wanted = set(USUAL) if operation.get("security") else {"400", "404", "422", "429"}
    if "parameters" not in operation and "requestBody" not in operation:
        wanted -= {"404"}
    if "requestBody" in operation:
        wanted |= WITH_BODY
    if name.startswith("DELETE"):
        wanted |= {"409"}
    if name == RUN:
        wanted |= {"402", "502", "504"}
    if "/wallet/" in name:
        wanted |= {"402"}
    return wanted


def _name_ids(operation: dict[str, Any], name: str) -> None:
    """What the address takes: an id, or for assets that have a page also creator/name."""
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        if parameter["in"] == "path" and parameter["name"] == "pk" and "format" not in schema:
            is_asset = "/actions/" not in name
            schema |= {"pattern": f"^({AssetConverter.regex})$"} if is_asset else {"format": "uuid"}


def _response(words: str, schema: str, example: Any) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {"description": words, "content": {"application/json": content}}


def _refusal(status: str) -> dict[str, Any]:
    error = {"message": ERRORS[status], "code": "…", "status": int(status)}
    return {"data": None, "error": error}


_ENVELOPES = {
    "Answer": {
        "type": "object",
        "properties": {
            "data": {"description": "What was asked for: an object, a list or a value."},
            "pagination": {
                "type": "object",
                "properties": {
                    "hasMore": {"type": "boolean"},
                    "offset": {"type": ["integer", "null"]},
                    "limit": {"type": ["integer", "null"]},
                },
            },
        },
    },
    "Error": {
        "type": "object",
        "required": ["data", "error"],
        "properties": {
            "data": {"type": "null"},
            "error": {
                "type": "object",
                "required": ["message", "code", "status"],
                "properties": {
                    "message": {"type": "string"},
                    "code": {"type": "string", "description": "Stable, for programs."},
                    "status": {"type": "integer"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "field": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            },
        },
    },
}
