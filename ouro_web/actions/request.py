"""The request a run makes, and the record of it that is kept, secrets masked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from ouro_web.actions import inputs
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action
from ouro_web.lib import fields, upstream
from ouro_web.services import credentials, servers
from ouro_web.services.models import Route

MASK = "•••"
PARAMETERS = ("path", "query", "headers", "cookies")
PATH_CHARACTERS = "/?%:@!$&'()*+,;=~-._[]"
PLATFORM_HEADERS = frozenset(
    {"host", "authorization", "content-length", "transfer-encoding", "connection"}
    | {"content-type", "idempotency-key", "accept-encoding", "user-agent"}
)
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
LONGEST_KEPT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    request: upstream.Request
    shown: dict[str, Any]
    repeatable: bool


def prepare(action: Action, token: str) -> Prepared:
    """Everything that is sent, from the stored call. Raises InputError, SecretError."""
    route = action.route_then
    if route is None:
        raise inputs.InputError("", "The route of this run does not exist any more.")
    call = Call.from_json(action.call)
    resolved = inputs.resolve(action, route, call)
    document = call.document()
    if call.has_body or call.input_assets:
        document["body"] = resolved.body
    encoded = fields.encode(route.operation, document)
    target = servers.target(route.service, route.operation)
    carried = credentials.carried(route.service) if target.is_signed else credentials.Carried()
    own = [*carried.headers, *_ouro_headers(action, token)]
    url, headers = _address_and_headers(target, encoded, own)
    secret = {name.lower() for name, _ in carried.headers}
    body = encoded.body_bytes or b""
    open_document = {**document, "body": resolved.shown}
    shown = fields.without_secrets(route.operation, open_document, instead=MASK)
    shown_url, shown_headers = url, headers
    if shown is not open_document:
        parameters = {area: value for area, value in shown.items() if area in PARAMETERS}
        without = fields.encode(route.operation, parameters)
        shown_url, shown_headers = _address_and_headers(
            target, replace(without, content_type=encoded.content_type), own
        )
    masked = [(name, MASK) for name, _ in carried.query]
    return Prepared(
        request=upstream.Request(route.method, _with(url, carried.query), headers, body),
        shown={
            "method": route.method,
            "url": _with(shown_url, masked),
            "headers": [[name, _masked(name, value, secret)] for name, value in shown_headers],
            "body": _kept(shown["body"], body),
            "size": len(body),
        },
        repeatable=is_repeatable(route),
    )


def _address_and_headers(
    target: servers.Target, encoded: fields.Encoded, own: list[tuple[str, str]]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    free = [pair for pair in encoded.headers.items() if _may_set(pair[0])]
    typed = [("Content-Type", encoded.content_type)] if encoded.content_type else []
    return join(target.base_url, encoded.path, encoded.query), (*free, *typed, *own)


def is_repeatable(route: Route | None) -> bool:
    """Whether a second call does no harm: by its method, or because the author says so."""
    return route is not None and (route.repeat_safe or route.method.upper() in REPEATABLE)


def join(base_url: str, path: str, query: str) -> str:
    """The address below the registered one. Whatever the path holds, the host stays."""
    tail = quote(path.replace("\\", "%5C").lstrip("/"), safe=PATH_CHARACTERS)
    base = urlsplit(base_url)
    url = f"{base.scheme}://{base.netloc}{base.path.rstrip('/')}/{tail}"
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def callback_url(action: Action) -> str:
    return f"{settings.PUBLIC_URL}/api/actions/{action.pk}/response"


def _with(url: str, query: Iterable[tuple[str, str]]) -> str:
    """With the credential of a service that takes it in the query, which goes last and wins."""
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='•')}" for name, value in query)
    return f"{url}{'&' if '?' in url else '?'}{pairs}" if pairs else url


def _ouro_headers(action: Action, token: str) -> Iterable[tuple[str, str]]:
    return [
        ("Idempotency-Key", str(action.pk)),
        ("ouro-webhook-url", callback_url(action)),
        ("ouro-webhook-token", token),
        ("ouro-action-id", str(action.pk)),
        ("ouro-route-id", str(action.route_id)),
        ("ouro-route-org-id", str(action.organization_id)),
        ("ouro-route-team-id", str(action.team_id)),
    ]


def _may_set(name: str) -> bool:
    return name.lower() not in PLATFORM_HEADERS and not name.lower().startswith("ouro-")


def _masked(name: str, value: str, secret: Collection[str]) -> str:
    known = ("authorization", "ouro-webhook-token", "cookie")
    return MASK if name.lower() in known or name.lower() in secret else value


def _kept(shown: Any, body: bytes) -> Any:
    if len(body) <= LONGEST_KEPT or not isinstance(shown, dict):
        return shown if len(body) <= LONGEST_KEPT else f"({len(body):,} bytes)"
    small = {key: value for key, value in shown.items() if len(str(value)) < LONGEST_KEPT // 8}
    left_out = [key for key in shown if key not in small]
    return {**small, **dict.fromkeys(left_out, "(too large to keep here)")}
