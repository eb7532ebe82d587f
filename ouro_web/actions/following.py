"""Those who want to hear of a run's end without waiting for it. They lie above the runs, so they
give their name here, and a run that matters to them carries it.

They are told after the end is committed. Who has taken note empties the name, in the transaction in
which she does something about it; until then the sweep tells her again. So the end may be told
twice, and is never lost, whoever dies in between.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction

from ouro_web.actions.models import FINAL, Action

Told = Callable[[UUID], object]

AT_ONCE = 500
_followers: dict[str, Told] = {}


def follow(name: str, told: Told) -> None:
    """`told` gets the id of a run that has ended; it should only put work into the queue."""
    _followers[name] = told


def say_end(name: str, action_id: UUID) -> None:
    """To be called in the transaction that ends the run."""
    if told := _followers.get(name):
        transaction.on_commit(partial(told, action_id), robust=True)


def remind() -> None:
    """Of ends that nobody has taken note of yet."""
    ended = Action.objects.filter(status__in=FINAL).exclude(follower="")
    for name, action_id in ended.order_by("pk").values_list("follower", "pk")[:AT_ONCE]:
        if told := _followers.get(name):
            told(action_id)


def noted(action_id: UUID) -> None:
    """Nobody has to be told of this end any more."""
    Action.objects.filter(pk=action_id).update(follower="")
