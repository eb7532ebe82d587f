"""Other rows for a dataset: what was there before stays, as long as it is wanted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.actions import inputs
from ouro_web.actions.call import Call
from ouro_web.actions.run import start
from ouro_web.assets import deleting
from ouro_web.datasets import columns, tables, versions
from ouro_web.datasets.columns import Change
from ouro_web.datasets.models import Dataset, DatasetVersion, RetiredTable
from ouro_web.datasets.writing import write


@pytest.fixture
def animals(make_dataset, alice):
    return make_dataset(csv="id,name\n1,one\n", content_by=alice)


@pytest.fixture
def overwrite(animals, alice, django_capture_on_commit_callbacks):
    def overwrite(number, *, mode="overwrite", by=alice):
        with django_capture_on_commit_callbacks(execute=True):
            write(animals, [{"id": number}], mode=mode, by=by)
        return animals

    return overwrite


def ids(dataset):
    return [row[0] for row in tables.rows(dataset, limit=10).rows]


def kept(dataset):
    return {
        each.version: ids(versions.then(dataset, each.version)) for each in dataset.versions.all()
    }


def test_replaced_rows_are_kept_under_their_number(overwrite, alice):
    overwrite(2)
    animals = overwrite(3)
    assert (animals.version, ids(animals), animals.content_by) == (3, [3], alice)
    assert kept(animals) == {1: [1], 2: [2]}
    assert versions.then(animals, 9) is None


def test_rows_that_one_person_adds_lot_after_lot_are_one_version(overwrite, bob):
    overwrite(2)
    overwrite(3, mode="append")
    animals = overwrite(4, mode="append")
    assert ids(animals) == [2, 3, 4]
    assert kept(animals) == {1: [1]}
    overwrite(5, mode="append", by=bob)
    assert kept(animals) == {1: [1], animals.version - 1: [2, 3, 4]}


def test_rows_added_much_later_are_a_version(animals, overwrite):
    QuerySet(Dataset).filter(pk=animals.pk).update(content_at=timezone.now() - timedelta(hours=1))
    assert kept(overwrite(2, mode="append")) == {1: [1]}


def test_an_earlier_version_becomes_the_newest_and_takes_its_columns_along(overwrite, alice):
    animals = overwrite(2)
    columns.drop(animals, "name", by=alice)
    versions.restore(animals, 1, by=alice)
    assert (animals.version, ids(animals)) == (4, [1])
    assert [column["name"] for column in animals.columns] == ["id", "name"]
    with pytest.raises(ValidationError, match="not kept"):
        versions.restore(animals, 9, by=alice)


def test_a_table_goes_when_no_version_names_it_any_more(overwrite, settings, alice):
    settings.KEEP_DATASET_VERSIONS = 1
    first = overwrite(2).versions.get().blob
    animals = overwrite(3)
    versions.restore(animals, 2, by=alice)
    animals.refresh_from_db()
    shared = animals.blob
    overwrite(4)
    RetiredTable.objects.update(retired_at=timezone.now() - 2 * versions.KEPT)
    versions.forget_retired()
    assert not default_storage.exists(first)
    assert default_storage.exists(shared)
    assert ids(versions.then(animals, animals.version - 1)) == [2]


def test_a_run_keeps_the_rows_it_used(overwrite, animals, alice, make_route, settings):
    settings.KEEP_DATASET_VERSIONS = 0
    route = make_route(
        body={"type": "object", "properties": {"table": {"type": "object"}}},
        input_assets={"table": {"asset_type": "dataset"}},
    )
    call = Call(body={}, has_body=True, input_assets={"table": animals.pk})
    action = start(route, alice, call)
    overwrite(2, mode="append")
    overwrite(3)
    assert kept(animals) == {1: [1]}
    assert action.links.get().version == 1
    sent = inputs.resolve(action, route, call).body["table"]
    assert sent["data"] == [{"id": 1, "name": "one"}]


def test_what_is_only_said_of_columns_is_no_version(animals, alice):
    columns.add_index(animals, columns=["id"], unique=True)
    columns.declare(animals, refs=None, enums={"name": ["one"]}, by=alice)
    assert (animals.version, kept(animals)) == (1, {})
    columns.change(animals, "name", Change(new_name="called"), by=alice)
    assert (animals.version, kept(animals)) == (2, {1: [1]})


def test_a_deleted_dataset_leaves_no_table(overwrite, django_capture_on_commit_callbacks):
    animals = overwrite(2)
    keys = animals.blobs
    assert len(keys) == 2
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete(animals.asset)
    assert not DatasetVersion.objects.exists()
    assert not any(default_storage.exists(key) for key in keys)


# The pages


def test_the_page_of_a_run_tells_which_version_it_used(
    signed_in, alice, animals, overwrite, make_route
):
    declared = {"input_assets": {"table": {"asset_type": "dataset"}}}
    route = make_route(body={"type": "object"}, **declared)
    action = start(route, alice, Call(body={}, input_assets={"table": animals.pk}))
    client = signed_in(alice)
    assert "Version 1</td>" in client.get(action.get_absolute_url()).content.decode()
    overwrite(2)
    assert "Version 1, 2 by now" in client.get(action.get_absolute_url()).content.decode()


def test_a_version_is_listed_shown_and_restored_by_the_page(signed_in, alice, overwrite):
    client, animals = signed_in(alice), overwrite(2)
    page = client.get(animals.get_absolute_url()).content.decode()
    assert f"{animals.get_absolute_url()}?version=1" in page
    old = client.get(f"{animals.get_absolute_url()}?version=1&sort=id").content.decode()
    assert "This is version 1" in old
    assert ">one</td>" in old
    assert "version=1&amp;sort=-id" in old
    response = client.get(f"/datasets/{animals.pk}/download.csv?version=1")
    assert b"".join(response.streaming_content) == b"id,name\r\n1,one\r\n"
    for wrong in ("9", "x", "9" * 400):
        assert client.get(animals.get_absolute_url(), {"version": wrong}).status_code == 404
    assert client.post(f"/datasets/{animals.pk}/versions/1/restore").status_code == 302
    animals.refresh_from_db()
    assert (animals.version, ids(animals)) == (3, [1])


def test_only_who_may_edit_restores_and_only_who_may_read_sees_old_rows(
    client, rita, carol, overwrite
):
    animals = overwrite(2)
    client.force_login(rita)
    assert client.post(f"/datasets/{animals.pk}/versions/1/restore").status_code == 403
    assert "Restore" not in client.get(animals.get_absolute_url()).content.decode()
    client.force_login(carol)
    assert client.get(f"{animals.get_absolute_url()}?version=1").status_code == 404
    assert client.post(f"/datasets/{animals.pk}/versions/1/restore").status_code == 404
