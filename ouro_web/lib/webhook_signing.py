"""Signing what goes to webhooks, by the Standard Webhooks specification, and as the official client
checks it (`ouro.events.verify_webhook_signature`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(
    name: str, moment: int, body: bytes, *, by: Sequence[str], attempt: int
) -> tuple[tuple[str, str], ...]:
    """With a signature by each of the secrets, so that they can be changed without a gap. `name` is
    the same for each try to deliver the same thing; `moment` is in seconds since 1970."""
    standard = " ".join(f"v1,{_standard(name, moment, body, secret)}" for secret in by)
    own = ",".join(f"v1={_own(moment, body, secret)}" for secret in by)
    return (
        ("Content-Type", "application/json"),
        ("webhook-id", name),
        ("webhook-timestamp", str(moment)),
        ("webhook-signature", standard),
        ("X-Ouro-Signature", f"t={moment},{own}"),
        ("X-Ouro-Delivery", name),
        ("X-Ouro-Attempt", str(attempt)),
    )


def _standard(name: str, moment: int, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{name}.{moment}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _own(moment: int, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
