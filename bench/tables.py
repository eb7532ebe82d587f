"""A table of 1,000,000 rows and 6 columns: imported, read at depth, grouped; and DuckDB alone."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench import processes
from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.datasets import ordering, pool, query, tables
from ouro_web.datasets.models import Dataset, SortedTable

ROWS = 1_000_000
GROUPS = "SELECT grp, count(*) AS n, avg(angle) AS mean FROM {{table}} GROUP BY 1 ORDER BY 1"
TIMES = 40
ORDER, DEEP = "angle", 900_000


def csv(folder: Path) -> Path:
    """The same bytes each time, without Python's own pace."""
    path = folder / "million.csv"
    engine().execute(
        "COPY (SELECT range AS id, 'NA-' || (range % 97) || '-' || (hash(range) % 10000) AS sample,"
        " round((hash(range + 1) % 1000000) / 1e4, 4) AS angle, hash(range + 2) % 100000 AS counts,"
        " 'g' || (hash(range + 3) % 100) AS grp,"
        " TIMESTAMP '2026-01-01' + INTERVAL 1 MINUTE * (range % 500000) AS measured_at"
        f" FROM range({ROWS})) TO '{path}' (HEADER)"
    )
    return path


def engine(**config: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config=dict(config))
    connection.execute("SET enable_progress_bar = false")
    return connection


def alone(path: Path, target: Path) -> None:
    """The engine by itself, as anybody would ask it."""
    connection = engine()
    connection.execute(f"CREATE TABLE t AS FROM read_csv('{path}')")
    connection.execute(f"COPY t TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def imported(path: Path, user: User) -> Dataset:
    place = Placement.for_person(user)
    with path.open("rb") as content:
        return tables.create(place, name="Million", csv=content)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this process and of those that it has waited for."""
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def of_readers(work: Callable[[], object]) -> float:
    """Milliseconds of one question, in this process and in the one that reads."""
    work()
    before = _with_readers()
    for _ in range(TIMES):
        work()
    return (_with_readers() - before) * 1000 / TIMES


def _with_readers() -> float:
    readers = sum(processes.cpu_seconds(worker.process.pid) for worker in pool.readers.idle)
    return time.process_time() + readers


def page(dataset: Dataset, offset: int) -> None:
    tables.rows(dataset, limit=50, offset=offset)


def sorted_page(dataset: Dataset) -> None:
    tables.rows(dataset, limit=50, offset=DEEP, order=ORDER)


def sort(dataset: Dataset) -> None:
    """What the worker does when somebody sorts by this column first."""
    wanted, _ = SortedTable.objects.get_or_create(
        source=dataset.blob, order=ORDER, defaults={"dataset_id": dataset.pk}
    )
    ordering.make(wanted.pk)


def sorted_alone(path: str) -> Callable[[], object]:
    connection = engine(threads=1)
    sql = (
        f"SELECT * FROM read_parquet('{path}', file_row_number = true)"
        f" ORDER BY {ORDER} NULLS LAST, file_row_number LIMIT 50 OFFSET {DEEP}"
    )
    return lambda: connection.execute(sql).fetchall()


def grouped(dataset: Dataset) -> None:
    query.run(dataset, GROUPS)


def grouped_alone(path: str) -> Callable[[], object]:
    """Over the same file, on a connection that stays open."""
    connection = engine(threads=1)
    connection.execute(f"CREATE VIEW t AS FROM read_parquet('{path}')")
    sql = GROUPS.replace("{{table}}", "t")
    return lambda: connection.execute(sql).fetchall()
