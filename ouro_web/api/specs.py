"""The OpenAPI document that a program names: by its address, or as a file it has uploaded."""

from django.core.exceptions import ValidationError
from ninja import Schema
from pydantic import ConfigDict

from ouro_web.api.http import Request
from ouro_web.assets import blobs
from ouro_web.files import uploads
from ouro_web.services import finding, openapi
from ouro_web.services.importing import Document


class Source(Schema):
    model_config = ConfigDict(extra="allow")

    spec_url: str | None = None
    spec_upload_id: str | None = None
    spec_path: str | None = None


def document_of(request: Request, source: Source) -> Document:
    """Raises ValidationError in words for what is no document."""
    if source.spec_url:
        try:
            found = finding.find(source.spec_url)
        except ValidationError as error:
            raise ValidationError({"metadata.spec_url": error.messages}) from error
        return Document(found.text, found.url, found.specification)
    if named := source.spec_upload_id or source.spec_path:
        return _uploaded(request, named)
    raise ValidationError({"metadata": "Give spec_url, or spec_upload_id of an uploaded file."})


def _uploaded(request: Request, named: str) -> Document:
    upload = uploads.find(request.auth.user, named)
    if upload:
        uploads.collect(upload)
    if upload is None or not upload.blob:
        raise ValidationError({"metadata.spec_upload_id": "There is no such upload of yours."})
    with blobs.open_blob(upload.blob) as file:
        data = file.read(openapi.MAX_BYTES + 1)
    try:
        return Document(openapi.text_of(data))
    except openapi.DocumentError as error:
        raise ValidationError({"metadata.spec_upload_id": str(error)}) from error
