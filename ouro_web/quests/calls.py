"""The call of an evaluation: a route with assets at its inputs, and nothing else."""

from collections.abc import Mapping
from uuid import UUID

from ouro_web.actions.call import Call
from ouro_web.lib.fields import content_types
from ouro_web.services.models import Route


def call_for(route: Route, assets: Mapping[str, UUID]) -> Call:
    """What the run makes is private to whoever it runs as."""
    types = content_types(route.operation)
    has_body = bool(route.operation.get("bodies"))
    return Call(
        body={} if has_body else None,
        has_body=has_body,
        content_type=next(iter(types), "application/json") if has_body else "",
        input_assets=dict(assets),
    )
