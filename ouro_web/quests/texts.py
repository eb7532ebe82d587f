"""What people write here: extended markdown, rendered once when it is saved."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.lib import markdown
from ouro_web.lib.markdown import References, Rendered
from ouro_web.lib.storable import storable

LONGEST = 20_000


def written(text: str, *, field: str, prefix: str) -> tuple[str, dict[str, Any]]:
    """The text as it is kept, and as it is shown. `prefix` begins the ids in it, which must not
    repeat on a page. Raises ValidationError keyed by the field."""
    text = storable(text).strip()
    if len(text) > LONGEST:
        says = f"This text has {len(text):,} characters and {LONGEST:,} fit."
        raise ValidationError({field: f"{says} Write a post and link to it."})
    rendered = markdown.render(text, prefix=prefix, site_url=settings.PUBLIC_URL)
    return text, rendered.as_json()


def joined(stored: list[dict[str, Any]]) -> References:
    """What several texts refer to together."""
    parts = [part for each in stored for part in Rendered.from_json(each).parts]
    paths = [path for each in stored for path in Rendered.from_json(each).paths]
    return Rendered(parts=parts, paths=paths).references
