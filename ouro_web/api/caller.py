"""Who is asking: a program with an access token or an API key, and the organization it works in."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security.base import AuthBase

from ouro_web.accounts import keys, tokens
from ouro_web.accounts.models import ApiKey, User
from ouro_web.api import limits
from ouro_web.teams.models import GLOBAL_ID, Organization


@dataclass(frozen=True)
class Caller:
    user: User
    key: ApiKey
    organization: Organization | None = None  # None: her personal context

    @property
    def bound_to(self) -> UUID | None:
        """The one organization that the key may work in."""
        return self.key.organization_id


class Request(HttpRequest):
    """A request after `Key`."""

    auth: Caller
    user: User


class Key(AuthBase):
    """`Authorization: <token or API key>`, with or without the word Bearer."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "An access token from `POST /users/get-token`, or an API key from Settings > API keys."
    )

    def __call__(self, request: HttpRequest) -> Caller | None:
        key = key_of(credential(request))
        if key is None:
            return None
        limits.request_with(key)
        keys.note_use(key)
        caller = Caller(key.user, key, _organization(request, key))
        request.user = key.user
        request.auth = caller  # type: ignore[attr-defined]  # errors on the way know it too
        return caller


def credential(request: HttpRequest) -> str:
    given = request.headers.get("authorization", "").strip()
    scheme, _, rest = given.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else given


def key_of(given: str) -> ApiKey | None:
    """The key that an access token was made for, or an API key itself; None when it is not good."""
    if given.startswith(keys.PREFIX):
        return keys.find(given)
    pk = tokens.key_named_by(given) if given else None
    return keys.with_id(pk) if pk else None


def _organization(request: HttpRequest, key: ApiKey) -> Organization | None:
    """What X-Ouro-Org or the key says, if its owner is a member. Raises PermissionDenied."""
    asked = request.headers.get("x-ouro-org", "").strip()
    wanted = _as_uuid(asked) if asked else key.organization_id
    if wanted is None:
        return None
    if key.organization_id and key.organization_id != wanted:
        raise PermissionDenied("This API key is bound to another organization.")
    organization = Organization.objects.of(key.user).filter(pk=wanted).first()
    if organization is None:
        raise PermissionDenied("You are not in this organization.")
    return None if wanted == GLOBAL_ID else organization


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise PermissionDenied("X-Ouro-Org is not the id of an organization.") from None
