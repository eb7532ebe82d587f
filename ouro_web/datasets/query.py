"""Read-only SQL over one dataset."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ouro_web.assets.blobs import local_path
from ouro_web.datasets import pool
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.placeholder import fill
from ouro_web.datasets.refusals import QueryRefusedError, explain
from ouro_web.datasets.statement import MAX_LENGTH

MAX_ROWS = 10_000
MAX_BYTES = 16 << 20
AT_ONCE = 2


@dataclass(frozen=True)
class Result:
    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    truncated: bool  # there were more rows than the limit, or they were too large
    milliseconds: int

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run(dataset: Dataset, sql: str, *, person: object = None, max_rows: int = MAX_ROWS) -> Result:
    """The rows of one SELECT in which `{{table}}` is this dataset.

    `person` is whom the query counts for: two at once, for one who is known. Raises
    QueryRefusedError (a ValidationError at "sql") for anything but an answer.
    """
    text = readable_text(sql)
    started = time.monotonic()
    with one_of_few(person):
        request = {"path": local_path(dataset.blob), "sql": fill(text), "checked": True}
        answer = pool.read({**request, "max_rows": max_rows, "max_bytes": MAX_BYTES})
    return result(answer, text, started)


def run_page(
    dataset: Dataset, sql: str, *, limit: int, offset: int, person: object = None
) -> tuple[Result, int]:
    """Some of the rows of a SELECT, and how many it has. Raises as `run` does."""
    whole = run(dataset, sql, person=person)
    if not whole.truncated:
        return replace(whole, rows=whole.rows[offset : offset + limit]), len(whole.rows)
    inner = f"(\n{sql.strip().rstrip(';')}\n) AS result"
    page = run(
        dataset,
        f"SELECT * FROM {inner} LIMIT {int(limit)} OFFSET {int(offset)}",  # noqa: S608 - checked
        person=person,
    )
    counted = run(dataset, f"SELECT count(*) FROM {inner}", person=person)  # noqa: S608 - the same
    return page, int(counted.rows[0][0])


def result(answer: dict[str, Any], sql: str, started: float) -> Result:
    if "error" in answer:
        raise explain(answer["error"], sql)
    return Result(
        columns=[name for name, _ in answer["columns"]],
        types=[kind for _, kind in answer["columns"]],
        rows=answer["rows"],
        truncated=answer["truncated"],
        milliseconds=round((time.monotonic() - started) * 1000),
    )


def readable_text(sql: str) -> str:
    if not sql.strip():
        raise QueryRefusedError("Write a query first.")
    if "\0" in sql:
        raise QueryRefusedError("The query holds a character that cannot be read (NUL).")
    if len(sql) > MAX_LENGTH:
        raise QueryRefusedError(f"The query is longer than {MAX_LENGTH:,} characters.")
    return sql


_running: Counter[object] = Counter()
_running_lock = threading.Lock()


@contextmanager
def one_of_few(person: object) -> Iterator[None]:
    if person is None:
        yield
        return
    with _running_lock:
        if _running[person] >= AT_ONCE:
            raise QueryRefusedError("Two of your queries are still running. Wait for one to end.")
        _running[person] += 1
    try:
        yield
    finally:
        with _running_lock:
            _running[person] -= 1
            if not _running[person]:
                del _running[person]
