"""Every endpoint that the official client or its MCP server asks for is served, with the method it
uses."""

import re

import pytest
from django.test import Client

from tests.api.endpoints import ENDPOINTS

PK = "0190a8b0-0000-7000-8000-000000000000"


def filled(path: str) -> str:
    return "/api" + re.sub(r"\{[^}]+\}", PK, path)


OWN_TOKEN = "/actions/{id}/response"  # services call it with the token of their run


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_the_endpoint_is_served_to_those_with_a_key(db, method, path):
    """Without one the answer is 401, which an address or method that is not there never gives."""
    answer = Client().generic(method, filled(path), "{}", content_type="application/json")
    if path in ("/users/get-token", OWN_TOKEN):
        assert not answer.json()["error"]["message"].startswith("There is no POST")
        return
    assert answer.status_code == 401, answer.content[:200]
    assert answer.json()["error"]["code"] == "unauthorized"


def test_no_address_is_redirected_to_one_with_a_slash(db):
    answer = Client().get("/api/user/")
    assert answer.status_code == 404
    assert answer.json()["data"] is None
