"""One run for one reader. What is plain from the row costs no query of rights: programs look at
their runs again and again."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, UUIDField, prefetch_related_objects

from ouro_web.accounts.models import User
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.access import plainly_visible
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot

HEAVY = ("route__operation", "route__input_assets", "route__output_assets")
_run = kept.Rows(
    lambda: (
        Action.objects.select_related("user", "route__parent")
        .defer(*HEAVY)
        .filter(pk=Slot("pk", UUIDField()))
    )
)

_links = kept.Rows(lambda: ActionAsset.objects.filter(action=Slot("pk", UUIDField())))


def visible_run(pk: UUID, person: User) -> Action | None:
    """With its person, route and links, and of the assets only those she may see."""
    action = _run.first(pk=pk)
    if action is None or not _may_see(action, person):
        return None
    links = _links_of(action)
    if links:
        seen = Asset.objects.filter(pk__in=_seen(links, person))
        prefetch_related_objects(links, Prefetch("asset", queryset=seen))
    return action


def started(action: Action, person: User) -> Action:
    """The same of a run that this person has just started: without inputs, nothing is asked."""
    if action.call.get("input_assets"):
        return visible_run(action.pk, person) or action
    _hold(action, [])
    return action


def _links_of(action: Action) -> list[ActionAsset]:
    links = _links.all(pk=action.pk)
    _hold(action, links)
    return links


def _hold(action: Action, links: list[ActionAsset]) -> None:
    """As `prefetch_related_objects` would leave them."""
    rows: Any = action.links.all()
    rows._result_cache = links
    rows._prefetch_done = True
    action._prefetched_objects_cache = {"links": rows}  # type: ignore[attr-defined]


def _may_see(action: Action, person: User) -> bool:
    """The rule of `Action.objects.visible_to`, asked in full where it is not plain."""
    mine = action.user_id == person.pk
    if mine and (action.route is None or plainly_visible(action.route, person)):
        return True
    return Action.objects.visible_to(person).filter(pk=action.pk).exists()


def _seen(links: Iterable[ActionAsset], person: User) -> set[UUID]:
    rows = Asset.objects.filter(pk__in=[link.asset_id for link in links]).select_related("parent")
    plain = {row.pk: plainly_visible(row, person) for row in rows}
    seen = {pk for pk, is_plain in plain.items() if is_plain}
    unclear = plain.keys() - seen
    if unclear:
        asked = Asset.objects.visible_to(person).filter(pk__in=unclear)
        seen |= set(asked.values_list("pk", flat=True))
    return seen
