"""Statements that are put into SQL once.

Django builds and compiles a query anew at each use, which costs some ten times what SQLite needs to
carry it out. Where the same statement runs at every request or run, it is written as always, with a
`Slot` in the place of each value, and kept; a use of it only brings the values:

    _GOOD = Rows(lambda: Key.objects.filter(pk=Slot("pk", UUIDField())).select_related("user"))
    key = _GOOD.first(pk=pk)

What is kept belongs to one thread, as its connection does.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Expression, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery

type Values = dict[str, Any]


class Slot(Expression):
    """The place of a value. `field` says how the database wants it."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def filled(self, values: Values) -> Any:
        return self.output_field.get_db_prep_save(values[self.name], connection)


def slot(model: type[Model], name: str) -> Slot:
    """The place of a value of this column, under the same name."""
    return Slot(name, model._meta.get_field(name))  # type: ignore[arg-type]  # no relation is asked for


class Rows[Row]:
    """A query for rows. `build` may use whatever a query can but a list of values."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._mine = threading.local()

    def all(self, **values: Any) -> list[Row]:
        rows = self._rows()
        rows.query.kept_values = values
        return list(rows._iterable_class(rows))

    def first(self, **values: Any) -> Row | None:
        """Of a query that finds one row or none, or says itself which comes first."""
        return next(iter(self.all(**values)), None)

    def only(self, **values: Any) -> Row:
        """Of a query for a row that is known to be there."""
        [row] = self.all(**values)
        return row

    def _rows(self) -> Any:
        rows = getattr(self._mine, "rows", None)
        if rows is None or rows.query.kept_connection is not connections[DEFAULT_DB_ALIAS]:
            rows = self._mine.rows = self._compiled()
        return rows

    def _compiled(self) -> Any:
        """The query set, with a compiler that has done its work but for the values."""
        rows: Any = self._build()
        query, own = rows.query, connections[DEFAULT_DB_ALIAS]
        compiler = query.get_compiler(connection=own)
        sql, params = compiler.as_sql()
        compiler.as_sql = lambda *_, **__: (sql, _filled(params, query.kept_values))
        converters = compiler.get_converters([found[0] for found in compiler.select])
        compiler.get_converters = lambda *_: converters
        query.get_compiler = lambda *_, **__: compiler
        query.kept_connection = own
        return rows


class Update:
    """An UPDATE of the rows that `build` gives. Calling it says how many there were."""

    def __init__(self, build: Callable[[], "QuerySet[Any]"], **columns: Any) -> None:
        self._build = build
        self._columns = columns
        self._mine = threading.local()

    def __call__(self, **values: Any) -> int:
        sql, params = self._statement()
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, values))
            return int(cursor.rowcount)

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        found: tuple[str, tuple[Any, ...]] | None = getattr(self._mine, "statement", None)
        if found is None:
            query: Any = self._build().query.chain(UpdateQuery)
            query.add_update_values(self._columns)
            query.clear_select_clause()
            found = self._mine.statement = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return found


def insert(row: Model) -> None:
    """`row.save(force_insert=True)` for a row of one table. A key that the database counts is not
    read back."""
    sql, columns = _insertion(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in columns]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    row._state.adding = False


@cache
def _insertion(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    columns = [field for field in model._meta.local_fields if not isinstance(field, AutoField)]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in columns)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({places})", columns  # noqa: S608 - the names are the model's


def _filled(params: Any, values: Values) -> tuple[Any, ...]:
    return tuple(param.filled(values) if isinstance(param, Slot) else param for param in params)
