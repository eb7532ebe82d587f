"""The secret that a service is called with: kept encrypted, bound to its row and its host."""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.lib import guard, upstream
from ouro_web.lib.secrets import Vault
from ouro_web.services.models import Authentication, KeyPlace, Service

SHOWN = 4
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes with every call of a service."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


def policy() -> guard.Policy:
    return guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)


def carried(service: Service) -> Carried:
    """The credential in its place. Raises SecretError."""
    if service.authentication == Authentication.NONE or not service.secret:
        return Carried()
    secret = Vault(settings.ENCRYPTION_KEYS).reveal(service.secret, row=service.pk)
    return placed(service.authentication, secret, service.key_place, service.key_name)


def placed(kind: str, secret: str, key_place: str, key_name: str) -> Carried:
    """A secret in the place where this kind goes."""
    if kind == Authentication.NONE or not secret:
        return Carried()
    if kind == Authentication.KEY:
        return _key(key_place, key_name, secret)
    if kind == Authentication.BASIC:
        secret = b64encode(secret.encode()).decode()
    basic = kind in (Authentication.OURO, Authentication.BASIC)
    return Carried(headers=(("Authorization", f"{'Basic' if basic else 'Bearer'} {secret}"),))


def _key(place: str, name: str, secret: str) -> Carried:
    if place == KeyPlace.QUERY:
        return Carried(query=((name, secret),))
    if place == KeyPlace.COOKIE:
        return Carried(headers=(("Cookie", f"{name}={quote(secret, safe='')}"),))
    return Carried(headers=((name, secret),))


def set_secret(service: Service, secret: str) -> None:
    """Replaces the secret on the row, which the caller saves. An empty one takes it away.

    Sealed with `id`, which a new row has before it is saved; `pk` is still empty then.
    """
    service.secret = Vault(settings.ENCRYPTION_KEYS).seal(secret, row=service.id)
    # A short secret shows none of itself.
    service.secret_last_characters = secret[-SHOWN:] if len(secret) >= 4 * SHOWN else ""


def put_secret(service: Service, *, kind: str, secret: str) -> bool:
    """Set how the service is called, and with what; says whether the secret is another one than
    before. Raises ValidationError."""
    kind, secret = checked_authentication(kind), checked_secret(secret.strip())
    if kind == Authentication.NONE and secret:
        raise ValidationError({"method": "Say how the secret is sent; with None it is not."})
    vault = Vault(settings.ENCRYPTION_KEYS)
    before = vault.reveal(service.secret, row=service.id)
    service.authentication = kind
    set_secret(service, secret)
    service.save()
    return before != secret


def same_host(one: str, other: str) -> bool:
    return _origin(one) == _origin(other)


def checked_secret(secret: str) -> str:
    """Raises ValidationError for what no header can carry."""
    if len(secret) > LONGEST:
        raise ValidationError({"secret": f"At most {LONGEST:,} characters."})
    try:
        upstream.check_headers([("Authorization", f"Bearer {secret}")])
    except upstream.UpstreamError:
        raise ValidationError(
            {"secret": "It holds characters that a header cannot carry."}
        ) from None
    return secret


def checked_base_url(url: str) -> str:
    """The address below which the operations live, without a slash at its end."""
    text = url.strip().rstrip("/")
    try:
        upstream.check_url(text, policy())
    except upstream.UpstreamError as error:
        raise ValidationError({"base_url": error.message}) from None
    if "?" in text or "#" in text or "{" in text:
        raise ValidationError(
            {"base_url": "Leave out the query, the fragment and places to be filled in."}
        )
    return text


def checked_key(kind: str, place: str, name: str) -> tuple[str, str]:
    """Where an API key stands; nothing for the other kinds. Raises ValidationError."""
    if kind != Authentication.KEY:
        return "", ""
    name = name.strip()
    if place not in KeyPlace.values:
        raise ValidationError({"key_place": "Choose where the key stands."})
    try:
        upstream.check_headers([(name, "")])
    except upstream.UpstreamError:
        raise ValidationError({"key_name": "Give the name under which the key is sent."}) from None
    if len(name) > 100 or name.lower().startswith("ouro-"):
        raise ValidationError({"key_name": "This name cannot be used for a key."})
    return place, name


def checked_authentication(kind: str) -> str:
    if kind not in Authentication.values:
        raise ValidationError({"authentication": "Choose how the service wants to be called."})
    return kind


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual
