"""Charts of lists in a run's answer, as its route declares under `x-ouro-response-charts`.

A chart is drawn as a saved view of a dataset is, but of the records in the answer itself; one that
names a dataset output becomes a saved view of it as well. What was declared for an answer of
another kind is simply not there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.actions import ledger
from ouro_web.actions.chart_words import LARGEST, filled
from ouro_web.actions.models import Action, Level, Status
from ouro_web.actions.properties import at_path, is_number
from ouro_web.assets.models import Asset
from ouro_web.datasets import charts
from ouro_web.datasets.charts import Drawing
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.models import SavedView
from ouro_web.datasets.query import Result
from ouro_web.services import past

KEY = "x-ouro-response-charts"
MOST = 12
MOST_COLUMNS = 40
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


@dataclass(frozen=True)
class Chart:
    """One chart of one answer. `problem` says why there is only the table."""

    name: str
    description: str
    drawing: Drawing
    problem: str = ""


def of_run(action: Action, answer: Any) -> list[Chart]:
    """The charts of `answer`, which is the run's as far as its reader may see it."""
    if action.status != Status.SUCCESS:
        return []
    return [chart for each in _declared(action) if (chart := _chart(each, answer))]


def add_views(action: Action, output: str, dataset: Asset, rows: list[dict[str, Any]]) -> None:
    """Of the charts that are declared for this dataset output, made of these rows. A faulty chart
    is said in the log; the dataset is there without it."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    names = dict(zip(keys, column_names(keys), strict=True))
    for each in _declared(action):
        if each.get("dataset") != output:
            continue
        try:
            view = _view(each, names, action)
        except ValidationError as error:
            told = f"Output {output}: its chart cannot be drawn. {' '.join(error.messages)}"
            ledger.log(action.pk, told, Level.WARNING)
        else:
            view.dataset_id = dataset.pk
            view.save()


def _declared(action: Action) -> list[dict[str, Any]]:
    route = action.route
    operation = past.operation_at(route, action.created_at) if route else {}
    listed = (operation.get("extensions") or {}).get(KEY)
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [each for each in found if isinstance(each.get("title"), str)][:MOST]


def _chart(each: Mapping[str, Any], answer: Any) -> Chart | None:
    records = at_path(answer, each.get("data"))
    if not isinstance(records, list) or not any(isinstance(row, dict) for row in records):
        return None
    result = _result([row for row in records if isinstance(row, dict)], each)
    name, description = (_words(each, word, answer) for word in ("title", "description"))
    try:
        return Chart(name, description, _drawn(filled(each.get("config"), answer), result))
    except ValidationError as refused:
        return Chart(name, description, Drawing({}, result), " ".join(refused.messages))


def _drawn(config: Any, result: Result) -> Drawing:
    config = charts.normal(config)
    charts.check(config)
    if absent := charts.missing(config, result.columns):
        raise ValidationError(f"The records have no {' and no '.join(absent)}.")
    is_counted = config["type"] == "histogram"
    return Drawing(config, _classes(config, result) if is_counted else result)


# The records as a table


def _result(records: list[dict[str, Any]], each: Mapping[str, Any]) -> Result:
    limit, most = each.get("limit"), charts.MOST_ROWS
    if isinstance(limit, int) and not isinstance(limit, bool) and 0 < limit < most:
        most = limit
    ordered = _sorted(records, each.get("sort"))[:most]
    columns = list(dict.fromkeys(str(key) for row in ordered for key in row))[:MOST_COLUMNS]
    rows = [[row.get(name) for name in columns] for row in ordered]
    types = [_type([row[at] for row in rows]) for at in range(len(columns))]
    return Result(columns, types, rows, len(records) > most, 0)


def _sorted(records: list[dict[str, Any]], given: Any) -> list[dict[str, Any]]:
    """By one key, "-key" the other way round; records without it come last."""
    if not isinstance(given, str) or not given:
        return records
    key = given.removeprefix("-")
    there = [row for row in records if row.get(key) is not None]
    there.sort(key=lambda row: _order(row[key]), reverse=given.startswith("-"))
    return there + [row for row in records if row.get(key) is None]


def _order(value: Any) -> tuple[bool, float, str]:
    return (False, value, "") if is_number(value) else (True, 0, str(value))


def _type(values: list[Any]) -> str:
    """As the engine would call it."""
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return "BOOLEAN"
    if there and all(is_number(value) for value in there):
        return "BIGINT" if all(isinstance(value, int) for value in there) else "DOUBLE"
    moments = there and all(isinstance(each, str) and _MOMENT.fullmatch(each) for each in there)
    return "TIMESTAMP" if moments else "VARCHAR"


def _classes(config: Mapping[str, Any], result: Result) -> Result:
    """How many values lie in each of the classes."""
    name, bins = config["category"]["dataKey"], int(config.get("bins") or charts.BINS)
    at = result.columns.index(name)
    found = [row[at] for row in result.rows if is_number(row[at]) and abs(row[at]) < LARGEST]
    counts = [0] * bins
    least, width = min(found, default=0.0), max(found, default=0.0) - min(found, default=0.0)
    for value in found:
        counts[min(bins - 1, int((value - least) / (width or 1) * bins))] += 1
    ends = [least + width * place / bins for place in range(bins + 1)]
    rows = [[ends[place], ends[place + 1], counts[place]] for place in range(bins)]
    types = ["DOUBLE", "DOUBLE", "BIGINT"]
    return replace(result, columns=["from", "to", "count"], types=types, rows=rows if found else [])


def _words(each: Mapping[str, Any], word: str, answer: Any) -> str:
    text = each.get(word)
    return str(filled(text, answer)) if isinstance(text, str) else ""


# As a saved view


def _view(each: Mapping[str, Any], names: Mapping[str, str], action: Action) -> SavedView:
    config = charts.normal(filled(each.get("config"), action.response))
    charts.check(config)
    return SavedView(
        created_by=action.user,
        name=_words(each, "title", action.response)[:255],
        description=_words(each, "description", action.response),
        sql=_query(each, names),
        config=_renamed(config, names),
    )


def _query(each: Mapping[str, Any], names: Mapping[str, str]) -> str:
    sort, limit = each.get("sort"), each.get("limit")
    lines = [charts.EVERYTHING]
    if isinstance(sort, str) and sort.removeprefix("-") in names:
        way = " desc" if sort.startswith("-") else ""
        lines.append(f'order by "{names[sort.removeprefix("-")]}"{way}')
    if isinstance(limit, int) and limit > 0:
        lines.append(f"limit {limit}")
    return "\n".join(lines)


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """With the names that the columns have in the dataset."""
    if isinstance(part, list):
        return [_renamed(item, names) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: names.get(item, item) if key == "dataKey" else _renamed(item, names)
        for key, item in part.items()
    }
