"""EMAIL_URL -> an entry of Django's MAILERS; without one, mail is printed to the console."""

from typing import Any
from urllib.parse import unquote, urlsplit

from ouro_web.lib.env import BadSetting


def from_url(url: str) -> dict[str, Any]:
    if not url:
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise BadSetting("EMAIL_URL must begin with smtp:// or smtps://.")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname or "localhost",
            "port": parts.port or (465 if parts.scheme == "smtps" else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "timeout": 20,
            "use_ssl": parts.scheme == "smtps",
            "use_tls": parts.scheme == "smtp",
        },
    }
