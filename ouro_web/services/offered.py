"""Fields that seem to hold a file, offered as input assets where the author declared none."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ouro_web.services.openapi import RouteDraft, Specification
from ouro_web.services.openapi.filelike import files_in

SEPARATOR = " · "


def of(draft: RouteDraft) -> Iterator[tuple[str, str]]:
    """What a person ticks, as a value that names it, and the field."""
    for name in files_in(draft.operation, draft.input_assets):
        yield f"{draft.key}{SEPARATOR}{name}", name


def chosen(specification: Specification, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    """Declarations by operation and name, of what was ticked."""
    return {
        draft.key: {
            name: declaration(draft.operation, name) for value, name in of(draft) if value in wanted
        }
        for draft in specification.drafts
    }


def declaration(operation: Mapping[str, Any], name: str) -> dict[str, Any]:
    """As `lib.declarations` stores it."""
    found = files_in(operation, {})[name]
    more = {"input_filter": found.filter, "sent_as": found.sent_as}
    said = {key: value for key, value in more.items() if value}
    return {"asset_type": "file", "label": found.label, "body_path": name, **said}
