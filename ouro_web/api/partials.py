"""Assets that come inside a document: a node of the editor holds a file, rows or another post.

On saving each becomes an asset of its own, the node takes its id, and the post becomes its parent.
"""

import base64
import binascii
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.lib import document
from ouro_web.posts import publish

MOST = 20


def materialise(content: Any, placement: Placement) -> tuple[str, list[Asset]]:
    """The text of the content, and the assets that were made for it. To be called in the
    transaction that saves the text. Raises ValidationError keyed by content."""
    if isinstance(content, str):
        return content, []
    if not isinstance(content, Mapping):
        raise ValidationError({"content": "Send markdown, or an object with text or json."})
    tree, text = content.get("json"), content.get("text")
    if not isinstance(tree, Mapping) or not tree.get("content"):
        return text if isinstance(text, str) else "", []
    nodes = list(_partial(tree, 60))
    if len(nodes) > MOST:
        raise ValidationError({"content": f"At most {MOST} assets can come with a text."})
    private = replace(placement, visibility=Visibility.PRIVATE, then=None)
    made = [_make(node, private) for node in nodes]
    return document.as_text(tree), made


def adopt(made: Iterable[Asset], parent: Asset) -> None:
    """From now on they are seen by whoever sees their parent, and go with it."""
    pks = [asset.pk for asset in made]
    Asset.objects.filter(pk__in=pks).update(parent=parent, visibility=Visibility.INHERIT)


def _partial(node: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    content = node.get("content")
    for child in content if isinstance(content, list) and depth else []:
        if not isinstance(child, dict):
            continue
        attributes = child.get("attrs")
        if isinstance(attributes, dict) and attributes.get("partial"):
            yield child
        else:
            yield from _partial(child, depth - 1)


def _make(node: dict[str, Any], placement: Placement) -> Asset:
    data = node["attrs"].get("partialData")
    maker = _MAKERS.get(str(data.get("asset_type"))) if isinstance(data, dict) else None
    if maker is None:
        raise ValidationError({"content": "partialData is a file, a dataset or a post."})
    try:
        made = maker(data, placement)
    except ValidationError as refused:
        raise ValidationError({"content": refused.messages}) from refused
    kept = ("viewMode", "displayConfig")
    attributes = {key: node["attrs"][key] for key in kept if node["attrs"].get(key)}
    node["attrs"] = {"id": str(made.pk), "assetType": made.asset_type, **attributes}
    return made


def _file(data: dict[str, Any], placement: Placement) -> Asset:
    facts = data.get("metadata") if isinstance(data.get("metadata"), dict) else {}
    name = _word(data, "name") or "file"
    filename = _word(facts or {}, "name") or name
    extension = _word(facts or {}, "extension").strip(".")
    if extension and not filename.lower().endswith(f".{extension.lower()}"):
        filename = f"{filename}.{extension}"
    return storage.store(
        placement,
        name=name,
        filename=filename,
        content=io.BytesIO(_bytes(data)),
        description=_word(data, "description"),
    )


def _bytes(data: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode("".join(_word(data, "base64").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("The file's content is not base64.") from error


def _dataset(data: dict[str, Any], placement: Placement) -> Asset:
    rows = data.get("data")
    if not isinstance(rows, list):
        raise ValidationError("A dataset's data is a list of rows.")
    return tables.create(
        placement,
        name=_word(data, "name") or "Dataset",
        rows=rows,
        description=_word(data, "description"),
    )


def _post(data: dict[str, Any], placement: Placement) -> Asset:
    """A post inside a post; what comes inside that one is not made."""
    content = data.get("content")
    text = content if isinstance(content, str) else ""
    if isinstance(content, dict):
        tree = content.get("json")
        text = document.as_text(tree) if isinstance(tree, dict) else _word(content, "text")
    return publish.create(
        placement, name=_word(data, "name"), text=text, description=_word(data, "description")
    )


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


_MAKERS: dict[str, Callable[[dict[str, Any], Placement], Asset]] = {
    "file": _file,
    "dataset": _dataset,
    "post": _post,
}
