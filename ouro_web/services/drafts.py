"""Documents that somebody is looking at: kept so that a wrong field never costs the upload."""

import json
from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.services import openapi
from ouro_web.services.models import SpecDraft
from ouro_web.services.openapi import Specification

KEPT = timedelta(days=2)
MOST = 20
# A reader that has not been heard of for so long has ended with its process.
SILENCE = timedelta(seconds=90)


def keep(
    user: User,
    *,
    text: str,
    source_url: str = "",
    file_name: str = "",
    files: Mapping[str, str] | None = None,
    specification: Specification | None = None,
) -> SpecDraft:
    """Old ones of this person go; nobody comes back to a draft of last week. One without a
    specification is still to be read."""
    mine = SpecDraft.objects.filter(user=user)
    mine.filter(created_at__lt=timezone.now() - KEPT).delete()
    newest = mine.order_by("-created_at").values_list("pk", flat=True)[: MOST - 1]
    mine.exclude(pk__in=list(newest)).delete()
    return SpecDraft.objects.create(
        user=user,
        document=text,
        source_url=source_url[:1000],
        file_name=file_name[:255],
        files=dict(files or {}),
        state=SpecDraft.State.READY if specification else SpecDraft.State.WAITING,
        reading=json.dumps(openapi.packed(specification)) if specification else "",
    )


def specification(draft: SpecDraft) -> Specification:
    """What was read of it."""
    return openapi.unpacked(json.loads(draft.reading or "{}"))


def is_stalled(draft: SpecDraft) -> bool:
    is_done = draft.state == SpecDraft.State.READY
    return not is_done and draft.touched_at < timezone.now() - SILENCE
