import io

import pytest
from django.core.exceptions import ValidationError

from ouro_web.assets import blobs
from ouro_web.assets.deleting import delete
from ouro_web.datasets import tables
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError


@pytest.fixture
def from_csv(place, alice):
    def make(text):
        content = text if isinstance(text, bytes) else text.encode()
        return tables.create(place(alice), name="Table", csv=io.BytesIO(content))

    return make


@pytest.fixture
def from_rows(place, alice):
    def make(rows):
        return tables.create(place(alice), name="Table", rows=rows)

    return make


def kinds_of(dataset):
    return {column["name"]: column["type"] for column in dataset.columns}


def test_a_csv_becomes_typed_columns(from_csv):
    dataset = from_csv("id,name,mass (g),seen,day\n1,a,2.5,true,2026-01-02\n2,b,,false,2026-01-03")
    assert kinds_of(dataset) == {
        "id": "BIGINT", "name": "VARCHAR", "mass_g": "DOUBLE", "seen": "BOOLEAN", "day": "DATE",
    }  # fmt: skip
    assert dataset.row_count == 2
    assert dataset.table_name == "table"
    assert tables.rows(dataset, limit=10).rows == [
        [1, "a", 2.5, True, "2026-01-02"],
        [2, "b", None, False, "2026-01-03"],
    ]


def test_rows_become_typed_columns(from_rows):
    dataset = from_rows(
        [
            {"n": 1, "x": 1, "s": "a", "at": "2026-01-02T03:04:05Z", "deep": {"a": [1]}},
            {"n": 2, "x": 0.5, "s": "7", "at": None, "deep": None, "late": True},
        ]
    )
    assert kinds_of(dataset) == {
        "n": "BIGINT", "x": "DOUBLE", "s": "VARCHAR", "at": "TIMESTAMP WITH TIME ZONE",
        "deep": "VARCHAR", "late": "BOOLEAN",
    }  # fmt: skip
    [first, second] = tables.rows(dataset, limit=5).as_dicts()
    assert first["deep"] == '{"a": [1]}'
    assert first["at"].startswith("2026-01-02T03:04:05")
    assert second["s"] == "7"


def test_text_that_looks_like_numbers_stays_text_in_rows(from_rows):
    dataset = from_rows([{"code": "007", "big": 2**70, "mixed": 1}, {"mixed": "b"}])
    assert kinds_of(dataset) == {"code": "VARCHAR", "big": "DOUBLE", "mixed": "VARCHAR"}
    assert tables.rows(dataset, limit=5).rows[0][0] == "007"


def test_not_a_number_is_kept(from_rows):
    dataset = from_rows([{"x": float("nan")}, {"x": float("inf")}, {"x": 1.5}])
    assert tables.rows(dataset, limit=5).rows == [["nan"], ["inf"], [1.5]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("a,b\n1,2\n3,4,5\n", "Line 3 has 3 values; the first line has 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "does not read as a table"),
    ],
)
def test_a_csv_that_is_none_is_refused_in_words(from_csv, text, words):
    with pytest.raises(ValidationError) as refused:
        from_csv(text)
    [message] = refused.value.message_dict["csv"]
    assert words in message
    assert "/" not in message
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("rows", [[], [{}], [1, 2], [{"a": 1}, None]])
def test_rows_that_are_none_are_refused(from_rows, rows):
    with pytest.raises(ValidationError) as refused:
        from_rows(rows)
    assert "rows" in refused.value.message_dict


def test_column_names_are_snake_case_and_each_once():
    given = [
        "Temperature (K)",
        "temperature_k",
        "maxForce",
        "",
        "1x",
        "Größe",
        "a",
        "a",
        "filename",
    ]
    assert column_names(given) == [
        "temperature_k", "temperature_k_2", "max_force", "column_4", "_1x", "größe", "a", "a_2",
        "filename_2",
    ]  # fmt: skip


def test_pages_follow_one_another(make_dataset):
    numbers = "n\n" + "\n".join(str(number) for number in range(25))
    dataset = make_dataset(csv=numbers)
    page = tables.rows(dataset, limit=10)
    seen = [row[0] for row in page.rows]
    while page.next_offset is not None:
        page = tables.rows(dataset, limit=10, offset=page.next_offset)
        seen += [row[0] for row in page.rows]
    assert seen == list(range(25))
    assert [row[0] for row in tables.all_rows(dataset)] == seen


def test_rows_are_sorted_with_nulls_last(make_dataset):
    page = tables.rows(make_dataset(), limit=3, order="-mass")
    assert [row[3] for row in page.rows] == [3800.5, 3750.0, 3500.0]
    assert tables.rows(make_dataset(), limit=4, order="mass").rows[-1][3] is None


def test_sorting_by_a_column_that_is_not_there_is_refused(make_dataset):
    with pytest.raises(QueryRefusedError, match="no column"):
        tables.rows(make_dataset(), limit=3, order='id" --')


def test_deleting_a_dataset_deletes_its_bytes(make_dataset, django_capture_on_commit_callbacks):
    dataset = make_dataset()
    with django_capture_on_commit_callbacks(execute=True):
        delete(dataset.asset)
    assert not Dataset.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.open_blob(dataset.blob)
