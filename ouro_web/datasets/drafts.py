"""A file on its way to a dataset: kept, looked at, and imported as its owner chose.

Small files are imported at once, others by a worker. The row is the ledger: each change of state
is an UPDATE filtered on the old state, so a delivery that comes twice is harmless, and one that is
lost is made up for when somebody looks again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.assets.placement import Placement
from ouro_web.datasets import arriving, imports, making
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.column_types import CHOICES
from ouro_web.datasets.models import Dataset, Draft
from ouro_web.datasets.tasks import import_draft

AT_ONCE = 8 << 20  # a file of this size takes less than half a second
SILENCE = timedelta(seconds=30)
KEPT = timedelta(days=2)
MOST_KEPT = 20

State = Draft.State


@dataclass(frozen=True)
class Choice:
    """What becomes of each column that was found: its name and type, or "" to leave it out."""

    names: list[str]
    types: list[str]


def keep(
    user: User,
    content: BinaryIO | Iterable[bytes],
    *,
    filename: str,
    target: Dataset | None = None,
) -> Draft:
    """The file with the columns that were found in it. Raises ValidationError at "file"."""
    forget_old(user)
    with arriving.kept_for_now(content, filename=filename, field="file") as source:
        found = making.sniffed(source.request, field="file")
        with source.path.open("rb") as kept:
            blob = blobs.write("imports", kept, largest=settings.MAX_UPLOAD)
    return Draft.objects.create(
        user=user, target=target, blob=blob.key, filename=filename[:255], format=source.format,
        size=source.size, encoding=source.encoding, **_found(found),
    )  # fmt: skip


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("columns", "options", "sample")}


def read_again(draft: Draft, options: dict[str, Any]) -> None:
    """Work out the columns with other options: the delimiter, the header, the sheet, the words for
    no value. Raises ValidationError at "file"."""
    with imports.at_hand(draft) as source:
        found = _found(making.sniffed({**source, "options": options}, field="file"))
    for name, value in found.items():
        setattr(draft, name, value)
    draft.error = ""
    draft.save(update_fields=[*found, "error"])


def chosen_columns(draft: Draft, choice: Choice) -> list[dict[str, Any]]:
    """The columns as they shall be. Raises ValidationError at "columns"."""
    together = zip(draft.columns, choice.names, choice.types, strict=True)
    kept = [{**one, "name": name, "type": kind} for one, name, kind in together if kind]
    if not kept:
        raise ValidationError({"columns": "Keep at least one column."})
    if any(column["type"] not in CHOICES for column in kept):
        raise ValidationError({"columns": "Choose one of the types for each column."})
    names = column_names([column["name"] or column["from"] for column in kept])
    return [{**column, "name": name} for column, name in zip(kept, names, strict=True)]


def begin(draft: Draft, columns: list[dict[str, Any]], **choice: Any) -> None:
    """Import it as chosen: now if it is small, else in a worker. A refusal is in `draft.error`."""
    chosen = {"columns": columns, **choice}
    waiting = Draft.objects.filter(pk=draft.pk, state=State.REVIEW)
    if not waiting.update(state=State.QUEUED, choice=chosen, error="", percent=0, heard_at=None):
        return
    if draft.size <= AT_ONCE:
        imports.carry_out(draft.pk)
    else:
        enqueue(draft.pk)
    draft.refresh_from_db()


def new_dataset(placement: Placement, *, name: str, description: str) -> dict[str, Any]:
    """The part of a choice that says what and where the new dataset is."""
    return {
        "name": name, "description": description, "organization": str(placement.organization.pk),
        "team": str(placement.team.pk), "visibility": placement.visibility,
    }  # fmt: skip


def enqueue(pk: UUID) -> None:
    transaction.on_commit(lambda: import_draft.enqueue(str(pk)))


def look_after(draft: Draft) -> None:
    """Hand it to the workers again when nothing was heard of it for a while."""
    long_ago = timezone.now() - SILENCE
    silent = Q(heard_at__lt=long_ago) | Q(heard_at=None, created_at__lt=long_ago)
    stuck = Draft.objects.filter(silent, pk=draft.pk, state__in=[State.QUEUED, State.RUNNING])
    if stuck.update(state=State.QUEUED, heard_at=timezone.now()):
        enqueue(draft.pk)


def discard(draft: Draft) -> None:
    blob = draft.blob
    draft.delete()
    blobs.delete(blob)


def forget_old(user: User) -> None:
    """What was left lying: a few days, and so many a person."""
    mine = Draft.objects.filter(user=user).exclude(state__in=[State.QUEUED, State.RUNNING])
    for draft in mine.filter(created_at__lt=timezone.now() - KEPT):
        discard(draft)
    for draft in mine.order_by("-pk")[MOST_KEPT - 1 :]:
        discard(draft)
