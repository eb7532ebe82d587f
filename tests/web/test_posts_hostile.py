"""The samples of hostile markdown, through the page, as a reader other than the author."""

import importlib.util
import json
import re
from types import ModuleType
from typing import Any

import pytest

from ouro_web.datasets import tables
from ouro_web.posts import publish
from tests.conftest import shared

PROSE = re.compile(
    r'<div class="prose" hx-disable hx-ignore>(.*?)</div>\s*<section class="comments"', re.DOTALL
)


@pytest.fixture
def names(place, alice) -> dict[str, str]:
    dataset = tables.create(place(alice, "public"), name="Open data", rows=[{"a": 1}])
    secret = publish.create(place(alice, "private"), name="Canary name", text="")
    return {
        "PUBLIC_DATASET_ID": str(dataset.pk),
        "PUBLIC_DATASET_NAME": dataset.name,
        "PRIVATE_POST_ID": str(secret.pk),
        "PRIVATE_FILE_ID": str(secret.pk),
        "PRIVATE_POST_NAME": secret.name,
        "PRIVATE_POST_DESCRIPTION": "Canary description",
        "PRIVATE_POST_OWNER": "Canary owner",
        "BASE_URL": "http://testserver",
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, word in names.items():
        text = text.replace("{{" + name + "}}", word)
    return json.loads(text)


def checker() -> ModuleType:
    pytest.importorskip("html5lib")
    spec = importlib.util.spec_from_file_location("check_html", shared("cases/check_html.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hostile_samples_get_nothing_through_the_page(signed_in, place, alice, carol, names):
    cases = json.loads(shared("cases/xss_markdown.json").read_text())["cases"]
    check = checker()
    post = publish.create(place(alice, "public"), name="Sample", text="")
    reader = signed_in(carol)
    found = {}
    for case in (case for case in cases if case["context"] == "markdown" and case["input"]):
        case = filled(case, names)
        publish.update(post, by=alice, text=case["input"])
        page = reader.get(post.get_absolute_url()).content.decode()
        prose = PROSE.search(page)
        assert prose, case["id"]
        if wrong := check.violations(prose[1], case):
            found[case["id"]] = wrong
    assert found == {}
