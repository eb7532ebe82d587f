"""Looks at the pages of assets, as counts: people's, not those of programs that read the site."""

import hashlib
import re

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from ouro_web.assets import engagement
from ouro_web.assets.models import Asset
from ouro_web.web.http import Request

# What crawlers, previews of links, monitors and command lines call themselves.
_PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|monitor|curl|wget|python|httpx|java/|go-http|headless",
    re.IGNORECASE,
)


def note(request: Request, asset: Asset) -> None:
    """For the page itself, not its parts: not what is fetched ahead, and no program."""
    ahead = "prefetch" in request.headers.get("sec-purpose", "")
    name = request.headers.get("user-agent", "")
    if request.method != "GET" or request.htmx or ahead or not name or _PROGRAM.search(name):
        return
    engagement.count(asset, "views", by=request.user, visitor=_visitor(request, name))


def _visitor(request: Request, name: str) -> str:
    """Who is not signed in, for a day, without keeping who it was."""
    if request.user.is_authenticated:
        return ""
    try:
        where = get_adapter(request).get_client_ip(request)
    except (ImproperlyConfigured, PermissionDenied):
        where = ""  # a local socket, or fewer addresses in X-Forwarded-For than proxies
    return hashlib.sha256(f"{where} {name}".encode()).hexdigest()[:16]
