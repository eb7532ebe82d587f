"""How the engine reads a file that is to become a table: its columns, their types, its relation.
Runs in the worker process only."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import duckdb

from ouro_web.datasets import kinds
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.column_types import settled
from ouro_web.datasets.engine import quoted, quoted_name
from ouro_web.datasets.statement import RefusalError

MAX_COLUMNS = 1_000
APART = ",;\t|"
# Of a large file the types are worked out from its first rows; where a later one does not fit, the
# whole is looked at.
SAMPLE = 20_480
LONGEST_LINE = 16_000_000
LARGEST_OBJECT = 64_000_000

Column = dict[str, str]  # "from" in the source, our "name", the engine's "type"
Options = dict[str, Any]
Request = dict[str, Any]
Engine = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Reading:
    """A source: a relation of the engine whose columns are called as in the source."""

    relation: str
    columns: list[Column]
    options: Options = field(default_factory=dict)
    is_typed: bool = True  # the relation gives the columns in their types

    def query(self) -> str:
        """Our columns, under our names and in our types."""
        return f"SELECT {', '.join(map(self._value, self.columns))} FROM {self.relation}"  # noqa: S608

    def _value(self, column: Column) -> str:
        name, ours = quoted_name(column["from"]), quoted_name(column["name"])
        if self.is_typed:
            return f"{name} AS {ours}"
        if column.get("nested"):
            return f"CAST(to_json({name}) AS VARCHAR) AS {ours}"
        return f"CAST({name} AS {column['type']}) AS {ours}"


def sniffed(connection: Engine, request: Request, *, whole: bool) -> Reading:
    """With the types that fit the values; `whole` looks at all of them, which takes longer."""
    reading = SNIFFERS[request["format"]](connection, request, whole)
    if len(reading.columns) > MAX_COLUMNS:
        count = len(reading.columns)
        raise RefusalError(f"There are {count} columns; at most {MAX_COLUMNS} fit.")
    return reading


def known(request: Request) -> Reading:
    """With the columns and options that are told: those of an earlier sniffing, perhaps changed."""
    return READERS[request["format"]](request)


def _columns(names: list[str], types: list[str]) -> list[Column]:
    called = column_names(names)
    together = zip(names, called, types, strict=True)
    return [{"from": one, "name": ours, "type": settled(kind)} for one, ours, kind in together]


def _described(connection: Engine, relation: str) -> tuple[list[str], list[str]]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
    return [str(row[0]) for row in rows], [str(row[1]) for row in rows]


# Comma-separated values


def _sniff_csv(connection: Engine, request: Request, whole: bool) -> Reading:
    asked = request.get("options") or {}
    told = [f"sample_size = {-1 if whole else SAMPLE}", f"max_line_size = {LONGEST_LINE}"]
    told += [f"delim = {quoted(asked['delimiter'])}"] if asked.get("delimiter") else ["skip = 0"]
    if asked.get("header") is not None:
        told.append(f"header = {json.dumps(bool(asked['header']))}")
    told += _nulls(asked)
    cursor = connection.execute(f"FROM sniff_csv({quoted(request['source'])}, {', '.join(told)})")
    names = [one[0] for one in cursor.description or []]
    found = dict(zip(names, cursor.fetchone() or (), strict=True))
    columns = _columns(
        [one["name"] for one in found["Columns"]], [one["type"] for one in found["Columns"]]
    )
    if len(columns) == 1 and not asked.get("delimiter"):
        _check_one_column(request["source"])
    options = {
        "delimiter": _character(found["Delimiter"], ","),
        "quote": _character(found["Quote"], '"'),
        "escape": _character(found["Escape"], '"'),
        "comment": _character(found["Comment"], ""),
        "skip": int(found["SkipRows"]),
        "header": bool(found["HasHeader"]),
        "date": found["DateFormat"] or "",
        "moment": found["TimestampFormat"] or "",
        "nulls": asked.get("nulls") or [],
        "all": [one["name"] for one in found["Columns"]],
    }
    return known({**request, "options": options, "columns": columns})


def _character(given: str | None, default: str) -> str:
    return default if given in (None, "", "(empty)") else str(given)


def _nulls(options: Options) -> list[str]:
    words = ["", *(options.get("nulls") or [])]
    return [f"nullstr = [{', '.join(map(quoted, words))}]"]


def _read_csv(request: Request) -> Reading:
    options, columns = request["options"], request["columns"]
    kinds_of = {column["from"]: column["type"] for column in columns}
    every = ", ".join(
        f"{quoted(name)}: {quoted(kinds_of.get(name, 'VARCHAR'))}" for name in options["all"]
    )
    told = [
        quoted(request["source"]), "auto_detect = false", f"columns = {{{every}}}",
        f"delim = {quoted(options['delimiter'])}", f"quote = {quoted(options['quote'])}",
        f"escape = {quoted(options['escape'])}", f"comment = {quoted(options['comment'])}",
        f"skip = {int(options['skip'])}", f"header = {json.dumps(bool(options['header']))}",
        f"max_line_size = {LONGEST_LINE}", *_nulls(options),
    ]  # fmt: skip
    if options.get("date"):
        told.append(f"dateformat = {quoted(options['date'])}")
    if options.get("moment"):
        told.append(f"timestampformat = {quoted(options['moment'])}")
    return Reading(f"read_csv({', '.join(told)})", columns, options)


def _check_one_column(path: str) -> None:
    """One column where the first line has a separator: the rows did not agree with each other."""
    with open(path, encoding="utf-8", errors="replace", newline="") as lines:
        first = lines.readline()
        separator = max(APART, key=first.count)
        wanted = first.count(separator) + 1
        if wanted == 1:
            return
        lines.seek(0)
        for number, row in enumerate(csv.reader(lines, delimiter=separator), start=1):
            if row and len(row) != wanted:
                raise RefusalError(
                    f"Line {number} has {len(row)} values; the first line has {wanted}."
                )


# JSON: a list of objects, or one object a line


def _sniff_json(connection: Engine, request: Request, whole: bool) -> Reading:
    relation = (
        f"read_json({quoted(request['source'])}, sample_size = {-1 if whole else SAMPLE},"
        f" maximum_object_size = {LARGEST_OBJECT}, maximum_depth = 2, map_inference_threshold = -1)"
    )
    names, types = _described(connection, relation)
    if names == ["json"]:
        raise RefusalError("This is no list of objects. Give rows as objects of names and values.")
    return known({**request, "columns": _columns(names, types), "options": {}})


def _read_json(request: Request) -> Reading:
    columns = request["columns"]
    every = ", ".join(f"{quoted(one['from'])}: {quoted(one['type'])}" for one in columns)
    form = "newline_delimited" if request["format"] == "lines" else "auto"
    relation = (
        f"read_json({quoted(request['source'])}, columns = {{{every}}}, format = '{form}',"
        f" maximum_object_size = {LARGEST_OBJECT})"
    )
    return Reading(relation, columns)


# Parquet


def _sniff_parquet(connection: Engine, request: Request, whole: bool) -> Reading:
    names, types = _described(connection, f"read_parquet({quoted(request['source'])})")
    columns = _columns(names, types)
    for column, kind in zip(columns, types, strict=True):
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
            column["nested"] = "yes"
    return known({**request, "columns": columns})


def _read_parquet(request: Request) -> Reading:
    relation = f"read_parquet({quoted(request['source'])})"
    return Reading(relation, request["columns"], is_typed=False)


# A sheet of Excel or ODS


def _sniff_sheet(connection: Engine, request: Request, whole: bool) -> Reading:
    sheet = _Sheet(request["source"], str((request.get("options") or {}).get("sheet") or ""))
    rows = (dict(zip(sheet.names, row, strict=False)) for row in sheet.rows())
    found = kinds.columns_of(rows)
    types = [found.get(name) or "VARCHAR" for name in sheet.names]
    options = {"sheet": sheet.name, "sheets": sheet.all}
    columns = _columns(sheet.names, types)
    return known({**request, "columns": columns, "options": options})


def _read_sheet(request: Request) -> Reading:
    """Through a file of JSON lines, `scratch`: the engine reads no sheets."""
    sheet = _Sheet(request["source"], request["options"]["sheet"])
    types = {column["from"]: column["type"] for column in request["columns"]}
    rows = (dict(zip(sheet.names, row, strict=False)) for row in sheet.rows())
    with open(request["scratch"], "wb") as target:
        target.writelines(kinds.lines(rows, types))
    lines = {"source": request["scratch"], "format": "lines", "columns": request["columns"]}
    return Reading(_read_json(lines).relation, request["columns"], request["options"])


class _Sheet:
    """The rows below the first that holds anything, whose values are the names."""

    def __init__(self, path: str, wanted: str) -> None:
        from python_calamine import CalamineError, CalamineWorkbook  # only sheets need it

        try:
            book = CalamineWorkbook.from_path(path)
            self.all: list[str] = book.sheet_names
            self.name = wanted if wanted in self.all else self.all[0]
            self.values = book.get_sheet_by_name(self.name).to_python(skip_empty_area=True)
        except (CalamineError, IndexError, OSError) as error:
            raise RefusalError("This does not read as an Excel or ODS file.") from error
        if not self.values:
            raise RefusalError(f"The sheet “{self.name}” is empty.")
        self.names = _each_once([str(value).strip() for value in self.values[0]])

    def rows(self) -> Iterator[list[Any]]:
        for row in self.values[1:]:
            values = [sheet_value(value) for value in row]
            if any(value is not None for value in values):
                yield values


def _each_once(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        count = seen[name] = seen.get(name, 0) + 1
        if count > 1 or not name:
            names[place] = f"{name or 'column'}_{place + 1}"
    return names


def sheet_value(value: Any) -> Any:
    """Sheets know no whole numbers, and an empty cell is an empty text there."""
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str) else str(value)


SNIFFERS: dict[str, Callable[[Engine, Request, bool], Reading]] = {
    "csv": _sniff_csv, "json": _sniff_json, "parquet": _sniff_parquet, "sheet": _sniff_sheet,
}  # fmt: skip
READERS: dict[str, Callable[[Request], Reading]] = {
    "csv": _read_csv, "json": _read_json, "lines": _read_json, "parquet": _read_parquet,
    "sheet": _read_sheet,
}  # fmt: skip
