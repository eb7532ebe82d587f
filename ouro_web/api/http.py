"""The JSON face: one API object, one authenticator, one shape for answers and refusals.

A view is three lines: fetch with access, call the operation, return the shape.

    router = router("files")

    @router.get("/{asset:pk}")
    def retrieve(request: Request, pk: str) -> Any:
        return answer(file_shape(find(File, request, pk)))
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import register_converter
from ninja import NinjaAPI, Router

from ouro_web.api import errors
from ouro_web.api.caller import Caller, Key, Request
from ouro_web.api.errors import Conflict, Payment, Refusal
from ouro_web.api.paging import bounds, paged
from ouro_web.api.placing import placement
from ouro_web.api.reading import BodyParser, TooLargeError, read_object
from ouro_web.api.rendering import Renderer
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset

__all__ = [
    "Caller",
    "Conflict",
    "Key",
    "Payment",
    "Refusal",
    "Request",
    "TooLargeError",
    "answer",
    "api",
    "bounds",
    "find",
    "paged",
    "placement",
    "read_object",
    "refusal",
    "router",
]

UUID_SHAPE = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class AssetConverter:
    """`{asset:pk}` in an address: a UUID, or creator/name."""

    regex = f"{UUID_SHAPE}|(?!{UUID_SHAPE}/)[A-Za-z0-9_-]+/[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(AssetConverter, "asset")


api = NinjaAPI(
    title="Ouro Web",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    auth=Key(),
    parser=BodyParser(),
    renderer=Renderer(),
)
errors.install(api)


def router(tag: str) -> Router:
    return Router(tags=[tag])


def answer(data: Any, *, pagination: dict[str, Any] | None = None, **beside: Any) -> dict[str, Any]:
    """The envelope; `beside` are the top-level keys that a few answers have next to data."""
    page = {} if pagination is None else {"pagination": pagination}
    return {"data": data, **page, **beside}


def refusal(
    request: HttpRequest, status: int, message: str, *, code: str = "", **beside: Any
) -> HttpResponse:
    """A refusal as a response, where raising is not enough."""
    return errors.refusal(status, message, code=code, **beside)


def find[Kind: Asset](
    model: type[Kind], request: Request, pk: str | UUID, level: str = "visible_to"
) -> Kind:
    """The asset that an id, or creator/name, names. What the caller may not see is a 404 like
    what never existed; what she may see but not so far as `level` says is a 403."""
    person = request.auth.user
    rows: Any = model.objects.select_related("owner", "organization", "team", "parent")
    found = rows.filter(**_named(model, pk))
    allowed = getattr(found, level)(person).first()
    if allowed is not None:
        return allowed  # type: ignore[no-any-return]
    seen = found.visible_to(person).first() if level != "visible_to" else None
    if seen is None:
        raise Http404
    if level == "readable_by" and seen.effective_visibility == Visibility.MONETIZED:
        raise Payment("Its content is for sale, and this site takes no money.")
    raise PermissionDenied("You may see this, but not do that with it.")


def _named(model: type[Asset], pk: str | UUID) -> dict[str, Any]:
    namespace, slash, slug = str(pk).partition("/")
    if not slash:
        try:
            return {"pk": UUID(str(pk))}
        except ValueError:
            raise Http404 from None
    if model is Asset:
        raise Http404  # a name says nothing without the kind
    return {"asset_type": model.__name__.lower(), "namespace": namespace, "slug": slug}
