"""Changing, deleting and counting assets of any kind."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.assets import engagement
from ouro_web.assets.changing import Changes, change
from ouro_web.assets.deleting import delete, delete_alone
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement


def test_who_may_edit_changes_the_words(make_asset, alice, bob):
    asset = make_asset()
    changes = Changes(
        name="  New name ", description="*Words*", license="MIT",
        attribution={"originality": "derivative", "doi_url": "https://doi.org/1", "odd": {}},
    )  # fmt: skip
    change(asset, changes, by=bob)
    asset.refresh_from_db()
    assert (asset.name, asset.slug, asset.license) == ("New name", "new-name", "MIT")
    assert asset.attribution == {"originality": "derivative", "doi_url": "https://doi.org/1"}


def test_only_who_manages_it_says_who_may_see_it_and_moves_it(make_asset, alice, bob):
    asset = make_asset()
    for changes in (Changes(visibility="public"), Changes(place=Placement.for_person(bob))):
        with pytest.raises(PermissionDenied):
            change(asset, changes, by=bob)
    change(asset, Changes(visibility="public"), by=alice)
    assert Asset.objects.get(pk=asset.pk).visibility == "public"


def test_a_moved_asset_has_the_address_of_its_new_place(make_asset, alice):
    asset = make_asset("Steel")
    assert asset.get_absolute_url() == "/posts/lab/steel"
    change(asset, Changes(place=Placement.for_person(alice)), by=alice)
    assert Asset.objects.get(pk=asset.pk).get_absolute_url() == "/posts/alice/steel"


@pytest.mark.parametrize(
    "changes",
    [
        Changes(name=" "), Changes(description="x" * 20_001), Changes(visibility="monetized"),
        Changes(visibility="inherit"), Changes(attribution={"originality": "mine"}),
        Changes(attribution={"relation_type": "Likes"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make_asset, alice, changes):
    asset = make_asset()
    with pytest.raises(ValidationError):
        change(asset, changes, by=alice)


def test_children_stay_as_visible_as_they_were(make_file, make_dataset):
    parent, child = make_file(visibility="private"), make_dataset(visibility="inherit")
    Asset.objects.filter(pk=child.pk).update(parent=parent.asset)
    delete_alone(parent.asset)
    kept = Asset.objects.get(pk=child.pk)
    assert (kept.parent_id, kept.visibility) == (None, "private")


def test_children_go_with_their_parent(make_file, make_dataset):
    parent, child = make_file(), make_dataset()
    Asset.objects.filter(pk=child.pk).update(parent=parent.asset)
    delete(parent.asset)
    assert not Asset.objects.filter(pk=child.pk).exists()


def test_a_service_is_not_deleted_without_its_routes(make_route):
    service = make_route().service
    with pytest.raises(ValidationError):
        delete_alone(service.asset)


def test_ones_own_looks_do_not_count_and_others_once_a_day(make_asset, alice, bob, carol):
    asset = make_asset()
    assert engagement.of(asset).views == 0
    for person in (alice, bob, carol, bob):
        engagement.count(asset, "views", by=person)
    engagement.count(asset, "downloads", by=bob)
    found = engagement.of(asset)
    assert (found.views, found.downloads) == (2, 1)
