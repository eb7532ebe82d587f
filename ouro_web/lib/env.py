"""Strict readers for environment variables: a value that is not understood stops the start-up."""

import os
from collections.abc import Mapping

Environment = Mapping[str, str]

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class BadSetting(Exception):
    """An environment variable holds something this site cannot work with."""


def text(name: str, default: str = "", environ: Environment = os.environ) -> str:
    """Set but empty counts as not set."""
    return environ.get(name, "").strip() or default


def flag(name: str, default: bool, environ: Environment = os.environ) -> bool:
    value = environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise BadSetting(f"{name} must be 1 or 0, is {value!r}.")


def number(
    name: str,
    default: int,
    *,
    low: int = 0,
    high: int | None = None,
    environ: Environment = os.environ,
) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, is {value!r}.") from None
    if result < low or (high is not None and result > high):
        raise BadSetting(f"{name} must be between {low} and {high or 'any size'}, is {result}.")
    return result


def choice(name: str, allowed: list[str], environ: Environment = os.environ) -> str:
    """One of a few words; the first is the default."""
    value = environ.get(name, "").strip().lower() or allowed[0]
    if value not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}, is {value!r}.")
    return value


def words(name: str, environ: Environment = os.environ) -> list[str]:
    """A comma-separated list; blanks around the parts are dropped."""
    return [part.strip() for part in environ.get(name, "").split(",") if part.strip()]
