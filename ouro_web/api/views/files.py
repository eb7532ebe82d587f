"""Files: bytes first as an upload, then the file that takes its id."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from ninja import Field, Schema

from ouro_web.api import giving
from ouro_web.api.bodies import Given
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.reading import TooLargeError
from ouro_web.api.removing import removed
from ouro_web.api.sending import attachment
from ouro_web.api.shapes import files as shapes
from ouro_web.assets import blobs
from ouro_web.assets.changing import change
from ouro_web.files import storage, uploads, versions
from ouro_web.files.limits import uploading
from ouro_web.files.models import File, Upload
from ouro_web.files.signatures import UnsignedError
from ouro_web.lib.inflate import unpacker
from ouro_web.lib.json_body import parse_object
from ouro_web.lib.long_text import take

files = router("Files")

LARGEST_REST = 1 << 20
PIECE = 64 * 1024
SENT = {
    "type": "object",
    "required": ["file_name", "file_base64"],
    "properties": {
        "file_name": {"type": "string", "examples": ["quartz.cif"]},
        "file_base64": {"type": "string", "format": "byte", "description": "The whole content."},
        "visibility": {"type": "string"},
        "content_type": {"type": "string"},
        "file": {"type": "object", "description": "With new content: what else is to change."},
    },
}
LONG_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": SENT}}}}


class FileGiven(Given):
    id: UUID | None = None
    metadata: dict[str, Any] | None = None


class FileBody(Schema):
    file: FileGiven


class Wanted(Schema):
    file_name: str = Field(examples=["spectrum.csv"])
    visibility: str = "private"
    content_type: str | None = None


class UploadNamed(Schema):
    upload_id: str
    file_name: str | None = None
    download: bool = False


@files.post("/files/upload", openapi_extra=LONG_BODY)
def upload(request: Request) -> Any:
    """Send a file's content as base64 inside JSON. Ask `/files/create` for the file then."""
    uploading(request.auth.user, _announced(request) * 3 // 4)
    with _long_body(request) as (given, content):
        made = uploads.receive(
            request.auth.user,
            filename=_text(given, "file_name"),
            content=content,
            visibility=str(given.get("visibility") or "private"),
        )
    return answer(shapes.upload(made))


@files.post("/files/upload-url")
def upload_url(request: Request, body: Wanted) -> Any:
    """Reserve an upload: the bytes are then PUT to `upload_url`, without credentials."""
    made = uploads.reserve(request.auth.user, filename=body.file_name, visibility=body.visibility)
    return answer(shapes.reservation(made))


@files.post("/files/upload/complete")
def complete(request: Request, body: UploadNamed) -> Any:
    """What came to a reserved upload; with `download`, a link to it."""
    found = _upload(request, body.upload_id)
    uploads.content_of(found)
    if body.download:
        return answer({"download_url": uploads.link(found, "get")})
    if body.file_name:
        uploads.rename(found, body.file_name)
    return answer(shapes.upload(found))


@files.delete("/files/upload")
def discard(request: Request, body: UploadNamed) -> Any:
    """Forget an upload that is to become no file."""
    if found := uploads.find(request.auth.user, body.upload_id):
        uploads.discard(found)
    else:
        raise Http404
    return answer({"upload_id": body.upload_id, "deleted": True})


@files.put("/files/uploads/{str:token}", auth=None, include_in_schema=False)
def put_bytes(request: HttpRequest, token: str) -> Any:
    """The bytes of a reserved upload; the link is all it takes."""
    announced = _announced(request)
    if announced > settings.MAX_UPLOAD:
        raise TooLargeError(settings.MAX_UPLOAD)
    found = _signed(token, "put")
    uploading(found.owner, announced)
    uploads.fill(found, _pieces(request))
    return answer(shapes.upload(found))


@files.get("/files/uploads/{str:token}", auth=None, include_in_schema=False)
def get_bytes(request: HttpRequest, token: str) -> Any:
    found = _signed(token, "get")
    return attachment(request, lambda: _stored(found.blob), filename=found.filename)


@files.post("/files/create")
def create(request: Request, body: FileBody) -> Any:
    """Make the file of an upload. It takes the upload's id."""
    given = body.file
    found = _upload(request, str(given.id or ""))
    made = uploads.make_file(
        giving.place(request, given), found, name=given.name or "", **giving.columns(given)
    )
    return answer(shapes.file(find(File, request, made.pk)))


@files.get("/files/{asset:pk}/metadata")
def metadata(request: Request, pk: str) -> Any:
    """What was read out of the content of an upload or a file."""
    found = uploads.find(request.auth.user, str(pk))
    return answer(shapes.facts(found or find(File, request, pk, "readable_by")))


@files.get("/files/{asset:pk}/data")
def data(request: Request, pk: str) -> Any:
    """A link that gives the bytes without credentials, for an hour."""
    return answer(shapes.data(find(File, request, pk, "readable_by"), request.auth.user))


@files.put("/files/{asset:pk}/content", openapi_extra=LONG_BODY)
def replace(request: Request, pk: str) -> Any:
    """Other bytes for a file, as base64 inside JSON; `file` changes the rest in the same call."""
    row = find(File, request, pk, "editable_by")
    uploading(request.auth.user, _announced(request) * 3 // 4)
    with _long_body(request) as (given, content):
        wanted = FileGiven.model_validate(given.get("file") or {})
        kept = storage.keep(_text(given, "file_name"), content)
    change(row, giving.changes(request, row, wanted), by=request.auth.user)
    versions.replace(row, kept, by=request.auth.user)
    # Whoever made it private for its owner is told so, although she may no longer see it.
    return answer(shapes.file(row))


@files.get("/files/{asset:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """A file by its id, or as creator/name."""
    return answer(_seen(request, pk))


@files.put("/files/{asset:pk}")
def update(request: Request, pk: str, body: FileBody) -> Any:
    """Change what is given. `metadata.path` of a finished upload replaces the bytes."""
    row = find(File, request, pk, "editable_by")
    change(row, giving.changes(request, row, body.file), by=request.auth.user)
    path = (body.file.metadata or {}).get("path")
    if (body.file.metadata or {}).get("bucket") == "uploads" and isinstance(path, str):
        uploads.replace(row, _upload(request, path), by=request.auth.user)
    return answer(shapes.file(row))


@files.delete("/files/{asset:pk}")
def delete(request: Request, pk: str, delete_children: bool = False, dry_run: bool = False) -> Any:
    """`dry_run=true` only tells what would go."""
    row = find(File, request, pk, "managed_by")
    return answer(removed(row, children=delete_children, dry_run=dry_run))


def _seen(request: Request, pk: str) -> dict[str, Any]:
    """The first rows are content: they are for those who may read it."""
    row = find(File, request, pk)
    shape = shapes.file(row)
    readable = File.objects.readable_by(request.auth.user).filter(pk=row.pk).exists()
    return shape if readable else {**shape, "preview": None}


def _upload(request: Request, named: str) -> Upload:
    """With its bytes, also if they came to the store and not to this site."""
    found = uploads.find(request.auth.user, named)
    if found is None:
        raise Http404
    uploads.collect(found)
    return found


def _signed(token: str, use: uploads.Use) -> Upload:
    try:
        return uploads.named_by(token, use)
    except UnsignedError:
        raise Http404 from None


@contextmanager
def _long_body(request: HttpRequest) -> Iterator[tuple[dict[str, Any], BinaryIO]]:
    """The object of the body without its content, and the content, which is not in memory."""
    if _announced(request) > settings.MAX_UPLOAD * 4 // 3 + LARGEST_REST:
        raise TooLargeError(settings.MAX_UPLOAD)
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
        content = cast(BinaryIO, target)
        rest = take(_pieces(request), "file_base64", content, largest_rest=LARGEST_REST)
        given = parse_object(rest)
        content.seek(0)
        yield given, content


def _announced(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else 0


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    unpack = unpacker(request.headers.get("content-encoding", ""))
    while piece := request.read(PIECE):
        yield from unpack.feed(piece)


def _stored(blob: str) -> Iterator[bytes]:
    with blobs.open_blob(blob) as content:
        yield from blobs.chunks(content)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValidationError({name: "Give a name with its ending."})
    return value
