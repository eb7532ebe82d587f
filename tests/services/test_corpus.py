"""Documents that other people wrote, all of them: each is imported, and what is read of it is what
two other programs counted."""

import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from ouro_web.services.openapi import (
    DocumentError,
    Specification,
    packed,
    read,
    read_text,
    unpacked,
)
from tests.conftest import SHARED, shared

FOLDER = SHARED / "cases/openapi"
NAMES = (
    [facts["file"] for facts in json.loads((FOLDER / "manifest.json").read_text())["documents"]]
    if FOLDER.exists()
    else []
)
# What the platform and the credentials fill is no parameter of a route.
OWN = {"accept", "content-type", "authorization"}


@cache
def facts_of(name: str) -> dict[str, Any]:
    documents = json.loads(shared("cases/openapi/manifest.json").read_text())["documents"]
    return next(item for item in documents if item["file"] == name)


@cache
def read_of(name: str) -> Specification:
    return read(shared(f"cases/openapi/{name}").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_a_real_document_is_imported_whole(name: str) -> None:
    facts, found = facts_of(name), read_of(name)
    made = {(item.method, item.path): item for item in found.drafts}
    assert found.is_usable
    assert not found.errors
    assert len(found.drafts) == len(made) == facts["operations"]
    assert len(found.not_run) == facts["webhooks"]
    assert sum(len(item.operation["callbacks"]) for item in found.drafts) == facts["callbacks"]
    assert len({item.slug for item in found.drafts}) == len(found.drafts)
    assert unpacked(json.loads(json.dumps(packed(found)))) == found
    for operation in facts["ops"]:
        check(made[operation["method"], operation["path"]].operation, operation)


def check(made: dict[str, Any], operation: dict[str, Any]) -> None:
    parameters = {(item["in"], item["name"]) for item in made["parameters"]}
    required = {f"{item['in']}:{item['name']}" for item in made["parameters"] if item["required"]}
    wanted = {
        item
        for item in operation["required_params"]
        if item[item.index(":") + 1 :].lower() not in OWN
    }
    filled = operation["params"] - len(parameters)
    assert wanted <= required
    assert 0 <= filled <= len(OWN) + 2, (operation, parameters)
    kinds = [body["content_type"] for body in made["bodies"]]
    assert sorted(kinds) == sorted(operation.get("body_content_types", []))
    for part in [*made["parameters"], *made["bodies"], *made["responses"].values()]:
        builds(part["schema"], made["$defs"])


def builds(schema: Any, definitions: dict[str, Any]) -> None:
    """A check can be made of it, and asks for no other document."""

    def refuse(address: str) -> Any:
        raise AssertionError(f"{address} was asked for")

    whole = {**schema, "$defs": definitions} if schema is not True else True
    options = jsonschema_rs.RegexOptions()
    jsonschema_rs.Draft202012Validator(whole, retriever=refuse, pattern_options=options)


def test_a_document_in_fifty_files_is_read_as_one() -> None:
    folder = shared("cases/openapi/ga4gh-drs-multifile")

    def fetch(name: str) -> str:
        if not (folder / name).is_file():
            raise DocumentError(f"{name} is not among the files given.")
        return (folder / name).read_text()

    root = "data_repository_service.openapi.yaml"
    found = read_text((folder / root).read_text(), name=root, fetch=fetch)
    assert len(found.drafts) == 9
    by_key = {draft.key: draft.operation for draft in found.drafts}
    one = by_key["GET /objects/{object_id}"]
    assert [item["name"] for item in one["parameters"]] == ["object_id", "expand"]
    assert one["responses"]["200"]["schema"] == {"$ref": "#/$defs/DrsObject"}
    assert "Checksum" in one["$defs"]
    assert [problem.message for problem in found.problems] == [
        "https://raw.githubusercontent.com/ga4gh-discovery/ga4gh-service-info/v1.0.0/"
        "service-info.yaml is not among the files given."
    ]
    again = read(found.bundled.encode())  # as it is stored
    assert [draft.operation for draft in again.drafts] == [
        draft.operation for draft in found.drafts
    ]
