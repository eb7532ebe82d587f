"""The assets that go into a run: whether they may and fit, and what the service gets to see."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ouro_web.accounts.models import User
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.compatibility import misfit
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets import tables
from ouro_web.datasets import versions as rows_versions
from ouro_web.files import storage, versions
from ouro_web.files.models import File, FileVersion, Stored
from ouro_web.lib.declarations import Declaration, from_stored
from ouro_web.lib.fields import Upload
from ouro_web.lib.fields.places import asked
from ouro_web.services.models import Route

URL_SECONDS = 3600
SIGNATURE = re.compile(r"(/files/signed/)[^/]+")  # opens the file for whoever has it
MOST_ROWS = 100_000
MOST_BYTES = 64 * 1024**2  # of one file that is sent itself; the request is put together in memory


class InputError(Exception):
    """An input cannot be sent; `name` is the declared name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(frozen=True, slots=True)
class Resolved:
    """The body as the service gets it, and as it is kept: without rows and signatures."""

    body: Any
    shown: Any


def declared(route: Route) -> dict[str, Declaration]:
    return from_stored(route.input_assets, "input")


def find(route: Route, user: User, call: Call) -> tuple[dict[str, list[Asset]], dict[str, str]]:
    """The assets by declared name, and what is wrong by name. What this person may not read is
    refused with the same words as what does not exist."""
    given = call.assets()
    wanted = asked(declared(route), call.content_type)
    if not wanted and not given:
        return {}, {}
    ids = [pk for several in given.values() for pk in several]
    readable = Asset.objects.readable_by(user).for_cards().in_bulk(ids)
    assets: dict[str, list[Asset]] = {}
    wrong = {name: "This route takes no such input." for name in given if name not in wanted}
    for name, declaration in wanted.items():
        found = [readable.get(pk) for pk in given.get(name, [])]
        if reason := _wrong(found, declaration):
            wrong[name] = reason
        elif found:
            assets[name] = [asset for asset in found if asset]
    return assets, wrong


def _wrong(found: list[Asset | None], declaration: Declaration) -> str:
    if not found:
        kinds = " or ".join(declaration.asset_types)
        return "" if declaration.optional else f"Choose a {kinds}."
    if len(found) > 1 and not declaration.many:
        return "This input takes one asset."
    for asset in found:
        if asset is None:
            return "This asset does not exist, or you may not read it."
        if reason := misfit(asset, declaration):
            return reason
    return ""


def resolve(action: Action, route: Route, call: Call) -> Resolved:
    """Place each asset's value in the body. Asks again what may be read, as the caller: between
    the click and the call it may have changed. Raises InputError."""
    body = shown = call.body
    wanted = declared(route)
    if not wanted and not call.input_assets:
        return Resolved(body, shown)
    assets, wrong = find(route, action.user, call)
    for name, message in wrong.items():
        raise InputError(name, message)
    for name, found in assets.items():
        declaration = wanted[name]
        pairs = [_sent(action, declaration, asset) for asset in found]
        sent, kept = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        many = declaration.many
        body = placed(body, declaration.path, sent if many else sent[0], name)
        shown = placed(shown, declaration.path, kept if many else kept[0], name)
    return Resolved(body, shown)


def _sent(action: Action, declaration: Declaration, asset: Asset) -> tuple[Any, Any]:
    """What the service gets of an asset, and what the run keeps of that."""
    name = declaration.name
    if declaration.as_bytes and asset.asset_type == AssetType.FILE:
        file = _file_then(action, name, asset.as_file)
        return _bytes(name, file), {"id": str(asset.pk), **_facts(file)}
    if declaration.sent_as == "base64" and asset.asset_type == AssetType.FILE:
        file = _file_then(action, name, asset.as_file)
        text = b64encode(_bytes(name, file).content).decode()
        return text, f"({len(text)} characters of base64)"
    content = value(action, name, asset)
    if declaration.sent_as == "url" and "url" in content:
        return content["url"], without_secrets(content)["url"]
    return content, without_secrets(content)


def _bytes(name: str, file: Stored) -> Upload:
    if file.size > MOST_BYTES:
        limit = f"at most {MOST_BYTES // 1024**2} MB can be sent in a request"
        raise InputError(name, f"The file has {file.size / 1024**2:.0f} MB; {limit}.")
    with storage.open_file(file) as content:
        return Upload(file.filename, file.media_type, content.read())


def value(action: Action, name: str, asset: Asset) -> dict[str, Any]:
    """What a service sees of an asset: its facts, and its content or the way to it."""
    shared = {
        "id": str(asset.pk),
        "asset_type": asset.asset_type,
        "name": asset.name,
        "description": asset.description,
        "org_id": str(asset.organization_id),
        "team_id": str(asset.team_id),
        "visibility": asset.effective_visibility,
    }
    return {**shared, **_content(action, name, asset)}


def placed(body: Any, path: tuple[str, ...], content: Any, name: str) -> Any:
    """A copy of the body with the content at this path; objects on the way are made."""
    if not path:
        return content
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise InputError(name, f"The body holds a value where “{path[0]}” has to go.")
    return {**body, path[0]: placed(body.get(path[0]), path[1:], content, name)}


def without_secrets(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the run keeps of it: no signature, and a count in the place of rows."""
    kept = dict(content)
    if "url" in kept:
        kept["url"] = SIGNATURE.sub(r"\1•••", kept["url"])
    if isinstance(kept.get("data"), list):
        kept["data"] = f"({len(kept['data'])} rows)"
    return kept


def _content(action: Action, name: str, asset: Asset) -> dict[str, Any]:
    if asset.asset_type == AssetType.FILE:
        return _file(action, name, asset.as_file)
    if asset.asset_type == AssetType.DATASET:
        return _dataset(action, name, asset)
    if asset.asset_type == AssetType.POST:
        return {"content": {"text": asset.as_post.text}}
    return {"url": asset.get_absolute_url()}


def _file(action: Action, name: str, file: File) -> dict[str, Any]:
    content = _file_then(action, name, file)
    url = storage.signed_url(content, reader=action.user, seconds=URL_SECONDS)
    return {**_facts(content), "url": url}


def _file_then(action: Action, name: str, file: File) -> File | FileVersion:
    """The version that the run was started on, whatever has replaced it since."""
    number = _version(action, name, file)
    return (versions.at(file, number) if number else None) or file


def _version(action: Action, name: str, asset: Asset) -> int | None:
    links = action.links.filter(direction=ActionAsset.Direction.IN, name=name, asset=asset.pk)
    return links.values_list("version", flat=True).first()


def _facts(file: Stored) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "extension": file.extension,
        "type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _dataset(action: Action, name: str, asset: Asset) -> dict[str, Any]:
    number = _version(action, name, asset)
    dataset = asset.as_dataset
    dataset = (rows_versions.then(dataset, number) if number else None) or dataset
    if dataset.row_count > MOST_ROWS:
        limit = f"at most {MOST_ROWS:,} can be sent to a service"
        raise InputError(name, f"The dataset has {dataset.row_count:,} rows; {limit}.")
    page = tables.rows(dataset, limit=MOST_ROWS, offset=0)
    if len(page.rows) < dataset.row_count:
        raise InputError(name, "The rows of the dataset are too large to be sent to a service.")
    return {
        "table_name": dataset.table_name,
        "columns": dataset.columns,
        "row_count": dataset.row_count,
        "data": page.as_dicts(),
    }
