"""Every address of the site, filled with the ids and names of real things."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter

# Whole packages of others; their own tests cover them, ours look at how their pages are dressed.
FOREIGN = ("accounts/",)


@dataclass(frozen=True)
class Address:
    name: str
    pattern: str
    arguments: tuple[tuple[str, str], ...]  # name and converter

    def fill(self, values: dict[str, Any]) -> str:
        """The path with the values put in; KeyError names one that the test has to provide."""
        path = self.pattern
        for argument, _ in self.arguments:
            path = _replace(path, argument, str(values[argument]))
        return f"/{path}"

    @property
    def noun(self) -> str:
        return self.pattern.partition("/")[0]


def _replace(path: str, argument: str, value: str) -> str:
    for part in path.split("<")[1:]:
        inside = part.split(">")[0]
        if inside.rpartition(":")[2] == argument:
            return path.replace(f"<{inside}>", value)
    return path


def every_address() -> list[Address]:
    return [found for found in _walk(get_resolver(), "") if not found.pattern.startswith(FOREIGN)]


def _walk(resolver: URLResolver, prefix: str, namespace: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            converters = entry.pattern.converters
            arguments = tuple(
                (name, "uuid" if isinstance(converter, UUIDConverter) else "text")
                for name, converter in converters.items()
            )
            yield Address(f"{namespace}{entry.name}", pattern, arguments)
