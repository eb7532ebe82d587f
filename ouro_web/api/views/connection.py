"""The first two requests of every program: a token for its key, and who it is."""

from typing import Any

from django.http import HttpRequest
from ninja import Schema

from ouro_web.accounts import keys, tokens
from ouro_web.accounts.models import User
from ouro_web.api import limits
from ouro_web.api.http import Request, answer, router

connection = router("Connection")


class Exchange(Schema):
    pat: str


@connection.post("/users/get-token", auth=None)
def get_token(request: HttpRequest, body: Exchange) -> Any:
    """Exchange an API key for an access token that lives an hour. A bad key is answered with 200
    and an error, which is what the official client can tell from a broken site."""
    limits.exchange_from(request)
    key = keys.find(body.pat.strip())
    if key is None:
        message = "This API key is not valid: mistyped, expired or revoked."
        return {"error": {"message": message, "code": "invalid_api_key"}}
    keys.note_use(key)
    return {
        "access_token": tokens.issue(key),
        "refresh_token": None,
        "expires_in": tokens.LIFETIME,
        "api_key_org_id": key.organization_id,
        "api_key_name": key.name,
    }


@connection.get("/user")
def me(request: Request) -> Any:
    """Who is asking."""
    return answer(_me(request.auth.user))


def _me(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "user_id": user.pk,
        "username": user.username,
        "name": user.display_name,
        "email": user.email,
        "actor_type": "agent" if user.is_agent else "user",
    }
