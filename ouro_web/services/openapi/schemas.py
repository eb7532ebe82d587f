"""The schemas of a document as self-contained JSON Schema 2020-12.

A library reads each named schema once. References stay references ("#/$defs/Name"): one
operation may reach dozens of schemas, and recursive ones have no end.
"""

import re
from collections import Counter, deque
from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from ouro_web.services.openapi import tags
from ouro_web.services.openapi.dialects import modernised
from ouro_web.services.openapi.mending import Schema, mend
from ouro_web.services.openapi.problems import Level, Problem, at
from ouro_web.services.openapi.references import Found, leads_back, lookup, why_not

MAP_OF_SCHEMAS = ("properties", "patternProperties", "dependentSchemas")
LIST_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
ONE_SCHEMA = (
    "items",
    "additionalProperties",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
)
FILES = "x-ouro-files"  # where the other files of a document stand; see bundling.py
_PREFIX = "#/$defs/"
# Schemas defined inside a schema are reached by reference like all others.
_NOTHING = object()
_HANDLED_APART = ("$ref", "$dynamicRef", "discriminator", "$defs", "definitions")


class Library:
    """Named schemas, converted when first needed, with the problems found inside each."""

    def __init__(self, document: dict[str, Any], *, old: bool) -> None:
        self.document, self.old = document, old
        self.names: dict[str, str] = {}
        self.numbers: Counter[str] = Counter()
        self.sources: dict[str, tuple[Found, str]] = {}
        self.schemas: dict[str, Schema] = {}
        self.reaches: dict[str, set[str]] = {}
        self.sizes: dict[str, int] = {}
        self.problems: dict[str, list[Problem]] = {}

    def name_of(self, found: Found, base: str) -> str:
        """The key under $defs for what stands at a pointer.

        It is read later, by `closure`: references form chains longer than the stack is deep.
        """
        if found.pointer not in self.names:
            wanted = re.sub(r"[^A-Za-z0-9._-]+", "_", last_words(found.pointer)) or "schema"
            name = self.free_name(wanted)
            inside = bool(base) and found.pointer.startswith(f"{base}/")
            self.names[found.pointer] = name
            self.sources[name] = found, base if inside else found.pointer
        return self.names[found.pointer]

    def free_name(self, wanted: str) -> str:
        """Counted on, since thousands may want the same."""
        name = wanted
        while name in self.sources:
            self.numbers[wanted] += 1
            name = f"{wanted}-{self.numbers[wanted] + 1}"
        return name

    def closure(self, names: set[str], most: int, known: Collection[str] = ()) -> set[str]:
        """These and what they lead to, read, nearest first, until together they have `most`
        parts; `known` ones cost nothing."""
        reached: set[str] = set()
        waiting = deque(sorted(names))
        while waiting and most > 0:
            name = waiting.popleft()
            if name not in reached:
                reached.add(name)
                self.read(name)
                most -= 0 if name in known else self.sizes[name]
                waiting.extend(sorted(self.reaches[name]))
        return reached

    def read(self, name: str) -> None:
        if name not in self.schemas:
            found, base = self.sources[name]
            reader = Reader(self, base)
            self.schemas[name] = reader.whole(found.value, found.pointer)
            self.reaches[name], self.problems[name] = reader.reached, reader.problems
            self.sizes[name] = _parts(self.schemas[name])


class Reader:
    """Reads the schemas of one place and collects what they reach and what is wrong."""

    def __init__(self, library: Library, base: str = "") -> None:
        self.library, self.given_base, self.base = library, base, base
        self.reached: set[str] = set()
        self.problems: list[Problem] = []

    def whole(self, schema: Any, pointer: str) -> Schema:
        """A schema that a check can be built from. It is its own base unless one was given."""
        self.base = self.given_base or pointer
        read = self.read(schema, pointer)
        for path, message in mend(read):
            self.say(at(pointer, *path), message)
        return read

    def say(self, pointer: str, message: str, level: Level = "remark") -> None:
        self.problems.append(Problem(pointer, message, level))

    def read(self, schema: Any, pointer: str) -> Schema:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            self.say(pointer, "A schema must be an object; any value is taken here.")
            return {}
        own = modernised(
            schema, old=self.library.old, note=lambda message: self.say(pointer, message)
        )
        return self.parts(own, pointer)

    def parts(self, schema: dict[str, Any], pointer: str) -> dict[str, Any]:
        result = {
            key: self.part(key, value, at(pointer, key))
            for key, value in schema.items()
            if key not in _HANDLED_APART
        }
        for key in ("$ref", "$dynamicRef"):
            if key in schema:
                result.update(self.reference(schema[key], at(pointer, key)))
        if isinstance(schema.get("discriminator"), dict):
            result["discriminator"] = self.discriminator(schema)
        return {key: value for key, value in result.items() if value is not _NOTHING}

    def part(self, key: str, value: Any, pointer: str) -> Any:
        if key in MAP_OF_SCHEMAS:
            return self.map_of(value, pointer)
        if key in LIST_OF_SCHEMAS:
            return self.list_of(value, pointer)
        return self.read(value, pointer) if key in ONE_SCHEMA else value

    def map_of(self, value: Any, pointer: str) -> dict[str, Schema] | object:
        if not isinstance(value, dict):
            self.say(pointer, "This must be an object of schemas by name and was left out.")
            return _NOTHING
        return {key: self.read(item, at(pointer, key)) for key, item in value.items()}

    def list_of(self, value: Any, pointer: str) -> list[Schema] | object:
        if not isinstance(value, list) or not value:
            self.say(pointer, "This must be a list of at least one schema and was left out.")
            return _NOTHING
        return [self.read(item, at(pointer, index)) for index, item in enumerate(value)]

    def reference(self, reference: Any, pointer: str) -> dict[str, Any]:
        if not isinstance(reference, str):
            self.say(pointer, "A reference must be a text; any value is taken here.")
            return {}
        found = self.find(reference)
        if found is None:
            reason = why_not(reference)
            self.say(pointer, f"{reason[:1].upper()}{reason[1:]}; any value is taken here.")
            return {}
        if leads_back(self.library.document, {"$ref": f"#{quote(found.pointer)}"}):
            self.say(pointer, f"The reference {reference} leads back to itself and says nothing.")
            return {}
        name = self.library.name_of(found, self.base)
        self.reached.add(name)
        return {"$ref": f"{_PREFIX}{name}"}

    def find(self, reference: str) -> Found | None:
        """From the root, else (as JSON Schema has it) from the named schema we are in."""
        found = lookup(self.library.document, reference)
        if found is None and self.base and reference.startswith("#/"):
            found = lookup(self.library.document, f"#{self.base}{reference[1:]}")
        return found

    def discriminator(self, schema: dict[str, Any]) -> dict[str, Any]:
        """With the mapping written out, for the branches of this choice only."""
        given = schema["discriminator"]
        mapping = given.get("mapping") if isinstance(given.get("mapping"), dict) else {}
        branches: dict[str, str] = {}  # our reference -> the name in the document
        for word in ("oneOf", "anyOf"):
            for branch in schema[word] if isinstance(schema.get(word), list) else []:
                self.branch(branch, branches)
        known = {
            spelling: ours
            for ours, name in branches.items()
            for spelling in (name, f"#/components/schemas/{name}", f"#/definitions/{name}")
        }
        values = {
            value: ours
            for value, target in mapping.items()
            if isinstance(target, str)
            and (ours := known.get(target) or self.named(target)) in branches
        }
        said = set(values.values())
        values |= {name: ours for ours, name in branches.items() if ours not in said}
        values = tags.agreed(values, self.own_values(branches, given.get("propertyName")))
        kept = {key: value for key, value in given.items() if key != "mapping"}
        if other := self.named(self.target(given.get("defaultMapping"))):
            kept["defaultMapping"] = other
        return {**kept, "mapping": values} if values else kept

    def own_values(self, branches: Collection[str], name: Any) -> dict[str, list[Any] | None]:
        """What each of these branches itself allows as the value that tells them apart."""
        found = {ours: self.library.sources[ours.removeprefix(_PREFIX)][0] for ours in branches}
        document = self.library.document
        return {ours: tags.allowed(document, at.value, str(name)) for ours, at in found.items()}

    def target(self, given: Any) -> Any:
        """As a reference, of what may also be the name of a schema."""
        word = "definitions" if "swagger" in self.library.document else "components/schemas"
        is_name = isinstance(given, str) and not self.find(given)
        return f"#/{word}/{given}" if is_name else given

    def named(self, target: Any) -> str:
        """Our reference for one of the document's, if it leads to something known."""
        found = self.find(target) if isinstance(target, str) else None
        known = self.library.names.get(found.pointer) if found else None
        return f"{_PREFIX}{known}" if known else ""

    def branch(self, branch: Any, branches: dict[str, str]) -> None:
        if isinstance(branch, dict) and isinstance(branch.get("$ref"), str):
            found = self.find(branch["$ref"])
            if found:
                branches[f"{_PREFIX}{self.library.name_of(found, self.base)}"] = last_words(
                    found.pointer
                )


def _parts(schema: Schema) -> int:
    count, waiting = 0, [schema]
    while waiting:
        value: Any = waiting.pop()
        count += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return count


def last_words(pointer: str) -> str:
    """`Atoms` for /components/schemas/Atoms; more of the pointer where it is not a named one."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if tokens[:1] == [FILES]:
        return _in_a_file(tokens[1:])
    named = tokens[:-1] in (["components", "schemas"], ["definitions"])
    return tokens[-1] if named else "_".join(tokens[-2:])


def _in_a_file(tokens: list[str]) -> str:
    """Another file of the document: the part's own name, or the file's for the whole of it."""
    if len(tokens) > 1:
        return tokens[-1]
    return tokens[0].rpartition("/")[2].partition(".")[0] if tokens else ""
