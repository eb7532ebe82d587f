"""Links that open one file's bytes without a session until they expire.

Bound to the file, to the bytes it had, to the person they were made for, and to a moment: a changed
character or an old link opens nothing, and neither does a link for somebody who may not read the
file any more. The bytes come as a download; a page runs only in the frame of this site's own pages.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core import signing

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.files.models import File, FileVersion, Stored

SALT = "ouro_web.files.content"


class UnsignedError(Exception):
    """Not signed by us, changed since, or expired."""


@dataclass(frozen=True)
class Ticket:
    file: UUID
    content: str
    reader: str | None


def sign(content: File | FileVersion, *, reader: Person, seconds: int) -> str:
    pk = content.pk if isinstance(content, File) else content.file_id
    expires = int(time.time()) + seconds
    facts = [pk.hex, _mark(content), reader.pk and str(reader.pk), expires]
    return signing.dumps(facts, salt=SALT)


def read(token: str) -> Ticket:
    """Raises UnsignedError."""
    try:
        file, content, reader, expires = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise UnsignedError from error
    if expires < time.time():
        raise UnsignedError
    return Ticket(UUID(file), content, reader)


def opened(ticket: Ticket) -> Stored | None:
    """The bytes the link was made for; None when its reader may not have them any more, or when
    they are not kept."""
    reader = _reader(ticket.reader)
    found = File.objects.readable_by(reader).filter(pk=ticket.file).first() if reader else None
    if not isinstance(found, File):
        return None
    kept: list[Stored] = [found, *found.versions.filter(sha256__startswith=ticket.content)]
    return next((each for each in kept if _mark(each) == ticket.content), None)


def _reader(pk: str | None) -> Person | None:
    return User.objects.filter(pk=pk, is_active=True).first() if pk else AnonymousUser()


def _mark(content: Stored) -> str:
    return content.sha256[:16]
