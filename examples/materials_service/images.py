"""Image thumbnail and histogram: a smaller picture and how its colours are spread."""

from __future__ import annotations

import io
import warnings
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from ouro.utils import dataset_payload, file_payload, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service.assets import FileInput, fetch
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import CurrentRun, Result

if TYPE_CHECKING:
    from PIL.Image import Image

router = APIRouter(tags=["images"])
MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000


class Shape(StrEnum):
    """What happens to a picture that is not square."""

    KEEP = "keep"
    CROP = "crop"
    PAD = "pad"


class ThumbnailRequest(BaseModel):
    """How small, and how finely the colours are counted."""

    image: FileInput
    size: int = Field(256, ge=16, le=1024, description="Longest side of the thumbnail in pixels.")
    shape: Shape = Field(Shape.KEEP, description="Keep the proportions, or make it square.")
    background: str = Field(
        "#ffffff", pattern="^#[0-9a-fA-F]{6}$", description="Colour behind see-through parts."
    )
    bins: int = Field(32, ge=2, le=256, description="Steps of brightness in the histogram.")


@ouro_field(
    "x-ouro-input-assets",
    {
        "image": {
            "asset_type": "file",
            "input_filter": "image",
            "body_path": "image",
            "primary": True,
        }
    },
)
@ouro_outputs(
    {
        "thumbnail": {"asset_type": "file", "file_extensions": ["png"], "primary": True},
        "histogram": {"asset_type": "dataset"},
    }
)
@router.post("/images/thumbnail", summary="Image thumbnail & histogram")
def thumbnail(request: ThumbnailRequest, run: CurrentRun) -> dict[str, Any]:
    """Make a small PNG of an image and count its red, green and blue by brightness."""
    picture = opened(fetch(request.image, MOST_BYTES), request)
    run.log(f"Read {picture.width} × {picture.height} pixels.")
    return answer(request, picture, shrunk(picture, request))


def opened(content: bytes, request: ThumbnailRequest) -> Image:
    """The picture in RGB on the background; refused before it is unpacked when it is too large."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > MOST_PIXELS:
            raise Refusal(f"The image has more than {MOST_PIXELS // 1_000_000} million pixels.")
        layer = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal(f"“{request.image.name}” cannot be read as an image: {error}") from error
    ground = Image.new("RGBA", layer.size, request.background)
    return Image.alpha_composite(ground, layer).convert("RGB")


def shrunk(picture: Image, request: ThumbnailRequest) -> Image:
    from PIL import ImageOps

    square = (request.size, request.size)
    if request.shape is Shape.CROP:
        return ImageOps.fit(picture, square)
    if request.shape is Shape.PAD:
        return ImageOps.pad(picture, square, color=request.background)
    small = picture.copy()
    small.thumbnail(square)
    return small


def histogram(picture: Image, bins: int) -> list[dict[str, int]]:
    """Pixels of each colour by brightness from 0 to 255."""
    counts = picture.histogram()
    rows = [
        {"brightness": 256 * number // bins, "red": 0, "green": 0, "blue": 0}
        for number in range(bins)
    ]
    for offset, colour in enumerate(("red", "green", "blue")):
        for level in range(256):
            rows[level * bins // 256][colour] += counts[256 * offset + level]
    return rows


def answer(request: ThumbnailRequest, picture: Image, small: Image) -> Result:
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True)
    about = f"{small.width} × {small.height} of {picture.width} × {picture.height} pixels."
    return {
        "width": picture.width,
        "height": picture.height,
        "thumbnail": file_payload(
            buffer.getvalue(),
            name=f"{request.image.name}, thumbnail",
            description=about,
            extension="png",
        ),
        "histogram": dataset_payload(
            histogram(picture, request.bins),
            name=f"{request.image.name}, histogram",
            description="Pixels of each colour by brightness.",
        ),
    }
