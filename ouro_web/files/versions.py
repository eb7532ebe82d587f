"""Other bytes for a file. What it held before stays as a numbered version: the newest few, and
for ever those that a run used."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.files.models import File, FileVersion, Stored, Upload
from ouro_web.files.storage import Content

KEPT_COLUMNS = ("version", "content_at", "content_by_id", "pinned")


@transaction.atomic
def replace(file: File, content: Content, *, by: User | None) -> None:
    """The old bytes go only when they are beyond what is kept, and after the commit."""
    File.objects.select_for_update().get(pk=file.pk)
    file.refresh_from_db()
    if file.sha256 == content.sha256 and file.filename == content.filename:
        transaction.on_commit(lambda: forget([content.blob]))
        return  # the same bytes under the same name are no new version
    old = _columns(file) | {name: getattr(file, name) for name in KEPT_COLUMNS}
    FileVersion.objects.create(file=file, **old)
    _set(file, content.columns(), at=timezone.now(), by=by)
    _prune(file)


@transaction.atomic
def restore(file: File, number: int, *, by: User) -> None:
    """An earlier version becomes the newest one. Raises ValidationError."""
    File.objects.select_for_update().get(pk=file.pk)
    file.refresh_from_db()
    wanted = file.versions.filter(version=number).first()
    if wanted is None:
        raise ValidationError({"version": "This version is not kept any more."})
    replace(file, Content(**_columns(wanted)), by=by)


def at(file: File, number: int) -> File | FileVersion | None:
    """The content under this number; None when it is not kept."""
    if number == file.version:
        return file
    return file.versions.filter(version=number).first()


def pin(files: Iterable[UUID]) -> dict[UUID, int]:
    """These bytes are used by a run: they are kept whatever comes after them. Gives the number of
    each version."""
    rows: QuerySet[File] = QuerySet(File).filter(pk__in=list(files))
    rows.filter(pinned=False).update(pinned=True)
    return dict(rows.values_list("pk", "version"))


def forget(keys: Iterable[str]) -> None:
    """Delete blobs that nothing names any more; a restored version shares its own."""
    for key in set(keys):
        if not any(kind._default_manager.filter(blob=key).exists() for kind in _KINDS):
            blobs.delete(key)


_KINDS: tuple[type[Stored], ...] = (File, FileVersion, Upload)


def _prune(file: File) -> None:
    beyond = list(file.versions.filter(pinned=False)[settings.KEEP_FILE_VERSIONS :])
    file.versions.filter(pk__in=[each.pk for each in beyond]).delete()
    keys = [each.blob for each in beyond]
    transaction.on_commit(lambda: forget(keys))


def _set(file: File, columns: dict[str, Any], *, at: datetime, by: User | None) -> None:
    for name, value in columns.items():
        setattr(file, name, value)
    file.version += 1
    file.content_at, file.content_by, file.pinned = at, by, False
    file.save()


def _columns(row: Stored) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(Content)}
