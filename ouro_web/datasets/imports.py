"""The import of a draft. Each change of its state is an UPDATE filtered on the old one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.assets import blobs
from ouro_web.assets.placement import Placement
from ouro_web.datasets import making, tables, writing
from ouro_web.datasets.models import Draft
from ouro_web.teams.models import Organization, Team

BROKEN_OFF = "Reading the file was broken off. Try again."

State = Draft.State


@contextmanager
def at_hand(draft: Draft) -> Iterator[dict[str, Any]]:
    """The kept file for the worker, and room beside it for what the engine cannot read itself."""
    scratch = blobs.temporary_file(".jsonl")
    try:
        path = blobs.local_path(draft.blob)
        yield {"source": path, "format": draft.format, "scratch": str(scratch)}
    finally:
        scratch.unlink(missing_ok=True)


def carry_out(pk: UUID) -> None:
    """Import it, if nobody does. Harmless to call twice, late, or for a row that is gone."""
    queued = Draft.objects.filter(pk=pk, state=State.QUEUED)
    if not queued.update(state=State.RUNNING, heard_at=timezone.now()):
        return
    draft = Draft.objects.select_related("user", "target").get(pk=pk)
    error = BROKEN_OFF
    try:
        with at_hand(draft) as source:
            chosen = {"columns": draft.choice["columns"], "options": draft.options}
            finish = _append if draft.target else _make
            finish(draft, {**source, **chosen})
        error = ""
        blobs.delete(draft.blob)
    except ValidationError as refused:
        error = " ".join(refused.messages)
    finally:
        if error:
            _running(draft).update(state=State.REVIEW, error=error)


def _running(draft: Draft) -> Any:
    return Draft.objects.filter(pk=draft.pk, state=State.RUNNING)


def _hear(draft: Draft, percent: float) -> None:
    _running(draft).update(percent=min(percent, 100), heard_at=timezone.now())


def _make(draft: Draft, source: dict[str, Any]) -> None:
    table = making.imported(source, field="file", hear=partial(_hear, draft))
    choice = draft.choice
    placement = Placement(
        draft.user,
        Organization.objects.get(pk=choice["organization"]),
        Team.objects.get(pk=choice["team"]),
        choice["visibility"],
    )
    try:
        with transaction.atomic():
            dataset = tables.saved(
                placement, table, name=choice["name"], description=choice["description"]
            )
            if not _running(draft).update(state=State.DONE, made=dataset, percent=100):
                raise _SecondError
    except _SecondError:
        blobs.delete(table.key)


class _SecondError(Exception):
    """Somebody else finished the draft meanwhile."""


def _append(draft: Draft, source: dict[str, Any]) -> None:
    dataset = draft.target
    if dataset is None:
        return
    done = writing.write_source(dataset, source, mode=draft.choice["mode"], by=draft.user)
    choice = {**draft.choice, "done": done.as_json(), "warning": done.warning}
    _running(draft).update(state=State.DONE, made=dataset, percent=100, choice=choice)
