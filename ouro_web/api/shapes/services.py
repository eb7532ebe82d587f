"""Services as the client reads them; the secret is never among it."""

from typing import Any

from ouro_web.api.shapes.assets import DETAILS, asset
from ouro_web.assets.models import AssetType
from ouro_web.services.models import Service


def service(row: Service) -> dict[str, Any]:
    return asset(row) | DETAILS[AssetType.SERVICE](row)
