"""Two routes to see how the platform shows what goes wrong and what takes long."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from ouro.utils import ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service.refusal import Refusal
from examples.materials_service.run import CurrentRun

router = APIRouter(tags=["trials"])


class Failure(StrEnum):
    """Ways to fail."""

    REJECTED = "rejected"
    FIELD_ERRORS = "field errors"
    MISSING = "missing"
    BUSY = "busy"
    CRASH = "crash"
    UNAVAILABLE = "unavailable"
    GATEWAY_PAGE = "gateway page"
    BROKEN_OUTPUT = "broken output"


class FailureRequest(BaseModel):
    """How to fail, and what to say."""

    kind: Failure = Field(Failure.REJECTED, description="What goes wrong.")
    message: str = Field(
        "The lattice constant must be between 2 and 10 Å; it is 0.",
        min_length=1,
        max_length=500,
        description="What the service says about it.",
    )


@ouro_outputs({"report": {"asset_type": "file", "file_extensions": ["txt"], "primary": True}})
@router.post("/trials/failure", summary="Fail on purpose")
def fail_on_purpose(request: FailureRequest, run: CurrentRun) -> Response:
    """Always fails, in the way you choose, so that you see how a failed run looks."""
    run.log(f"About to fail: {request.kind}.", "warning")
    return FAILURES[request.kind](request.message)


def refused(status: int, **headers: str) -> Callable[[str], Response]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda message: JSONResponse({"detail": message}, status_code=status, headers=names)


def field_errors(message: str) -> Response:
    problem = {"type": "value_error", "loc": ["body", "lattice_constant"], "msg": message}
    return JSONResponse({"detail": [problem]}, status_code=422)


def gateway_page(message: str) -> Response:
    title = "<title>502 Bad Gateway</title>"
    page = f"<html><head>{title}</head><body><h1>502 Bad Gateway</h1></body></html>"
    return HTMLResponse(page, status_code=502)


def broken_output(message: str) -> Response:
    report = {"name": message[:80], "extension": "txt", "type": "text/plain", "base64": "%%%"}
    return JSONResponse({"report": report})


FAILURES: dict[Failure, Callable[[str], Response]] = {
    Failure.REJECTED: refused(422),
    Failure.FIELD_ERRORS: field_errors,
    Failure.MISSING: refused(404),
    Failure.BUSY: refused(429, retry_after="30"),
    Failure.CRASH: refused(500),
    Failure.UNAVAILABLE: refused(503, retry_after="120"),
    Failure.GATEWAY_PAGE: gateway_page,
    Failure.BROKEN_OUTPUT: broken_output,
}


class CountRequest(BaseModel):
    """How long to take."""

    seconds: int = Field(10, ge=1, le=90, description="How long to count.")
    per_second: float = Field(1, gt=0, le=10, description="Log lines per second.")
    fail_at: int | None = Field(None, ge=1, description="Fail when the count reaches this number.")


@router.post("/trials/count", summary="Slow count")
def slow_count(request: CountRequest, run: CurrentRun) -> dict[str, Any]:
    """Count slowly, with a log line for every number, to watch a run while it works."""
    total = max(1, int(request.seconds * request.per_second))
    for number in range(1, total + 1):
        time.sleep(1 / request.per_second)
        if number == request.fail_at:
            run.log(f"Stumbled at {number}.", "error")
            raise Refusal(f"The count was asked to fail at {number}, and it did.")
        run.log(f"{number} of {total}")
    return {"counted_to": total, "seconds": request.seconds}
