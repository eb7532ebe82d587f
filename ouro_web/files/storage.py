"""Keeping files: streamed in, found again by a name of ours, opened by link or by session."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.assets import blobs, elsewhere
from ouro_web.assets.access import Person
from ouro_web.assets.models import AssetType
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.files import facts, signatures
from ouro_web.files.models import File, FileVersion, Stored
from ouro_web.lib import media
from ouro_web.lib.declarations import normalise_extension


@dataclass(frozen=True)
class Content:
    """Bytes that are in the storage, and what they are, but no file yet."""

    blob: str
    filename: str
    extension: str
    media_type: str
    size: int
    sha256: str
    facts: dict[str, Any]

    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def store(
    placement: Placement,
    *,
    name: str = "",
    filename: str,
    content: BinaryIO | Iterable[bytes],
    media_type: str = "",
    description: str = "",
) -> File:
    """Stream the content to the storage, then make the row.

    `media_type` is what the sender says; the content decides. Raises ValidationError at "file".
    """
    kept = keep(filename, content)
    try:
        return save(placement, kept, name=name or kept.filename, description=description)
    except BaseException:
        blobs.delete(kept.blob)  # no row, so nobody would ever find it
        raise


def keep(filename: str, content: BinaryIO | Iterable[bytes]) -> Content:
    """Stream the content to the storage and look into it. Raises ValidationError at "file"."""
    blob = blobs.write("files", content, largest=settings.MAX_UPLOAD)
    try:
        if not blob.size:
            raise ValidationError({"file": "The file is empty."})
        return described(filename, blob)
    except BaseException:
        blobs.delete(blob.key)
        raise


def keep_stored(filename: str, key: str) -> Content:
    """As `keep`, of what is in the storage under another name. Raises ValidationError at "file"."""
    ours = blobs.new_key("files")
    elsewhere.copy(key, ours)
    try:
        size = elsewhere.size_of(ours) or 0
        if not 0 < size <= settings.MAX_UPLOAD:
            says = f"The file is empty, or larger than {blobs.megabytes(settings.MAX_UPLOAD)}."
            raise ValidationError({"file": says})
        with blobs.open_blob(ours) as content:
            digest = blobs.digest_of(content)
        return described(filename, blobs.Blob(ours, size, digest.hexdigest()))
    except BaseException:
        blobs.delete(ours)
        raise


def described(filename: str, blob: blobs.Blob) -> Content:
    """What stored bytes are, looked at once."""
    cleaned = media.clean_filename(filename)
    extension = extension_of(cleaned)
    with blobs.open_blob(blob.key) as content:
        kind = media.media_type(content.read(media.HEAD), extension)
    found = facts.read(blob, filename=cleaned, extension=extension, media_type=kind)
    return Content(blob.key, cleaned, extension, kind, blob.size, blob.sha256, found)


@transaction.atomic
def save(placement: Placement, content: Content, *, name: str, **columns: Any) -> File:
    """The file of stored content; `columns` are further ones of its row."""
    base = base_fields(placement, asset_type=AssetType.FILE, name=name)
    made = {**base, **content.columns(), **columns, "content_by": placement.owner}
    file = File.objects.create(**made)
    placement.made(file)
    return file


def extension_of(filename: str) -> str:
    return normalise_extension(filename) if "." in filename else ""


def open_file(file: Stored) -> BinaryIO:
    return blobs.open_blob(file.blob)


def signed_url(content: File | FileVersion, *, reader: Person, seconds: int) -> str:
    """An absolute address that gives the bytes to whoever has it, until it expires or the reader
    it was made for may not read the file any more."""
    token = signatures.sign(content, reader=reader, seconds=seconds)
    return f"{settings.PUBLIC_URL}/files/signed/{token}/{quote(content.filename, safe='')}"
