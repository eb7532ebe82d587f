"""Table statistics: count, spread and quantiles of the columns of a dataset."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from ouro.utils import dataset_payload, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import report
from examples.materials_service.assets import DatasetInput
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import CurrentRun, Result

router = APIRouter(tags=["tables"])
Quantile = Annotated[float, Field(ge=0, le=1)]
Rows = list[dict[str, Any]]
MOST_GROUPS = 200


class StatisticsRequest(BaseModel):
    """Which columns, and how to split the rows."""

    table: DatasetInput
    columns: list[str] | None = Field(None, description="Columns to describe; all when not given.")
    group_by: str | None = Field(None, description="Describe each value of this column by itself.")
    quantiles: list[Quantile] = Field(
        [0.25, 0.5, 0.75], max_length=9, description="Shares of the values that lie below."
    )


@ouro_field(
    "x-ouro-input-assets",
    {"table": {"asset_type": "dataset", "body_path": "table", "primary": True}},
)
@ouro_outputs(
    {
        "statistics": {"asset_type": "dataset", "primary": True},
        "report": {"asset_type": "post"},
    }
)
@router.post("/tables/statistics", summary="Table statistics")
def table_statistics(request: StatisticsRequest, run: CurrentRun) -> dict[str, Any]:
    """Describe the columns of a dataset: numbers by their spread, texts by what is most common."""
    rows = request.table.data
    if not rows:
        raise Refusal("The dataset has no rows.")
    columns = chosen_columns(rows, request)
    run.log(f"Describing {len(columns)} columns of {len(rows)} rows.")
    described = [
        {**group, **describe(column, [row.get(column) for row in members], request.quantiles)}
        for group, members in groups(rows, request.group_by)
        for column in columns
    ]
    return answer(request, described)


def chosen_columns(rows: Rows, request: StatisticsRequest) -> list[str]:
    there = list(dict.fromkeys(name for row in rows for name in row))
    wanted = list(dict.fromkeys(request.columns or there))
    missing = [name for name in [*wanted, request.group_by] if name and name not in there]
    if missing:
        raise Refusal(f"There is no column {', '.join(missing)}. There are: {', '.join(there)}.")
    return [name for name in wanted if name != request.group_by]


def groups(rows: Rows, column: str | None) -> list[tuple[dict[str, Any], Rows]]:
    if column is None:
        return [({}, rows)]
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(str(row.get(column)), []).append(row)
    if len(found) > MOST_GROUPS:
        raise Refusal(f"{column} has {len(found)} values; the most is {MOST_GROUPS}.")
    return [({"group": value}, members) for value, members in sorted(found.items())]


def describe(column: str, values: Sequence[Any], quantiles: list[float]) -> dict[str, Any]:
    """One row of the result; every row has the same columns, whatever the values are."""
    present = [value for value in values if value is not None and value != ""]
    numbers = [float(value) for value in present if is_number(value)]
    numeric = bool(numbers) and len(numbers) == len(present)
    facts: dict[str, Any] = {
        "column": column,
        "kind": "number" if numeric else "text",
        "present": len(present),
        "missing": len(values) - len(present),
        "distinct": len({str(value) for value in present}),
        "most_common": most_common(present),
    }
    return facts | spread(numbers if numeric else [], quantiles)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def most_common(values: Sequence[Any]) -> str | None:
    texts = [str(value)[:200] for value in values]
    return max(dict.fromkeys(texts), key=count_in(texts)) if texts else None


def count_in(texts: list[str]) -> Any:
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return counts.__getitem__


def spread(numbers: list[float], quantiles: list[float]) -> dict[str, float | None]:
    import numpy as np

    names = [f"quantile_{share:g}" for share in quantiles]
    if not numbers:
        return dict.fromkeys(["mean", "deviation", "minimum", *names, "maximum"])
    cuts = np.quantile(numbers, quantiles) if quantiles else []
    return {
        "mean": float(np.mean(numbers)),
        "deviation": float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None,
        "minimum": min(numbers),
        **{name: float(cut) for name, cut in zip(names, cuts, strict=True)},
        "maximum": max(numbers),
    }


def answer(request: StatisticsRequest, described: Rows) -> Result:
    name = f"Statistics of {request.table.name}"
    about = f"{len(request.table.data)} rows, {len(described)} descriptions."
    head = [key for key in described[0] if key != "most_common"] if described else []
    lines = [[row[key] for key in head] for row in described[:40]]
    more = f"{len(described) - 40} further lines are in the dataset." if len(described) > 40 else ""
    return {
        "rows": len(request.table.data),
        "statistics": dataset_payload(described, name=name, description=about),
        "report": report.post(name, about, about, report.table(head, lines) if lines else "", more),
    }
