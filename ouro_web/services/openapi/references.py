"""Local references of a document. Nothing outside of it is ever opened."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_MISSING = object()
# References to references; more of them only cost time.
MOST_HOPS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the document and the pointer that leads to it."""

    value: Any
    pointer: str


def lookup(document: Any, reference: str) -> Found | None:
    """What `#/a/b` points to; None when nothing is there or the reference leads elsewhere."""
    if not reference.startswith("#"):
        return None
    pointer = unquote(reference[1:])
    value = document
    for token in pointer.split("/")[1:]:
        value = _child(value, token.replace("~1", "/").replace("~0", "~"))
        if value is _MISSING:
            return None
    return Found(value, pointer) if pointer.startswith("/") or not pointer else None


def follow(document: Any, value: Any, pointer: str) -> Found | str:
    """Follow `$ref` from here to the thing itself, or say in words why that is not possible."""
    seen: set[str] = set()
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        reference = value["$ref"]
        if reference in seen:
            return f"the reference {reference} leads back to itself"
        if len(seen) > MOST_HOPS:
            return f"more than {MOST_HOPS} references follow one another"
        seen.add(reference)
        found = lookup(document, reference)
        if found is None:
            return why_not(reference)
        value, pointer = found.value, found.pointer
    return Found(value, pointer)


def leads_back(document: Any, value: Any) -> bool:
    """A reference to a reference to itself says nothing, and a check of it would never end."""
    end = follow(document, value, "")
    return isinstance(end, str) and end.endswith("leads back to itself")


def why_not(reference: str) -> str:
    if reference.startswith("#"):
        return f"the reference {reference} points to nothing in this document"
    return f"the reference {reference} leads to another document, which is not fetched"


def _child(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token, _MISSING)
    if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
        return value[int(token)]
    return _MISSING
