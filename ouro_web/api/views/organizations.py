"""Organizations: those of the caller, and those she may find."""

from typing import Any

from django.http import Http404

from ouro_web.api.http import Request, answer, router
from ouro_web.api.shapes.people import organization as organization_shape
from ouro_web.teams.models import GLOBAL_ID, JoinPolicy, Organization, OrganizationMembership

organizations = router("Organizations")


@organizations.get("/user")
def mine(request: Request) -> Any:
    """The organizations of the caller, the global one among them."""
    return answer(_shapes(request, Organization.objects.of(request.auth.user)))


@organizations.get("/discoverable")
def discoverable(request: Request) -> Any:
    """Organizations that one may join, or ask to join."""
    rows = Organization.objects.exclude(join_policy=JoinPolicy.INVITE_ONLY)
    return answer(_shapes(request, rows.exclude(pk=GLOBAL_ID)))


@organizations.get("/context")
def context(request: Request) -> Any:
    """The organization that this request runs in: the global one without X-Ouro-Org."""
    caller = request.auth
    rows = Organization.objects.filter(
        pk=caller.organization.pk if caller.organization else GLOBAL_ID
    )
    return answer(_shapes(request, rows)[0])


@organizations.get("/by-name/{str:name}")
def by_name(request: Request, name: str) -> Any:
    """An organization by its name."""
    return answer(_one(request, name=name))


@organizations.get("/{uuid:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """An organization, with its default team."""
    return answer(_one(request, pk=pk))


def _one(request: Request, **named: Any) -> dict[str, Any]:
    rows = Organization.objects.visible_to(request.auth.user).filter(**named)
    found = _shapes(request, rows)
    if not found:
        raise Http404
    return found[0]


def _shapes(request: Request, rows: Any) -> list[dict[str, Any]]:
    memberships = {
        each.organization_id: each
        for each in OrganizationMembership.objects.filter(user=request.auth.user)
    }
    return [organization_shape(row, memberships.get(row.pk)) for row in rows]
