"""How much somebody may send in an hour."""

from django.conf import settings

from ouro_web.accounts.models import User
from ouro_web.lib.limits import Limit, take

HOUR = 3600
SAYS = "You have sent {} in this hour."


def uploading(person: User, size: int) -> None:
    """Counts an upload of about so many bytes. Raises TooManyError."""
    number, most = settings.LIMIT_UPLOADS, settings.LIMIT_UPLOAD_BYTES
    take(Limit("uploads", number, HOUR, SAYS.format(f"{number:,} files")), person.pk)
    words = SAYS.format(f"{most >> 20:,} MB")
    take(Limit("upload-bytes", most, HOUR, words), person.pk, cost=size)
