"""The assets a text links to and embeds, as connections that both ends can show."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from ouro_web.assets.models import Asset, Connection
from ouro_web.lib.markdown import References

MOST_PATHS = 200
Edge = tuple[str, UUID, UUID | None]  # kind, target, the run that an embed pins


def record(source: Asset, references: References) -> None:
    """Replaces the connections that start at this asset by those of its present text.

    Only what the owner may see is connected, so a guessed id tells nothing about itself.
    """
    edges = set(_edges(source, references))
    Connection.objects.filter(source=source).delete()
    Connection.objects.bulk_create(
        Connection(source=source, kind=kind, target_id=target, action_id=action)
        for kind, target, action in edges
    )


def _edges(source: Asset, references: References) -> Iterable[Edge]:
    visible = Asset.objects.visible_to(source.owner).exclude(pk=source.pk)
    named = [*references.links, *references.embeds]
    known = set(visible.filter(pk__in={slot.id for slot in named}).values_list("pk", flat=True))
    for slot in references.embeds:
        if UUID(slot.id) in known:
            run = UUID(slot.action) if slot.action else None
            yield Connection.Kind.COMPONENT, UUID(slot.id), run
    for slot in references.links:
        if UUID(slot.id) in known:
            yield Connection.Kind.LINK, UUID(slot.id), None
    if references.paths:
        pages = visible.filter(_at(references.paths[:MOST_PATHS]))
        for pk in pages.values_list("pk", flat=True):
            yield Connection.Kind.LINK, pk, None


def _at(paths: Iterable[str]) -> Q:
    """Pages by their addresses: /posts/alice/notes."""
    pieces = (path.strip("/").split("/") for path in paths)
    return reduce(
        or_,
        (
            Q(asset_type=kind.removesuffix("s"), namespace=namespace, slug=slug)
            for kind, namespace, slug in pieces
        ),
    )
