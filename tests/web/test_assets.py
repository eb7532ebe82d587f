import re
from io import BytesIO

import pytest

from ouro_web.assets.models import Asset, Grant
from ouro_web.files import storage
from ouro_web.posts import drafts
from ouro_web.teams.membership import found_organization
from ouro_web.teams.models import GLOBAL_ID, Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(make_service):
    return make_service(visibility="organization")


def test_the_id_leads_to_the_address_people_read(signed_in, service, alice):
    answer = signed_in(alice).get(f"/assets/{service.pk}")
    assert (answer.status_code, answer["Location"]) == (302, "/services/lab/materials-service")


def without_tokens(answer) -> str:
    """The page without what differs in each answer: the masked CSRF token."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


@pytest.mark.parametrize("page", ["", "/edit", "/share", "/place", "/delete"])
def test_an_asset_that_is_not_visible_is_the_same_404_as_none(page, signed_in, service, carol):
    browser = signed_in(carol)
    hidden = browser.get(f"/assets/{service.pk}{page}")
    unknown = browser.get(f"/assets/019a7f00-0000-7000-8000-000000000000{page}")
    assert hidden.status_code == unknown.status_code == 404
    assert without_tokens(hidden) == without_tokens(unknown)


@pytest.mark.parametrize("page", ["/edit", "/share", "/place", "/delete"])
def test_a_reader_may_not_change_it(page, signed_in, service, rita):
    assert signed_in(rita).get(f"/assets/{service.pk}{page}").status_code == 403


def test_an_editor_renames_it_and_the_address_follows(signed_in, service, bob):
    answer = signed_in(bob).post(
        f"/assets/{service.pk}/edit",
        {"name": "Alloys & more", "description": "Now with more.", "license": "MIT"},
    )
    assert answer["Location"] == "/services/lab/alloys-more"
    service.refresh_from_db()
    assert (service.name, service.visibility) == ("Alloys & more", "organization")


@pytest.mark.parametrize("act", ["share", "share/carol", "place", "delete"])
def test_an_editor_neither_shares_places_nor_deletes_it(signed_in, service, bob, carol, act):
    browser = signed_in(bob)
    given = {"username": "carol", "role": "read"}
    assert browser.post(f"/assets/{service.pk}/{act}", given).status_code == 403
    assert Asset.objects.filter(pk=service.pk).exists()
    assert not Grant.objects.exists()


def test_an_editor_cannot_open_it_to_the_world(signed_in, service, bob):
    signed_in(bob).post(f"/assets/{service.pk}/edit", {"name": "X", "visibility": "public"})
    service.refresh_from_db()
    assert service.visibility == "organization"


def test_a_form_without_a_name_comes_back_with_what_was_typed(signed_in, service, alice):
    answer = signed_in(alice).post(
        f"/assets/{service.pk}/edit",
        {"name": " ", "description": "kept words", "visibility": "public"},
    )
    assert answer.status_code == 422
    assert b"kept words" in answer.content
    assert b"<title>Error:" in answer.content


def test_its_admin_shares_it_and_takes_it_back(signed_in, service, alice, carol):
    browser = signed_in(alice)
    browser.post(f"/assets/{service.pk}/share", {"username": "@carol", "role": "read"})
    assert Asset.objects.visible_to(carol).filter(pk=service.pk).exists()
    browser.post(f"/assets/{service.pk}/share/carol")
    assert not Grant.objects.exists()


def test_sharing_with_nobody_says_so(signed_in, service, alice):
    answer = signed_in(alice).post(
        f"/assets/{service.pk}/share", {"username": "nobody", "role": "read"}
    )
    assert answer.status_code == 422
    assert b"Nobody here has the username nobody." in answer.content


def test_deleting_asks_first_and_names_the_routes(signed_in, make_route, alice):
    route = make_route("Relax structure")
    browser = signed_in(alice)
    page = browser.get(f"/assets/{route.service.pk}/delete")
    assert b"Relax structure" in page.content
    assert Asset.objects.filter(pk=route.pk).exists()
    browser.post(f"/assets/{route.service.pk}/delete")
    assert not Asset.objects.filter(pk__in=[route.pk, route.service.pk]).exists()


@pytest.fixture
def paper(place, alice):
    return storage.store(
        place(alice, "organization"), name="Paper", filename="p.txt", content=BytesIO(b"x")
    )


def test_a_change_of_visibility_says_first_what_it_changes(signed_in, service, alice, carol):
    Grant.objects.create(asset=service, user=carol, role="read")
    browser, page = signed_in(alice), f"/assets/{service.pk}/place"
    sent = {"about": "visibility", "visibility": "private"}
    answer = browser.post(page, sent)
    assert "Alice and Carol" in answer.content.decode()
    service.refresh_from_db()
    assert service.visibility == "organization"
    assert browser.post(page, {**sent, "confirmed": "public"}).status_code == 200
    assert browser.post(page, {**sent, "confirmed": "private"}).status_code == 302
    service.refresh_from_db()
    assert service.visibility == "private"


def test_moving_takes_what_belongs_to_it_along(signed_in, make_route, alice):
    route = make_route("Relax structure")
    mine = found_organization(founder=alice, name="foundry", display_name="Foundry")
    page = f"/assets/{route.service.pk}/place"
    answer = signed_in(alice).post(page, {"about": "move", "organization": mine.pk}, follow=True)
    assert "It is in Foundry, #all now." in answer.content.decode()
    moved = Asset.objects.get(pk=route.pk)
    assert (moved.organization, moved.team, moved.namespace) == (mine, mine.default_team, "foundry")


def test_a_place_of_others_is_refused_at_its_field(signed_in, paper, alice, make_user):
    theirs = found_organization(founder=make_user("x"), name="theirs", display_name="Theirs")
    answer = signed_in(alice).post(
        f"/assets/{paper.pk}/place", {"about": "move", "organization": theirs.pk}
    )
    assert answer.status_code == 422
    assert "organization" in answer.context["forms"]["move"].errors


def test_what_members_saw_is_closed_when_it_goes_to_everybody(signed_in, paper, alice):
    everybody = Organization.objects.get(pk=GLOBAL_ID)
    signed_in(alice).post(
        f"/assets/{paper.pk}/place", {"about": "move", "organization": everybody.pk}
    )
    paper.refresh_from_db()
    assert (paper.visibility, paper.namespace) == ("private", "alice")


def test_an_owner_hands_it_over_to_a_member_and_stays_admin(signed_in, paper, alice, bob, carol):
    browser, page = signed_in(alice), f"/assets/{paper.pk}/place"
    answer = browser.post(page, {"about": "owner", "username": "carol"})
    assert "Carol is not in" in answer.context["forms"]["owner"].errors["username"][0]
    browser.post(page, {"about": "owner", "username": "bob"})
    paper.refresh_from_db()
    assert (paper.owner, paper.grants.get().user, paper.grants.get().role) == (bob, alice, "admin")
    assert browser.post(page, {"about": "owner", "username": "alice"}).status_code == 200
    paper.refresh_from_db()
    assert paper.owner == bob


def test_a_draft_is_not_opened_but_published(signed_in, place, alice):
    draft = drafts.start(place(alice, "public"), name="Draft", text="# Draft")
    page = f"/assets/{draft.pk}/place"
    answer = signed_in(alice).post(page, {"about": "visibility", "visibility": "public"})
    assert "Publishing asks" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.visibility == "private"
