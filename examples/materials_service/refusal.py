"""The one way of saying no to an input that has the right shape but cannot be used."""

from fastapi import Request
from fastapi.responses import JSONResponse


class Refusal(Exception):
    """Carries a sentence for the person who sent the input."""


def answer_refusal(request: Request, refusal: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(refusal)}, status_code=422)
