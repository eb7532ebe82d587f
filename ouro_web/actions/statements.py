"""What the ledger says to the database at every run, put into SQL once; see lib.kept.

All of it is about one run, named by `pk`. A change that goes by a claim also asks for its `owner`
and `attempt`.
"""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    IntegerField,
    QuerySet,
    UUIDField,
)
from django.db.models.functions import Coalesce, Now

from ouro_web.actions.models import LIVE, Action, Phase, Status
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot, slot

LEASE = 30  # seconds
# What every call needs of its run; the rest, which few do, is read when somebody asks for it.
NEEDED = (
    *("attempt", "call", "user_id", "organization_id", "team_id", "output_visibility"),
    *("created_at", "route__operation", "route__method", "route__repeat_safe"),
    *("route__changed_at", "route__input_assets", "route__output_assets"),
    *("route__service__base_url", "route__service__authentication", "route__service__secret"),
    *("route__service__time_limit", "route__service__silence_limit"),
    *("route__service__max_concurrency", "route__service__servers"),
)


def in_seconds(seconds: float | Slot) -> "ExpressionWrapper[Any]":
    """A moment from now, by the database's clock."""
    span = seconds if isinstance(seconds, Slot) else timedelta(seconds=seconds)
    return ExpressionWrapper(Now() + span, output_field=DateTimeField())


@cache
def live_beyond(number: int) -> "kept.Rows[UUID]":
    """The run that makes it `number` going on for a person, if there is one."""
    rows = Action.objects.filter(user=Slot("user", UUIDField()), status__in=LIVE)
    return kept.Rows(lambda: rows.values_list("pk", flat=True)[number - 1 : number])


_PK = Slot("pk", UUIDField())
queued = kept.Rows(
    lambda: (
        Action.objects.filter(pk=_PK, status=Status.QUEUED)
        .select_related("route__service")
        .only(*NEEDED)
    )
)
calling = kept.Rows(
    lambda: (
        Action.objects.filter(
            status=Status.IN_PROGRESS, phase=Phase.CALLING, route__service=Slot("pk", UUIDField())
        )
        .values("status")
        .annotate(number=Count("pk"))
        .values_list("number", flat=True)
    )
)
take_queued = kept.Update(
    lambda: Action.objects.filter(
        pk=_PK, status=Status.QUEUED, attempt=Slot("was", IntegerField())
    ),
    status=Status.IN_PROGRESS,
    phase=Phase.CALLING,
    owner=slot(Action, "owner"),
    lease_until=in_seconds(LEASE),
    attempt=slot(Action, "attempt"),
    try_after=None,
    started_at=Coalesce("started_at", Now()),
)


def held() -> QuerySet[Action]:
    """The rows of a claim, as `ledger.Claim.rows` has them."""
    return Action.objects.filter(
        pk=_PK,
        status=Status.IN_PROGRESS,
        owner=slot(Action, "owner"),
        attempt=slot(Action, "attempt"),
    )


note_sent = kept.Update(
    held,
    sent_at=Coalesce("sent_at", Now()),
    sent=slot(Action, "sent"),
    deadline_at=Coalesce("deadline_at", in_seconds(Slot("span", DurationField()))),
)
ENDED: dict[str, Any] = {
    "phase": "",
    "owner": "",
    "lease_until": None,
    "deadline_at": None,
    "try_after": None,
    "finished_at": Now(),
}
finish_directly = kept.Update(
    lambda: held().filter(phase=Phase.CALLING),
    status=Status.SUCCESS,
    error=None,
    answered_at=Now(),
    response=slot(Action, "response"),
    response_status=slot(Action, "response_status"),
    response_meta=slot(Action, "response_meta"),
    **ENDED,
)
to_announce = kept.Rows(
    lambda: Action.objects.filter(pk=_PK).only(
        "pk", "announce", "follower", "user_id", "route_id", "route_name"
    )
)
