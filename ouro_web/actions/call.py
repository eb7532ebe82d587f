"""What was asked: the one value that crosses from the pages and the API into a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

AREAS = ("path", "query", "headers", "cookies")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the outputs go. Left empty: the global organization, and private."""

    organization_id: UUID | None = None
    team_id: UUID | None = None
    visibility: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "organization_id": str(self.organization_id) if self.organization_id else None,
            "team_id": str(self.team_id) if self.team_id else None,
            "visibility": self.visibility,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        organization, team = data.get("organization_id"), data.get("team_id")
        return cls(
            organization_id=UUID(organization) if organization else None,
            team_id=UUID(team) if team else None,
            visibility=data.get("visibility") or "",
        )


@dataclass(frozen=True, slots=True)
class Call:
    """The values of one request and the assets that go with it. `has_body` tells "no body" from
    a body that is null."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    cookies: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False
    content_type: str = ""
    input_assets: Mapping[str, UUID | Sequence[UUID]] = field(default_factory=dict)
    destination: Destination = field(default_factory=Destination)

    @classmethod
    def from_document(
        cls,
        document: Mapping[str, Any],
        *,
        input_assets: Mapping[str, UUID | Sequence[UUID]] | None = None,
        destination: Destination | None = None,
    ) -> Self:
        """From the document that `lib.fields` reads and checks."""
        return cls(
            **{area: document.get(area) or {} for area in AREAS},
            body=document.get("body"),
            has_body="body" in document,
            content_type=document.get("content_type") or "",
            input_assets=input_assets or {},
            destination=destination or Destination(),
        )

    def assets(self) -> dict[str, list[UUID]]:
        """The ids by declared name, in their order."""
        given = self.input_assets.items()
        return {name: [pk] if isinstance(pk, UUID) else list(pk) for name, pk in given if pk}

    def document(self) -> dict[str, Any]:
        """The shape `lib.fields` takes: no `body` key when there is none."""
        areas: dict[str, Any] = {area: dict(getattr(self, area)) for area in AREAS}
        body = {"body": self.body} if self.has_body else {}
        return {**areas, **body, "content_type": self.content_type}

    def as_json(self) -> dict[str, Any]:
        return {
            **self.document(),
            "input_assets": {
                name: str(given) if isinstance(given, UUID) else [str(pk) for pk in given]
                for name, given in self.input_assets.items()
            },
            "destination": self.destination.as_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        assets = {
            name: UUID(given) if isinstance(given, str) else [UUID(pk) for pk in given]
            for name, given in (data.get("input_assets") or {}).items()
        }
        destination = Destination.from_json(data.get("destination") or {})
        return cls.from_document(data, input_assets=assets, destination=destination)
