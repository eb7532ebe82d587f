"""The page where people make keys for their programs."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ouro_web.accounts import keys
from ouro_web.accounts.models import ApiKey

ADDRESS = "/settings/keys"
PASSWORD = "a long enough password"


@pytest.fixture
def confirmed(signed_in):
    """Signed in, and the password given again just now, as a form that makes a key wants it."""

    def confirm(person):
        client = signed_in(person)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        return client

    return confirm


@pytest.fixture
def as_alice(confirmed, alice):
    return confirmed(alice)


def made(page):
    [key] = re.findall(r"<pre>(ouro_[^<]+)</pre>", page.content.decode())
    return key


def found(key) -> ApiKey:
    row = keys.find(key)
    assert row
    return row


def test_a_new_key_is_shown_once_and_works(as_alice, alice):
    page = as_alice.post(ADDRESS, {"name": "notebook", "organization": "", "expires": "365"})
    key = made(page)
    row = found(key)
    assert row.user == alice
    assert row.expires_at
    assert row.expires_at - timezone.now() > timedelta(days=364)
    again = as_alice.get(ADDRESS).content.decode()
    assert key not in again
    assert "notebook" in again
    assert row.last_characters in again


def test_a_key_can_be_bound_to_an_organization(as_alice, lab):
    page = as_alice.post(ADDRESS, {"name": "x", "organization": str(lab.pk), "expires": ""})
    row = found(made(page))
    assert row.organization_id == lab.pk
    assert row.expires_at is None
    assert "Alice&#x27;s lab. Made" in page.content.decode()


def test_a_key_cannot_be_bound_to_an_organization_of_others(confirmed, carol, lab):
    page = confirmed(carol).post(ADDRESS, {"name": "x", "organization": str(lab.pk)})
    assert page.status_code == 422
    assert not ApiKey.objects.exists()


def test_a_key_without_a_name_is_refused_with_the_input_intact(as_alice, lab):
    page = as_alice.post(ADDRESS, {"name": "", "organization": str(lab.pk), "expires": "30"})
    assert page.status_code == 422
    assert f'<option value="{lab.pk}" selected>' in page.content.decode()


def test_a_revoked_key_opens_nothing(as_alice, alice):
    row, key = keys.issue(alice, name="old")
    assert as_alice.post(f"{ADDRESS}/{row.pk}/revoke").status_code == 302
    assert keys.find(key) is None
    assert "old" not in as_alice.get(ADDRESS).content.decode().split("New key")[0].split("</h1>")[1]


def test_nobody_revokes_the_key_of_another(signed_in, alice, carol):
    row, key = keys.issue(alice, name="hers")
    assert signed_in(carol).post(f"{ADDRESS}/{row.pk}/revoke").status_code == 404
    assert keys.find(key)


def test_a_sign_in_is_confirmed_before_a_key_is_made(signed_in, alice):
    client = signed_in(alice)
    page = client.post(ADDRESS, {"name": "x", "organization": "", "expires": "30"})
    assert page.status_code == 302
    assert not ApiKey.objects.exists()
    page = client.post(page.headers["Location"], {"password": PASSWORD})
    assert found(made(page)).name == "x"
