"""Access tokens: what a program holds for an hour in exchange for its API key. A token names its
key and is good only while that key is, so revoking the key ends its tokens at once."""

import hashlib
import math
import time
from functools import lru_cache
from uuid import UUID

import jwt
from django.conf import settings

from ouro_web.accounts.models import ApiKey

LIFETIME = 3600  # the official client exchanges its key again when less than 300 s are left
_ALGORITHM = "HS256"


def issue(key: ApiKey) -> str:
    now = int(time.time())
    claims = {
        "iss": settings.PUBLIC_URL,
        "sub": str(key.user_id),
        "key": str(key.pk),
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(claims, _secret(settings.SECRET_KEY), algorithm=_ALGORITHM)


def key_named_by(token: str) -> UUID | None:
    """The id of the key that a token was made for; None when the token is not good now."""
    signed = _signed(token, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return signed[0] if signed and time.time() < signed[1] else None


@lru_cache(maxsize=1000)  # programs come again and again with the same one for an hour
def _signed(token: str, secrets: tuple[str, ...]) -> tuple[UUID, float] | None:
    """Its key, and when it ends, if this site has signed it."""
    for secret in secrets:
        try:
            claims = jwt.decode(
                token,
                _secret(secret),
                algorithms=[_ALGORITHM],
                options={"require": ["exp", "sub", "key"], "verify_exp": False},
            )
            return UUID(claims["key"]), float(claims["exp"])
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
            continue
    return None


def ends_at(token: str) -> float:
    """When a good token ends, in seconds since 1970; an API key itself ends when it is revoked."""
    try:
        return float(jwt.decode(token, options={"verify_signature": False})["exp"])
    except (jwt.InvalidTokenError, KeyError):
        return math.inf


def _secret(secret: str) -> bytes:
    """A secret for this purpose only."""
    return hashlib.sha256(b"ouro_web.access_token:" + secret.encode()).digest()
