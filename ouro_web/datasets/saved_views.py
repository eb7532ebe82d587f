"""Saved views: a query over a dataset, and how its result is drawn."""

from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.datasets import charts, query
from ouro_web.datasets.models import Dataset, SavedView

MOST_VIEWS = 200
SAMPLE_ROWS = 5


def save(  # noqa: PLR0913 - a new one and a changed one are given the same
    dataset: Dataset,
    *,
    by: User,
    view: SavedView | None = None,
    name: str | None = None,
    description: str | None = None,
    sql: str | None = None,
    config: dict[str, Any] | None = None,
) -> tuple[SavedView, list[dict[str, Any]], list[str]]:
    """The view, the first rows of its query, and what of its drawing has no column there.

    Raises ValidationError: a query that has no answer, or a drawing of no known kind, is not kept.
    """
    if view is None and dataset.views.count() >= MOST_VIEWS:
        raise ValidationError({"name": f"A dataset has at most {MOST_VIEWS} views."})
    row = view or SavedView(dataset=dataset, created_by=by)
    given = {"name": name, "description": description, "sql": sql, "config": config}
    for field, value in given.items():
        if value is not None:
            setattr(row, field, value)
    if not row.name.strip():
        raise ValidationError({"name": "Give the view a name."})
    row.name = row.name.strip()[:255]
    if row.config:
        row.config = charts.normal(row.config)
        charts.check(row.config)
    result = query.run(dataset, row.sql or charts.EVERYTHING, person=by.pk, max_rows=SAMPLE_ROWS)
    row.save()
    warnings = [
        f"The result of the query has no column “{name}”."
        for name in charts.missing(row.config, result.columns)
    ]
    return row, result.as_dicts(), warnings


def drawing(view: SavedView, *, person: object = None) -> charts.Drawing:
    """What the view shows now. Raises QueryRefusedError."""
    return charts.drawing(view.dataset, view.sql, view.config, person=person)
