"""Files posted with a run form or dropped on its picker: checked, stored, and then chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.compatibility import misfit
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement
from ouro_web.files import uploads
from ouro_web.files.models import File, Upload
from ouro_web.files.storage import store
from ouro_web.lib.declarations import Declaration
from ouro_web.lib.fields.names import State, drop, one
from ouro_web.web.forms.asset_input import upload_misfit
from ouro_web.web.frame import default_placement
from ouro_web.web.http import Request


def keep_uploads(
    request: Request, declared: Mapping[str, Declaration], state: State
) -> tuple[State, dict[str, str]]:
    """The posted names with each uploaded file, or pasted text as a file, chosen at its input, and
    what was refused why.

    The file stays chosen when the form comes back with errors elsewhere."""
    faults: dict[str, str] = {}
    for name, declaration in declared.items():
        control = f"a/{name}"
        ids = state.get(control, []) if declaration.many else []
        try:
            given = list(_given(request, state, declaration))
            came = list(_came(request, state, declaration))
            new = [str(keep(request, declaration, upload).pk) for upload in given]
            new += [str(_keep_upload(request, declaration, upload).pk) for upload in came]
        except ValidationError as refused:
            faults[name] = " ".join(refused.messages)
        else:
            if new:
                drop(state, control)
                state[control] = [*ids, *new][: None if declaration.many else 1]
    return state, faults


def _given(
    request: Request, state: State, declaration: Declaration
) -> Iterator["UploadedFile[Any]"]:
    control = f"a/{declaration.name}"
    for upload in request.FILES.getlist(f"{control}~file"):
        if isinstance(upload, UploadedFile):
            yield upload
    text = one(state, f"{control}~text")
    if text.strip():
        yield pasted(declaration, text, one(state, f"{control}~name"))


def _came(request: Request, state: State, declaration: Declaration) -> Iterator[Upload]:
    """Those that came in parts before."""
    for named in state.get(f"a/{declaration.name}~upload", []):
        found = uploads.find(request.user, named) if isinstance(request.user, User) else None
        if found is None:
            raise ValidationError({"file": "is not there any more. Upload it again."})
        yield found


def _keep_upload(request: Request, declaration: Declaration, upload: Upload) -> File:
    candidate = cast(Asset, SimpleNamespace(asset_type="file", as_file=upload))
    if reason := misfit(candidate, declaration):
        raise ValidationError({"file": f"does not fit. {reason}"})
    return uploads.make_file(_private(request), upload, name="")


def pasted(declaration: Declaration, text: str, name: str) -> SimpleUploadedFile:
    """Text as the file that it is meant to be; without an ending it gets the first that fits."""
    ending = next(iter(declaration.extensions), "txt")
    name = PurePath(name.strip()).name or f"pasted.{ending}"
    name = name if PurePath(name).suffix else f"{name}.{ending}"
    content = text.replace("\r\n", "\n").encode()
    return SimpleUploadedFile(name, content, "text/plain")


def without(state: State, order: str) -> State:
    """After the button that takes an asset out: `clear:a/name`, or of several `drop:id:a/name`."""
    word, _, rest = order.partition(":")
    if word == "clear":
        drop(state, rest)
    elif word == "drop":
        pk, _, control = rest.partition(":")
        state[control] = [text for text in state.get(control, []) if text != pk]
    return state


def keep(request: Request, declaration: Declaration, upload: "UploadedFile[Any]") -> File:
    """Private until its owner shares it. ValidationError when it does not fit."""
    filename = upload.name or "file"
    if reason := upload_misfit(declaration, filename, upload.content_type or "", upload):
        raise ValidationError({"file": f"does not fit. {reason}"})
    return store(
        _private(request),
        filename=filename,
        content=upload.chunks(),
        media_type=upload.content_type or "",
    )


def _private(request: Request) -> Placement:
    return replace(default_placement(request), visibility=Visibility.PRIVATE)
