"""Datasets with the official client."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import numpy as np
import ouro
import pandas as pd
import pytest

PENGUINS = [
    {"id": 1, "Species": "Adelie", "mass (g)": 3750.0},
    {"id": 2, "Species": "Gentoo", "mass (g)": 5000.5},
    {"id": 3, "Species": "Gentoo", "mass (g)": None},
]


@pytest.fixture
def ours(client_for, alice):
    return client_for(alice)


@pytest.fixture
def make(ours, unique):
    def make(data=None, **fields):
        fields = {"name": unique("penguins"), "visibility": "public", **fields}
        return ours.datasets.create(data=PENGUINS if data is None else data, **fields)

    return make


def rows_of(ours, dataset):
    return ours.datasets.list_rows(str(dataset.id), limit=1000).data


def test_a_dataset_is_made_with_its_rows(ours, make):
    made = make(description="Of three islands")
    assert (made.row_ingest.inserted, made.row_ingest.skipped) == (3, 0)
    assert made.metadata.columns == ["id", "species", "mass_g"]
    assert made.metadata.table_name.startswith("penguins")
    assert made.preview[0] == {"id": 1, "species": "Adelie", "mass_g": 3750.0}
    read = ours.datasets.retrieve(str(made.id))
    assert read.description.text == "Of three islands"
    assert read.preview[2]["mass_g"] is None
    assert [(column.name, column.type) for column in ours.datasets.schema(str(made.id))] == [
        ("id", "bigint"), ("species", "text"), ("mass_g", "double precision"),
    ]  # fmt: skip
    stats = ours.datasets.stats(str(made.id))
    assert (stats.count, stats.column_count) == (3, 3)
    assert made.id in {hit.id for hit in ours.datasets.list(query=made.name)}


def test_every_type_of_a_data_frame_comes_back(ours, make):
    frame = pd.DataFrame(
        {
            "whole": [1, 2**53 + 1], "real": [0.1, np.nan], "yes": [True, False],
            "word": ["naïve 雪", ""], "moment": pd.to_datetime(["2026-01-02T03:04:05Z", None]),
            "day": [date(2026, 1, 2), None], "deep": [{"a": [1]}, None], "mixed": [1, "two"],
            "order": ["reserved", "words"], "select": [1.5, 2.0],
        }
    )  # fmt: skip
    made = make(frame)
    first, second = rows_of(ours, made)
    assert first == {
        "whole": 1, "real": 0.1, "yes": True, "word": "naïve 雪",
        "moment": "2026-01-02T03:04:05+00:00", "day": "2026-01-02", "deep": '{"a": [1]}',
        "mixed": "1", "order": "reserved", "select": 1.5,
    }  # fmt: skip
    assert second["whole"] == 2**53 + 1
    assert second["real"] is None
    assert second["word"] is None
    back = ours.datasets.query(str(made.id))
    assert back["moment"][0] == date(2026, 1, 2)
    assert list(back["yes"]) == [True, False]


@pytest.mark.filterwarnings("ignore:the 'timedelta' type is not supported")
def test_every_further_type_of_pandas_comes_back(ours, make):
    frame = pd.DataFrame(
        {
            "small": pd.array([1, -2], dtype="int8"), "wide": pd.array([1, 2**32 - 1], "uint32"),
            "nullable": pd.array([1, None], dtype="Int64"),
            "single": pd.array([0.5, np.nan], dtype="float32"),
            "flag": pd.array([True, None], dtype="boolean"),
            "word": pd.array(["a", None], dtype="string"),
            "kind": pd.Categorical(["x", "y"]), "exact": [Decimal("1.50"), None],
            "zoned": pd.to_datetime(["2026-01-02T03:04", None]).tz_localize("Europe/Oslo"),
            "clock": [time(1, 2, 3), None], "span": pd.to_timedelta(["1 days", None]),
            "month": pd.PeriodIndex(["2026-01", "2026-02"], freq="M"), "key": [UUID(int=1), None],
            "infinite": [float("inf"), 1.0], "listed": [[1, 2], None],
        }
    )  # fmt: skip
    first, second = rows_of(ours, make(frame))
    assert first == {
        "small": 1, "wide": 1, "nullable": 1, "single": 0.5, "flag": True, "word": "a", "kind": "x",
        "exact": "1.50", "zoned": "2026-01-02T02:04:00+00:00", "clock": "01:02:03",
        "span": "1 days 00:00:00", "month": "2026-01", "key": str(UUID(int=1)), "infinite": None,
        "listed": "[1, 2]",
    }  # fmt: skip
    assert (second["small"], second["wide"], second["infinite"]) == (-2, 2**32 - 1, 1.0)
    empty = ["nullable", "single", "flag", "word", "exact", "clock", "span", "key", "listed"]
    assert {name: second[name] for name in empty} == dict.fromkeys(empty)


def test_sql_answers_with_rows(ours, make):
    made = make()
    frame = ours.datasets.query(
        str(made.id),
        "SELECT species, count(*) AS n, avg(mass_g) AS mean FROM {{table}} GROUP BY 1 ORDER BY 1",
    )
    assert frame.to_dict("records") == [
        {"species": "Adelie", "n": 1, "mean": 3750.0},
        {"species": "Gentoo", "n": 2, "mean": 5000.5},
    ]
    assert "{{table}}" in frame.attrs["sql"]


def test_a_query_is_read_page_by_page(ours, make):
    made = make([{"n": number} for number in range(25)])
    sql = "SELECT n FROM {{table}} WHERE n >= 5 ORDER BY n;"
    page = ours.datasets.list_rows(str(made.id), sql=sql, limit=8, offset=8)
    assert [row["n"] for row in page.data] == list(range(13, 21))
    assert (page.total, page.has_more) == (20, True)
    assert page.sql == sql
    last = ours.datasets.list_rows(str(made.id), sql=sql, limit=8, offset=16)
    assert (len(last.data), last.has_more) == (4, False)


def test_the_result_of_a_query_may_be_larger_than_one_answer(ours, make):
    made = make([{"n": 1}])
    sql = "SELECT i FROM {{table}}, range(30000) AS t(i) ORDER BY i -- all of them"
    page = ours.datasets.list_rows(str(made.id), sql=sql, limit=3, offset=29_998)
    assert [row["i"] for row in page.data] == [29_998, 29_999]
    assert (page.total, page.has_more) == (30_000, False)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", "cannot be read"),
        ("SELECT specis FROM {{table}}", "Did you mean"),
        ("DROP TABLE {{table}}", "read-only"),
        ("SELECT * FROM read_csv('/etc/passwd')", "Only {{table}}"),
    ],
)
def test_a_mistake_in_sql_is_said_in_words(ours, make, sql, words):
    made = make()
    with pytest.raises(ouro.BadRequestError) as refused:
        ours.datasets.query(str(made.id), sql)
    assert words in str(refused.value)
    assert refused.value.code == "invalid_sql"


def test_questions_in_words_are_refused_plainly(ours, make):
    with pytest.raises(ouro.BadRequestError, match="writes no SQL"):
        ours.datasets.query(str(make().id), prompt="heavy ones")


def test_all_rows_come_over_many_pages(ours, make):
    made = make([{"n": number} for number in range(2500)])
    assert list(ours.datasets.query(str(made.id))["n"]) == list(range(2500))
    page = ours.datasets.list_rows(str(made.id), limit=1000)
    after = ours.datasets.list_rows(str(made.id), limit=1000, cursor=page.next_cursor)
    assert after.data[0] == {"n": 1000}
    last = ours.datasets.list_rows(str(made.id), limit=1000, offset=2000)
    assert (last.next_cursor, last.has_more) == (None, False)


def test_rows_are_appended_overwritten_upserted_and_updated(ours, make):
    made = make()
    pk = str(made.id)
    added = ours.datasets.update(pk, data=[{"id": 4, "Species": "King", "wings": 2}])
    assert added.row_ingest.inserted == 1
    assert added.ingest_warning["ignored_columns"] == [{"column": "wings", "count": 1}]
    done = ours.datasets.update(
        pk, data=[{"id": 4, "species": "Rock"}, {"id": 5, "species": "Moss"}], data_mode="upsert"
    )
    assert (done.row_ingest.inserted, done.row_ingest.updated) == (1, 1)
    done = ours.datasets.update(
        pk, data=[{"id": 1, "mass_g": 9.0}, {"id": 99, "mass_g": 1.0}], data_mode="update"
    )
    assert (done.row_ingest.updated, done.row_ingest.skipped) == (1, 1)
    assert [row["species"] for row in rows_of(ours, made)] == [
        "Adelie", "Gentoo", "Gentoo", "Rock", "Moss",
    ]  # fmt: skip
    ours.datasets.update(pk, data=[{"id": 7}], data_mode="overwrite")
    assert rows_of(ours, made) == [{"id": 7, "species": None, "mass_g": None}]


def test_rows_and_words_change_in_one_call(ours, make, unique):
    made, name = make(), unique("renamed")
    done = ours.datasets.update(str(made.id), name=name, data=[{"id": 9}])
    assert done.name == name
    assert done.row_ingest.inserted == 1


def test_values_that_do_not_fit_are_refused_and_nothing_changes(ours, make):
    made = make()
    with pytest.raises(ouro.BadRequestError):
        ours.datasets.update(str(made.id), data=[{"id": "many"}])
    assert len(rows_of(ours, made)) == 3


def test_a_large_table_comes_in_several_bodies(ours, make):
    rows = [{"n": number, "text": "x" * 400} for number in range(20_000)]  # over 8 MB
    made = make(rows)
    assert made.row_ingest.inserted == 20_000
    assert ours.datasets.stats(str(made.id)).count == 20_000


def test_writers_at_once_lose_no_rows(ours, make):
    made = make([{"n": 0}])

    def append(number):
        ours.datasets.update(str(made.id), data=[{"n": number}])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(1, 9)))
    assert sorted(row["n"] for row in rows_of(ours, made)) == list(range(9))


def test_columns_are_added_changed_and_dropped(ours, make):
    made = make()
    pk = str(made.id)
    ours.datasets.add_column(pk, "Colour of beak", enum_values=["red", "black"])
    ours.datasets.add_column(pk, "seen", type="timestamptz")
    ours.datasets.update_column(pk, "mass_g", new_name="grams", type="text")
    ours.datasets.drop_column(pk, "species")
    columns = {column.name: column for column in ours.datasets.schema(pk)}
    assert list(columns) == ["id", "grams", "colour_of_beak", "seen"]
    assert columns["grams"].type == "text"
    assert columns["colour_of_beak"].semantic_type == "enum"
    assert columns["colour_of_beak"].enum_values == ["red", "black"]
    assert columns["seen"].type == "timestamp with time zone"
    with pytest.raises(ouro.BadRequestError, match="none of the values"):
        ours.datasets.update(pk, data=[{"colour_of_beak": "blue"}])
    with pytest.raises(ouro.NotFoundError):
        ours.datasets.drop_column(pk, "nothing")


def test_indexes_are_kept_and_a_unique_one_is_the_key(ours, make):
    made = make(indexes=["species"])
    pk = str(made.id)
    with pytest.raises(ouro.BadRequestError, match="twice"):
        ours.datasets.create_index(pk, "species", unique=True)
    key = ours.datasets.create_index(pk, ["id", "species"], unique=True)
    assert key.is_unique
    assert ours.datasets.create_index(pk, ["id", "species"], unique=True).name == key.name
    assert [index.columns for index in ours.datasets.list_indexes(pk)] == [
        ["species"], ["id", "species"],
    ]  # fmt: skip
    ours.datasets.drop_index(pk, key.name)
    assert len(ours.datasets.list_indexes(pk)) == 1


def test_references_lead_to_things(ours, make, client_for, carol):
    target = make()
    hidden = client_for(carol).datasets.create(name="Hidden", visibility="private", data=[{"a": 1}])
    made = make(
        [{"of": str(target.id)}, {"of": str(hidden.id)}, {"of": None}], refs={"of": "dataset"}
    )
    assert (made.row_ingest.inserted, made.row_ingest.skipped) == (2, 1)
    assert "1 rows" in made.ingest_warning["message"]
    page = ours.datasets.list_rows(str(made.id), resolve_refs=True)
    found = page.resolved_refs["of"][str(target.id)]
    assert (found.name, found.asset_type) == (target.name, "dataset")
    [column] = ours.datasets.schema(str(made.id))
    assert (column.semantic_type, column.ref_kind, column.asset_type) == (
        "reference", "asset", "dataset",
    )  # fmt: skip


def test_columns_become_references_and_sets_of_values_later(ours, make):
    target = make()
    made = make([{"of": str(target.id), "state": "open"}])
    changed = ours.datasets.update(
        str(made.id), refs={"of": "asset"}, enum_columns={"state": ["open", "done"]}
    )
    assert changed.metadata.refs["of"].kind == "asset"
    kinds = [column.semantic_type for column in ours.datasets.schema(str(made.id))]
    assert kinds == ["reference", "enum"]
    with pytest.raises(ouro.BadRequestError):
        ours.datasets.update(str(target.id), refs={"species": "asset"})


def test_views_are_saved_tried_and_dropped(ours, make):
    pk = str(make().id)
    config = {
        "type": "bar", "category": {"dataKey": "species"}, "series": [{"dataKey": "n"}],
    }  # fmt: skip
    sql = "SELECT species, count(*) AS n FROM {{table}} GROUP BY 1 ORDER BY 1"
    view = ours.datasets.create_view(pk, "How many", sql_query=sql, config=config)
    assert view.sample_rows[0] == {"species": "Adelie", "n": 1}
    assert view.warnings == []
    changed = ours.datasets.update_view(
        pk, str(view.id), config={**config, "series": [{"dataKey": "missing"}]}
    )
    assert "missing" in changed.warnings[0]
    assert [each.name for each in ours.datasets.list_views(pk)] == ["How many"]
    with pytest.raises(ouro.BadRequestError):
        ours.datasets.create_view(pk, "Wrong", sql_query="SELECT nothing FROM {{table}}")
    ours.datasets.delete_view(pk, str(view.id))
    assert ours.datasets.list_views(pk) == []


def test_who_has_a_role_is_told_to_admins(ours, make, client_for, carol, bob, alice):
    made = make(visibility="private")
    ours.assets.share(str(made.id), carol.id, role="write")
    found = {str(each.user_id): each.role for each in ours.datasets.permissions(str(made.id))}
    assert found == {alice.id: "admin", carol.id: "write"}
    theirs = client_for(carol)
    assert theirs.datasets.update(str(made.id), data=[{"id": 8}]).row_ingest.inserted == 1
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.datasets.permissions(str(made.id))
    with pytest.raises(ouro.NotFoundError):
        client_for(bob).datasets.query(str(made.id))


def test_a_dataset_is_deleted(ours, make):
    pk = str(make().id)
    assert ours.datasets.delete(pk, dry_run=True).dry_run
    ours.datasets.delete(pk)
    with pytest.raises(ouro.NotFoundError):
        ours.datasets.retrieve(pk)


def test_moments_without_a_zone_are_taken_as_universal_time(ours, make):
    made = make(pd.DataFrame({"at": [datetime(2026, 1, 2, 3, 4)]}))  # noqa: DTZ001 - the case
    assert rows_of(ours, made) == [{"at": "2026-01-02T03:04:00+00:00"}]
