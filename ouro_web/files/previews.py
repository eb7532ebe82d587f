"""Pictures that browsers do not show, converted to one that they do."""

import warnings
from io import BytesIO

from PIL import Image

from ouro_web.files.facts import UNREADABLE
from ouro_web.files.models import Stored
from ouro_web.files.storage import open_file

CONVERTED = {"image/tiff"}
MAX_PIXELS = 50_000_000
SIDE = 2400


def picture(file: Stored) -> bytes | None:
    """A PNG of at most SIDE pixels a side; None for what cannot be read, or is too much to."""
    with open_file(file) as content, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(content, formats=["TIFF"]) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                return _png(image)
        except UNREADABLE:
            return None


def _png(image: Image.Image) -> bytes:
    shown = _in_range(image)
    shown.thumbnail((SIDE, SIDE))
    made = BytesIO()
    shown.save(made, "PNG")
    return made.getvalue()


def _in_range(image: Image.Image) -> Image.Image:
    """Measured values (16 or 32 bit) are spread over the greys from the least to the largest."""
    if image.mode in ("1", "L", "RGB", "RGBA", "P", "LA"):
        return image.convert("RGBA" if "A" in image.mode else "RGB")
    if image.mode == "CMYK":
        return image.convert("RGB")
    values = image.convert("F")
    low, high = (float(value) for value in values.getextrema())  # type: ignore[arg-type]
    spread = 255 / (high - low) if high > low else 0.0
    return values.point(lambda value: value * spread + (-low * spread)).convert("L")
