"""Django's PostgreSQL backend, with JSON that comes back as it was written.

Django keeps JSON as jsonb, which sorts the keys of each object by their length, and writes numbers
its own way. Here their order is what people see: the fields of a form stand as its document has
them, an answer as it came, and what was typed as 1e-3 is sent again like that. The type json keeps
the text. Only jsonb compares, so comparing makes one; has_key and its like are not at hand, isnull
asks the same.
"""

import json
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.types.string import TextLoader


class DatabaseOperations(operations.DatabaseOperations):
    def adapt_json_value(self, value: Any, encoder: Any) -> str:
        return json.dumps(value, cls=encoder)

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        if internal_type == "JSONField" and lookup_type in ("exact", "in"):
            return "(%s)::jsonb"
        return super().lookup_cast(lookup_type, internal_type)


class DatabaseWrapper(base.DatabaseWrapper):
    data_types = {**base.DatabaseWrapper.data_types, "JSONField": "json"}
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("json", TextLoader)  # the fields read it themselves
        return connection
