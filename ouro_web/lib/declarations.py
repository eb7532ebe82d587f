"""The assets an operation takes and makes, as its author declared them.

Authors write these by hand in several spellings (keyed declarations, two words for
extensions, the older single keys), so reading is forgiving: what cannot be understood is
left out and named in `remarks`, never raised.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Direction = Literal["input", "output"]

ASSET_TYPES = ("file", "dataset", "post", "comment", "route")
FILTERS = ("audio", "video", "image", "pdf", "3d model", "atomic structure")
WHOLE_BODY = "$"  # a body_path: the asset is all of the body
SENT_AS = ("url", "base64")
ROLES = ("new", "version", "result", "supporting")

_FILTER_WORDS = {"3d": "3d model", "model": "3d model", "structure": "atomic structure"}
_EXTENSION = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declared asset. No extensions and no filter means any of its types fits."""

    name: str
    label: str
    asset_types: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    contains_extensions: tuple[str, ...] = ()
    filter: str = ""
    body_path: str = ""
    primary: bool = False
    optional: bool = False
    when: Mapping[str, Any] = field(default_factory=dict, hash=False)
    role: str = ""
    embedded_in: str = ""
    many: bool = False  # its place in the body holds a list
    as_bytes: bool = False  # the file itself is sent, not what is known of it
    sent_as: str = ""  # of a file only its address ("url") or its bytes as text ("base64")
    content_type: str = ""  # asked for with a body of this type only

    @property
    def asset_type(self) -> str:
        return self.asset_types[0]

    @property
    def condition(self) -> str:
        """`when` in words: `relax_cell is true and mode is a or b`."""

        def either(value: Any) -> str:
            every = value if isinstance(value, list) else [value]
            return " or ".join(
                item if isinstance(item, str) else json.dumps(item) for item in every
            )

        return " and ".join(f"{name} is {either(value)}" for name, value in self.when.items())

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to the place of the value in the body."""
        if self.body_path == WHOLE_BODY:
            return ()
        return (self.name,) if self.body_path == self.name else tuple(self.body_path.split("."))


def read_inputs(operation: Mapping[str, Any]) -> dict[str, Declaration]:
    """By name, in document order. Takes an OpenAPI operation or a stored one."""
    return _read(operation, "input", [])


def read_outputs(operation: Mapping[str, Any]) -> dict[str, Declaration]:
    return _read(operation, "output", [])


def remarks(operation: Mapping[str, Any]) -> list[str]:
    """What was left out or looks wrong, one sentence each."""
    found: list[str] = []
    inputs = _read(operation, "input", found)
    outputs = _read(operation, "output", found)
    found.extend(_path_clashes(inputs))
    found.extend(
        f"Output “{item.name}” is embedded in “{item.embedded_in}”, which is not an output."
        for item in outputs.values()
        if item.embedded_in and item.embedded_in not in outputs
    )
    return found


def from_stored(stored: Mapping[str, Any], direction: Direction) -> dict[str, Declaration]:
    """Read what `as_json` wrote."""
    return _keyed(stored, direction, [])


def as_json(declared: Mapping[str, Declaration], direction: Direction) -> dict[str, Any]:
    """One spelling for the database and the API, without empty keys."""
    return {name: _entry(item, direction) for name, item in declared.items()}


def normalise_extension(text: str) -> str:
    """`.CIF` and `*.cif` are `cif`, `tar.gz` is `gz`; "" when it cannot be an extension."""
    last = text.strip().lower().rpartition(".")[2]
    return last if _EXTENSION.fullmatch(last) and not last.isdigit() else ""


def _entry(item: Declaration, direction: Direction) -> dict[str, Any]:
    every = {
        "asset_type": item.asset_type,
        "asset_types": list(item.asset_types) if len(item.asset_types) > 1 else None,
        "label": item.label,
        "file_extensions": list(item.extensions),
        "contains_file_extensions": list(item.contains_extensions),
        f"{direction}_filter": item.filter,
        "body_path": item.body_path if direction == "input" else "",
        "primary": item.primary,
        "optional": item.optional,
        "when": dict(item.when),
        "role": item.role,
        "embedded_in": item.embedded_in,
        "many": item.many,
        "as_bytes": item.as_bytes,
        "sent_as": item.sent_as,
        "content_type": item.content_type,
    }
    return {key: value for key, value in every.items() if value}


def _read(
    operation: Mapping[str, Any], direction: Direction, found: list[str]
) -> dict[str, Declaration]:
    extensions = operation.get("extensions", operation)
    raw = extensions.get(f"x-ouro-{direction}-assets") if isinstance(extensions, Mapping) else None
    if raw is None:
        raw = _legacy(extensions, direction) if isinstance(extensions, Mapping) else {}
    if not isinstance(raw, Mapping):
        found.append(f"x-ouro-{direction}-assets is not an object of declarations by name.")
        return {}
    return _one_primary(_keyed(raw, direction, found), direction, found)


def _legacy(extensions: Mapping[str, Any], direction: Direction) -> dict[str, Any]:
    """The older single keys are one declaration, named after its asset type."""

    def first(*endings: str) -> Any:
        keys = (f"x-ouro-{direction}-{ending}" for ending in endings)
        return next((extensions[key] for key in keys if extensions.get(key)), None)

    asset_type = first("asset-type", "type")
    if not asset_type:
        return {}
    return {
        str(asset_type): {
            "asset_type": asset_type,
            "filter": first("asset-filter", "filter"),
            "file_extensions": first(
                "file-extensions", "file-extension", "asset-file-extensions", "asset-file-extension"
            ),
        }
    }


def _keyed(
    raw: Mapping[str, Any], direction: Direction, found: list[str]
) -> dict[str, Declaration]:
    read: dict[str, Declaration] = {}
    for key, value in raw.items():
        name = str(key)
        problems: list[str] = []
        if isinstance(value, str):
            value = {"asset_type": value}
        declared = _declaration(name, value, direction, problems)
        found.extend(f"{direction.title()} “{name}”: {problem}" for problem in problems)
        if declared:
            read[name] = declared
    return read


def _declaration(
    name: str, value: Any, direction: Direction, problems: list[str]
) -> Declaration | None:
    if not isinstance(value, Mapping):
        problems.append("the declaration is not an object, so it is left out.")
        return None
    asset_types = tuple(_asset_types(value, problems))
    if not asset_types:
        problems.append("no asset_type that is known here, so it is left out.")
        return None
    spelled = value.get("file_extensions") or value.get(f"{direction}_file_extensions")
    spelled = spelled or value.get(f"{direction}_file_extension") or value.get("file_extension")
    return Declaration(
        name=name,
        label=_text(value.get("label")) or _words(name),
        asset_types=asset_types,
        extensions=tuple(_extensions(spelled, problems)),
        contains_extensions=tuple(_extensions(value.get("contains_file_extensions"), problems)),
        filter=_filter(value.get(f"{direction}_filter") or value.get("filter"), problems),
        body_path=_body_path(value.get("body_path"), name, problems),
        primary=value.get("primary") is True,
        optional=value.get("optional") is True or value.get("required") is False,
        when=value["when"] if isinstance(value.get("when"), Mapping) else {},
        role=value["role"] if value.get("role") in ROLES else "",
        embedded_in=_text(value.get("embedded_in")),
        many=value.get("many") is True,
        as_bytes=value.get("as_bytes") is True,
        sent_as=value["sent_as"] if value.get("sent_as") in SENT_AS else "",
        content_type=_text(value.get("content_type")),
    )


def _asset_types(value: Mapping[str, Any], problems: list[str]) -> Iterator[str]:
    several = value.get("asset_types")
    given = [value.get("asset_type"), *(several if isinstance(several, list) else [])]
    words = [str(item).strip().lower() for item in given if item]
    for word in dict.fromkeys(words):
        if word in ASSET_TYPES:
            yield word
        else:
            problems.append(f"“{word}” is not an asset type ({', '.join(ASSET_TYPES)}).")


def _extensions(value: Any, problems: list[str]) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[\s,]+", value.strip())
    if not isinstance(value, list | tuple):
        if value is not None:
            problems.append("the file extensions are not a list of texts.")
        return []
    good: dict[str, None] = {}
    for item in value:
        extension = normalise_extension(item) if isinstance(item, str) else ""
        if extension:
            good[extension] = None
        else:
            problems.append(f"“{item}” is not a file extension.")
    return list(good)


def _filter(value: Any, problems: list[str]) -> str:
    word = re.sub(r"[\s_-]+", " ", _text(value)).lower()
    word = _FILTER_WORDS.get(word, word)
    if word and word not in FILTERS:
        problems.append(f"the filter “{value}” is not known ({', '.join(FILTERS)}).")
        return ""
    return word


def _body_path(value: Any, name: str, problems: list[str]) -> str:
    path = _text(value) or name
    if path != name and path != WHOLE_BODY and not all(path.split(".")):
        problems.append(f"the body_path “{value}” has an empty part, so “{name}” is used.")
        return name
    return path


def _one_primary(
    declared: dict[str, Declaration], direction: Direction, found: list[str]
) -> dict[str, Declaration]:
    """A lone declaration is the primary one; of several marked, the first counts."""
    primary = [name for name, item in declared.items() if item.primary]
    if len(primary) > 1:
        found.append(f"More than one {direction} is primary; the first, “{primary[0]}”, counts.")
    chosen = primary[:1] or (list(declared) if len(declared) == 1 else [])
    return {name: replace(item, primary=name in chosen) for name, item in declared.items()}


def _path_clashes(inputs: Mapping[str, Declaration]) -> Iterator[str]:
    items = list(inputs.values())
    for index, one in enumerate(items):
        for other in items[index + 1 :]:
            shorter = min(len(one.path), len(other.path))
            if one.path[:shorter] == other.path[:shorter]:
                yield (
                    f"Inputs “{one.name}” and “{other.name}” are placed into each other "
                    f"({one.body_path} and {other.body_path})."
                )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(name: str) -> str:
    words = re.sub(r"[_\-.\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip()
    return words[:1].upper() + words[1:] if words else name
