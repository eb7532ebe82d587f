"""TASKS_URL -> the settings of the task queue. Only django.tasks is imported elsewhere."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ouro_web.lib.env import BadSetting

# Threads, and seconds between two looks. On one machine runs come by the doorbell; what waits in
# the queue found no place, or nobody there.
LOCAL = {"workers": 2, "initial_delay": 0.05, "max_delay": 0.1}
SHARED = {"workers": 4, "initial_delay": 0.01, "max_delay": 0.015}
CLIENTS = {"redis": {"redis", "rediss"}, "psycopg": {"postgres", "postgresql"}}


def skip_clients(*urls: str) -> None:
    """Huey loads the clients of all stores that are installed, 18 MB in each process. To Python a
    module that is None here is one that is not installed."""
    schemes = {urlsplit(url).scheme for url in urls}
    for module, needed_for in CLIENTS.items():
        if not schemes & needed_for:
            sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # None is allowed here


def is_local(url: str) -> bool:
    return not url or url.startswith("sqlite:")


def from_url(url: str, default_path: Path) -> dict[str, Any]:
    """The queue only says "try action N", and what it loses is found by the sweep; so its SQLite
    file need not be synced. Few threads: they hand the work to one event loop."""
    backend, connection = _store(url, default_path)
    return {
        "name": "ouro",
        "immediate": False,
        "results": False,
        "huey_class": f"ouro_web.lib.queues.{backend}",
        "connection": connection,
        "consumer": {
            "worker_type": "thread",
            "periodic": True,
            **(LOCAL if is_local(url) else SHARED),
        },
    }


def _store(url: str, default_path: Path) -> tuple[str, dict[str, Any]]:
    if is_local(url):
        path = Path(url.removeprefix("sqlite://")) if url else default_path
        return "Sqlite", {"filename": str(path), "fsync": False}
    if url.startswith(("redis://", "rediss://")):
        return "Redis", {"url": url}
    if url.startswith(("postgres://", "postgresql://")):
        return "Postgres", {"dsn": url}
    raise BadSetting("TASKS_URL must begin with redis://, postgres:// or sqlite://.")
