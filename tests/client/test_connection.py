"""Keys, tokens, who is asking and where."""

import base64
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import ouro
import pytest

GLOBAL = "00000000-0000-0000-0000-000000000000"


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def expired(site, token):
    """The same token, signed by the site, an hour later."""
    secret = (site.folder / "secret_key").read_text().strip()
    signing = hashlib.sha256(b"ouro_web.access_token:" + secret.encode()).digest()
    return jwt.encode({**claims(token), "exp": int(time.time()) - 1}, signing, algorithm="HS256")


def test_a_key_opens_the_client(client_for, alice):
    client = client_for(alice)
    assert str(client.user.id) == alice.id
    assert client.user.username == "alice"
    assert client.user.email == "alice@example.org"


def test_a_token_lives_an_hour(client_for, alice):
    token = claims(client_for(alice).access_token)
    assert token["exp"] - token["iat"] == 3600


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1] + "?", lambda key: "a.b.c"], ids=["mistyped", "a token"]
)
def test_a_bad_key_is_an_authentication_error(client_for, alice, spoil):
    alice.key = spoil(alice.key)
    with pytest.raises(ouro.AuthenticationError):
        client_for(alice)


def test_a_client_made_from_a_token_needs_no_key(client_for, alice):
    token = client_for(alice).access_token
    client = client_for(alice, api_key=None, access_token=token)
    assert client.users.me().username == "alice"


def test_an_expired_token_is_exchanged_again_and_the_request_repeated(client_for, alice, site):
    client = client_for(alice)
    old = expired(site, client.access_token)
    client.access_token = client._raw_client.headers["Authorization"] = old
    client.last_token_refresh_expiration = int(time.time()) + 3600  # it believes the old one
    assert client.users.me().username == "alice"
    assert client._raw_client.headers["Authorization"] != old


def test_an_expired_token_alone_is_401_in_the_envelope(client_for, alice, site):
    old = expired(site, client_for(alice).access_token)
    answer = httpx.get(f"{site.api}/user", headers={"Authorization": old})
    assert answer.status_code == 401
    assert answer.json()["data"] is None
    assert answer.json()["error"]["code"] == "unauthorized"


def test_many_exchanges_at_once_all_work(site, alice):
    def exchange(_):
        answer = httpx.post(f"{site.api}/users/get-token", json={"pat": alice.key}, timeout=60)
        token = answer.json()["access_token"]
        user = httpx.get(f"{site.api}/user", headers={"Authorization": token}, timeout=60)
        return user.json()["data"]["username"]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(exchange, range(48))) == ["alice"] * 48


def test_a_client_works_in_the_organization_it_names(client_for, alice, lab):
    by_name = client_for(alice, organization="lab")
    by_id = client_for(alice, organization=lab.id)
    assert by_name.organization == by_id.organization == lab.id
    assert str(by_name.organizations.get_context().id) == lab.id
    assert by_name._resolve_default_team() == lab.team


def test_a_client_without_a_pin_works_in_the_personal_context(client_for, alice):
    assert str(client_for(alice).organizations.get_context().id) == GLOBAL


def test_two_organizations_are_two_contexts_at_once(client_for, site, bob):
    other = site.python(
        "from ouro_web.accounts.models import User\n"
        "from ouro_web.teams.membership import found_organization\n"
        "bob = User.objects.get(username='bob')\n"
        "result = found_organization(founder=bob, name='foundry', display_name='Foundry').pk"
    )
    first, second = client_for(bob, organization="lab"), client_for(bob, organization="foundry")
    assert str(second.organizations.get_context().id) == other
    assert str(first.organizations.get_context().id) != other
    names = {organization.name for organization in first.organizations.list()}
    assert {"global", "lab", "foundry"} <= names


def test_an_organization_one_is_not_in_is_refused(client_for, carol, lab):
    with pytest.raises(ouro.OuroError, match="not found"):
        client_for(carol, organization="lab")
    pinned = client_for(carol, organization=lab.id)
    with pytest.raises(ouro.PermissionDeniedError):
        pinned.users.me()


def test_a_key_bound_to_an_organization_works_there_only(client_for, site, alice, lab):
    alice.key = site.python(
        "from ouro_web.accounts import keys\n"
        "from ouro_web.accounts.models import User\n"
        "alice = User.objects.get(username='alice')\n"
        f"result = keys.issue(alice, name='bound', organization_id='{lab.id}')[1]"
    )
    client = client_for(alice)
    assert client.organization == lab.id
    assert str(client.organizations.get_context().id) == lab.id
    headers = {"Authorization": client.access_token, "X-Ouro-Org": GLOBAL}
    assert httpx.get(f"{site.api}/user", headers=headers).status_code == 403


def test_a_revoked_key_ends_its_tokens_at_once(client_for, site, alice):
    alice.key, pk = site.python(
        "from ouro_web.accounts import keys\n"
        "from ouro_web.accounts.models import User\n"
        "row, key = keys.issue(User.objects.get(username='alice'), name='short')\n"
        "result = [key, row.pk]"
    )
    client = client_for(alice)
    site.python(
        "from ouro_web.accounts import keys\n"
        "from ouro_web.accounts.models import ApiKey\n"
        f"keys.revoke(ApiKey.objects.get(pk='{pk}'))\n"
        "result = None"
    )
    with pytest.raises(ouro.AuthenticationError):
        client.users.me()


def test_errors_name_their_request(client_for, alice):
    with pytest.raises(ouro.NotFoundError) as raised:
        client_for(alice).teams.retrieve("01900000-0000-7000-8000-000000000000")
    assert raised.value.request_id
