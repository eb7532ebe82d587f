"""DATABASE_URL -> Django's DATABASES entry."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ouro_web.lib.env import BadSetting


def sqlite(path: Path) -> dict[str, Any]:
    """WAL with synchronous FULL keeps what was answered 2xx over a power cut; IMMEDIATE makes
    writers wait for one another where deferred transactions would fail at once."""
    return {
        "ENGINE": "ouro_web.lib.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,  # a file does not go away; opening it costs as much as a write
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;PRAGMA cache_size=-16000;"
            ),
        },
    }


def from_url(url: str, default_path: Path) -> dict[str, Any]:
    if not url:
        return sqlite(default_path)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting("DATABASE_URL must begin with postgres:// or sqlite://.")
    return {
        "ENGINE": "ouro_web.lib.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
