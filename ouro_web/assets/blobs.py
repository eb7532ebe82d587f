"""Bytes in the storage, under names that are ours. Files and datasets keep theirs here.

Written to a temporary name, synced to disk, then renamed: a name that exists is complete.
A storage without local paths (S3) gets the finished file, and reads go through a local copy.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File as DjangoFile
from django.core.files.storage import default_storage

from ouro_web.assets import elsewhere

CHUNK = 1 << 20
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NoRoomError(ValidationError):
    """The disk is full. Heals by itself when there is room again."""

    def __init__(self) -> None:
        says = "There is no room left on this site's disk. Try again when its keeper has made some."
        super().__init__({"file": says})


@dataclass(frozen=True)
class Blob:
    key: str
    size: int
    sha256: str


def is_away(error: BaseException | None) -> bool:
    """Whether it says that a store on other machines does not answer, or will not. Its package is
    there only where a site has such a store."""
    return type(error).__module__.startswith("botocore.")


def new_key(kind: str, suffix: str = "") -> str:
    name = uuid.uuid4().hex
    return f"{kind}/{name[:2]}/{name}{suffix}"


def chunks(content: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(content, "read", None)
    if read is None:
        yield from content
        return
    while piece := read(CHUNK):
        yield piece


def write(kind: str, content: BinaryIO | Iterable[bytes], *, largest: int) -> Blob:
    """Store the content piece by piece; ValidationError at "file" when it is too large."""
    check_room()
    with (
        room_is_said(),
        finished_file(new_key(kind)) as (path, key),
        open(path, "wb") as target,
    ):
        digest, size = hashlib.sha256(), 0
        for piece in chunks(content):
            size += len(piece)
            if size > largest:
                raise ValidationError({"file": f"The file is larger than {megabytes(largest)}."})
            digest.update(piece)
            target.write(piece)
        sync(target)
    return Blob(key, size, digest.hexdigest())


def digest_of(source: BinaryIO) -> "hashlib._Hash":
    digest = hashlib.sha256()
    for piece in chunks(source):
        digest.update(piece)
    return digest


def check_room(size: int = 0) -> None:
    """NoRoomError where this many bytes would take what the site itself needs to go on."""
    if shutil.disk_usage(settings.DATA_DIR).free - size < settings.KEEP_FREE_DISK:
        raise NoRoomError


@contextmanager
def room_is_said() -> Iterator[None]:
    """A full disk in words."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise NoRoomError from error
        raise


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def megabytes(size: int) -> str:
    return f"{size / 1024**3:.0f} GB" if size >= 1024**3 else f"{max(1, size >> 20)} MB"


@contextmanager
def finished_file(key: str) -> Iterator[tuple[Path, str]]:
    """A path to write to; what is there when the block ends well becomes the blob `key`."""
    final = _path(key)
    part = Path(f"{final}.part") if final else temporary_file()
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part, key
        if final:
            part.replace(final)
            sync_folder(final.parent)
        else:
            with part.open("rb") as done:
                default_storage.save(key, DjangoFile(done))
    finally:
        part.unlink(missing_ok=True)


def adopt(part: Path, key: str) -> None:
    """A finished, synced file becomes the blob `key`; the file itself is gone then."""
    final = _path(key)
    if final is None:
        with part.open("rb") as done:
            default_storage.save(key, DjangoFile(done))
        part.unlink()
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.replace(final)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with (
            part.open("rb") as source,  # on another disk
            finished_file(key) as (path, _),
            path.open("wb") as target,
        ):
            shutil.copyfileobj(source, target, CHUNK)
            target.flush()
            os.fsync(target.fileno())
        part.unlink()
    sync_folder(final.parent)


def temporary_file(suffix: str = "") -> Path:
    handle, name = tempfile.mkstemp(suffix=suffix, dir=settings.FILE_UPLOAD_TEMP_DIR)
    os.close(handle)
    return Path(name)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_blob(key: str) -> BinaryIO:
    """Raises FileNotFoundError."""
    if elsewhere.is_on():
        return elsewhere.opened(key)
    return cast(BinaryIO, default_storage.open(key, "rb"))


def local_path(key: str) -> str:
    """A path to the bytes on this machine; fetched once from a storage elsewhere."""
    if path := _path(key):
        return str(path)
    copy = _copy(key)
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = temporary_file()
        with part.open("wb") as target, open_blob(key) as source:
            for piece in chunks(source):
                target.write(piece)
        part.replace(copy)
    copy.touch()  # it is in use
    return str(copy)


def delete(key: str) -> None:
    with suppress(FileNotFoundError):
        default_storage.delete(key)
    if elsewhere.is_on():
        _copy(key).unlink(missing_ok=True)


def _copy(key: str) -> Path:
    return Path(settings.DATA_DIR) / "copies" / key


def _path(key: str) -> Path | None:
    try:
        return Path(default_storage.path(key))
    except NotImplementedError:
        return None
