"""Names of column types: as people and programs write them, as the engine does, as PostgreSQL
tells them."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError

ENGINE = {
    "text": "VARCHAR", "varchar": "VARCHAR", "character varying": "VARCHAR", "string": "VARCHAR",
    "uuid": "VARCHAR", "json": "VARCHAR", "jsonb": "VARCHAR", "enum": "VARCHAR",
    "bigint": "BIGINT", "integer": "BIGINT", "int": "BIGINT", "int4": "BIGINT", "int8": "BIGINT",
    "smallint": "BIGINT",
    "double precision": "DOUBLE", "double": "DOUBLE", "float": "DOUBLE", "float8": "DOUBLE",
    "real": "DOUBLE", "numeric": "DOUBLE", "decimal": "DOUBLE", "number": "DOUBLE",
    "boolean": "BOOLEAN", "bool": "BOOLEAN",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "timestamp without time zone": "TIMESTAMP", "timestamp": "TIMESTAMP", "datetime": "TIMESTAMP",
    "date": "DATE", "time": "TIME", "time without time zone": "TIME",
}  # fmt: skip
TOLD = {
    "VARCHAR": "text", "DOUBLE": "double precision", "FLOAT": "real", "HUGEINT": "numeric",
    "TIMESTAMP": "timestamp without time zone", "TIME": "time without time zone",
}  # fmt: skip
# The types a table's columns have, and what people call them.
CHOICES = {
    "VARCHAR": "text", "BIGINT": "whole number", "DOUBLE": "number", "BOOLEAN": "yes or no",
    "DATE": "date", "TIME": "time of day", "TIMESTAMP": "date and time",
    "TIMESTAMP WITH TIME ZONE": "date and time, with zone",
}  # fmt: skip
WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
NUMBERS = ("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM", "FLOAT", "DOUBLE", "DECIMAL")

# A column of CREATE TABLE: its quoted name, then the words of its type.
COLUMN = re.compile(r'"((?:[^"]|"")*)"\s+([A-Za-z][A-Za-z0-9_ ]*?)\s*(?=,|\)|\n|\Z)')


def engine_type(written: str) -> str:
    """Raises ValidationError at "type"."""
    words = " ".join(str(written).lower().replace("not null", "").split())
    if words not in ENGINE:
        raise ValidationError({"type": f"There is no column type “{words[:40]}”."})
    return ENGINE[words]


def settled(kind: str) -> str:
    """The one of our types that holds the values of any type of the engine; text if need be."""
    if kind in CHOICES:
        return kind
    if kind in WHOLE_NUMBERS:
        return "BIGINT"
    if kind.startswith(NUMBERS) and not kind.endswith("]"):
        return "DOUBLE"
    return "TIMESTAMP" if kind.startswith("TIMESTAMP_") else "VARCHAR"


def told_type(kind: str) -> str:
    return TOLD.get(kind, kind.lower())


def declared_columns(statement: str, names: Sequence[str] = ()) -> dict[str, str]:
    """Columns and engine types of a CREATE TABLE statement, in order.

    `names` are the columns as they are called in the rows; the statement's own names stand where
    their number does not agree. Raises ValidationError at "schema".
    """
    _, bracket, inside = str(statement).partition("(")
    found = COLUMN.findall(inside)
    if not bracket or not found:
        raise ValidationError({"schema": "There is no CREATE TABLE statement with columns."})
    own = [name.replace('""', '"') for name, _ in found]
    called = list(names) if len(names) == len(found) else own
    if len(set(called)) != len(called):
        raise ValidationError({"schema": "Two columns have the same name."})
    try:
        kinds = [engine_type(kind) for _, kind in found]
    except ValidationError as refused:
        raise ValidationError({"schema": refused.messages}) from None
    return dict(zip(called, kinds, strict=True))
