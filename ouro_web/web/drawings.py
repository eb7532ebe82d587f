"""Charts as pages and posts show them, each with its data as a table: saved views of datasets, and
those of a run's answer.

What a view shows depends only on the table it reads and on its own words, so the answer is kept for
a while; who may read it is asked before, each time.
"""

import hashlib
import json
from dataclasses import dataclass

from django.core.cache import cache

from ouro_web.actions.response_charts import Chart
from ouro_web.datasets import charts, saved_views
from ouro_web.datasets.charts import Drawing
from ouro_web.datasets.models import SavedView
from ouro_web.datasets.query import Result
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.web.grid import Grid, grid

SECONDS = 300
LARGEST = 1 << 20
TABLE_ROWS = 200


@dataclass(frozen=True)
class Shown:
    """Without a drawing, `refused` says why."""

    drawing: Drawing | None = None
    grid: Grid | None = None
    refused: QueryRefusedError | None = None
    missing: tuple[str, ...] = ()
    problem: str = ""

    @property
    def has_chart(self) -> bool:
        return bool(self.drawing and self.drawing.config and self.drawing.result.rows)

    @property
    def kind(self) -> str:
        return charts.TYPES[self.drawing.config["type"]] if self.drawing else ""


def shown(view: SavedView, *, person: object = None) -> Shown:
    """To be called for those who may read the rows of the dataset."""
    key = _key(view)
    kept = cache.get(key)
    try:
        drawing = _unpacked(kept) if kept else saved_views.drawing(view, person=person)
    except QueryRefusedError as refused:
        return Shown(refused=refused)
    if not kept:
        _keep(key, drawing)
    result = drawing.result
    table = grid(result.columns, result.types, result.rows[:TABLE_ROWS])
    wanted = charts.normal(view.config) if view.config else {}
    absent = [] if drawing.config or not wanted else charts.missing(wanted, result.columns)
    return Shown(drawing, table, missing=tuple(absent))


def of_chart(chart: Chart) -> Shown:
    """A chart of a run's answer, as far as its reader may see that."""
    result = chart.drawing.result
    table = grid(result.columns, result.types, result.rows[:TABLE_ROWS])
    return Shown(chart.drawing, table, problem=chart.problem)


def _key(view: SavedView) -> str:
    words = json.dumps([view.dataset.blob, view.sql, view.config], sort_keys=True)
    return f"view:{hashlib.sha256(words.encode()).hexdigest()}"


def _keep(key: str, drawing: Drawing) -> None:
    result = drawing.result
    facts = [drawing.config, result.columns, result.types, result.rows, result.truncated]
    packed = json.dumps([*facts, result.milliseconds])
    if len(packed) <= LARGEST:
        cache.set(key, packed, SECONDS)


def _unpacked(packed: str) -> Drawing:
    config, *facts = json.loads(packed)
    return Drawing(config, Result(*facts))
