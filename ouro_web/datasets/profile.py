"""What the values of each column are like: how many are missing, how many differ, the smallest and
largest, how they are spread. Worked out when somebody first looks, then kept with the table."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import QuerySet

from ouro_web.assets import blobs
from ouro_web.datasets import pool, query
from ouro_web.datasets.conditions import quoted
from ouro_web.datasets.models import Dataset

CLASSES = 16
MOST_VALUES = 5
MOST_COLUMNS = 60  # more than these have no histograms
EXACT = 200_000  # up to so many rows different values are counted, beyond they are estimated
ORDERED = ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


@dataclass(frozen=True)
class Column:
    name: str
    nulls: int
    distinct: int
    is_exact: bool
    least: Any = None
    most: Any = None
    counts: list[int] = field(default_factory=list)  # of the values in equal classes between them
    values: list[list[Any]] = field(default_factory=list)  # the most frequent, with their numbers


def of(dataset: Dataset) -> list[Column]:
    """Raises QueryRefusedError when it takes too long."""
    kept = dataset.profile
    if kept.get("blob") == dataset.blob:
        return [Column(**column) for column in kept["columns"]]
    found = _measured(dataset)
    profile = {"blob": dataset.blob, "columns": [asdict(column) for column in found]}
    rows: QuerySet[Dataset] = QuerySet(Dataset).filter(pk=dataset.pk, blob=dataset.blob)
    rows.update(profile=profile)
    return found


def _measured(dataset: Dataset) -> list[Column]:
    is_exact = dataset.row_count <= EXACT
    facts = ", ".join(_facts(column, is_exact) for column in dataset.columns)
    [row] = _read(dataset, f"SELECT {facts} FROM dataset")  # noqa: S608 - names and types of ours
    found = []
    for place, column in enumerate(dataset.columns):
        nulls, distinct, least, most = row[4 * place : 4 * place + 4]
        wanted = place < MOST_COLUMNS and nulls < dataset.row_count
        spread = _spread(dataset, column) if wanted else {}
        found.append(Column(column["name"], nulls, distinct, is_exact, least, most, **spread))
    return found


def _facts(column: dict[str, Any], is_exact: bool) -> str:
    name, kind = quoted(column["name"]), column["type"]
    distinct = f"count(DISTINCT {name})" if is_exact else f"approx_count_distinct({name})"
    real = f" FILTER (isfinite({name}))" if kind == "DOUBLE" else ""
    ends = f"min({name}){real}, max({name}){real}"
    if kind == "VARCHAR":
        ends = f"left(min({name}), 80), left(max({name}), 80)"
    if kind == "BOOLEAN":
        ends = "NULL, NULL"
    return f"count(*) - count({name}), {distinct}, {ends}"


def _spread(dataset: Dataset, column: dict[str, Any]) -> dict[str, Any]:
    name = quoted(column["name"])
    if column["type"] in ORDERED:
        return {"counts": _counts(dataset, name, column["type"])}
    sql = (
        f"SELECT left(CAST({name} AS VARCHAR), 80), count(*) FROM dataset"  # noqa: S608
        f" WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES}"
    )
    return {"values": _read(dataset, sql)}


def _counts(dataset: Dataset, name: str, kind: str) -> list[int]:
    value = f"CAST({name} AS DOUBLE)" if kind in ("BIGINT", "DOUBLE") else f"epoch({name})"
    found = _read(
        dataset,
        f"WITH given AS (SELECT {value} AS x FROM dataset WHERE {name} IS NOT NULL),"  # noqa: S608
        " ends AS (SELECT min(x) AS lo, max(x) - min(x) AS width FROM given WHERE isfinite(x))"
        f" SELECT least({CLASSES - 1}, floor((x - lo) / greatest(width, 1e-300) * {CLASSES}))::INT,"
        " count(*) FROM given, ends WHERE isfinite(x) GROUP BY 1",
    )
    counts = [0] * CLASSES
    for place, number in found:
        counts[place] = number
    return counts if len(found) > 1 else []


def _read(dataset: Dataset, sql: str) -> list[list[Any]]:
    request = {"path": blobs.local_path(dataset.blob), "sql": sql, "checked": False}
    answer = pool.read({**request, "max_rows": 1_000, "max_bytes": 16 << 20})
    return query.result(answer, "", time.monotonic()).rows
