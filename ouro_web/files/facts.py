"""What is read out of a file once, when it is stored: its structure, the size of its picture, the
kinds of files in an archive."""

import warnings
from typing import Any

from PIL import Image, UnidentifiedImageError

from ouro_web.assets import blobs
from ouro_web.lib import archives, structures

LARGEST_STRUCTURE = 4 << 20
MAX_PIXELS = 200_000_000
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff"}
UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
)  # fmt: skip
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


def read(blob: blobs.Blob, *, filename: str, extension: str, media_type: str) -> dict[str, Any]:
    form = structures.format_of(filename, extension)
    if form and blob.size <= LARGEST_STRUCTURE:
        return structure(blob.key, form)
    if media_type in PICTURES:
        return picture(blob.key)
    return archive(blob, media_type) if media_type in archives.MEDIA_TYPES else {}


def structure(key: str, form: str) -> dict[str, Any]:
    with blobs.open_blob(key) as content:
        found = structures.read(content.read().decode(errors="replace"), form)
    return {"structure": found.as_json()} if found else {}


def archive(blob: blobs.Blob, media_type: str) -> dict[str, Any]:
    """Without `holds` nobody knows what is in it."""
    with blobs.open_blob(blob.key) as content:
        found = archives.endings(content, size=blob.size, media_type=media_type)
    return {"holds": found} if found else {}


def picture(key: str) -> dict[str, Any]:
    """Width and height from the header; nothing is decoded, so a bomb stays packed."""
    with blobs.open_blob(key) as content, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(content, formats=FORMATS) as image:
                width, height = image.size
        except UNREADABLE:
            return {}
    if width * height > MAX_PIXELS:
        return {"too_large": True, "width": width, "height": height}
    return {"width": width, "height": height}
