"""The panel beside the results of a search: by what they can be narrowed, with how many there are.

An address names people, organizations and teams as their own addresses do. A team that the reader
may not know of is neither offered nor found by.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ouro_web.accounts.models import User
from ouro_web.assets import facets
from ouro_web.assets.access import Visibility
from ouro_web.assets.facets import AGES, Chosen, Facts
from ouro_web.assets.models import AssetType
from ouro_web.teams.models import Organization, Team
from ouro_web.web.http import Request

MOST = 8  # values that are offered of one fact
CHANGED = {
    "day": "Last 24 hours", "week": "Last 7 days", "month": "Last 30 days", "year": "Last year",
}  # fmt: skip
OPEN = {each.value: each.label for each in Visibility if each != Visibility.INHERIT}


@dataclass(frozen=True)
class Option:
    value: str  # as it stands in the address
    label: str
    count: int
    on: bool


@dataclass(frozen=True)
class Facet:
    name: str  # the parameter
    legend: str
    options: list[Option]
    on: bool  # something is chosen


Found = Counter[Facts]
# The values of a fact with the words for them: {value: (word in the address, label)}.
Words = dict[Any, tuple[str, str]]
Naming = Callable[[Request, Iterable[Any]], Words]


def _people(_: Request, ids: Iterable[Any]) -> Words:
    rows = User.objects.filter(pk__in=ids)
    return {facets.key(row.pk): (row.username, row.display_name) for row in rows}


def _organizations(_: Request, ids: Iterable[Any]) -> Words:
    rows = Organization.objects.filter(pk__in=ids)
    return {facets.key(row.pk): (row.name, row.display_name) for row in rows}


def _teams(request: Request, ids: Iterable[Any]) -> Words:
    rows = Team.objects.visible_to(request.user).filter(pk__in=ids)
    return {
        facets.key(row.pk): (_team(row), str(row)) for row in rows.select_related("organization")
    }


def _team(team: Team) -> str:
    return f"{team.organization.name}/{team.name}"


NAMING: dict[str, Naming] = {
    "owner": _people,
    "organization": _organizations,
    "team": _teams,
    "extension": lambda _, found: {each: (each, f".{each}") for each in found if each},
    "visibility": lambda _, found: {each: (each, OPEN[each]) for each in found if each in OPEN},
}
# The parameter, the fact, and its heading. The kind has a place of its own.
OFFERED = (
    ("owner", "owner", "Owner"),
    ("organization", "organization", "Organization"),
    ("team", "team", "Team"),
    ("extension", "extension", "File type"),
    ("visibility", "visibility", "Visibility"),
    ("changed", "age", "Changed"),
)


def asked(request: Request) -> Chosen:
    """What the address narrows by. Whom or what nobody has by that name, nothing is found of."""
    wanted = {name: request.GET.getlist(name) for name in ("type", *(row[0] for row in OFFERED))}
    kinds = frozenset(wanted.pop("type")) & frozenset(AssetType.values)
    chosen: dict[str, frozenset[Any]] = {"kind": kinds} if kinds else {}
    for name, fact, *_ in OFFERED:
        said = [each for each in wanted[name] if each.strip()]
        if said:
            chosen[fact] = frozenset(_values(request, name, said[:MOST]))
    return chosen


def _values(request: Request, name: str, said: list[str]) -> Iterable[Any]:
    if name == "owner":
        return map(facets.key, User.objects.filter(username__in=said).values_list("pk", flat=True))
    if name == "organization":
        rows = Organization.objects.filter(name__in=said)
        return map(facets.key, rows.values_list("pk", flat=True))
    if name == "team":
        return _teams_called(request, said)
    if name == "changed":
        # Whatever was changed today was changed in this week, too.
        return range(1 + max((at for at, word in enumerate(AGES) if word in said), default=-1))
    return said


def _teams_called(request: Request, said: list[str]) -> list[str]:
    within = [each.partition("/")[0] for each in said]
    rows = Team.objects.visible_to(request.user).filter(organization__name__in=within)
    return [facets.key(row.pk) for row in rows.select_related("organization") if _team(row) in said]


def kinds(found: Found, chosen: Chosen) -> list[Option]:
    """Every kind there is, also those of which nothing was found."""
    counts, on = facets.count(found, "kind", chosen), chosen.get("kind", frozenset())
    return [
        Option(kind.value, f"{kind.label}s", counts[kind.value], kind.value in on)
        for kind in AssetType
    ]


def panel(request: Request, found: Found, chosen: Chosen) -> list[Facet]:
    """The other facts, without those that all that was found has alike."""
    return [
        Facet(name, legend, _options(request, found, chosen, fact), fact in chosen)
        for name, fact, legend in OFFERED
        if fact in chosen or len({getattr(facts, fact) for facts in found}) > 1
    ]


def _options(request: Request, found: Found, chosen: Chosen, fact: str) -> list[Option]:
    counts, on = facets.count(found, fact, chosen), chosen.get(fact, frozenset())
    if fact == "age":
        on = frozenset([max(on)]) if on else on
        return [
            Option(word, CHANGED[word], counts[at], at in on)
            for at, word in enumerate(AGES)
            if counts[at] or at in on
        ]
    # The most frequent values, and those that are chosen.
    worth = {value for value, _ in counts.most_common(MOST)} | on
    named = NAMING[fact](request, worth).items()
    options = [Option(word, label, counts[value], value in on) for value, (word, label) in named]
    return sorted(options, key=lambda option: (-option.count, option.label))
