"""What a form says about a field before anything is typed: its type and its range."""

from ouro_web.lib.fields.sentences import FORMATS, bound
from ouro_web.lib.fields.shape import TEXTS, Shape
from ouro_web.lib.fields.view import Schema, resolve, types

_KINDS = {
    "text": "text", "long": "text", "secret": "secret", "date": "date",
    "date-time": "date and time", "time": "time", "bool": "boolean", "any": "JSON",
    "const": "constant", "null": "null", "object": "object", "map": "map",
}  # fmt: skip
_ITEMS = {"string": "text", "number": "numbers", "integer": "integers", "object": "objects",
          "array": "lists", "boolean": "booleans"}  # fmt: skip
_HINTS = {**FORMATS, "date": "sent as 2026-03-31", "email": "an address such as name@example.org"}


def type_words(root: Schema, shape: Shape) -> str:
    if shape.kind in ("choice", "choices"):
        return f"{'one' if shape.kind == 'choice' else 'any'} of {len(shape.options)}"
    if shape.kind == "branch":
        return f"one of {len(shape.branches)} forms"
    if shape.kind == "list":
        return f"list of {_items(root, shape.items)}"
    if shape.kind == "tuple":
        if not _alike(shape):
            return ", ".join(_one(root, schema) for schema in shape.prefix)
        return f"{len(shape.prefix)} {_items(root, shape.prefix[0])}"
    return _KINDS.get(shape.kind, shape.kind)


def _alike(shape: Shape) -> bool:
    return all(schema == shape.prefix[0] for schema in shape.prefix)


def _one(root: Schema, schema: object) -> str:
    kinds = types(resolve(root, schema))
    return {"string": "text"}.get(kinds[0], kinds[0]) if len(kinds) == 1 else "value"


def _items(root: Schema, schema: object) -> str:
    kinds = types(resolve(root, schema))
    return _ITEMS.get(kinds[0], "values") if len(kinds) == 1 else "values"


def hint(view: Schema) -> str:
    """The range a value must lie in, or how long it may be, and how it is written."""
    told = _range(view) or _size(view, "Items", "item") or _size(view, "Length", "character")
    return ", ".join(filter(None, [told, _HINTS.get(str(view.get("format")), "")]))


def pattern(root: Schema, shape: Shape) -> str:
    """What a text must match; of a list of texts, each."""
    view = resolve(root, shape.items) if shape.kind == "list" else shape.view
    return str(view.get("pattern") or "") if shape.kind in (*TEXTS, "list") else ""


def each_hint(root: Schema, shape: Shape) -> str:
    inner = resolve(root, shape.prefix[0]) if shape.prefix and _alike(shape) else {}
    told = _range(inner)
    return f"{told} each" if told else ""


def _range(view: Schema) -> str:
    least, most = view.get("minimum"), view.get("maximum")
    above, under = view.get("exclusiveMinimum"), view.get("exclusiveMaximum")
    if least is not None and most is not None:
        return f"{bound(least)} to {bound(most)}"
    words = [
        f"{word} {bound(limit)}"
        for word, limit in (
            ("at least", least), ("above", above), ("at most", most), ("below", under),
        )
        if limit is not None
    ]  # fmt: skip
    return ", ".join(words)


def _size(view: Schema, word: str, noun: str) -> str:
    least, most = view.get(f"min{word}"), view.get(f"max{word}")
    if least is not None and most is not None:
        told = f"{least} to {most} {noun}s"
        return f"{least} {noun}s" if least == most else told
    if least:
        return f"at least {least} {noun}{'' if least == 1 else 's'}"
    return f"at most {most} {noun}s" if most is not None else ""


def is_compact(labels: list[str]) -> bool:
    """Few and short enough to be seen at once, side by side."""
    return len(labels) <= 5 and sum(len(label) + 4 for label in labels) <= 48
