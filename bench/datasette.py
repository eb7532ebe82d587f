"""The same table in Datasette, where that is installed: beside this Python, on the PATH, or where
OURO_BENCH_DATASETTE says."""

import csv
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench import processes
from bench.figures import Figure, say

TIMES = 10
DEEP = 900_000
COLUMNS = {
    "id": "INTEGER", "sample": "TEXT", "angle": "REAL", "counts": "INTEGER", "grp": "TEXT",
    "measured_at": "TEXT",
}  # fmt: skip
GROUPS = "SELECT grp, count(*) AS n, avg(angle) AS mean FROM t GROUP BY 1 ORDER BY 1"


def program() -> str | None:
    named = os.environ.get("OURO_BENCH_DATASETTE", "")
    beside = Path(sys.executable).with_name("datasette")
    return named or (str(beside) if beside.exists() else shutil.which("datasette"))


def compare(source: Path) -> None:
    """CPU of its process for one answer; ours stand in the lines above."""
    if not (found := program()):
        print("Datasette is not installed, so nothing is compared with it.", flush=True)
        return
    base = source.with_suffix(".db")
    after = filled(base, source)
    with serving(found, base) as (address, pid):
        for name, path in {
            "50 rows at row 900,000": f"/million/t?_size=50&_next={DEEP}",
            "sorted, 50 rows at row 900,000": f"/million/t?_size=50&_sort=angle&_next={after}",
            "group by, 100 groups": f"/million.json?{urlencode({'sql': GROUPS})}",
        }.items():
            each = measured(address + path, pid)
            say(Figure(f"Datasette: {name}: CPU", each * 1000, "ms"))


def filled(base: Path, source: Path) -> str:
    """The table as SQLite has it; gives the place of row 900,000 in the order of a column."""
    marks = ", ".join("?" * len(COLUMNS))
    with sqlite3.connect(base) as connection, source.open(newline="") as rows:
        told = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE t ({told})")
        lines = csv.reader(rows)
        next(lines)
        connection.executemany(f"INSERT INTO t VALUES ({marks})", lines)
        [place] = connection.execute(
            f"SELECT angle, rowid FROM t ORDER BY angle, rowid LIMIT 1 OFFSET {DEEP}"
        )
    connection.close()
    return ",".join(map(str, place))


@contextmanager
def serving(found: str, base: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    limits = ["--setting", "sql_time_limit_ms", "60000"]
    server = subprocess.Popen(
        [found, "serve", str(base), "--host", "127.0.0.1", "--port", str(port), *limits],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait(f"{address}/-/versions.json")
        yield address, server.pid
    finally:
        server.terminate()
        server.wait()


def wait(address: str) -> None:
    for _ in range(200):
        try:
            return ask(address)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def ask(address: str) -> None:
    with urllib.request.urlopen(address, timeout=120) as answer:
        answer.read()


def measured(address: str, pid: int) -> float:
    """Seconds of CPU an answer, the first left out."""
    ask(address)
    before = sum(map(processes.cpu_seconds, processes.family(pid)))
    for _ in range(TIMES):
        ask(address)
    return (sum(map(processes.cpu_seconds, processes.family(pid))) - before) / TIMES
