"""Writing rows to a dataset that is there."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from ouro_web.datasets import columns, tables
from ouro_web.datasets.column_types import declared_columns
from ouro_web.datasets.columns import Change
from ouro_web.datasets.creating import create_with_columns
from ouro_web.datasets.versions import switch
from ouro_web.datasets.writing import rewritten, write

SCHEMA = """CREATE TABLE IF NOT EXISTS datasets."dataset" (
"Sample, no" TEXT,
  "age" BIGINT,
  "mass" DOUBLE PRECISION,
  "seen" BOOLEAN,
  "at" TIMESTAMP WITH TIME ZONE,
  "day" DATE,
  "order" TIME
)"""


@pytest.fixture
def animals(make_dataset):
    return make_dataset()


def rows_of(dataset):
    return tables.rows(dataset, limit=1000).as_dicts()


def species(dataset):
    return [row["species"] for row in rows_of(dataset)]


def test_appended_rows_come_after_the_others(animals, alice):
    done = write(animals, [{"id": 5, "species": "King", "mass": 12000}], mode="append", by=alice)
    assert done.as_json() == {"inserted": 1, "updated": 0, "skipped": 0, "mode": "append"}
    assert animals.row_count == 5
    assert rows_of(animals)[-1] == {"id": 5, "species": "King", "island": None, "mass": 12000.0}


def test_overwriting_replaces_the_rows_and_keeps_the_columns(animals, alice):
    write(animals, [{"species": "King"}], mode="overwrite", by=alice)
    assert rows_of(animals) == [{"id": None, "species": "King", "island": None, "mass": None}]
    write(animals, [], mode="overwrite", by=alice)
    assert rows_of(animals) == []
    assert [column["name"] for column in animals.columns] == ["id", "species", "island", "mass"]


def test_an_upsert_replaces_rows_in_their_place_and_adds_the_others(animals, alice):
    new = [{"id": 2, "species": "King"}, {"id": 9, "species": "Rock"}, {"id": 9, "species": "Moss"}]
    done = write(animals, new, mode="upsert", by=alice)
    assert (done.inserted, done.updated, done.skipped) == (1, 1, 1)
    assert species(animals) == ["Adelie", "King", "Gentoo", "Chinstrap", "Moss"]
    assert rows_of(animals)[1]["island"] is None  # the whole row is replaced


def test_an_update_sets_the_given_columns_and_leaves_out_what_is_not_there(animals, alice):
    done = write(animals, [{"id": 2, "mass": None}, {"id": 77, "mass": 1}], mode="update", by=alice)
    assert (done.inserted, done.updated, done.skipped) == (0, 1, 1)
    assert rows_of(animals)[1] == {"id": 2, "species": "Adelie", "island": "Biscoe", "mass": None}
    assert animals.row_count == 4


def test_a_unique_index_is_the_key_and_is_kept(animals, alice):
    columns.add_index(animals, columns=["species", "island"], unique=True)
    write(animals, [{"species": "Gentoo", "island": "Biscoe", "mass": 1}], mode="upsert", by=alice)
    assert rows_of(animals)[2]["mass"] == 1
    with pytest.raises(ValidationError, match="twice"):
        write(animals, [{"species": "Gentoo", "island": "Biscoe"}], mode="append", by=alice)
    with pytest.raises(ValidationError, match="twice"):
        columns.add_index(animals, columns=["species"], unique=True)


def test_without_a_key_an_upsert_says_what_is_missing(make_dataset, alice):
    dataset = make_dataset(csv="a,b\n1,2\n")
    with pytest.raises(ValidationError, match="unique index"):
        write(dataset, [{"a": 1}], mode="upsert", by=alice)


def test_columns_that_are_not_there_are_left_out_and_named(animals, alice):
    done = write(animals, [{"Species": "King", "wings": 2}], mode="append", by=alice)
    assert done.warning["ignored_columns"] == [{"column": "wings", "count": 1}]
    assert species(animals)[-1] == "King"
    with pytest.raises(ValidationError, match="None of these columns"):
        write(animals, [{"wings": 2}], mode="append", by=alice)


@pytest.mark.parametrize("value", ["many", {"a": 1}, [1], 1.5, 2**70])
def test_a_value_that_does_not_fit_changes_nothing(animals, alice, value):
    with pytest.raises(ValidationError) as refused:
        write(animals, [{"id": value}], mode="append", by=alice)
    assert "rows" in refused.value.message_dict
    assert "fit" in str(refused.value)
    assert animals.row_count == 4


def test_who_comes_second_builds_on_what_the_first_wrote(animals, alice):
    late = type(animals).objects.get(pk=animals.pk)
    write(animals, [{"id": 5}], mode="append", by=alice)
    table, _ = rewritten(late, late.columns, {}, None)
    assert not switch(late, table, by=alice)
    assert not default_storage.exists(table.key)
    write(late, [{"id": 6}], mode="append", by=alice)
    assert [row["id"] for row in rows_of(late)] == [1, 2, 3, 4, 5, 6]


def test_a_statement_says_the_columns_and_their_types():
    assert declared_columns(SCHEMA) == {
        "Sample, no": "VARCHAR", "age": "BIGINT", "mass": "DOUBLE", "seen": "BOOLEAN",
        "at": "TIMESTAMP WITH TIME ZONE", "day": "DATE", "order": "TIME",
    }  # fmt: skip
    for text in ("", "DROP TABLE x", 'CREATE TABLE x ("a" NONSENSE)', "CREATE TABLE ("):
        with pytest.raises(ValidationError):
            declared_columns(text)


def test_a_dataset_is_made_from_declared_columns(place, alice):
    row = {
        "Sample, no": "a", "age": 3, "mass": 1.5, "seen": True, "at": "2026-01-02T03:04:05+00:00",
        "day": "2026-01-02", "order": "03:04:05",
    }  # fmt: skip
    kinds = declared_columns(SCHEMA)
    dataset, done = create_with_columns(place(alice), name="Runs", kinds_of=kinds, rows=[row, {}])
    assert done is not None
    assert done.inserted == 2
    first, second = rows_of(dataset)
    assert first == {
        "sample_no": "a", "age": 3, "mass": 1.5, "seen": True, "at": "2026-01-02T03:04:05+00:00",
        "day": "2026-01-02", "order": "03:04:05",
    }  # fmt: skip
    assert set(second.values()) == {None}


def test_a_dataset_may_begin_empty(place, alice):
    dataset, done = create_with_columns(place(alice), name="Runs", kinds_of={"a": "BIGINT"})
    assert done is None
    assert rows_of(dataset) == []
    write(dataset, [{"a": 1}], mode="append", by=alice)
    assert rows_of(dataset) == [{"a": 1}]


def test_columns_are_added_changed_and_dropped(animals):
    columns.add(animals, name="Body Colour", change=Change(enum_values=["grey", "blue"]))
    columns.change(animals, "id", Change(new_name="Number", kind="text"))
    columns.drop(animals, "island")
    assert [column["name"] for column in animals.columns] == [
        "number", "species", "mass", "body_colour",
    ]  # fmt: skip
    assert rows_of(animals)[0] == {
        "number": "1", "species": "Adelie", "mass": 3750.0, "body_colour": None,
    }  # fmt: skip


def test_only_listed_values_go_into_a_column_of_values(animals, alice):
    columns.change(animals, "species", Change(enum_values=["Adelie", "Gentoo", "Chinstrap"]))
    with pytest.raises(ValidationError, match="none of the values"):
        write(animals, [{"species": "King"}], mode="append", by=alice)
    with pytest.raises(ValidationError, match="none of the values"):
        columns.change(animals, "island", Change(enum_values=["Dream"]))


def test_rows_that_name_nothing_are_left_out(place, alice, make_file, make_dataset):
    file, other = make_file(), make_dataset()
    dataset, done = create_with_columns(
        place(alice), name="Runs", kinds_of={"file": "VARCHAR"},
        rows=[{"file": str(file.pk)}, {"file": str(other.pk)}, {"file": "nonsense"}],
        refs={"file": {"kind": "asset", "asset_type": "file"}},
    )  # fmt: skip
    assert done is not None
    assert (done.inserted, done.skipped) == (1, 2)
    assert rows_of(dataset) == [{"file": str(file.pk)}]


def test_a_retype_that_loses_values_is_refused(animals):
    with pytest.raises(ValidationError):
        columns.change(animals, "species", Change(kind="bigint"))
    assert animals.columns[1]["type"] == "VARCHAR"
