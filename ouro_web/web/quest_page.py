"""What the pages of a quest show of it to one reader."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import makes
from ouro_web.assets.models import Asset
from ouro_web.lib.declarations import Declaration
from ouro_web.lib.markdown import Rendered
from ouro_web.quests import banning, seeing, waiting
from ouro_web.quests.declaring import KINDS, declared
from ouro_web.quests.entries import ACTIVE
from ouro_web.quests.models import Entry, Item, Quest
from ouro_web.services.models import Route
from ouro_web.web import embeds
from ouro_web.web.forms.asset_input import AssetInput, asset_inputs, offered

LOOKED_AT = 200  # routes that may make what is asked for
MOST_MAKERS = 5
FREE = "asset"  # the one input of an item that declares none


@dataclass(frozen=True)
class ItemRow:
    item: Item
    body: SafeString
    takes: list[AssetInput]
    waits: bool
    mine: Entry | None  # the reader's own newest entry
    may_enter: bool

    @property
    def excerpt(self) -> str:
        return Rendered.from_json(self.item.rendered).words


def rows(quest: Quest, person: Person) -> tuple[SafeString, list[ItemRow]]:
    """The description and the items; the number of queries does not depend on how many."""
    items = list(seeing.items(quest))
    texts = [Rendered.from_json(quest.rendered)]
    texts += [Rendered.from_json(item.rendered) for item in items]
    description, *bodies = embeds.fill_all(texts, person)
    mine = _mine(quest, person)
    is_out = isinstance(person, User) and quest.is_open and banning.is_banned(quest, person)
    now = timezone.now()
    return description, [
        ItemRow(
            item=item,
            body=body,
            takes=[AssetInput(each) for each in declared(item).values()],
            waits=waiting.is_waiting(item, now),
            mine=mine.get(item.pk),
            may_enter=not is_out and _may_enter(quest, item, mine.get(item.pk), person),
        )
        for item, body in zip(items, bodies, strict=True)
    ]


def _mine(quest: Quest, person: Person) -> dict[Any, Entry]:
    if not isinstance(person, User):
        return {}
    rows = Entry.objects.filter(quest=quest, contributor=person).order_by("pk")
    return {entry.item_id: entry for entry in rows}


def _may_enter(quest: Quest, item: Item, mine: Entry | None, person: Person) -> bool:
    if not isinstance(person, User) or not quest.is_open or item.is_resolved:
        return False
    return not (quest.is_closable and mine is not None and mine.status in ACTIVE)


def inputs(item: Item, person: Person, state: dict[str, list[str]]) -> list[AssetInput]:
    """The inputs of the form for handing in, with what was chosen and what could be."""
    found = asset_inputs(asked(item), person, state)
    for each in found:
        each.offers = [offer for offer in offered(each.declaration, person) if not offer.reason]
    return found


def makers(inputs: list[AssetInput], person: Person) -> dict[str, list[Route]]:
    """By the name of an input that has to be of some kind: routes that make such a thing, those
    that are run most first."""
    runnable = Asset.objects.readable_by(person).filter(asset_type="route").values("pk")
    rows: QuerySet[Route, Route] = QuerySet(Route)
    rows = rows.filter(pk__in=runnable, retired_at=None).exclude(output_assets={})
    rows = rows.select_related("parent").defer("operation").annotate(used=Count("actions"))
    routes: list[Route] = list(rows.order_by("-used", "-pk")[:LOOKED_AT])
    return {
        each.name: [route for route in routes if makes(route, each.declaration)][:MOST_MAKERS]
        for each in inputs
        if each.name != FREE
    }


def asked(item: Item) -> dict[str, Declaration]:
    free = Declaration(FREE, "Something to go with it", KINDS, primary=True, optional=True)
    return declared(item) or {FREE: free}


@dataclass(frozen=True)
class HandedIn:
    key: str
    asset_type: str
    asset: Asset | None
    signs: list[tuple[str, Any]]


WORDS = {
    "size": "bytes", "type": "media type", "extension": "ending", "row_count": "rows",
    "column_count": "columns", "word_count": "words", "heading_count": "headings",
    "embed_count": "embeds", "method": "method", "execution_mode": "answers",
}  # fmt: skip


def handed_in(entry: Any) -> list[HandedIn]:
    """Wants the entry as `seeing.complete` has it."""
    return [
        HandedIn(
            key=each.key,
            asset_type=each.asset_type,
            asset=each.asset,
            signs=[(WORDS.get(name, name), value) for name, value in each.signals.items() if value],
        )
        for each in entry.shown
    ]


def task(item: Item, person: Person) -> SafeString:
    """What is to be done, on pages that load no viewers."""
    (body,) = embeds.fill_all([Rendered.from_json(item.rendered)], person, with_content=False)
    return body
