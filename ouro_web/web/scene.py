"""What one reader may see of everything that some texts speak of, fetched a kind at a time."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from ouro_web.accounts.models import User
from ouro_web.actions.models import Action
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.datasets.models import SavedView
from ouro_web.lib.markdown import Slot
from ouro_web.posts.models import Post
from ouro_web.services.models import Route
from ouro_web.web import frozen, pins
from ouro_web.web.frozen import FrozenPin
from ouro_web.web.pins import Pin
from ouro_web.web.previews import Previews

MOST_ROUTES = 400


@dataclass
class Scene:
    person: Person
    slots: list[Slot]
    with_content: bool = True
    post: Post | None = None

    @cached_property
    def pins(self) -> dict[str, Pin]:
        ids = {slot.action for slot in self.slots if slot.action}
        ids |= {slot.id for slot in self.slots if slot.type == "action"}
        return {str(pin.action.pk): pin for pin in pins.visible(ids, self.person)}

    @cached_property
    def assets(self) -> dict[str, Asset]:
        ids = {slot.id for slot in self.slots if slot.id and slot.type != "action"}
        ids |= {pk for pin in self.pins.values() for pk in pin.asset_ids}
        ids |= {pk for copy in self.copies.values() for pk in copy.asset_ids}
        rows = Asset.objects.visible_to(self.person).filter(pk__in=ids).for_cards() if ids else ()
        return {str(asset.pk): asset for asset in rows}

    @cached_property
    def previews(self) -> Previews:
        """Only of those whose content the reader may see."""
        if not self.with_content:
            return Previews(set())
        rows = Asset.objects.readable_by(self.person).filter(pk__in=self.assets)
        return Previews({str(pk) for pk in rows.values_list("pk", flat=True)})

    @cached_property
    def people(self) -> dict[str, User]:
        names = {slot.text for slot in self.slots if slot.kind == "mention"}
        rows = User.objects.filter(username__in=names, is_active=True) if names else ()
        return {person.username: person for person in rows}

    @cached_property
    def views(self) -> dict[str, SavedView]:
        """Saved views of datasets; whoever reads the rows may see them."""
        ids = {UUID(slot.view) for slot in self.slots if slot.view}
        rows = SavedView.objects.filter(pk__in=ids) if ids else ()
        return {str(view.pk): view for view in rows}

    @cached_property
    def routes(self) -> dict[str, list[Route]]:
        """The routes of the services that are shown with their content."""
        services = {s.id for s in self.slots if s.type == "service" and s.mode != "card"}
        services &= self.assets.keys()
        every: QuerySet[Route] = QuerySet(Route)
        seen = (
            Asset.objects.visible_to(self.person)
            .filter(parent__in=[UUID(pk) for pk in services])
            .values("pk")
        )
        rows = every.filter(pk__in=seen, retired_at=None).order_by("path") if services else ()
        found: dict[str, list[Route]] = defaultdict(list)
        for route in rows[:MOST_ROUTES]:
            found[str(route.service_id)].append(route)
        return found

    @cached_property
    def newer(self) -> dict[str, Action]:
        pinned = {slot.action for slot in self.slots if slot.action}
        return pins.newer([pin for pk, pin in self.pins.items() if pk in pinned], self.person)

    # What was kept when the post was published, of what is gone since
    @cached_property
    def copies(self) -> dict[str, FrozenPin]:
        """Where the reader does not see a run any more, nor one of a route that was deleted."""
        named = {s.action for s in self.slots if s.action}
        named |= {s.id for s in self.slots if s.kind == "value"}
        whole = {pk for pk, pin in self.pins.items() if pin.action.route_id}
        return frozen.of(self.post, named - whole, self.person)

    @cached_property
    def gone_runs(self) -> set[str]:
        """Runs that are no more, or whose route is no more."""
        ids = self.copies.keys()
        there = Action.objects.filter(pk__in=ids, route__isnull=False) if ids else ()
        return set(ids) - {str(run.pk) for run in there}

    @cached_property
    def gone_assets(self) -> set[str]:
        ids = {pk for copy in self.copies.values() for pk in copy.asset_ids}
        there = Asset.objects.filter(pk__in=ids).values_list("pk", flat=True) if ids else ()
        return ids - {str(pk) for pk in there}

    @property
    def frozen_values(self) -> dict[str, FrozenPin]:
        return {pk: copy for pk, copy in self.copies.items() if pk in self.gone_runs}
