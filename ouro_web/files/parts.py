"""The tus 1.0 protocol over `resumable`, for pages and programs alike: headers in, headers out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.blobs import NoRoomError
from ouro_web.files import resumable, uploads
from ouro_web.files.models import Upload
from ouro_web.lib import tus
from ouro_web.lib.limits import TooManyError

Headers = Mapping[str, str]
REFUSALS = (
    tus.TusError, resumable.OffsetError, resumable.ChecksumError, resumable.BusyError,
    ValidationError,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


def begin(owner: User, method: str, headers: Headers, where: Callable[[UUID], str]) -> Answer:
    """OPTIONS tells what is possible, POST makes an upload; `where` gives its address."""
    if method == "OPTIONS":
        return _marked(Answer(204, _abilities()))
    return _answered(headers, lambda: _begun(owner, headers, where))


def serve(upload: Upload, method: str, headers: Headers, pieces: Iterable[bytes]) -> Answer:
    """HEAD, PATCH or DELETE of an upload."""
    return _answered(headers, lambda: _served(upload, method, headers, pieces))


def _begun(owner: User, headers: Headers, where: Callable[[UUID], str]) -> Answer:
    length = tus.number(headers.get("Upload-Length"), "Upload-Length")
    told = tus.metadata(headers.get("Upload-Metadata", ""))
    upload = resumable.begin(owner, filename=told.get("filename", "file"), length=length)
    return Answer(201, {"Location": where(upload.pk), **_expiry(upload)})


def _served(upload: Upload, method: str, headers: Headers, pieces: Iterable[bytes]) -> Answer:
    if method == "DELETE":
        uploads.discard(upload)
        return Answer(204)
    if method == "PATCH":
        _append(upload, headers, pieces)
        return Answer(204, _progress(upload))
    resumable.complete(upload)
    return Answer(200, _progress(upload))


def _append(upload: Upload, headers: Headers, pieces: Iterable[bytes]) -> None:
    if headers.get("Content-Type", "").partition(";")[0].strip() != tus.BODY_TYPE:
        raise tus.TusError(415, f"Send the part as {tus.BODY_TYPE}.")
    offset = tus.number(headers.get("Upload-Offset"), "Upload-Offset")
    checksum = tus.checksum(headers.get("Upload-Checksum", ""))
    resumable.append(upload, pieces, offset=offset, checksum=checksum)


def _answered(headers: Headers, act: Callable[[], Answer]) -> Answer:
    try:
        tus.check_version(headers.get("Tus-Resumable", ""))
        return _marked(act())
    except REFUSALS as refused:
        status, says = _words(refused)
        return _marked(Answer(status, text=says))


def _marked(answer: Answer) -> Answer:
    return replace(answer, headers={**answer.headers, "Tus-Resumable": tus.VERSION})


def _words(error: Exception) -> tuple[int, str]:
    match error:
        case tus.TusError():
            return error.status, str(error)
        case resumable.OffsetError():
            return 409, "This part does not begin where the last one ended."
        case resumable.ChecksumError():
            return 460, "This part was damaged on its way. Send it again."
        case resumable.BusyError():
            return 423, "Another part of this upload is being written."
        case NoRoomError():
            return 507, error.messages[0]
        case TooManyError():
            return 429, error.messages[0]
        case ValidationError():
            return 413, error.messages[0]
    raise error


def _progress(upload: Upload) -> dict[str, str]:
    length = {"Upload-Length": str(upload.length)} if upload.length else {}
    return {"Upload-Offset": str(upload.arrived), **length, **_expiry(upload)}


def _expiry(upload: Upload) -> dict[str, str]:
    until = upload.created_at + uploads.KEPT
    return {"Upload-Expires": format_datetime(until, usegmt=True)}


def _abilities() -> dict[str, str]:
    return {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
        "Tus-Max-Size": str(settings.MAX_UPLOAD),
    }
