"""Bringing a post in from a file, and taking one out with what it shows."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from ouro_web.assets import blobs
from ouro_web.assets.models import Asset
from ouro_web.lib.markdown import MOST_CHARACTERS
from ouro_web.posts.models import Post

LARGEST_IMPORT = 4 * MOST_CHARACTERS  # bytes
LARGEST_EXPORT = 200 << 20  # of the files in a zip
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_UNSAFE = re.compile(r"[^\w.-]+")


def read(file: IO[bytes], filename: str) -> tuple[str, str]:
    """The name and text of a markdown file. A heading that repeats the title of its front matter
    stays. Raises ValidationError keyed by file."""
    if PurePath(filename).suffix.lower() not in (".md", ".markdown", ".txt"):
        raise ValidationError({"file": "Choose a markdown file: its name ends in .md."})
    content = file.read(LARGEST_IMPORT + 1)
    if len(content) > LARGEST_IMPORT:
        raise ValidationError({"file": f"At most {MOST_CHARACTERS:,} characters fit."})
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValidationError({"file": "This is no text in UTF-8."}) from error
    front = _FRONT.match(text)
    title = _TITLE.search(front[1]) if front else None
    text = text[front.end() :].lstrip("\n") if front else text
    begins_with_heading = text.lstrip().startswith("# ")
    name = title[1] if title else "" if begins_with_heading else PurePath(filename).stem
    return name[:255], text


def markdown(post: Post) -> str:
    """The text under its title."""
    heading = f"# {post.name}\n\n"
    return post.text if post.text.lstrip().startswith("# ") else heading + post.text


def archive(post: Post, assets: Iterable[Asset], into: IO[bytes]) -> None:
    """A zip of the text, with links to the files beside it, and of what it shows, as far as that
    fits. `assets` are those whose content the reader may have."""
    left = LARGEST_EXPORT
    listed: list[dict[str, Any]] = []
    text = markdown(post)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as pack:
        for asset in assets:
            entry = {"id": str(asset.pk), "type": asset.asset_type, "name": asset.name}
            size = getattr(asset.kind, "size", 0)
            if asset.asset_type == "file" and size <= left and _is_there(asset):
                left -= size
                entry["path"] = (
                    f"assets/{str(asset.pk)[-6:]}-{_UNSAFE.sub('-', asset.kind.filename)}"
                )
                _put(pack, entry["path"], asset)
                text = text.replace(f"](file:{asset.pk})", f"]({entry['path']})")
            listed.append(entry)
        pack.writestr("post.md", text)
        pack.writestr("assets.json", json.dumps(listed, indent=2, ensure_ascii=False) + "\n")


def _is_there(asset: Asset) -> bool:
    return default_storage.exists(asset.kind.blob)


def _put(pack: zipfile.ZipFile, path: str, asset: Asset) -> None:
    with blobs.open_blob(asset.kind.blob) as content, pack.open(path, "w") as target:
        for piece in _pieces(content):
            target.write(piece)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(io.DEFAULT_BUFFER_SIZE * 8):
        yield piece
