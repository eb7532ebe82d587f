"""JSON for programs."""

import json
from typing import Any

import orjson
from django.http import HttpRequest
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder


def dumps(value: Any) -> bytes:
    """UUIDs, dates and whatever else rows hold become text; NaN and the infinities null."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(value, cls=NinjaJSONEncoder).encode()  # whole numbers over 64 bits


def _plain(value: Any) -> Any:
    return NinjaJSONEncoder().default(value)


class Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return dumps(data)
