"""Assets as bytes to take along: files as they are, datasets as CSV, posts as markdown or HTML."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404

from ouro_web.assets import blobs
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets import exports
from ouro_web.lib.markdown import Rendered
from ouro_web.lib.markdown.values import Part

SALT = "ouro_web.api.download"
LINK_SECONDS = 3600
FORMATS = ("markdown", "html")


@dataclass(frozen=True)
class Download:
    filename: str
    content_type: str
    pieces: Callable[[], Iterator[bytes]]


def download_of(asset: Asset, form: str) -> Download:
    """`form` is for posts. Raises ValidationError for what has no bytes of its own."""
    kind = asset.kind
    if asset.asset_type == AssetType.FILE:
        return Download(kind.filename, kind.media_type, lambda: _stored(kind.blob))
    if asset.asset_type == AssetType.DATASET:
        return Download(f"{asset.slug}.csv", exports.TYPES["csv"], lambda: exports.as_csv(kind))
    if asset.asset_type == AssetType.POST and form == "markdown":
        text = kind.text.encode()
        return Download(f"{asset.slug}.md", "text/markdown; charset=utf-8", lambda: iter([text]))
    if asset.asset_type == AssetType.POST:
        page = as_page(asset.name, Rendered.from_json(kind.rendered)).encode()
        return Download(f"{asset.slug}.html", "text/html; charset=utf-8", lambda: iter([page]))
    raise ValidationError({"asset_type": "Files, datasets and posts can be downloaded."})


def checked_format(form: str | None, *, default: str) -> str:
    if form is not None and form not in FORMATS:
        raise ValidationError({"format": "is markdown or html."})
    return form or default


def link(asset: Asset, download: Download, form: str) -> str:
    """Works without credentials, for an hour."""
    expires = int(time.time()) + LINK_SECONDS
    token = signing.dumps([asset.pk.hex, form, expires], salt=SALT)
    name = quote(download.filename, safe="")
    return f"{settings.PUBLIC_URL}/api/downloads/{token}/{name}"


def named_by(token: str) -> tuple[Asset, str]:
    """The asset of a link, and the form. Raises Http404."""
    try:
        pk, form, expires = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    asset = Asset.objects.for_cards().filter(pk=UUID(pk)).first()
    if asset is None or expires < time.time():
        raise Http404
    return asset, form


def as_page(name: str, text: Rendered) -> str:
    """A page that stands alone; what it embeds is linked."""
    body = "".join(map(_standing, text.parts))
    head = f'<meta charset="utf-8"><title>{escape(name)}</title>'
    return (
        f"<!doctype html><html><head>{head}</head><body><h1>{escape(name)}</h1>{body}</body></html>"
    )


def _standing(part: Part) -> str:
    if isinstance(part, str):
        return part
    address = escape(f"{settings.PUBLIC_URL}/assets/{part.id}")
    words: dict[str, Any] = {
        "link": f'<a href="{address}">',
        "end": "</a>",
        "mention": f"@{escape(part.text)}",
    }
    return str(words.get(part.kind, f'<a href="{address}">{escape(part.text or part.type)}</a>'))


def _stored(blob: str) -> Iterator[bytes]:
    with blobs.open_blob(blob) as content:
        yield from blobs.chunks(content)
