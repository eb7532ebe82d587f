"""Uploads whose parts a page sends to the store itself, each to an address signed for it.

The store joins the parts at once or not at all, under the name that the file keeps. Then this site
reads the object once: for its SHA-256, for what it is, and to see that it is what was sent.
"""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import close_old_connections, transaction
from django.tasks import task

from ouro_web.accounts.models import User
from ouro_web.assets import blobs, elsewhere
from ouro_web.files import resumable, storage, uploads
from ouro_web.files.models import Upload

logger = logging.getLogger(__name__)

LEAST, MOST_PARTS = 8 << 20, 10_000  # S3 takes no smaller ones but the last, and no more of them
SIGNED_AT_ONCE = 16
AT_ONCE = 16 << 20  # larger ones are read by the worker: it takes seconds, then minutes
OTHER = "What arrived is not what was sent. Send the file again."
_threads = ThreadPoolExecutor(2, thread_name_prefix="checking")


@dataclass(frozen=True)
class Piece:
    """The bytes of the file from `start` to before `end` go to this address."""

    start: int
    end: int
    address: str


@dataclass(frozen=True)
class Progress:
    arrived: int
    next: list[Piece]  # the first of those that are missing
    is_joined: bool


def begin(owner: User, *, filename: str, length: int) -> Upload:
    """Raises ValidationError at "file"."""
    resumable.check_length(length)
    upload = resumable.announced(owner, filename=filename, length=length)
    upload.multipart = elsewhere.begin_parts(uploads.own_key(upload))
    upload.save(update_fields=["multipart"])
    return upload


def part_size(upload: Upload) -> int:
    return max(LEAST, -(-(upload.length or 0) // MOST_PARTS))


def progress(upload: Upload) -> Progress:
    """How far it is, and where to send what is missing."""
    length, size, key = upload.length or 0, part_size(upload), uploads.own_key(upload)
    parts = elsewhere.parts_of(key, upload.multipart)
    if parts is None:
        return Progress(length, [], is_joined=True)
    spans = {
        number: (start, min(start + size, length))
        for number, start in enumerate(range(0, length, size), start=1)
    }
    whole = {each.number for each in parts if each.size == _length(spans.get(each.number))}
    missing = [number for number in spans if number not in whole][:SIGNED_AT_ONCE]
    pieces = [Piece(*spans[number], _address(upload, number)) for number in missing]
    return Progress(sum(_length(spans[number]) for number in whole), pieces, is_joined=False)


def _address(upload: Upload, number: int) -> str:
    key, seconds = uploads.own_key(upload), uploads.LINK_SECONDS
    return elsewhere.part_address(key, upload.multipart, number, seconds=seconds)


def _length(span: tuple[int, int] | None) -> int:
    return span[1] - span[0] if span else 0


def finish(upload: Upload, digest: str) -> None:
    """Joins the parts and has them looked at. `digest` is what the sender makes of them: the
    SHA-256, in hex, of the SHA-256 of each; "" where it cannot. ValidationError at "file"."""
    if upload.blob:
        return
    key = uploads.own_key(upload)
    if (parts := elsewhere.parts_of(key, upload.multipart)) is not None:
        if progress(upload).next:
            raise ValidationError({"file": "Not all of the file has come."})
        elsewhere.join_parts(key, upload.multipart, parts)
    if (upload.length or 0) <= AT_ONCE:
        check(upload.pk, digest)
    else:
        pk = str(upload.pk)
        transaction.on_commit(lambda: check_upload.enqueue(pk, digest))


@task()
def check_upload(pk: str, digest: str) -> None:
    """Reading much is long; the queue's own threads deliver runs."""
    _threads.submit(_check_in_thread, UUID(pk), digest)


def _check_in_thread(pk: UUID, digest: str) -> None:
    close_old_connections()
    try:
        check(pk, digest)
    except Exception:
        logger.exception("An upload could not be looked at")
        says = "Something went wrong on this site. Send the file again."
        Upload.objects.filter(pk=pk, blob="").update(problem=says)
    finally:
        close_old_connections()


def check(pk: UUID, digest: str) -> None:
    """The joined parts become the bytes of the upload, or its problem. May come twice."""
    upload = Upload.objects.filter(pk=pk, blob="", problem="").first()
    if upload is None:
        return
    key = uploads.own_key(upload)
    with blobs.open_blob(key) as content:
        size, whole, parts = _digests(content, part_size(upload))
    if size != upload.length or (digest and parts != digest):
        if Upload.objects.filter(pk=pk, blob="").update(problem=OTHER):
            blobs.delete(key)
        return
    found = storage.described(upload.filename, blobs.Blob(key, size, whole))
    Upload.objects.filter(pk=pk, blob="").update(**found.columns(), arrived=size)


def _digests(content: BinaryIO, size: int) -> tuple[int, str, str]:
    """How many bytes, their SHA-256, and that of the SHA-256s of the parts."""
    length, whole, parts = 0, hashlib.sha256(), hashlib.sha256()
    part, left = hashlib.sha256(), size
    while piece := content.read(min(blobs.CHUNK, left)):
        length, left = length + len(piece), left - len(piece)
        whole.update(piece)
        part.update(piece)
        if not left:
            parts.update(part.digest())
            part, left = hashlib.sha256(), size
    if left < size:
        parts.update(part.digest())
    return length, whole.hexdigest(), parts.hexdigest()
