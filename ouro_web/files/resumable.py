"""Uploads that come in parts and go on where they were cut.

What has come lies in one growing file. A part counts once it is on the disk and the row says so;
what a killed process wrote beyond that is cut off when the next part comes.
"""

import fcntl
import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.files import storage, uploads
from ouro_web.files.limits import uploading
from ouro_web.files.models import Upload
from ouro_web.lib.tus import Checksum

MOST_REMEMBERED = 256


class BusyError(Exception):
    """Another request is writing to this upload."""


class OffsetError(Exception):
    """The part does not begin where the last one ended, which is the argument."""


class ChecksumError(Exception):
    """The part is not what was sent. It was dropped."""


@dataclass
class _Digests:
    """How far the SHA-256 of each upload is worked out in this process, so that a file is read
    only once. Where another process took part, it is read again at the end."""

    known: OrderedDict[UUID, tuple[int, "hashlib._Hash"]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def take(self, pk: UUID, size: int) -> "hashlib._Hash | None":
        with self.lock:
            reached, digest = self.known.pop(pk, (0, hashlib.sha256()))
        return digest if reached == size else None

    def keep(self, pk: UUID, size: int, digest: "hashlib._Hash | None") -> None:
        if digest is None:
            return
        with self.lock:
            self.known[pk] = (size, digest)
            while len(self.known) > MOST_REMEMBERED:
                self.known.popitem(last=False)


_digests = _Digests()


def begin(owner: User, *, filename: str, length: int | None) -> Upload:
    """Room for a file of this many bytes; None where nobody has said how many it will be.
    Raises ValidationError at "file"."""
    check_length(length)
    blobs.check_room(length or 0)
    return announced(owner, filename=filename, length=length)


def check_length(length: int | None) -> None:
    if length == 0:
        raise ValidationError({"file": "The file is empty."})
    if length and length > settings.MAX_UPLOAD:
        largest = blobs.megabytes(settings.MAX_UPLOAD)
        raise ValidationError({"file": f"The file is larger than {largest}, the most that fits."})


def announced(owner: User, *, filename: str, length: int | None) -> Upload:
    uploading(owner, length or 0)
    upload = uploads.reserve(owner, filename=filename)
    upload.length = length
    upload.save(update_fields=["length"])
    return upload


def append(
    upload: Upload, content: Iterable[bytes], *, offset: int, checksum: Checksum | None = None
) -> None:
    """Adds a part. Raises BusyError, OffsetError, ChecksumError, or ValidationError at "file";
    after each of them the upload is as it was."""
    with _locked(upload) as part:
        upload.refresh_from_db()
        if upload.blob or upload.arrived != offset:
            raise OffsetError(upload.arrived)
        _same_disk(upload, part)
        digest = _digests.take(upload.pk, offset)
        part.truncate(offset)
        part.seek(offset)
        with blobs.room_is_said():
            size = _write(part, content, upload, digest, checksum)
        Upload.objects.filter(pk=upload.pk, arrived=offset).update(arrived=size)
        upload.arrived = size
        _digests.keep(upload.pk, size, digest)
        if size == upload.length:
            _finish(upload)


def _same_disk(upload: Upload, part: BinaryIO) -> None:
    """What the row says is here is not, on another machine or after a disk was lost."""
    there = os.fstat(part.fileno()).st_size
    if there < upload.arrived:
        Upload.objects.filter(pk=upload.pk).update(arrived=0)
        raise OffsetError(0)


def _write(
    part: BinaryIO,
    content: Iterable[bytes],
    upload: Upload,
    digest: "hashlib._Hash | None",
    checksum: Checksum | None,
) -> int:
    own = hashlib.new(checksum.algorithm) if checksum else None  # what the sender counts by
    size = upload.arrived
    for piece in content:
        size += len(piece)
        if size > (upload.length or settings.MAX_UPLOAD):
            raise ValidationError({"file": "More bytes came than were announced."})
        for each in (digest, own):
            if each:
                each.update(piece)
        part.write(piece)
    if checksum and own and not checksum.fits(own):
        raise ChecksumError
    part.flush()
    os.fsync(part.fileno())
    return size


def complete(upload: Upload) -> None:
    """The end of an upload whose last part came just before its process was killed."""
    if not upload.blob and upload.length and upload.arrived == upload.length:
        with _locked(upload):
            upload.refresh_from_db()
            if not upload.blob:
                _finish(upload)


@contextmanager
def whole(upload: Upload) -> Iterator[BinaryIO]:
    """For bytes that come in one go from wherever: what is written when the block ends well is
    the upload. Raises as `append` does."""
    with _locked(upload) as part, blobs.room_is_said():
        part.truncate(0)
        yield part
        part.flush()
        os.fsync(part.fileno())
        size = part.tell()
        if not size:
            raise ValidationError({"file": "The file is empty."})
        Upload.objects.filter(pk=upload.pk, blob="").update(arrived=size, length=size)
        upload.refresh_from_db()
        _finish(upload)


def arrived(upload: Upload) -> int:
    """Bytes so far; of a download that is going on, as this machine sees it."""
    if upload.blob:
        return upload.size
    with suppress(OSError):
        return part_of(upload).stat().st_size if upload.address else upload.arrived
    return upload.arrived


def _finish(upload: Upload) -> None:
    part, key = part_of(upload), uploads.own_key(upload)
    if part.exists() and part.stat().st_size == upload.length:
        digest = _digests.take(upload.pk, upload.arrived) or _digest_at(part)
        blobs.adopt(part, key)
    else:
        with blobs.open_blob(key) as moved:
            digest = blobs.digest_of(moved)
    blob = blobs.Blob(key, upload.arrived, digest.hexdigest())
    content = storage.described(upload.filename, blob)
    Upload.objects.filter(pk=upload.pk, blob="").update(**content.columns())
    upload.refresh_from_db()


def _digest_at(part: Path) -> "hashlib._Hash":
    with part.open("rb") as source:
        return blobs.digest_of(source)


def part_of(upload: Upload) -> Path:
    return uploads.part_path(upload.pk)


@contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    """The growing file, for one writer at a time; the lock goes with its process."""
    path = part_of(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        yield part
