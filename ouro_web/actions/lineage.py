"""What an asset came from and what came from it, read out of the runs that took and made it.

An output's source is the run's primary input; its role is what the route declares for it.
"""

from dataclasses import dataclass, field

from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, AssetQuerySet
from ouro_web.lib.declarations import from_stored

MOST = 200
DEEPEST = 20
IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT


@dataclass(frozen=True)
class Origin:
    """Where an asset stands: the run that made it, its source there, and its role."""

    run: Action | None = None
    source: Asset | None = None
    role: str = "new"


@dataclass
class Lineage:
    origin: Origin
    sources: list[Asset] = field(default_factory=list)  # nearest first, up to the root
    derived: list[tuple[Asset, Origin]] = field(default_factory=list)
    truncated: bool = False


def of(asset: Asset, person: Person) -> Lineage:
    """Only what this person may see: runs, and assets that may be named."""
    origin = origin_of(asset, person)
    found = Lineage(origin, sources=_sources(origin, asset, person))
    _gather(found, asset, person, whole=not found.sources)
    return found


def origin_of(asset: Asset, person: Person) -> Origin:
    made = (
        ActionAsset.objects.filter(asset=asset, direction=OUT, made_here=True)
        .filter(action__in=Action.objects.visible_to(person).values("pk"))
        .select_related("action__route")
        .first()
    )
    return _origin(made, person) if made else Origin()


def _origin(made: ActionAsset, person: Person) -> Origin:
    declared = from_stored(made.action.route.output_assets, "output") if made.action.route else {}
    role = declared[made.name].role if made.name in declared else ""
    inside = declared[made.name].embedded_in if made.name in declared else ""
    source = _source(made, inside, person)
    usual = "supporting" if inside else "result"
    return Origin(made.action, source, (role or usual) if source else "new")


def _source(made: ActionAsset, inside: str, person: Person) -> Asset | None:
    """The post that an output stands in; else the primary input; without inputs the primary
    output, which has none. The rows come with the primary one first."""
    links = list(ActionAsset.objects.filter(action=made.action))
    post = [link for link in links if inside and link.direction == OUT and link.name == inside]
    taken = [link for link in links if link.direction == IN]
    primary = [link for link in links if link.direction == OUT and link.is_primary]
    found = next(iter([*post, *taken[:1], *([] if taken else primary)]), None)
    if found is None or found.asset_id in (None, made.asset_id):
        return None
    return _seen(person).filter(pk=found.asset_id).first()


def _sources(origin: Origin, asset: Asset, person: Person) -> list[Asset]:
    sources: list[Asset] = []
    known = {asset.pk}
    while origin.source and origin.source.pk not in known and len(sources) < DEEPEST:
        known.add(origin.source.pk)
        sources.append(origin.source)
        origin = origin_of(origin.source, person)
    return sources


def _gather(found: Lineage, asset: Asset, person: Person, *, whole: bool) -> None:
    """What came from it; of a root the whole family."""
    known, waiting = {asset.pk}, [asset]
    while waiting and not found.truncated:
        parent = waiting.pop(0)
        for child, origin in _children(parent, person):
            if child.pk in known:
                continue
            if len(found.derived) >= MOST:
                found.truncated = True
                return
            known.add(child.pk)
            found.derived.append((child, origin))
            if whole:
                waiting.append(child)


def _children(asset: Asset, person: Person) -> list[tuple[Asset, Origin]]:
    used = ActionAsset.objects.filter(asset=asset).values("action")
    made = (
        ActionAsset.objects.filter(direction=OUT, made_here=True, action__in=used)
        .exclude(asset=asset)
        .filter(action__in=Action.objects.visible_to(person).values("pk"))
        .filter(asset__in=_seen(person).values("pk"))
        .select_related("action__route")
        .order_by("pk")[: MOST + 1]
    )
    rows = _seen(person).in_bulk([link.asset_id for link in made])
    origins = [(rows[link.asset_id], _origin(link, person)) for link in made if link.asset_id]
    return [(child, origin) for child, origin in origins if origin.source == asset]


def _seen(person: Person) -> AssetQuerySet:
    return Asset.objects.visible_to(person).for_cards()
