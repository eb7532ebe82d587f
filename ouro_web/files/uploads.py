"""Bytes before they are a file: sent by a program first, or to a signed link by whoever has it.

An upload that nobody makes a file of is forgotten after a day.
"""

import time
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets import blobs, elsewhere
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement
from ouro_web.files import storage, versions
from ouro_web.files.limits import uploading
from ouro_web.files.models import File, Upload
from ouro_web.files.signatures import UnsignedError
from ouro_web.lib import media

SALT = "ouro_web.files.upload"
KEPT = timedelta(days=1)
LINK_SECONDS = 3600
MOST_WAITING = 500
Use = Literal["put", "get"]


def receive(
    owner: User, *, filename: str, content: BinaryIO | Iterable[bytes], visibility: str = "private"
) -> Upload:
    """Raises ValidationError at "file"."""
    upload = reserve(owner, filename=filename, visibility=visibility)
    fill(upload, content)
    return upload


def reserve(owner: User, *, filename: str, visibility: str = "private") -> Upload:
    forget_old()
    if Upload.objects.filter(owner=owner).count() >= MOST_WAITING:
        says = "Too many of your uploads wait to become files. Discard some, or wait a day."
        raise ValidationError({"file": says})
    cleaned = media.clean_filename(filename)
    return Upload.objects.create(
        owner=owner,
        filename=cleaned,
        extension=storage.extension_of(cleaned),
        visibility=visibility[:12],
        media_type=media.BY_EXTENSION.get(storage.extension_of(cleaned), media.OCTETS),
    )


def fill(upload: Upload, content: BinaryIO | Iterable[bytes]) -> None:
    """Put the bytes in, once. Raises ValidationError at "file"."""
    if upload.blob:
        raise ValidationError({"file": "The bytes of this upload are here already."})
    _take(upload, storage.keep(upload.filename, content))


def _take(upload: Upload, kept: storage.Content) -> None:
    changed = Upload.objects.filter(pk=upload.pk, blob="").update(**kept.columns())
    if not changed:
        blobs.delete(kept.blob)
        raise ValidationError({"file": "The bytes of this upload are here already."})
    upload.refresh_from_db()


def path(upload: Upload) -> str:
    """How programs name an upload: a path that ends in the name it came with."""
    return f"{upload.pk}/{upload.filename}"


def find(owner: User, named: str) -> Upload | None:
    """The upload with this id or path, if it is this person's."""
    try:
        pk = UUID(named.partition("/")[0])
    except ValueError:
        return None
    return Upload.objects.filter(owner=owner, pk=pk).first()


def collect(upload: Upload) -> None:
    """What was sent to the store's own address becomes the bytes of the upload. They are copied
    first: whoever has the address may send there again. Raises ValidationError at "file"."""
    size = None if upload.blob or not elsewhere.is_on() else elsewhere.size_of(_incoming(upload))
    if size is None:
        return
    uploading(upload.owner, size)
    try:
        kept = storage.keep_stored(upload.filename, _incoming(upload))
    finally:
        blobs.delete(_incoming(upload))
    _take(upload, kept)


def _incoming(upload: Upload) -> str:
    return f"incoming/{upload.pk.hex}"


def content_of(upload: Upload) -> storage.Content:
    if not upload.blob:
        raise ValidationError({"upload": "No bytes have come to this upload yet."})
    return storage.Content(**{each.name: getattr(upload, each.name) for each in _FIELDS})


_FIELDS = fields(storage.Content)


@transaction.atomic
def make_file(placement: Placement, upload: Upload, *, name: str, **columns: Any) -> File:
    """The file of an upload, under the same id. The upload is used up."""
    content = content_of(upload)
    if not Upload.objects.filter(pk=upload.pk).delete()[0]:
        raise ValidationError({"upload": "This upload has become a file already."})
    return storage.save(placement, content, name=name or upload.filename, id=upload.pk, **columns)


@transaction.atomic
def replace(file: File, upload: Upload, *, by: User) -> None:
    """The bytes of an upload for those of a file. The upload is used up."""
    versions.replace(file, content_of(upload), by=by)
    Upload.objects.filter(pk=upload.pk).delete()


def rename(upload: Upload, filename: str) -> None:
    """A program that learns the name later; the kind stays what the content said."""
    upload.filename = media.clean_filename(filename)
    upload.extension = storage.extension_of(upload.filename)
    upload.save(update_fields=["filename", "extension"])


def discard(upload: Upload) -> None:
    if Upload.objects.filter(pk=upload.pk).delete()[0]:
        part_path(upload.pk).unlink(missing_ok=True)
        if elsewhere.is_on():
            blobs.delete(_incoming(upload))
            if upload.multipart and not upload.blob:
                elsewhere.give_up_parts(own_key(upload), upload.multipart)
                blobs.delete(own_key(upload))  # joined, but not looked at yet
        if upload.blob:
            blobs.delete(upload.blob)


def own_key(upload: Upload) -> str:
    """The blob of an upload that comes in parts: who is killed while they are put together finds
    it again."""
    return f"files/{upload.pk.hex[-2:]}/{upload.pk.hex}"


def part_path(pk: UUID) -> Path:
    """Where the bytes of an upload that comes in parts grow."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{pk.hex}.part"


def forget_old() -> None:
    for upload in Upload.objects.filter(created_at__lt=timezone.now() - KEPT)[:100]:
        discard(upload)


def twins(person: User, found: list[Upload]) -> dict[UUID, File]:
    """By upload, a file with the same bytes that this person may read; her own first."""
    seen = Asset.objects.readable_by(person).values("pk")
    rows: QuerySet[File] = QuerySet(File).filter(
        sha256__in=[each.sha256 for each in found], pk__in=seen
    )
    ordered = sorted(rows, key=lambda file: file.owner_id == person.pk)
    same = {(file.sha256, file.size): file for file in ordered}
    return {each.pk: same[key] for each in found if (key := (each.sha256, each.size)) in same}


def link(upload: Upload, use: Use) -> str:
    """An address that takes or gives the bytes without credentials, for an hour. Bytes go straight
    to a store that is elsewhere; what came there is seen by `collect`."""
    if use == "put" and elsewhere.has_links():
        return elsewhere.upload_address(_incoming(upload), seconds=LINK_SECONDS)
    token = signing.dumps([upload.pk.hex, use, int(time.time()) + LINK_SECONDS], salt=SALT)
    return f"{settings.PUBLIC_URL}/api/files/uploads/{token}"


def named_by(token: str, use: Use) -> Upload:
    """Raises UnsignedError."""
    try:
        pk, meant, expires = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise UnsignedError from error
    upload = Upload.objects.filter(pk=UUID(pk)).first()
    if meant != use or expires < time.time() or upload is None:
        raise UnsignedError
    return upload
