"""A document in several files as one: every file that is referred to stands under one key of the
root, and every reference is a local one.

Which files there are is the caller's business: those of one upload, or of one origin. Nothing is
fetched here.
"""

import posixpath
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from ouro_web.services.openapi.parsing import MAX_BYTES, MAX_NODES, parse_text
from ouro_web.services.openapi.problems import DocumentError, Problem, at
from ouro_web.services.openapi.schemas import FILES

MOST_FILES = 500
# These hold values, in which a "$ref" is just a word.
_VALUES = ("example", "default", "const", "enum", "value")
_TEXTS = (".md", ".txt")

# The text of another file by its name relative to the root's folder; a DocumentError says why not.
Fetch = Callable[[str], str]


class Bundle:
    """`document` is the root, changed in place; `problems` name the files that are not there."""

    def __init__(self, document: dict[str, Any], name: str, fetch: Fetch) -> None:
        self.document, self.name, self.fetch = document, name, fetch
        self.files: dict[str, Any] = {}
        self.missing: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.size = self.nodes = 0

    def make(self) -> None:
        waiting = [self.name]
        while waiting:
            name = waiting.pop()
            root = self.document if name == self.name else self.files[name]
            waiting.extend(self.rewrite(root, name))
        if self.files:
            self.document[FILES] = self.files

    def rewrite(self, root: Any, name: str) -> Iterator[str]:
        """Make the references of one file local; yields the files it brought in."""
        start = "" if name == self.name else at("", FILES, name)
        stack: list[tuple[Any, str]] = [(root, start)]
        while stack:
            value, pointer = stack.pop()
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise DocumentError(f"The files together have more than {MAX_NODES:,} parts.")
            if isinstance(value, list):
                stack.extend((item, at(pointer, index)) for index, item in enumerate(value))
            elif isinstance(value, dict):
                yield from self.references(value, name, pointer)
                for key, item in value.items():
                    if key not in _VALUES:
                        value[key] = item = self.with_text(item, name, at(pointer, key))
                        stack.append((item, at(pointer, key)))

    def references(self, value: dict[str, Any], name: str, pointer: str) -> Iterator[str]:
        reference = value.get("$ref")
        if isinstance(reference, str):
            brought = self.local(reference, name, pointer)
            if brought:
                value["$ref"] = brought[0]
                yield from brought[1:]
        mapping = value.get("mapping") if isinstance(value.get("propertyName"), str) else None
        if not isinstance(mapping, dict):
            return
        for key, target in mapping.items():
            if isinstance(target, str) and ("/" in target or "#" in target):
                brought = self.local(target, name, pointer)
                if brought:
                    mapping[key] = brought[0]
                    yield from brought[1:]

    def with_text(self, item: Any, name: str, pointer: str) -> Any:
        """Descriptions are kept in files of their own, too."""
        reference = item.get("$ref") if isinstance(item, dict) else None
        if not isinstance(reference, str) or not reference.lower().endswith(_TEXTS):
            return item
        target = joined(name, unquote(reference))
        return self.files.pop(target) if self.has(target, pointer) else item

    def local(self, reference: str, name: str, pointer: str) -> list[str]:
        """The local reference, and the name of the file if it is new; nothing to be changed."""
        file, _, part = reference.partition("#")
        if not file and name == self.name:
            return []
        target = joined(name, unquote(file)) if file else name
        if target == self.name:
            return [f"#{part}"]
        fresh = [] if target in self.files else [target]
        if not self.has(target, pointer):
            return []
        return [f"#{quote(at('', FILES, target))}{part}", *fresh]

    def has(self, name: str, pointer: str) -> bool:
        if name in self.files:
            return True
        if name not in self.missing:
            try:
                self.files[name] = self.read(name)
            except DocumentError as error:
                self.missing[name] = str(error)
                self.problems.append(Problem(pointer, self.missing[name], "remark"))
        return name in self.files

    def read(self, name: str) -> Any:
        if len(self.files) == MOST_FILES:
            raise DocumentError(f"Only {MOST_FILES} files are read; {name} was left out.")
        text = self.fetch(name)
        self.size += len(text)
        if self.size > MAX_BYTES:
            raise DocumentError(f"The files are too large together; {name} was left out.")
        if name.lower().endswith(_TEXTS):
            return text
        try:
            return parse_text(text)
        except DocumentError as error:
            raise DocumentError(f"{name}: {error}") from None


def joined(name: str, reference: str) -> str:
    """The name of a file that another one refers to; an address stays one."""
    if "://" in reference:
        return reference
    if "://" in name:
        origin, _, path = name.partition("://")[2].partition("/")
        start = f"{name.partition('://')[0]}://{origin}"
        folder = posixpath.dirname(f"/{path}")
        return start + posixpath.normpath(posixpath.join(folder, reference))
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))


def has_others(text: str) -> bool:
    """Whether a text seems to refer to other files; a quick look, wrong at worst about time."""
    for start in _occurrences(text, "$ref"):
        after = text[start + 4 : start + 12].lstrip("\"' :")
        if after[:1] not in ("#", "", "{"):
            return True
    return False


def _occurrences(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)
