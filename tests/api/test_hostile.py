"""What no client sends: never a mistake of the site, always words in the envelope."""

import itertools
import json
from typing import Any

import pytest
from django.test import Client

from ouro_web.accounts import keys

pytestmark = pytest.mark.django_db

ODD: list[Any] = [
    None, True, -1, 2**70, 1.5, "", "\0", "x" * 70_000, "'; DROP TABLE x; --", "../../etc/passwd",
    [], [[]], {}, {"a": {}}, "019a7f00-0000-7000-8000-000000000000", ["\ud83d"],
]  # fmt: skip
SCHEMA = 'CREATE TABLE x (\n"a" BIGINT,\n"b" TEXT\n)'
# Address, method, and a body whose every value is replaced by each odd one in turn.
BODIES = [
    ("post", "/files/upload", {"file_name": "a.txt", "file_base64": "aGk=", "visibility": "x"}),
    ("post", "/files/upload-url", {"file_name": "a.txt", "visibility": "x", "content_type": "x"}),
    ("post", "/files/upload/complete", {"upload_id": "x", "file_name": "y", "download": True}),
    ("post", "/files/create", {"file": {"id": "x", "name": "y", "metadata": {}, "org_id": "z"}}),
    ("put", "/files/{file}", {"file": {"name": "y", "attribution": {}, "team_id": "z"}}),
    ("put", "/files/{file}", {"file": {"metadata": {"path": "p", "bucket": "uploads"}}}),
    ("put", "/files/{file}/content", {"file_name": "a", "file_base64": "aGk=", "file": {}}),
    (
        "post", "/datasets/create/from-schema",
        {"dataset": {"name": "n", "schema": SCHEMA, "rows": [{"a": 1}], "refs": {"a": "asset"},
                     "enum_columns": {"b": {"values": ["x"]}}, "indexes": [{"columns": ["a"]}],
                     "metadata": {"columns": ["a", "b"]}, "attribution": {"originality": "x"}}},
    ),
    ("put", "/datasets/{dataset}", {"dataset": {"name": "n", "refs": {"id": "x"}}}),
    ("put", "/datasets/{dataset}", {"dataset": {"metadata": {"enum_columns": {"id": ["x"]}}}}),
    ("post", "/datasets/{dataset}/data", {"rows": [{"id": 1}], "mode": "append"}),
    ("post", "/datasets/{dataset}/query-custom", {"query": "select 1", "limit": 1, "offset": 1}),
    ("post", "/datasets/{dataset}/columns", {"name": "c", "type": "text", "enumValues": ["a"]}),
    ("post", "/datasets/{dataset}/indexes", {"columns": ["id"], "unique": True}),
    (
        "post", "/datasets/{dataset}/visualizations",
        {"name": "v", "sql_query": "select 1 as a",
         "config": {"type": "bar", "category": {"dataKey": "a"}, "series": [{"dataKey": "a"}]}},
    ),
    ("put", "/assets/{file}/share", {"permission": {"user": {"user_id": "x"}, "role": "read"}}),
    ("post", "/assets/{file}/view", {"source": "api"}),
    ("post", "/assets/{file}/download-url", {"format": "html", "asset_type": "file"}),
]  # fmt: skip


@pytest.fixture
def asks(alice):
    """asks("post", "/files/upload", b"{}"), with a key of alice's."""
    key, client = keys.issue(alice, name="tests")[1], Client(raise_request_exception=False)

    def ask(method, path, raw=b""):
        send = getattr(client, method)
        body = {"data": raw, "content_type": "application/json"} if raw else {}
        return send(f"/api{path}", headers={"authorization": key}, **body)

    return ask


def places(value, at=()):
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    if isinstance(value, list):
        for key, inner in enumerate(value):
            yield from places(inner, (*at, key))


def replaced(value, at, odd):
    if not at:
        return odd
    copy = value.copy()
    copy[at[0]] = replaced(value[at[0]], at[1:], odd)
    return copy


@pytest.mark.parametrize(("method", "address", "body"), BODIES, ids=lambda value: str(value)[:40])
def test_odd_values_in_bodies_are_refused_in_words(
    method, address, body, asks, make_file, make_dataset
):
    path = address.format(file=make_file().pk, dataset=make_dataset().pk)
    for at, odd in itertools.product(places(body), ODD):
        answer = asks(method, path, json.dumps(replaced(body, at, odd)).encode())
        told = json.loads(answer.content)
        assert answer.status_code < 500, (at, odd, told)
        assert answer.status_code < 400 or told["error"]["message"], (at, odd)


@pytest.mark.parametrize(
    "address",
    [
        "/search/assets?{}", "/assets/impact?ids={}", "/assets/{{file}}/connections?type={}",
        "/assets/{{file}}/actions?status={}", "/datasets/{{dataset}}/data?cursor={}",
        "/datasets/{{dataset}}/data?limit={}", "/files/uploads/{}", "/downloads/{}/x",
        "/files/{}/data", "/datasets/{}/schema", "/assets/{}/type",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_in_words(address, asks, make_file, make_dataset):
    file, dataset = make_file(), make_dataset()
    odd = ["%00", "-1", "9" * 400, "%F0%9F", "a/b", "{}", "[[", "query=%00&limit=0", "."]
    for value in odd:
        path = address.format(value) if "{}" in address else address
        path = path.replace("{file}", str(file.pk)).replace("{dataset}", str(dataset.pk))
        answer = asks("get", path)
        assert answer.status_code < 500, path
        json.loads(answer.content)
