"""The rows of a dataset as its page shows them: sorted, filtered, counted by values, a page of rows
and of columns at a time. All of it is in the address."""

from dataclasses import dataclass
from typing import Any

from ouro_web.datasets import ordering, tables
from ouro_web.datasets.conditions import NULLS, WORDS, Condition, read, read_all
from ouro_web.datasets.exports import spelled
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.web.grid import Column, column, grid
from ouro_web.web.http import Request
from ouro_web.web.paging import address

ROWS = 50
COLUMNS = 40
DEEPEST = 10_000  # rows of a long table that are sorted anew for a visitor, at each page
FACETS = 3
FACET_VALUES = 12
OPERATORS = list(WORDS.items())


@dataclass(frozen=True)
class Chip:
    words: str
    without: str  # the address of the page without this filter


@dataclass(frozen=True)
class FacetValue:
    words: str
    count: int
    address: str  # of the page with only these rows; "" for those that are chosen


@dataclass(frozen=True)
class Facet:
    column: str
    values: list[FacetValue]
    has_more: bool
    without: str


def added(request: Request, dataset: Dataset) -> str:
    """The address with the filter of the form added; "" when none was given.

    Raises QueryRefusedError."""
    name, operator = request.GET.get("column", ""), request.GET.get("op", "")
    if not name or not operator:
        return ""
    condition = read(f"{name}.{operator}.{request.GET.get('value', '')}", dataset.columns)
    query = request.GET.copy()
    for key in ("column", "op", "value", "part", "from"):
        query.pop(key, None)
    query.appendlist("where", str(condition))
    return f"{request.path}?{query.urlencode()}"


def context(request: Request, dataset: Dataset) -> dict[str, Any]:
    """What cannot be sorted by is left alone; a filter that cannot be is told of."""
    given = {
        "chips": _chips(request), "operators": OPERATORS, "is_filtered": "where" in request.GET,
        "plain": address(request, where=None, **{"from": None}),
    }  # fmt: skip
    try:
        only = read_all(request.GET.getlist("where"), dataset.columns)
        return given | _rows(request, dataset, only) | {"facets": _facets(request, dataset, only)}
    except QueryRefusedError as refused:
        return given | {"refused": refused.says}


def _rows(request: Request, dataset: Dataset, only: list[Condition]) -> dict[str, Any]:
    names = [one["name"] for one in dataset.columns]
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in names else ""
    deepest = _deepest(request, dataset, sort, only)
    offset = min(_number(request, "from"), deepest)
    start = min(_number(request, "cols"), max(0, len(names) - 1))
    chosen = names[start : start + COLUMNS]
    page = tables.rows(dataset, limit=ROWS, offset=offset, order=sort, only=only, columns=chosen)
    drawn = grid(page.columns, page.types, page.rows)
    before, after = max(0, offset - ROWS), page.next_offset
    ends_early = bool(after and after > deepest)
    left, right = max(0, start - COLUMNS), start + COLUMNS
    return {
        "grid": drawn,
        "rows": [(number + 1, row) for number, row in zip(page.numbers, drawn.rows, strict=True)],
        "columns": [_sortable(request, one, sort) for one in drawn.columns],
        "sort": sort,
        "total": page.total,
        "first": offset + 1,
        "last": offset + len(page.rows),
        "before": address(request, **{"from": before or None}) if offset else "",
        "after": address(request, **{"from": after}) if after and not ends_early else "",
        "ends_early": address(request) if ends_early else "",
        "some_columns": len(chosen) < len(names),
        "first_column": start + 1,
        "last_column": start + len(chosen),
        "columns_before": address(request, cols=left or None) if start else "",
        "columns_after": address(request, cols=right) if right < len(names) else "",
    }


def _deepest(request: Request, dataset: Dataset, sort: str, only: list[Condition]) -> int:
    """The last row that a page may begin at. For who is signed in, the order is written where that
    helps; visitors read one that is there, and else do not make the site sort all of it."""
    last = max(0, dataset.row_count - 1)
    if not sort or dataset.row_count < ordering.LONG:
        return last
    is_plain = not only
    if request.user.is_authenticated:
        if is_plain and not ordering.find(dataset, sort):
            ordering.ask(dataset, sort)
        return last
    return last if is_plain and ordering.find(dataset, sort) else min(last, DEEPEST)


def _number(request: Request, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _sortable(request: Request, one: Column, sort: str) -> Column:
    orders = {one.name: "ascending", f"-{one.name}": "descending"}
    wanted = f"-{one.name}" if sort == one.name else None if sort == f"-{one.name}" else one.name
    link = address(request, **{"sort": wanted, "from": None})
    return Column(one.name, one.kind, one.is_number, orders.get(sort, ""), link)


def _chips(request: Request) -> list[Chip]:
    given = request.GET.getlist("where")
    return [Chip(_words(text), _with(request, "where", given, without=text)) for text in given]


def _words(text: str) -> str:
    column, _, rest = text.partition(".")
    operator, _, value = rest.partition(".")
    if operator not in WORDS:
        return text[:100]
    return Condition(column, operator, "" if operator in NULLS else value[:60]).words


def _with(
    request: Request, key: str, given: list[str], *, more: str = "", without: str = ""
) -> str:
    """This page with one value of a key more, or less, from its first row on."""
    query = request.GET.copy()
    for name in ("part", "from", "column", "op", "value"):
        query.pop(name, None)
    wanted = [text for text in given if text != without] + ([more] if more else [])
    query.setlist(key, list(dict.fromkeys(wanted)))
    encoded = query.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


def _facets(request: Request, dataset: Dataset, only: list[Condition]) -> list[Facet]:
    names = {one["name"] for one in dataset.columns}
    asked = [name for name in dict.fromkeys(request.GET.getlist("facet")) if name in names]
    return [_facet(request, dataset, name, only) for name in asked[:FACETS]]


def _facet(request: Request, dataset: Dataset, name: str, only: list[Condition]) -> Facet:
    """Its own filters do not count, so that another value can be chosen."""
    others = [condition for condition in only if condition.column != name]
    chosen = {str(condition) for condition in only}
    found = tables.facet(dataset, name, others, most=FACET_VALUES + 1)
    mine = [text for text in request.GET.getlist("where") if text.partition(".")[0] != name]
    values = []
    for value, count in found[:FACET_VALUES]:
        operator = "is" if value is None else "eq"
        condition = Condition(name, operator, "" if value is None else _spelled(value))
        link = (
            "" if str(condition) in chosen else _with(request, "where", mine, more=str(condition))
        )
        values.append(FacetValue("null" if value is None else _spelled(value)[:80], count, link))
    kept = request.GET.getlist("facet")
    without = _with(request, "facet", kept, without=name)
    return Facet(name, values, len(found) > FACET_VALUES, without)


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def record(dataset: Dataset, number: int) -> list[tuple[Column, str | None]] | None:
    """One row from top to bottom, nothing cut."""
    page = tables.rows(dataset, limit=1, offset=number)
    if not page.rows:
        return None
    together = zip(page.columns, page.types, page.rows[0], strict=True)
    columns = [(column(name, kind), value) for name, kind, value in together]
    return [(one, None if value is None else spelled(value, one.kind)) for one, value in columns]
