"""The assets of an entry: what fits an item, and who gets to read it.

Whoever hands an asset in must be able to read it. If the quest's owner cannot, it must be the
contributor's to share: she gives the owner a read grant by handing it in, at once when the entry is
evaluated (the evaluation runs as the owner), else when it is accepted. It is an ordinary grant: it
stands on the asset's page, and can be taken back there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets import sharing
from ouro_web.assets.compatibility import misfit
from ouro_web.assets.models import Asset
from ouro_web.lib.declarations import Declaration
from ouro_web.lib.storable import storable
from ouro_web.quests import signs
from ouro_web.quests.declaring import KINDS, LONGEST_KEY, declared
from ouro_web.quests.models import Entry, Item, Submission
from ouro_web.teams.models import Role

MOST_FREE = 10  # assets for an item that declares none
UNKNOWN = "This asset does not exist, or you may not read it."
NOT_YOURS = "The quest’s owner may not read it, and it is not yours to share."


@dataclass(frozen=True)
class Chosen:
    key: str
    asset: Asset
    is_primary: bool


def choose(
    item: Item, contributor: User, given: Mapping[str, UUID], *, needed: bool = True
) -> list[Chosen]:
    """The assets that are given; without `needed` none has to be, and others may.
    Raises ValidationError keyed by assets.<key>."""
    asked = declared(item)
    wanted = asked if asked and needed else {**_free(given), **asked}
    rows = Asset.objects.readable_by(contributor).for_cards().in_bulk(list(given.values()))
    wrong = {key: "The item asks for nothing of this name." for key in given if key not in wanted}
    chosen = []
    for key, declaration in wanted.items():
        asset = rows.get(given[key]) if key in given else None
        if key not in given and (declaration.optional or not needed):
            continue
        if reason := _wrong(key in given, asset, declaration, item, contributor):
            wrong[key] = reason
        elif asset is not None:
            chosen.append(Chosen(key, asset, declaration.primary))
    if wrong:
        raise ValidationError({f"assets.{key}"[:130]: says for key, says in wrong.items()})
    return chosen


def keep(entry: Entry, chosen: Iterable[Chosen]) -> None:
    """May raise IntegrityError: an asset is in one active entry of a quest, a route in one of an
    item."""
    Submission.objects.bulk_create(
        Submission(
            entry=entry,
            quest=entry.quest,
            item=entry.item,
            key=each.key,
            asset=each.asset,
            asset_type=each.asset.asset_type,
            is_primary=each.is_primary,
            signals=signs.of(each.asset),
        )
        for each in chosen
    )


def open_to_owner(entry: Entry) -> None:
    """Raises ValidationError when something is gone, or no longer the contributor's to share."""
    owner = entry.quest.owner
    for each in entry.submissions.select_related("asset__owner"):
        if each.asset is None:
            raise ValidationError({"status": f"The {each.asset_type} that was handed in is gone."})
        if _reads(owner, each.asset):
            continue
        if not _shares(entry.contributor, each.asset):
            says = f"The {each.asset_type} that was handed in is no longer the contributor’s."
            raise ValidationError({"status": says})
        sharing.grant(each.asset, to=owner, role=Role.READ, by=entry.contributor)


def _free(given: Mapping[str, UUID]) -> dict[str, Declaration]:
    """An item that declares nothing takes anything, under any name."""
    keys = [key for key in given if 0 < len(key) <= LONGEST_KEY and storable(key) == key]
    first = keys[:1]
    return {key: Declaration(key, key, KINDS, primary=[key] == first) for key in keys[:MOST_FREE]}


def _wrong(
    is_given: bool, asset: Asset | None, declaration: Declaration, item: Item, contributor: User
) -> str:
    if asset is None:
        kinds = " or ".join(declaration.asset_types)
        return UNKNOWN if is_given else f"Choose a {kinds}."
    if reason := misfit(asset, declaration):
        return reason
    owner = item.quest.owner
    return "" if _reads(owner, asset) or _shares(contributor, asset) else NOT_YOURS


def _reads(person: User, asset: Asset) -> bool:
    return Asset.objects.readable_by(person).filter(pk=asset.pk).exists()


def _shares(person: User, asset: Asset) -> bool:
    return Asset.objects.managed_by(person).filter(pk=asset.pk).exists()
