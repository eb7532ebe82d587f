"""Runs as pages show them: with their people, routes and only those assets the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import timezone

from ouro_web.actions.models import Action, ActionAsset, ActionLog, ActionQuerySet
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset


@dataclass(frozen=True)
class Link:
    """An asset of a run. Without `asset` the reader may not see it, or it is gone."""

    name: str
    asset_type: str
    asset: Asset | None
    text: str  # what stands there when there is no asset to show
    is_primary: bool
    made_here: bool
    version: int | None = None  # of a file or dataset
    newest: int | None = None  # that it is in by now, where this was asked for

    @property
    def version_told(self) -> str:
        if not self.version or not self.asset:
            return ""
        is_past = self.newest and self.newest > self.version
        return f"Version {self.version}" + (f", {self.newest} by now" if is_past else "")

    @property
    def label(self) -> str:
        words = self.name.replace("_", " ").replace("-", " ").strip()
        return words[:1].upper() + words[1:]


class Run:
    """One action and what a reader may know of it."""

    def __init__(self, action: Action, person: Person) -> None:
        self.action = action
        self.mine = action.user_id == person.pk

    @cached_property
    def inputs(self) -> list[Link]:
        return self._links(ActionAsset.Direction.IN)

    @cached_property
    def outputs(self) -> list[Link]:
        return self._links(ActionAsset.Direction.OUT)

    def _links(self, direction: str) -> list[Link]:
        return [
            Link(
                name=link.name,
                asset_type=link.asset_type,
                asset=link.asset,
                text=self._instead(link),
                is_primary=link.is_primary,
                made_here=link.made_here,
                version=link.version,
            )
            for link in self.action.links.all()
            if link.direction == direction
        ]

    def _instead(self, link: ActionAsset) -> str:
        if link.asset_id:
            return f"A {link.asset_type} that is not shared with you"
        return f"{link.asset_name}, deleted" if self.mine else f"A deleted {link.asset_type}"

    @property
    def subject(self) -> str:
        """What the run was on: the name of its first input that the reader may see."""
        return next((link.asset.name for link in self.inputs if link.asset), "")

    @property
    def live(self) -> bool:
        return not self.action.is_final

    @property
    def began(self) -> datetime:
        return self.action.created_at

    @property
    def seconds(self) -> float:
        """From the request to the end, or to now."""
        end = self.action.finished_at or timezone.now()
        return max(0.0, (end - self.action.created_at).total_seconds())

    @property
    def why(self) -> str:
        """The error in a line."""
        return str((self.action.error or {}).get("message", ""))

    @property
    def last_line(self) -> str:
        return getattr(self.action, "last_line", None) or ""


def detailed(actions: ActionQuerySet, person: Person) -> ActionQuerySet:
    """A constant number of queries, however many rows."""
    return linked(actions, person).select_related("user", "route__service")


def linked(actions: ActionQuerySet, person: Person) -> ActionQuerySet:
    """With the assets of each run alone."""
    seen = Asset.objects.visible_to(person)
    links = ActionAsset.objects.prefetch_related(Prefetch("asset", queryset=seen))
    return actions.prefetch_related(Prefetch("links", queryset=links))


def with_last_line(actions: ActionQuerySet) -> ActionQuerySet:
    newest = ActionLog.objects.filter(action=OuterRef("pk")).order_by("-pk").values("message")[:1]
    return actions.annotate(last_line=Subquery(newest))


def shown(actions: Iterable[Action], person: Person) -> list[Run]:
    return [Run(action, person) for action in actions]
