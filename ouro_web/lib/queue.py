"""TASKS_URL -> the settings of the task queue. Only django.tasks is imported elsewhere."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ouro_web.lib.env import BadSetting

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
    consumer = {
        "workers": 2,
        "worker_type": "thread",
        "initial_delay": 0.01,
        "max_delay": 0.015,
        "periodic": True,
    }
    common = {"name": "ouro", "immediate": False, "results": False}
    if is_local(url):
        path = Path(url.removeprefix("sqlite://")) if url else default_path
        connection: dict[str, Any] = {"filename": str(path), "fsync": False}
        return {
            **common,
            "huey_class": "ouro_web.lib.queues.Sqlite",
            "connection": connection,
            # Runs come by the doorbell; here waits what found no place, or nobody there.
            "consumer": {**consumer, "initial_delay": 0.05, "max_delay": 0.1},
        }
    if url.startswith(("redis://", "rediss://")):
        backend, connection = "ouro_web.lib.queues.Redis", {"url": url}
    elif url.startswith(("postgres://", "postgresql://")):
        backend, connection = "ouro_web.lib.queues.Postgres", {"dsn": url}
    else:
        raise BadSetting("TASKS_URL must begin with redis://, postgres:// or sqlite://.")
    return {
        **common,
        "huey_class": backend,
        "connection": connection,
        "consumer": {**consumer, "workers": 4},
    }
