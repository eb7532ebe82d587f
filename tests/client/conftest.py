"""The official client against a real site. The cast of the other tests, with an API key each; one
site serves all tests, so each makes the things it is about and expects others beside them."""

import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.client.site import Site, running

CAST = """
from ouro_web.accounts import keys
from ouro_web.accounts.models import User
from ouro_web.teams import membership
people = {}
for name in ("alice", "bob", "rita", "carol"):
    user = User.objects.create_user(
        username=name, email=f"{name}@example.org", name=name.title(), password="a long one indeed"
    )
    people[name] = user
alice = people["alice"]
lab = membership.found_organization(founder=alice, name="lab", display_name="Alice's lab")
alloys = membership.found_team(founder=alice, organization=lab, name="alloys")
membership.join_organization(lab, people["bob"])
membership.join_team(alloys, people["bob"], "write")
membership.join_organization(lab, people["rita"], "read")
result = {
    "people": {
        name: {"id": user.pk, "username": name, "key": keys.issue(user, name=f"{name} tests")[1]}
        for name, user in people.items()
    },
    "lab": {"id": lab.pk, "name": lab.name, "team": lab.teams.get(name="all").pk},
    "alloys": {"id": alloys.pk, "name": alloys.name, "org_id": lab.pk},
}
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory, prepared) -> Iterator[Site]:
    with running(prepared(tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="session")
def cast(site: Site) -> Any:
    return site.python(CAST)


@pytest.fixture
def alice(cast):
    return SimpleNamespace(**cast["people"]["alice"])


@pytest.fixture
def bob(cast):
    return SimpleNamespace(**cast["people"]["bob"])


@pytest.fixture
def rita(cast):
    return SimpleNamespace(**cast["people"]["rita"])


@pytest.fixture
def carol(cast):
    return SimpleNamespace(**cast["people"]["carol"])


@pytest.fixture
def lab(cast):
    return SimpleNamespace(**cast["lab"])


@pytest.fixture
def alloys(cast):
    return SimpleNamespace(**cast["alloys"])


@pytest.fixture
def client_for(site) -> Iterator[Callable[..., Any]]:
    """The official client as this person: client_for(alice), client_for(bob, organization=...)."""
    from ouro import Ouro

    made = []

    def client_for(person: Any, **options: Any) -> Ouro:
        options = {"api_key": person.key, "base_url": site.api, **options}
        client = Ouro.__new__(Ouro)
        made.append(client)  # closed even when its constructor raises
        client.__init__(**options)
        return client

    yield client_for
    for client in made:
        client._raw_client.close()


@pytest.fixture
def unique() -> Callable[[str], str]:
    """A name that no other test uses: unique("relax")."""
    return lambda name: f"{name} {uuid.uuid4().hex[:8]}"
