"""Services from documents: whole or not at all, and refreshed without losing what stays."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.assets import search
from ouro_web.assets.deleting import delete
from ouro_web.assets.models import Asset
from ouro_web.lib.secrets import Vault
from ouro_web.services.importing import Document, Facts, change, create, routes_of
from ouro_web.services.models import Route, Service, SpecRevision
from ouro_web.services.openapi import read
from ouro_web.services.refreshing import changes, refresh

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-twenty-four-c"


def document(**paths: Any) -> Document:
    """`relax={"post": {...}}` is the path /relax."""
    named = {f"/{name}": item for name, item in paths.items()}
    info = {"title": "Materials", "version": "2.4.0"}
    text = json.dumps({"openapi": "3.1.0", "info": info, "paths": named})
    return Document(text, "https://materials.example/openapi.json")


TWO = {
    "relax": {"post": {"summary": "Relax structure", "description": "Relaxes it."}},
    "eos": {"post": {"summary": "Equation of state"}},
}


@pytest.fixture
def facts() -> Facts:
    return Facts(name="Materials", base_url="https://materials.example/")


@pytest.fixture
def service(place, alice, facts) -> Service:
    return create(place(alice), facts, document(**TWO))


def names(service: Service) -> list[str]:
    live = routes_of(service).filter(retired_at__isnull=True)
    return list(live.order_by("position").values_list("name", flat=True))


def test_a_service_gets_one_route_for_each_operation(service):
    assert names(service) == ["Relax structure", "Equation of state"]
    route = service.routes.get(path="/relax")
    assert (route.slug, route.visibility, route.parent_id) == (
        "relax-structure",
        "inherit",
        service.pk,
    )
    assert route.description == "Relaxes it."
    assert route.operation["method"] == "POST"
    assert (service.base_url, service.version) == ("https://materials.example", "2.4.0")
    assert json.loads(service.revisions.get().document)["openapi"] == "3.1.0"


def test_imported_routes_are_found_by_their_words(service, alice):
    found = search.find(Asset.objects.visible_to(alice), "relaxes")
    assert [asset.name for asset in found] == ["Relax structure"]


def test_only_the_operations_taken_become_routes(place, alice, facts):
    service = create(place(alice), facts, document(**TWO), take={"POST /eos"})
    assert names(service) == ["Equation of state"]


def test_a_second_service_of_the_same_document_has_addresses_of_its_own(
    place, alice, facts, service
):
    other = create(place(alice), facts, document(**TWO))
    assert other.slug == "materials-2"
    assert other.routes.get(path="/relax").slug == "relax-structure-2"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://x.example"}, "base_url"),
        ({"base_url": "http://127.0.0.1:8000"}, "base_url"),
        ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
        ({"base_url": "https://x.example/?a=1"}, "base_url"),
        ({"authentication": "magic"}, "authentication"),
        ({"secret": "two\nlines", "authentication": "token"}, "secret"),
    ],
)
def test_wrong_facts_are_refused_by_field_and_nothing_is_created(place, alice, wrong, field):
    good = {"name": "Materials", "base_url": "https://materials.example"}
    with pytest.raises(ValidationError) as refused:
        create(place(alice), Facts(**{**good, **wrong}), document(**TWO))
    assert field in refused.value.message_dict
    assert not Asset.objects.exists()


@pytest.mark.parametrize("text", ["", "<html>", "{}", '{"openapi": "3.1.0", "paths": {}}'])
def test_a_broken_document_creates_nothing(place, alice, facts, text):
    with pytest.raises(ValidationError) as refused:
        create(place(alice), facts, Document(text))
    assert "document" in refused.value.message_dict
    assert not Asset.objects.exists()


def test_taking_nothing_is_refused(place, alice, facts):
    with pytest.raises(ValidationError, match="at least one"):
        create(place(alice), facts, document(**TWO), take=[])
    assert not Asset.objects.exists()


def test_a_secret_is_stored_encrypted_and_bound_to_its_row(place, alice):
    facts = Facts("M", "https://m.example", authentication="token", secret=TOKEN)
    service = create(place(alice), facts, document(**TWO))
    service.refresh_from_db()
    assert TOKEN not in service.secret
    assert service.secret_last_characters == TOKEN[-4:]
    assert Vault(settings.ENCRYPTION_KEYS).reveal(service.secret, row=service.pk) == TOKEN


def test_a_short_secret_shows_none_of_itself(place, alice):
    facts = Facts("M", "https://m.example", authentication="token", secret="hunter2")
    service = create(place(alice), facts, document(**TWO))
    assert service.secret
    assert service.secret_last_characters == ""


@pytest.fixture
def guarded(place, alice) -> Service:
    facts = Facts("M", "https://m.example/v1", authentication="token", secret=TOKEN)
    return create(place(alice), facts, document(**TWO))


@pytest.mark.parametrize(
    "moved", ["https://evil.example/v1", "http://m.example/v1", "https://m.example:8443/v1"]
)
def test_another_host_deletes_the_stored_secret(guarded, moved):
    assert change(guarded, Facts("M", moved, authentication="token")) is True
    guarded.refresh_from_db()
    assert (guarded.base_url, guarded.secret, guarded.secret_last_characters) == (moved, "", "")


def test_another_path_on_the_same_host_keeps_the_secret(guarded):
    before = guarded.secret
    assert change(guarded, Facts("M", "https://m.example:443/v2", authentication="token")) is False
    guarded.refresh_from_db()
    assert guarded.secret == before


def test_a_new_secret_goes_with_a_new_host(guarded):
    facts = Facts("M", "https://n.example", authentication="token", secret="another-secret-value")
    assert change(guarded, facts) is False
    assert guarded.secret_last_characters == "alue"


def test_without_authentication_no_secret_is_kept(guarded):
    change(guarded, Facts("M", "https://m.example/v1", authentication="none"))
    assert guarded.secret == ""


def test_a_new_document_says_first_what_it_would_change(service):
    new = document(
        relax={"post": {"summary": "Relax structure", "description": "Better."}},
        phonon={"post": {"summary": "Phonons"}},
    )
    found = changes(service, read(new.text.encode()))
    assert [draft.key for draft in found.added] == ["POST /phonon"]
    assert [item.draft.key for item in found.changed] == ["POST /relax"]
    assert [route.path for route in found.removed] == ["/eos"]
    assert names(service) == ["Relax structure", "Equation of state"]


def test_a_refresh_keeps_ids_and_retires_what_is_gone(service):
    before = service.routes.get(path="/relax").pk
    refresh(
        service,
        document(
            phonon={"post": {"summary": "Phonons"}},
            relax={"post": {"summary": "Relax it", "description": "Better."}},
        ),
    )
    relax = service.routes.get(path="/relax")
    assert (relax.pk, relax.name, relax.slug) == (before, "Relax it", "relax-it")
    assert relax.description == "Better."
    assert names(service) == ["Phonons", "Relax it"]
    assert service.routes.get(path="/eos").retired_at is not None
    assert relax.revision == service.revisions.first()
    assert SpecRevision.objects.filter(service=service).count() == 2


def test_a_name_given_by_hand_survives_a_refresh(service):
    Route.objects.filter(path="/relax").update(name="My relaxation")
    refresh(service, document(relax={"post": {"summary": "Relax it"}}))
    assert names(service) == ["My relaxation"]


def test_an_operation_that_comes_back_is_the_same_route(service):
    before = service.routes.get(path="/eos").pk
    refresh(service, document(relax=TWO["relax"]))
    refresh(service, document(**TWO))
    assert service.routes.get(path="/eos", retired_at__isnull=True).pk == before
    assert service.routes.count() == 2


def test_what_was_left_out_is_not_taken_by_a_refresh_unasked(place, alice, facts):
    service = create(place(alice), facts, document(**TWO), take={"POST /relax"})
    found = refresh(service, document(**TWO))
    assert [draft.key for draft in found.left_out] == ["POST /eos"]
    assert names(service) == ["Relax structure"]
    refresh(service, document(**TWO), take={"POST /eos"})
    assert names(service) == ["Relax structure", "Equation of state"]


def test_a_broken_document_refreshes_nothing(service):
    with pytest.raises(ValidationError):
        refresh(service, Document("<html>"))
    assert service.revisions.count() == 1


def test_deleting_a_service_takes_its_routes_and_documents(service):
    delete(service)
    assert not Asset.objects.exists()
    assert not SpecRevision.objects.exists()
