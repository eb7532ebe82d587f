"""The stores of the task queue, without a record of what became of each task: what came of a run, a
draft or a download stands in its own row, and nobody would ever remove the records."""

from typing import Any

import huey


class _WithoutResults:
    def put_result(self, key: str, data: Any) -> None:
        """Nothing is kept; a task without a record is carried out all the same."""


class Sqlite(_WithoutResults, huey.SqliteHuey):  # type: ignore[misc]  # huey has no types
    pass


class Redis(_WithoutResults, huey.RedisHuey):  # type: ignore[misc]
    pass


class Postgres(_WithoutResults, huey.PostgresHuey):  # type: ignore[misc]
    pass
