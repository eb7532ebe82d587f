"""Who asks too much is told when to come back; nobody else is."""

import uuid

import pytest
from django.test import Client


def refused(answer, code="rate_limited"):
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["ratelimit-policy"]
    assert answer.json()["data"] is None
    assert answer.json()["error"]["code"] == code


@pytest.fixture(autouse=True)
def _fresh(settings):
    """No test counts on from another."""
    mine = {**settings.CACHES["limits"], "KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {**settings.CACHES, "limits": mine}


def test_a_key_is_limited_and_each_by_itself(program, settings, alice, bob):
    settings.LIMIT_API_REQUESTS = 2
    first, second = program(alice), program(bob)
    assert [first("GET", "/user").status_code for _ in range(2)] == [200, 200]
    refused(first("GET", "/user"))
    refused(first("POST", "/posts/create", {}, headers={"idempotency-key": "once"}))
    assert second("GET", "/user").status_code == 200


def test_exchanges_are_limited_by_address(settings, program, db):
    settings.LIMIT_KEY_EXCHANGES = 2
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    ask = program()

    def exchange(address):
        proxied = {"x-forwarded-for": address}
        return ask("POST", "/users/get-token", {"pat": "ouro_wrong"}, headers=proxied)

    assert [exchange("192.0.2.1").status_code for _ in range(2)] == [200, 200]
    refused(exchange("192.0.2.1"))
    assert exchange("192.0.2.2").status_code == 200


def test_uploads_are_limited_by_number_and_by_size(program, settings, alice, bob):
    sent = {"file_name": "a.txt", "file_base64": "aGk=", "visibility": "private"}
    settings.LIMIT_UPLOADS = 1
    ask = program(alice)
    assert ask("POST", "/files/upload", sent).status_code == 200
    refused(ask("POST", "/files/upload", sent))
    settings.LIMIT_UPLOAD_BYTES = 20
    refused(program(bob)("POST", "/files/upload", sent))


def test_a_person_is_told_at_the_form_what_she_sent_too_much_of(signed_in, settings, alice):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.LIMIT_UPLOAD_BYTES = 1
    form = {"file": SimpleUploadedFile("a.txt", b"words"), "visibility": "private"}
    answer = signed_in(alice).post("/files/new", form)
    assert answer.status_code == 422
    assert "in this hour" in answer.content.decode()


def test_accounts_are_not_opened_by_the_hundred(settings, db):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    settings.CACHES = {**settings.CACHES, "default": settings.CACHES["limits"]}
    browser = Client()
    answers = [browser.post("/accounts/signup/", {}) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "60"
    assert "Too many tries" in answers[-1].content.decode()
