"""The API's description of itself says enough to use every operation."""

import json

import jsonschema
import pytest

from ouro_web.api.document import document
from ouro_web.api.http import api  # noqa: F401


@pytest.fixture(scope="module")
def described():
    import ouro_web.api.urls  # noqa: F401

    return document()


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_is_described(described):
    bare = [name for name, operation in operations(described) if not operation.get("description")]
    assert bare == []


def test_every_operation_has_a_place_and_a_name_of_its_own(described):
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(names) == len(set(names))
    assert all(operation.get("tags") for _, operation in operations(described))


def test_every_body_has_an_example_that_fits(described):
    for name, operation in operations(described):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            schema = content["schema"] | {"components": described["components"]}
            errors = list(jsonschema.Draft202012Validator(schema).iter_errors(content["example"]))
            assert errors == [], name


def test_every_operation_says_how_it_refuses(described):
    for name, operation in operations(described):
        assert "422" in operation["responses"], name
        if operation.get("security"):
            assert "401" in operation["responses"], name


def test_examples_name_operations_that_exist(described):
    from ouro_web.api.examples import ANSWERS, BODIES

    known = {name for name, _ in operations(described)}
    assert set(BODIES) | set(ANSWERS) <= known


def without_repeats(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    return dict(pairs)


def test_the_document_is_open_to_all(client, db):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    json.loads(answer.content, object_pairs_hook=without_repeats)
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["servers"][0]["url"].endswith("/api")


def test_the_page_loads_nothing_from_elsewhere_and_no_inline_script(client, db):
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "swagger-ui" in text
    assert "https://" not in text.split("<main")[0].replace("http://www.w3.org", "")
    assert "swagger-ui" not in client.get("/").content.decode()
