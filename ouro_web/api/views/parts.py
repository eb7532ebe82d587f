"""Large files in parts that go on where they were cut, by the tus 1.0 protocol (https://tus.io).
Any client of it can do that; the file is made with `/files/create`, as of other uploads."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from ouro_web.api.http import Request, router
from ouro_web.files import parts as protocol
from ouro_web.files.models import Upload

parts = router("Files")
PIECE = 1 << 20


@parts.api_operation(["POST", "OPTIONS"], "/files/parts", include_in_schema=False)
def begin(request: Request) -> Any:
    """`Upload-Length` in bytes, the name as `Upload-Metadata: filename BASE64`. `Location` is where
    the parts go; its last piece is the id of the upload."""

    def where(pk: UUID) -> str:
        return f"{settings.PUBLIC_URL}/api/files/parts/{pk}"

    owner, method = request.auth.user, request.method or ""
    return _said(protocol.begin(owner, method, request.headers, where))


@parts.api_operation(["HEAD", "PATCH", "DELETE"], "/files/parts/{uuid:pk}", include_in_schema=False)
def part(request: Request, pk: UUID) -> Any:
    """HEAD tells how far it is, PATCH adds a part at `Upload-Offset`, DELETE forgets the upload."""
    found = Upload.objects.filter(pk=pk, owner=request.auth.user).first()
    if found is None:
        raise Http404
    return _said(protocol.serve(found, request.method or "", request.headers, _pieces(request)))


def _said(answer: protocol.Answer) -> HttpResponse:
    kind = "text/plain; charset=utf-8"
    return HttpResponse(
        answer.text, status=answer.status, content_type=kind, headers=answer.headers
    )


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(PIECE):
        yield piece
