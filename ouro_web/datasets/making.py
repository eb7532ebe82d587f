"""New Parquet files in the storage, and our own words for what the engine says of their sources."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.assets import blobs
from ouro_web.datasets import pool
from ouro_web.datasets.column_types import CHOICES
from ouro_web.datasets.pool import Hear
from ouro_web.datasets.refusals import QueryRefusedError, explain

NO_FIT = "A value does not fit the type of its column."


@dataclass(frozen=True)
class Table:
    """A finished Parquet file in the storage."""

    key: str
    columns: list[dict[str, Any]]
    row_count: int
    size: int
    sha256: str

    def as_fields(self) -> dict[str, Any]:
        """As the columns of a Dataset row."""
        return {
            "blob": self.key, "columns": self.columns, "row_count": self.row_count,
            "size": self.size, "sha256": self.sha256,
        }  # fmt: skip


def imported(request: dict[str, Any], *, field: str, hear: Hear | None = None) -> Table:
    """Of a source that `sources` can read. Raises ValidationError at `field`."""
    table, _ = _made({"do": "import", **request}, field, hear=hear)
    return table


def rewritten(
    request: dict[str, Any], columns: list[dict[str, Any]], *, field: str
) -> tuple[Table, dict[str, int]]:
    """What `rewriter` makes of a request, and its counts. Raises ValidationError at `field`."""
    table, answer = _made({"do": "rewrite", **request}, field, columns=columns)
    return table, {name: int(answer[name]) for name in ("inserted", "updated", "skipped")}


def snapshot(base: str, sql: str, filled: str) -> Table:
    """Of the answer of a query over the Parquet file `base`. Raises QueryRefusedError."""
    table, _ = _made({"do": "snapshot", "base": base, "sql": filled}, "sql", of_query=sql)
    return table


def in_order(base: str, order: str) -> Table:
    """The table of the Parquet file `base` in the order of a column. Raises ValidationError."""
    table, _ = _made({"do": "sort", "base": base, "order": order}, "order")
    return table


def sniffed(request: dict[str, Any], *, field: str) -> dict[str, Any]:
    """Columns, options and first rows of a source. Raises ValidationError at `field`."""
    try:
        answer = pool.write({"do": "sniff", **request})
    except QueryRefusedError as refused:
        raise ValidationError({field: refused.says}) from None
    if "error" in answer:
        raise ValidationError({field: in_words(answer["error"])})
    return answer


def _made(
    request: dict[str, Any],
    field: str,
    *,
    columns: list[dict[str, Any]] | None = None,
    of_query: str = "",
    hear: Hear | None = None,
) -> tuple[Table, dict[str, Any]]:
    """The finished file and what the worker says of it. `columns` are kept as they are told."""
    key = blobs.new_key("datasets", ".parquet")
    try:
        with blobs.finished_file(key) as (path, _):
            answer = pool.write({**request, "target": str(path)}, hear=hear)
            if "error" in answer and of_query:
                raise explain(answer["error"], of_query)
            if "error" in answer:
                raise ValidationError({field: in_words(answer["error"])})
            sha256, size = _synced(path), path.stat().st_size
    except QueryRefusedError as refused:
        raise refused if of_query else ValidationError({field: refused.says}) from None
    kept = answer["columns"] if columns is None else [_plain(column) for column in columns]
    return Table(key, kept, answer["row_count"], size, sha256), answer


def _plain(column: dict[str, Any]) -> dict[str, Any]:
    return {name: column[name] for name in column if name != "from"}


def _synced(path: Path) -> str:
    """The checksum of a file whose bytes are on the disk for sure."""
    with path.open("rb+") as written:
        blobs.sync(written)
        return hashlib.file_digest(written, "sha256").hexdigest()


def in_words(error: dict[str, Any]) -> str:
    """Our own words for what the engine says of a source; never the path in its message."""
    message = str(error.get("message", ""))
    if message.startswith("JSON transform error"):
        return _misfit_in_json(message)
    found = re.search(r"CSV Error on Line: (\d+)", message)
    line = f"Line {found[1]}: " if found else ""
    if error.get("says"):
        return str(error["says"])
    if "unicode" in message or "utf-8 encoded" in message:
        return f"{line}the text is not UTF-8. Save the file as UTF-8 and try again."
    if counts := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message):
        return f"{line}{counts[2]} values where {counts[1]} are expected."
    if misfit := _misfit_in_csv(message):
        return f"{line}{misfit}"
    if error.get("kind") == "Conversion":
        return NO_FIT
    if error.get("kind") == "Out of Memory":
        return "Reading the table needs more memory than there is for it."
    return f"{line}this does not read as a table."


def _misfit_in_csv(message: str) -> str:
    pattern = (
        r'converting column "(.{1,80}?)"\. Could not convert string "(.{0,80}?)" to \'?([A-Z ]+)'
    )
    if not (found := re.search(pattern, message)):
        return ""
    kind = CHOICES.get(found[3].strip(), "type of the column")
    return f"“{found[2]}” in the column “{found[1]}” is no {kind}."


def _misfit_in_json(message: str) -> str:
    """Which row of those that came as JSON has a value that its column cannot take."""
    found = re.search(r"in line (\d+): .*?: (\"[^\"\n]{1,60}\"|[-+.\de]{1,60})", message)
    if not found:
        return NO_FIT
    return f"Row {found[1]}: {found[2]} does not fit the type of its column."
