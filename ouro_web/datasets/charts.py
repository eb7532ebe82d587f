"""How a saved view is drawn: the kinds of charts, what each needs, and the rows it is drawn of."""

from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from django.core.exceptions import ValidationError

from ouro_web.datasets import query
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.query import Result

TYPES = {
    "bar": "Bars", "line": "Line", "area": "Area", "scatter": "Scatter",
    "composed": "Bars and lines", "pie": "Pie", "donut": "Donut", "radar": "Radar",
    "heatmap": "Heat map", "histogram": "Histogram",
}  # fmt: skip
KINDS = ("bar", "line", "area")
MOST_ROWS = 5_000
BINS = 20
MOST_BINS = 200
EVERYTHING = "select *\nfrom {{table}}"

KEY = {
    "type": "object",
    "required": ["dataKey"],
    "properties": {
        "dataKey": {"type": "string", "description": "A column of the query's result."},
        "label": {"type": "string", "description": "What the axis is called."},
        "name": {"type": "string", "description": "What the series is called."},
        "type": {"type": "string", "description": "In a composed chart: bar, line or area."},
        "stackId": {"type": "string", "description": "Series with the same one are stacked."},
        "format": {"type": "string"},
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "How a saved view is drawn",
    "description": (
        "`category` is the horizontal axis, the slices of a pie or the spokes of a radar; `series`"
        " are the columns drawn over it. A heat map takes the first series as its other axis and"
        " `value` as its colour. A histogram counts the values of `category` in `bins` classes."
    ),
    "type": "object",
    "required": ["type", "category"],
    "properties": {
        "type": {"enum": list(TYPES)},
        "layout": {
            "enum": ["horizontal", "vertical"],
            "description": "vertical lays the bars down, with the categories from top to bottom.",
        },
        "category": KEY,
        "value": {"type": "object", "properties": KEY["properties"]},
        "series": {"type": "array", "maxItems": 24, "items": KEY},
        "bins": {"type": "integer", "minimum": 1, "maximum": MOST_BINS, "default": BINS},
        "legend": {"type": ["boolean", "object", "null"]},
        "referenceLines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "x": {"type": ["number", "string"]},
                    "y": {"type": "number"},
                    "label": {"type": "string"},
                },
            },
        },
    },
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "histogram"}}},
            "else": {"required": ["series"], "properties": {"series": {"minItems": 1}}},
        },
        {
            "if": {"properties": {"type": {"const": "heatmap"}}},
            "then": {"required": ["value"], "properties": {"value": KEY}},
        },
    ],
}
_VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def normal(config: Any) -> dict[str, Any]:
    """The drawing under its own keys: `xAxis` is another word for `category`."""
    if not isinstance(config, dict):
        raise ValidationError({"config": "config is an object."})
    if "category" not in config and isinstance(config.get("xAxis"), dict):
        return {**config, "category": config["xAxis"]}
    return dict(config)


def check(config: dict[str, Any]) -> None:
    """Raises ValidationError at "config" for what cannot be drawn."""
    for error in _VALIDATOR.iter_errors(config):
        place = ".".join(map(str, error.instance_path))
        says = f"{place}: {error.message}" if place else error.message
        raise ValidationError({"config": says})


def keys(config: dict[str, Any]) -> list[str]:
    """The columns of the result that the drawing needs."""
    entries = [config["category"], *config.get("series", [])]
    if config["type"] == "histogram":
        entries = entries[:1]
    if config["type"] == "heatmap":
        entries = [*entries[:2], config["value"]]
    return list(dict.fromkeys(entry["dataKey"] for entry in entries))


def missing(config: dict[str, Any], columns: list[str]) -> list[str]:
    return [name for name in keys(config) if name not in columns] if config else []


@dataclass(frozen=True)
class Drawing:
    """The config with the rows it is drawn of. `config` is empty where there is only a table."""

    config: dict[str, Any]
    result: Result

    def as_json(self) -> dict[str, Any]:
        columns, types = self.result.columns, self.result.types
        return {"config": self.config, "columns": columns, "types": types, "rows": self.result.rows}


def drawing(
    dataset: Dataset, sql: str, config: dict[str, Any], *, person: object = None
) -> Drawing:
    """Raises QueryRefusedError. What names columns that are not there is a table only."""
    sql = sql.strip().rstrip(";") or EVERYTHING
    config = normal(config) if config else {}
    if config.get("type") == "histogram":
        return Drawing(config, _classes(dataset, sql, config, person))
    result = query.run(dataset, sql, person=person, max_rows=MOST_ROWS)
    return Drawing({} if missing(config, result.columns) else config, result)


def _classes(dataset: Dataset, sql: str, config: dict[str, Any], person: object) -> Result:
    """How many values lie in each of the classes, counted by the engine over all rows."""
    name = config["category"]["dataKey"].replace('"', '""')
    bins = int(config.get("bins") or BINS)
    counted = f"""
        WITH given AS (SELECT CAST("{name}" AS DOUBLE) AS x FROM (\n{sql}\n) AS result),
        found AS (SELECT x FROM given WHERE isfinite(x)),
        ends AS (SELECT min(x) AS lo, greatest(max(x) - min(x), 1e-300) AS width FROM found),
        placed AS (SELECT least({bins - 1}, floor((x - lo) / width * {bins})) AS place FROM found, ends),
        counts AS (SELECT place, count(*) AS n FROM placed GROUP BY 1)
        SELECT lo + width * range / {bins} AS "from", lo + width * (range + 1) / {bins} AS "to",
            coalesce(n, 0) AS "count"
        FROM range({bins}) LEFT JOIN counts ON place = range, ends
        WHERE lo IS NOT NULL ORDER BY range
    """  # noqa: S608, E501 - the query is checked as every query is
    found = query.run(dataset, counted, person=person, max_rows=MOST_BINS)
    for row in found.rows:  # without what halves and thirds leave behind the twelfth digit
        row[:2] = [float(f"{value:.12g}") for value in row[:2]]
    return found
