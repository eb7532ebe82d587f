"""The separate process in which every read of a dataset runs.

A process, because one long scalar call can be stopped by nothing but its death, and because memory
is limited per process. It knows no Django, no settings and no database; it opens the one Parquet
file it is told, read-only, and answers with JSON. Started by `pool.py`.
"""

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import duckdb

from ouro_web.datasets import (
    engine,
    importer,
    rewriter,
    sheets,
    snapshot,
    sorter,
    statement,
    values,
)

MEGABYTE = 1 << 20
# What a process of each kind may take beyond what it has when it starts, and how large a file it
# may write; None is no limit of its own.
MEMORY = {"read": 350 * MEGABYTE, "import": 1000 * MEGABYTE, "snapshot": 600 * MEGABYTE}
LARGEST_FILE = {"read": 0, "import": None, "snapshot": 1024 * MEGABYTE}
IDLE_SECONDS = 120
TELL_SECONDS = 0.5

Answer = dict[str, Any]
Engine = duckdb.DuckDBPyConnection


def main() -> None:
    connection = Connection(int(sys.argv[1]))
    limit_process(sys.argv[2])
    tables = Tables()
    # Nobody asks for a while: leave. The pool starts another when it needs one.
    while connection.poll(IDLE_SECONDS):
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            return
        # Should the parent die, the alarm still ends a query that never does.
        signal.alarm(int(request["seconds"]) + 5)
        reply = answer(request, tables, connection)
        signal.alarm(0)
        connection.send_bytes(json.dumps(reply).encode("utf-8", "surrogatepass"))


def limit_process(work: str) -> None:
    """No more memory than the work needs, no core dumps, and no files from reading."""
    duckdb.connect(":memory:", config=engine.SETTINGS).execute("SELECT 1").fetchall()  # loads it
    with open("/proc/self/statm") as statistics:
        used = int(statistics.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY[work], used + MEMORY[work]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = LARGEST_FILE[work]
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Tables:
    """The table that was read last stays open: the next page of it is quicker."""

    def __init__(self) -> None:
        self.path = ""
        self.connection: Engine | None = None

    def open(self, path: str) -> Engine:
        if self.connection is None or path != self.path:
            if self.connection is not None:
                self.connection.close()
            self.connection, self.path = open_table(path), path
        return self.connection


def open_table(path: str) -> Engine:
    quoted = engine.quoted(path)
    views = {
        "dataset": f"read_parquet({quoted})",
        "numbered": f"read_parquet({quoted}, file_row_number = true)",
    }
    return engine.connected([path], engine.SETTINGS, views=views)


WRITERS: dict[str, tuple[Callable[[Answer], Engine], Callable[[Engine, Answer], Answer]]] = {
    "sniff": (importer.engine, importer.sniff),
    "import": (importer.engine, importer.write),
    "rewrite": (rewriter.engine, rewriter.write),
    "snapshot": (snapshot.engine, snapshot.write),
    "sort": (sorter.engine, sorter.write),
}


def answer(request: dict[str, Any], tables: Tables, parent: Connection) -> Answer:
    try:
        if request["do"] in WRITERS:
            opened, write = WRITERS[request["do"]]
            connection = opened(request)
            with telling(connection, parent):
                return write(connection, request)
        if request["do"] == "sheets":
            return sheets.first_rows(request)
        return select(tables.open(request["path"]), request)
    except statement.RefusalError as refusal:
        return {"error": {"kind": "Refused", "says": refusal.message, "position": refusal.position}}
    except MemoryError:
        return {"error": {"kind": "Out of Memory"}}
    except duckdb.Error as error:
        return {"error": engine_error(error)}


@contextmanager
def telling(connection: Engine, parent: Connection) -> Iterator[None]:
    """Tell the parent now and then how far the engine is, in percent. A parent that is gone has
    no use for the work."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(TELL_SECONDS):
            try:
                parent.send_bytes(json.dumps({"percent": connection.query_progress()}).encode())
            except OSError:
                os._exit(1)

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def engine_error(error: duckdb.Error) -> dict[str, Any]:
    """The parts of the engine's message; what a person reads is decided in `refusals.py`."""
    kind, _, text = str(error).partition(" Error: ")
    try:
        told = json.loads(text)
    except ValueError:
        return {"kind": kind, "message": text}
    position = told.get("position")
    return {
        "kind": told.get("exception_type", kind),
        "message": told.get("exception_message", ""),
        "subtype": told.get("error_subtype", ""),
        "name": told.get("name", ""),
        "candidates": told.get("candidates", ""),
        "position": int(position) if position else None,
    }


def select(connection: Engine, request: dict[str, Any]) -> Answer:
    sql = request["sql"]
    if request["checked"]:
        statement.only_reads(connection, sql)
    cursor = connection.execute(sql, request.get("parameters"))
    columns = [(str(name), str(kind)) for name, kind, *_ in cursor.description or []]
    rows, truncated = values.collect(cursor, request["max_rows"], request["max_bytes"])
    return {"columns": columns, "rows": rows, "truncated": truncated}


if __name__ == "__main__":
    main()
