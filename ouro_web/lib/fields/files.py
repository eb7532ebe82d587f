"""What a request body says about the assets that go into it: places that hold the bytes of a file,
which become inputs of their own, and places that hold a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ouro_web.lib.declarations import WHOLE_BODY, Declaration
from ouro_web.lib.fields.shape import Shape, shape_of
from ouro_web.lib.fields.tree import humanised
from ouro_web.lib.fields.view import Schema

_SAID_IN_WORDS = ("json", "xml", "yaml", "text/", "x-www-form-urlencoded", "multipart/")
_KINDS = {"image/": "image", "audio/": "audio", "video/": "video", "application/pdf": "pdf"}


def with_places(
    operation: Mapping[str, Any], declared: Mapping[str, Declaration]
) -> dict[str, Declaration]:
    """The declared inputs with what their places say, then one for each place of a file that
    nobody declared. The latter count only under their own content type."""
    root = {"$defs": operation.get("$defs") or {}}
    bodies = [body for body in operation.get("bodies") or () if isinstance(body, dict)]
    made = {name: _placed(root, bodies[:1], item) for name, item in declared.items()}
    taken = {item.path for item in made.values()}
    for body in bodies:
        for item in _found(root, body):
            if item.path not in taken and item.name not in made:
                made[item.name] = item
                taken.add(item.path)
    if not declared and len(made) == 1:
        made = {name: replace(item, primary=True) for name, item in made.items()}
    return made


def _placed(root: Schema, bodies: list[dict[str, Any]], item: Declaration) -> Declaration:
    for body in bodies:
        shape = _shape_at(root, body.get("schema"), item.path)
        many = shape is not None and shape.kind == "list"
        held = shape_of(root, shape.items) if shape is not None and many else shape
        in_form = str(body.get("content_type")).startswith("multipart/")
        return replace(item, many=many, as_bytes=in_form and held is not None and _is_binary(held))
    return item


def _shape_at(root: Schema, schema: Any, path: tuple[str, ...]) -> Shape | None:
    shape = shape_of(root, schema)
    for key in path:
        found = next((child.schema for child in shape.properties if child.key == key), None)
        if found is None:
            return None
        shape = shape_of(root, found)
    return shape


def _found(root: Schema, body: dict[str, Any]) -> Iterator[Declaration]:
    kind = str(body.get("content_type"))
    if kind.startswith("multipart/"):
        yield from _parts(root, shape_of(root, body.get("schema")), body, kind)
        return
    if any(word in kind for word in _SAID_IN_WORDS):
        return
    shape = shape_of(root, body.get("schema"))
    if _is_binary(shape) or (shape.kind in ("any", "long") and "properties" not in shape.view):
        yield Declaration(
            name="file",
            label=str(shape.view.get("title") or "File"),
            asset_types=("file",),
            filter=_filter(kind),
            body_path=WHOLE_BODY,
            optional=not body.get("required"),
            as_bytes=True,
            content_type=kind,
        )


def _parts(root: Schema, shape: Shape, body: dict[str, Any], kind: str) -> Iterator[Declaration]:
    encoding = body.get("encoding")
    for item in shape.properties:
        part = shape_of(root, item.schema)
        many = part.kind == "list"
        held = shape_of(root, part.items) if many else part
        if not _is_binary(held):
            continue
        told = encoding.get(item.key) if isinstance(encoding, dict) else None
        told = told.get("contentType") if isinstance(told, dict) else None
        yield Declaration(
            name=item.key,
            label=str(part.view.get("title") or humanised(item.key)),
            asset_types=("file",),
            filter=_filter(str(told or held.view.get("contentMediaType") or "")),
            body_path=item.key,
            optional=not item.required,
            many=many,
            as_bytes=True,
            content_type=kind,
        )


def _is_binary(shape: Shape) -> bool:
    view = shape.view
    text = view.get("type") in ("string", None)
    media = "contentMediaType" in view and "contentEncoding" not in view
    return text and (view.get("format") == "binary" or media)


def _filter(media_types: str) -> str:
    """The broad class of what fits, when all the types belong to one."""
    kinds = {
        next((name for start, name in _KINDS.items() if each.strip().startswith(start)), "")
        for each in media_types.split(",")
    }
    return kinds.pop() if len(kinds) == 1 else ""
