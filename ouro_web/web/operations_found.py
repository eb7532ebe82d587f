"""The operations of a document as rows to look at: what goes in, what comes out, what to know."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ouro_web.services import offered
from ouro_web.services.openapi import RouteDraft


@dataclass(frozen=True)
class Said:
    message: str
    pointer: str
    times: int
    level: str


@dataclass(frozen=True)
class Offer:
    """A field that seems to hold a file; `value` is what a ticked box posts."""

    value: str
    place: str
    ticked: bool


@dataclass(frozen=True)
class Row:
    draft: RouteDraft
    taken: bool
    takes: str
    makes: str
    said: list[Said]
    offers: list[Offer]


def rows_of(
    drafts: Iterable[RouteDraft], taken: Collection[str], ticked: Collection[str] | None = None
) -> list[Row]:
    """`ticked` are the offers that are wanted; None for all."""
    return [
        Row(
            offers=[
                Offer(value, place, ticked is None or value in ticked)
                for value, place in offered.of(draft)
            ],
            draft=draft,
            taken=draft.key in taken,
            takes=kinds(draft.input_assets),
            makes=kinds(draft.output_assets),
            said=_said(draft),
        )
        for draft in drafts
    ]


def kinds(declared: dict[str, Any]) -> str:
    """`file, post` for the asset types declared, each once."""
    return ", ".join(dict.fromkeys(entry["asset_type"] for entry in declared.values()))


def _said(draft: RouteDraft) -> list[Said]:
    """The same sentence once, with how often and where first; what was left out comes first."""
    ordered = sorted(draft.problems, key=lambda problem: problem.level == "hint")
    times = Counter(problem.message for problem in ordered)
    first = {problem.message: problem for problem in reversed(ordered)}
    return [
        Said(message, first[message].pointer, times[message], first[message].level)
        for message in times
    ]
