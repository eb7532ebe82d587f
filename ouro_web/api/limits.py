"""How many requests a program may send."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from ouro_web.accounts.models import ApiKey
from ouro_web.lib.limits import Limit, take

MINUTE = 60


def request_with(key: ApiKey) -> None:
    """Raises TooManyError."""
    says = "Too many requests with this API key."
    take(Limit("api", settings.LIMIT_API_REQUESTS, MINUTE, says), key.pk)


def exchange_from(request: HttpRequest) -> None:
    """Raises TooManyError."""
    says = "Too many keys are exchanged from this address."
    limit = Limit("exchange", settings.LIMIT_KEY_EXCHANGES, MINUTE, says)
    take(limit, _address(request))


def _address(request: HttpRequest) -> str:
    """Behind as many proxies as the site trusts; the sign-in package knows how."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return ""  # a local socket, or fewer addresses in X-Forwarded-For than proxies
