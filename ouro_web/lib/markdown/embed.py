"""The JSON of an assetComponent fence. A broken one becomes a notice, never an error."""

import json
import re
from typing import Any

from ouro_web.lib.markdown.addresses import UUID
from ouro_web.lib.markdown.values import Slot

LONGEST = 10_000
TYPES = ("post", "file", "dataset", "route", "service", "quest")
# Also older spellings; every other word is a card.
_MODES = {"preview": "preview", "chart": "preview", "interactive": "interactive"}
PARTS = ("status", "inputs", "outputs", "logs")  # of a pinned run
MOST_NAMES = 50
LONGEST_TITLE = 200
LONGEST_CAPTION = 1000
_ID = re.compile(UUID, re.IGNORECASE)
_FENCE = re.compile(
    r"[`~]{3,20}[ \t]*assetComponent[^\n]*\n(.*?)\n?[`~]{3,20}\Z", re.DOTALL | re.IGNORECASE
)


class BrokenEmbedError(Exception):
    """Says in a sentence for the author what is wrong with the block."""


def read(source: str) -> Slot:
    block = _object(source)
    asset_type = block.get("assetType", block.get("asset_type"))
    if asset_type not in TYPES:
        raise BrokenEmbedError(f"“assetType” must be one of {', '.join(TYPES)}.")
    display = block.get("displayConfig") or {}
    if isinstance(display, str):
        display = _object(display)
    if not isinstance(display, dict):
        raise BrokenEmbedError("“displayConfig” must be an object.")
    return Slot(
        kind="embed",
        id=_id(block.get("id"), "id", required=True),
        type=str(asset_type),
        mode=_MODES.get(str(block.get("viewMode", block.get("view_mode"))), "card"),
        action=_id(display.get("actionId", block.get("actionId")), "actionId"),
        view=_id(display.get("visualizationId", block.get("visualizationId")), "visualizationId"),
        filters=_filters(display.get("filters", block.get("filters"))),
        show=tuple(part for part in _names(display.get("show")) if part in PARTS),
        outputs=_names(display.get("outputs")),
        collapse=_title(display.get("collapse")),
        caption=_text(display.get("caption", block.get("caption")), LONGEST_CAPTION),
        values=_values(display.get("defaultValues")),
    )


def spelled(slot: Slot) -> str:
    """The block again, in one line."""
    return json.dumps(_block(slot), separators=(",", ":"))


def fence(slot: Slot) -> str:
    """The block as it is written into a text."""
    block = json.dumps(_block(slot), indent=2, ensure_ascii=False)
    return f"```assetComponent\n{block}\n```"


def unfenced(text: str) -> str:
    """What stands between the marks of a fence; of a text without them, all of it."""
    found = _FENCE.match(text.strip())
    return found[1] if found else text


def _block(slot: Slot) -> dict[str, Any]:
    display = {
        "actionId": slot.action, "visualizationId": slot.view, "filters": slot.filters,
        "defaultValues": json.loads(slot.values or "{}"), "show": list(slot.show),
        "outputs": list(slot.outputs), "collapse": slot.collapse, "caption": slot.caption,
    }  # fmt: skip
    block: dict[str, Any] = {"id": slot.id, "assetType": slot.type, "viewMode": slot.mode}
    kept = {key: value for key, value in display.items() if value}
    return block | ({"displayConfig": kept} if kept else {})


def _object(source: str) -> dict[str, Any]:
    if len(source) > LONGEST:
        raise BrokenEmbedError("the block is too long.")
    try:
        block = json.loads(source, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BrokenEmbedError(f"it is not valid JSON{where}.") from error
    if not isinstance(block, dict):
        raise BrokenEmbedError("it must be one JSON object.")
    return block


def _refuse(word: str) -> None:
    raise ValueError(word)


def _id(value: Any, name: str, *, required: bool = False) -> str:
    if value in (None, "") and not required:
        return ""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BrokenEmbedError(f"“{name}” must be the id of one.")
    return value.lower()


def _text(value: Any, longest: int = 1000) -> str:
    return value.strip()[:longest] if isinstance(value, str) else ""


def _filters(value: Any) -> str:
    """column.operator.value, joined by commas or in a list."""
    return _text(",".join(_names(value)) if isinstance(value, list) else value)


def _names(value: Any) -> tuple[str, ...]:
    """One name, or a list of them."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list):
        return ()
    return tuple(each[:120] for each in found[:MOST_NAMES] if isinstance(each, str))


def _title(value: Any) -> str:
    return "Details" if value is True else _text(value, LONGEST_TITLE)


def _values(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) and value else ""
