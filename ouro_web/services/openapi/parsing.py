"""Bytes to a plain JSON value, whatever somebody uploads.

Everything downstream may rely on this: objects with text keys, no NaN or infinity, no key
twice, text that every database can store, and limits on size, depth and number of nodes.
"""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from ouro_web.services.openapi.problems import DocumentError, at
from ouro_web.services.openapi.yaml_values import read_yaml

MAX_BYTES = 20 * 2**20
MAX_NODES = 1_500_000
MAX_DEPTH = 100


def parse(data: bytes) -> dict[str, Any]:
    """Raises DocumentError with one plain sentence."""
    return parse_text(text_of(data))


def parse_text(text: str) -> dict[str, Any]:
    """Raises DocumentError."""
    if text.count("[") + text.count("{") > MAX_NODES:  # to know it costs less than to parse it
        raise _too_many()
    start = text.lstrip()[:1]
    if not start:
        raise DocumentError("The document is empty.")
    if start == "<":
        raise DocumentError(
            "This is a web page or XML, not an OpenAPI document. "
            "Give the address of the document itself; FastAPI serves it at /openapi.json."
        )
    value = _json_or_yaml(text) if start in "{[" else _yaml(text)
    if not isinstance(value, dict):
        raise DocumentError(f"An OpenAPI document is an object; this is {_kind(value)}.")
    _check_tree(value)
    return value


def text_of(data: bytes) -> str:
    """The text of a file, whichever encoding its first bytes announce. Raises DocumentError."""
    if len(data) > MAX_BYTES:
        megabytes = f"{len(data) / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB"
        raise DocumentError(f"The document has {megabytes} are read.")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"The document is not text in UTF-8 (byte {error.start}). Is it the right file?"
        ) from None


def _json_or_yaml(text: str) -> Any:
    """YAML also starts with a brace, rarely; a message about JSON is the useful one then."""
    try:
        return _json(text)
    except json.JSONDecodeError as error:
        try:
            return _yaml(text)
        except DocumentError:
            raise DocumentError(
                f"The JSON cannot be read: {error.msg} in line {error.lineno}, "
                f"column {error.colno}."
            ) from None


def _json(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
        )
    except RecursionError:
        raise _too_deep("") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number of thousands of digits
        raise DocumentError("The document holds a number too long to be read.") from None


def _yaml(text: str) -> Any:
    return read_yaml(text, max_nodes=MAX_NODES, max_depth=MAX_DEPTH)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise DocumentError(f"The key “{twice}” stands twice in one object; one of them is lost.")
    return value


def _constant(word: str) -> NoReturn:
    raise DocumentError(f"{word} is not a number in JSON.")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise DocumentError(f"The number {text[:40]} is too large.")
    return value


# The way to a part as (the way to its parent, its key): a pointer only when one is asked for.
type _Way = tuple["_Way", object] | None


def _check_tree(root: dict[str, Any]) -> None:
    nodes = 0
    stack: list[tuple[_Way, int, Any]] = [(None, 1, root)]
    while stack:
        way, depth, value = stack.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise _too_many()
        if isinstance(value, str):
            _check_text(value, way)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise _too_deep(_pointer(way))
            if isinstance(value, dict):
                for key in value:
                    _check_text(key, way)
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend(((way, key), depth + 1, item) for key, item in parts)


def _pointer(way: _Way) -> str:
    keys: list[object] = []
    while way is not None:
        way, key = way
        keys.append(key)
    return at("", *reversed(keys))


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _check_text(text: str, way: _Way) -> None:
    if _UNSTORABLE.search(text):
        raise DocumentError("A text holds a character that cannot be stored.", _pointer(way))


def _too_many() -> DocumentError:
    return DocumentError(f"The document has more than {MAX_NODES:,} parts.")


def _too_deep(pointer: str) -> DocumentError:
    return DocumentError(f"The document is nested deeper than {MAX_DEPTH} levels.", pointer)


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a single text or number" if value is not None else "nothing"
