"""API keys: `ouro_`, 43 random characters (256 bits), and 6 that are a checksum, so that scanners
can tell a real key and a mistyped one costs no query. A key of that size needs no slow hash."""

import hashlib
import secrets
import string
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, Q, QuerySet, UUIDField
from django.utils import timezone

from ouro_web.accounts.models import ApiKey, User
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot, slot

PREFIX = "ouro_"
LENGTH = len(PREFIX) + 43 + 6
COARSE = timedelta(minutes=5)
_ALPHABET = string.digits + string.ascii_letters


def issue(
    user: User,
    *,
    name: str,
    expires_at: datetime | None = None,
    organization_id: UUID | None = None,
) -> tuple[ApiKey, str]:
    """The row, and the key itself, which nothing can show again."""
    body = PREFIX + secrets.token_urlsafe(32)
    key = body + _checksum(body)
    row = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=key[:9],
        last_characters=key[-4:],
        digest=digest(key),
        expires_at=expires_at,
        organization_id=organization_id,
    )
    return row, key


def find(key: str) -> ApiKey | None:
    """The row of a key that is good now, with its user; None for every other text."""
    if not looks_right(key):
        return None
    return _by_digest.first(digest=digest(key), now=timezone.now())


def with_id(pk: UUID) -> ApiKey | None:
    """The same for a key that is named by its id."""
    return _by_id.first(pk=pk, now=timezone.now())


def good_among(pks: Iterable[UUID]) -> set[UUID]:
    """Those of these keys that are good now."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    rows = ApiKey.objects.filter(unexpired, pk__in=set(pks), revoked_at=None, user__is_active=True)
    return set(rows.values_list("pk", flat=True))


def _good() -> QuerySet[ApiKey]:
    """The keys that open something now, with their users."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=Slot("now", DateTimeField()))
    return (
        ApiKey.objects.filter(unexpired)
        .filter(revoked_at=None, user__is_active=True)
        .select_related("user")
    )


# Every request of a program asks for its key.
_by_id = kept.Rows(lambda: _good().filter(pk=Slot("pk", UUIDField())))
_by_digest = kept.Rows(lambda: _good().filter(digest=slot(ApiKey, "digest")))


def revoke(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())


def note_use(key: ApiKey) -> None:
    """Coarse, so that a busy program does not write a row at every request."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > COARSE:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def looks_right(key: str) -> bool:
    body, checksum = key[:-6], key[-6:]
    return len(key) == LENGTH and body.startswith(PREFIX) and checksum == _checksum(body)


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    letters = []
    for _ in range(6):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)
