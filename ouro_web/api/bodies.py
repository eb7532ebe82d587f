"""What several nouns take in their bodies."""

from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict

from ouro_web.lib import document


class Given(Schema):
    """What every asset can be given. Keys that this site has no use for are let through."""

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    description: str | dict[str, Any] | None = None
    visibility: str | None = None
    license_id: str | None = None
    attribution: dict[str, Any] | None = None
    org_id: UUID | None = None
    team_id: UUID | None = None

    def values(self) -> dict[str, Any]:
        """Only what was given, descriptions as the markdown they hold."""
        found = self.model_dump(exclude_unset=True, exclude_none=True)
        if "description" in found:
            found["description"] = markdown(found["description"])
        return found


def markdown(given: str | dict[str, Any]) -> str:
    """A text, or {"text", "json"} as the client's editor writes it. The document counts: the
    editor's own text leaves lines between paragraphs out."""
    if isinstance(given, str):
        return given
    content, text = given.get("json"), given.get("text")
    if isinstance(content, dict) and content.get("content"):
        return document.as_text(content).rstrip("\n")
    return text if isinstance(text, str) else ""
