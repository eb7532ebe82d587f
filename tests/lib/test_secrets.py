import pytest

from ouro_web.lib.secrets import SecretError, Vault, new_key


def test_a_secret_opens_for_its_own_row_only():
    vault = Vault([new_key()])
    sealed = vault.seal("s3cret", row=7)
    assert "s3cret" not in sealed
    assert vault.reveal(sealed, row=7) == "s3cret"
    with pytest.raises(SecretError, match="another row"):
        vault.reveal(sealed, row=8)


def test_an_older_key_still_opens_and_renewing_moves_to_the_first():
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal("s3cret", row=7)
    renewed = Vault([new, old]).renew(sealed)
    assert Vault([new, old]).reveal(sealed, row=7) == "s3cret"
    assert Vault([new]).reveal(renewed, row=7) == "s3cret"
    with pytest.raises(SecretError, match="configured keys"):
        Vault([new]).reveal(sealed, row=7)


def test_no_secret_stays_no_secret():
    vault = Vault([new_key()])
    assert vault.seal("", row=1) == ""
    assert vault.reveal("", row=1) == ""
    assert vault.renew("") == ""


def test_a_vault_needs_a_key():
    with pytest.raises(SecretError):
        Vault([])
