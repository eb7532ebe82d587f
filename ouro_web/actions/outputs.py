"""What came back -> files, datasets and posts, linked to the run by the declared names.

Each output's row and its link are made in one transaction, and a name that is linked already is
passed over: saving can be done again after a crash, by two processes even, and makes one set.
"""

import base64
import binascii
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ouro_web.actions import ledger, response_charts
from ouro_web.actions.models import Action, ActionAsset, Level
from ouro_web.actions.switches import is_on
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.placement import Placement
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.lib import document
from ouro_web.lib.declarations import Declaration, from_stored, normalise_extension
from ouro_web.lib.upstream import Client, Limits, UpstreamError
from ouro_web.posts import publish

VERSIONED = (AssetType.FILE, AssetType.DATASET)
LEGACY = (AssetType.FILE, AssetType.DATASET, AssetType.POST)
TRIES = 10
CONTENT_KEYS = ("base64", "url", "data", "content", "text")
EXTENSIONS = {"jpeg": "jpg", "plain": "txt", "svg+xml": "svg", "x-cif": "cif", "markdown": "md"}


class OutputError(Exception):
    """An output that cannot be saved; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Output:
    """One value of the answer that is to become, or already is, an asset."""

    name: str
    asset_type: str
    payload: Any
    label: str = ""
    primary: bool = False
    required: bool = False

    @property
    def existing(self) -> str:
        """The id, when the payload names an asset instead of holding one."""
        if isinstance(self.payload, str):
            return self.payload if _is_id(self.payload) else ""
        if not isinstance(self.payload, Mapping) or not _is_id(self.payload.get("id")):
            return ""
        return "" if any(self.payload.get(key) for key in CONTENT_KEYS) else self.payload["id"]

    def text(self, key: str) -> str:
        value = self.payload.get(key) if isinstance(self.payload, Mapping) else None
        return value.strip() if isinstance(value, str) else ""


def as_payload(body: bytes, media_type: str) -> dict[str, str]:
    """An answer that is no text, as the payload of a file output."""
    return {"type": media_type, "base64": base64.b64encode(body).decode()}


def wanted(action: Action) -> dict[str, Declaration]:
    """The declared outputs, by name."""
    route = action.route_then
    return from_stored(route.output_assets, "output") if route else {}


def plan(action: Action) -> list[Output]:
    """The outputs in this answer. A null is no output; neither is a key nobody declared."""
    response = action.response
    if not isinstance(response, Mapping):
        return []
    declared = wanted(action)
    if declared:
        return [
            _declared(item, response) for item in declared.values() if _is_there(item, response)
        ]
    found = [key for key in LEGACY if response.get(key) is not None]
    return [
        Output(key, key, response[key], label=key.title(), primary=len(found) == 1)
        for key in found
        if isinstance(response[key], Mapping) or _is_id(response[key])
    ]


def missing(action: Action) -> list[str]:
    """Declared outputs that the request switched on and the service did not return."""
    response = action.response if isinstance(action.response, Mapping) else {}
    declared = wanted(action)
    route = action.route_then
    operation = route.operation if route else {}
    return [
        item.label
        for item in declared.values()
        if item.name not in response
        and not item.optional
        and is_on(item.when, operation, action.call)
    ]


def saved_names(action: Action) -> set[str]:
    made = ActionAsset.objects.filter(action=action, direction=ActionAsset.Direction.OUT)
    return set(made.values_list("name", flat=True))


async def download(client: Client, output: Output) -> BinaryIO | None:
    """The bytes behind a file output's address, in a temporary file. Raises OutputError."""
    url = output.text("url")
    if output.asset_type != AssetType.FILE or output.existing or not url:
        return None
    if output.text("base64"):
        return None
    target = _temporary_file()
    try:
        await client.fetch(url, target, limits=Limits(total=3600, body=settings.MAX_UPLOAD))
    except UpstreamError as error:
        target.close()
        raise OutputError(f"its address could not be downloaded. {error.message}") from error
    return target


def save(action: Action, output: Output, downloaded: BinaryIO | None) -> None:
    """Make the asset and link it, once. Raises OutputError."""
    for attempts_left in reversed(range(TRIES)):
        if output.name in saved_names(action):
            return
        try:
            _save(action, output, downloaded)
        except ValidationError as error:
            raise OutputError(" ".join(error.messages)) from error
        except IntegrityError:
            # Either this output was saved by another process meanwhile, and the next turn sees
            # that; or another asset took the address that was free a moment ago.
            if not attempts_left:
                raise
        else:
            return


def warn(action: Action, name: str, reason: str) -> None:
    """Say on the row and in the log what could not be kept."""
    action.warnings = [*action.warnings, {"name": name, "message": reason}]
    with transaction.atomic():
        Action.objects.filter(pk=action.pk).update(warnings=action.warnings)
        ledger.log(action.pk, f"Output {name}: {reason}", Level.WARNING)


def pruned(action: Action) -> Any:
    """The answer as it is kept: the bytes of saved files are in the files."""
    names = saved_names(action)
    if not isinstance(action.response, Mapping):
        return action.response
    return {
        key: _without_bytes(value) if key in names else value
        for key, value in action.response.items()
    }


def _without_bytes(value: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("base64"), str):
        return {**value, "base64": f"({len(value['base64']):,} characters, saved as the file)"}
    return value


def _save(action: Action, output: Output, downloaded: BinaryIO | None) -> None:
    """The slow part (bytes to the disk, rows to a table) is done before the transaction that
    makes the asset's row, and `_record` is part of that."""
    if output.existing:
        _record(action, output, _found(action, output))
    else:
        _make(action, output, downloaded)


@transaction.atomic
def _record(action: Action, output: Output, asset: Asset) -> None:
    ActionAsset.objects.create(
        action=action,
        direction=ActionAsset.Direction.OUT,
        name=output.name,
        asset=asset,
        asset_type=asset.asset_type,
        asset_name=asset.name,
        version=asset.kind.version if asset.asset_type in VERSIONED else None,
        is_primary=output.primary,
        made_here=not output.existing,
    )
    if asset.asset_type == AssetType.DATASET and not output.existing:
        response_charts.add_views(action, output.name, asset, _rows(output))
    # Without its name: who may see the run may not be one who may see the asset.
    ledger.log(action.pk, f"Saved {output.name} as a {asset.asset_type}")


def _temporary_file() -> BinaryIO:
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - handed on
    return cast(BinaryIO, file)


def _is_there(item: Declaration, response: Mapping[str, Any]) -> bool:
    return response.get(item.name) is not None


def _declared(item: Declaration, response: Mapping[str, Any]) -> Output:
    payload = response[item.name]
    named = payload.get("asset_type") if isinstance(payload, Mapping) else None
    asset_type = named if named in item.asset_types else item.asset_type
    required = item.primary and not item.optional
    return Output(item.name, asset_type, payload, item.label, item.primary, required)


def _found(action: Action, output: Output) -> Asset:
    readable = Asset.objects.readable_by(action.user)
    asset = readable.filter(pk=output.existing).first()
    if asset is None:
        raise OutputError("it names an asset that does not exist or that you may not read.")
    return asset


def _make(action: Action, output: Output, downloaded: BinaryIO | None) -> Asset:
    if output.asset_type == AssetType.FILE:
        return _file(action, output, downloaded)
    if output.asset_type == AssetType.DATASET:
        return _dataset(action, output)
    if output.asset_type == AssetType.POST:
        return _post(action, output)
    raise OutputError(f"a {output.asset_type} cannot be made from an answer.")


def _file(action: Action, output: Output, downloaded: BinaryIO | None) -> Asset:
    content = downloaded or _decoded(output)
    content.seek(0)
    filename = _filename(output)
    return storage.store(
        _placement(action, output),
        name=output.text("name") or filename,
        filename=filename,
        content=content,
        media_type=output.text("type") if "/" in output.text("type") else "",
        description=output.text("description"),
    )


def _decoded(output: Output) -> BinaryIO:
    encoded = output.text("base64")
    if not encoded:
        raise OutputError("it has neither base64 nor url.")
    if encoded.startswith("data:"):
        encoded = encoded.partition(",")[2]
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        return BytesIO(base64.b64decode("".join(padded.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise OutputError("its base64 cannot be read.") from error


def _filename(output: Output) -> str:
    name = output.text("filename") or output.text("name")
    if not name and output.text("url"):
        name = unquote(urlsplit(output.text("url")).path.rpartition("/")[2])
    name = name or output.label or output.name
    extension = normalise_extension(output.text("extension")) or _from_type(output, name)
    if extension and not name.lower().endswith(f".{extension}"):
        return f"{name}.{extension}"
    return name


def _from_type(output: Output, name: str) -> str:
    if "." in name:
        return ""
    subtype = output.text("type").partition(";")[0].rpartition("/")[2].lower()
    return EXTENSIONS.get(subtype) or normalise_extension(subtype)


def _dataset(action: Action, output: Output) -> Asset:
    return tables.create(
        _placement(action, output),
        name=output.text("name") or output.label or output.name,
        rows=_rows(output),
        description=output.text("description"),
    )


def _rows(output: Output) -> list[dict[str, Any]]:
    rows = output.payload.get("data") if isinstance(output.payload, Mapping) else output.payload
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutputError("its data is not a list of rows (objects).")
    return rows


def _post(action: Action, output: Output) -> Asset:
    return publish.create(
        _placement(action, output),
        name=output.text("name") or output.label or output.name,
        text=_post_text(output.payload),
        description=output.text("description"),
    )


def _post_text(payload: Any) -> str:
    content = payload.get("content") if isinstance(payload, Mapping) else payload
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        if isinstance(content.get("text"), str):
            return str(content["text"])
        if isinstance(content.get("json"), Mapping):
            return document.as_text(content["json"])
    raise OutputError("it has no content.text and no content.json.")


def _placement(action: Action, output: Output) -> Placement:
    return Placement(
        owner=action.user,
        organization=action.organization,
        team=action.team,
        visibility=action.output_visibility,
        source="api",
        then=partial(_record, action, output),
    )


def _is_id(value: Any) -> bool:
    with suppress(ValueError, AttributeError, TypeError):
        return bool(UUID(value))
    return False
