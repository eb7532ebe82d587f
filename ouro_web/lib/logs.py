"""One line an event: words for a terminal, JSON for a log collector; never a secret in it."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# What may be in a log record but never in the log: API keys, bearer tokens, callback tokens,
# signatures of file addresses, passwords and keys in settings' URLs.
_SECRETS = re.compile(
    r"""(?ix)
      (ouro_[a-z0-9_-]{4})[a-z0-9_-]{45}
    | ((?:bearer|basic|token)\s+)[a-z0-9._~+/=-]{16,}
    | ((?:authorization|cookie|ouro-webhook-token|x-api-key)["']?\s*[:=]\s*["']?)
      (?:(?:bearer|basic|token)\s+)?[^\s"',;]+
    | ([?&;](?:s|sig|signature|token|key|password|secret)=)[^&\s"']+
    | ((?:password|secret|api_key|access_token)["']?\s*[:=]\s*["']?)[^\s"',;&]+
    | (/files/signed/)[^/\s"']+
    | (://[^/\s:@]*:)[^@\s/]+(?=@)
    """
)
_OWN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request", "taskName"}


def mask(text: str) -> str:
    return _SECRETS.sub(lambda found: next(filter(None, found.groups()), "") + "…", text)


class WithoutSecrets(logging.Filter):
    """Masks the finished message, so that arguments are masked too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        return True


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave as `extra`."""
    return {name: value for name, value in record.__dict__.items() if name not in _OWN}


class Words(logging.Formatter):
    """`12:30:01 warning worker lost its lease action=0199…`"""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()} "
        extra = "".join(f" {name}={value}" for name, value in facts(record).items())
        text = f"{moment} {level}{record.getMessage()}{mask(extra)}"
        return text + self._trace(record)

    def _trace(self, record: logging.LogRecord) -> str:
        return "\n" + mask(self.formatException(record.exc_info)) if record.exc_info else ""


class Json(Words):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **facts(record),
        }
        if record.exc_info:
            line["trace"] = self._trace(record).strip()
        return mask(json.dumps(line, default=str, ensure_ascii=False))


def configuration(*, style: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, in one style ("words" or "json")."""
    own = {"level": level.upper(), "handlers": ["out"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_secrets": {"()": WithoutSecrets}},
        "formatters": {"line": {"()": {"words": Words, "json": Json}[style]}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "filters": ["without_secrets"],
                "formatter": "line",
            }
        },
        "root": {"level": "WARNING", "handlers": ["out"]},
        "loggers": {
            "ouro_web": own,
            "django": {**own, "level": "WARNING"},
            # A 4xx has its line in the request log already.
            "django.request": {**own, "level": "ERROR"},
            # Whoever scans the net for sites asks by any name.
            "django.security.DisallowedHost": {**own, "level": "CRITICAL"},
            "huey": {**own, "level": "WARNING"},
        },
    }
