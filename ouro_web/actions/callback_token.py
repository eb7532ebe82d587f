"""The token that lets a service speak about one run. It is worked out, not stored: the row keeps
only its SHA-256, which stays valid when the site's key changes."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "ouro_web.actions.callback_token"


def token_for(action_id: UUID) -> str:
    digest = salted_hmac(SALT, str(action_id), algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, stored: str) -> bool:
    """In constant time; nothing matches a run that has no token."""
    return secrets.compare_digest(hashed(token), stored) and bool(stored)
