"""A result that came after the end of its run: kept aside, and made into outputs by its owner."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.actions import engine, ledger, outputs
from ouro_web.actions.models import Action, Status
from ouro_web.actions.run import own
from ouro_web.lib import guard
from ouro_web.lib.upstream import Client

FAILED = ("failed", "failure", "error")


def accept(action: Action, user: User) -> None:
    """Make outputs of a result that came after the end. The status stays as it is: the run was
    over for everybody who waited for it. Raises ValidationError when there is nothing to accept."""
    own(action, user)
    late = _taken_late(action)
    action.response = late.get("response")
    async_to_sync(_save_late)(action)
    _note_accepted(action, {**late, "response": outputs.pruned(action)})


def _taken_late(action: Action) -> dict[str, Any]:
    """The late result, marked as taken, so that two clicks make one set of outputs."""
    with transaction.atomic():
        row = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
        late: dict[str, Any] | None = row.late_response
        if not late or late["status"] in FAILED or row.status == Status.SUCCESS:
            raise ValidationError("This run has no late result that could be accepted.")
        late["accepted_at"] = timezone.now().isoformat()
        row.late_response = late
        row.save(update_fields=["late_response"])
    return late


async def _save_late(action: Action) -> None:
    """In this thread, where the request's database connection is; only downloads are awaited."""

    async def here(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(function)(*args, **kwargs)

    policy = guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)
    async with Client(policy) as client:
        await engine.save_outputs(action, engine.Workplace("", client, here, here))


def _note_accepted(action: Action, late: dict[str, Any]) -> None:
    with transaction.atomic():
        Action.objects.filter(pk=action.pk).update(late_response=late)
        ledger.log(action.pk, f"{action.user.username} accepted the late result")
