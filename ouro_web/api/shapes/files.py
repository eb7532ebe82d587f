"""Files, and uploads that are no files yet."""

from typing import Any, cast

from ouro_web.api.shapes.assets import asset, file_details, structure_facts
from ouro_web.assets.access import Person
from ouro_web.files import heads, storage, uploads
from ouro_web.files.models import File, Upload

PREVIEW_ROWS = 12
TABLES = ("csv", "tsv")
LINK_SECONDS = 3600


def file(row: File) -> dict[str, Any]:
    return asset(row) | file_details(row) | {"preview": preview(row)}


def data(row: File, reader: Person) -> dict[str, Any]:
    """An address that gives the bytes without credentials, for an hour."""
    return {"url": storage.signed_url(row, reader=reader, seconds=LINK_SECONDS)}


def preview(row: File | Upload) -> list[dict[str, Any]] | None:
    """The first rows of a table as objects."""
    if row.extension not in TABLES or not row.blob:
        return None
    found = heads.table(cast(File, row), limit=PREVIEW_ROWS)
    names = [name or f"column {number}" for number, name in enumerate(found.header, start=1)]
    return [dict(zip(names, values, strict=False)) for values in found.rows]


def upload(row: Upload) -> dict[str, Any]:
    return {
        "id": row.pk,
        "upload_id": uploads.path(row),
        "bucket": "uploads",
        "path": uploads.path(row),
        "file_name": row.filename,
        "mime_type": row.media_type,
        "size": row.size,
    }


def reservation(row: Upload) -> dict[str, Any]:
    return upload(row) | {
        "upload_url": uploads.link(row, "put"),
        "method": "PUT",
        "headers": {"Content-Type": row.media_type},
        "expires_in": uploads.LINK_SECONDS,
    }


def facts(row: File | Upload) -> dict[str, Any]:
    """What is known of the content: asked for before there is a file."""
    known = {
        "type": row.media_type,
        "mimeType": row.media_type,
        "extension": row.extension or None,
        "size": row.size,
        "sha256": row.sha256,
    }
    return {"metadata": known | structure_facts(row.facts), "preview": preview(row)}
