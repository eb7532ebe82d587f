from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ouro_web.accounts import keys, tokens
from ouro_web.accounts.models import ApiKey


def test_a_key_finds_its_row_and_user(alice):
    row, key = keys.issue(alice, name="notebook")
    found = keys.find(key)
    assert found == row
    assert found is not None
    assert found.user == alice


def test_only_the_digest_is_stored(alice):
    row, key = keys.issue(alice, name="notebook")
    stored = "".join(str(value) for value in ApiKey.objects.filter(pk=row.pk).values_list()[0])
    assert key not in stored
    assert key[9:-4] not in stored
    assert row.digest == keys.digest(key)


def test_a_key_has_the_shape_that_scanners_know(alice):
    _row, key = keys.issue(alice, name="notebook")
    assert len(key) == 54
    assert key.startswith("ouro_")
    assert keys.looks_right(key)


@pytest.mark.parametrize(
    "spoil",
    [str.upper, lambda key: key[:-1], lambda key: "x" + key[1:]],
    ids=["other case", "cut", "other prefix"],
)
def test_a_mistyped_key_costs_no_query(alice, django_assert_num_queries, spoil):
    _row, key = keys.issue(alice, name="notebook")
    with django_assert_num_queries(0):
        assert keys.find(spoil(key)) is None


def test_a_revoked_or_expired_key_is_nobodys(alice):
    now = timezone.now()
    row, key = keys.issue(alice, name="revoked")
    row.revoked_at = now
    row.save()
    _row, old = keys.issue(alice, name="old", expires_at=now - timedelta(seconds=1))
    assert keys.find(key) is None
    assert keys.find(old) is None


def test_a_key_of_somebody_who_left_is_nobodys(alice):
    _row, key = keys.issue(alice, name="notebook")
    alice.is_active = False
    alice.save()
    assert keys.find(key) is None


def test_a_token_names_its_key_until_it_ends(alice, monkeypatch):
    row, _key = keys.issue(alice, name="notebook")
    assert tokens.key_named_by(tokens.issue(row)) == row.pk
    monkeypatch.setattr(tokens, "LIFETIME", -1)
    assert tokens.key_named_by(tokens.issue(row)) is None


def test_the_command_prints_one_key_and_nothing_else(alice, capsys):
    call_command("issue_api_key", "alice", name="script")
    out = capsys.readouterr().out
    found = keys.find(out.strip())
    assert out.count("\n") == 1
    assert found is not None
    assert found.name == "script"


@pytest.mark.django_db
def test_the_command_says_who_is_unknown():
    with pytest.raises(CommandError, match="Nobody here is called zoe"):
        call_command("issue_api_key", "zoe")
