"""Read-only SQL, against the sample attacks and the sample queries that must work."""

import hashlib
import json
import os
import threading
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from django.core.exceptions import ValidationError

from ouro_web.assets import blobs
from ouro_web.assets.blobs import local_path
from ouro_web.datasets import pool, query, tables
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.datasets.worker import open_table
from tests.conftest import SHARED

MARKERS = ["HASH_ALICE_7f3a", "DIGEST_9c1e", "SECRET_OTHER_51d0", "root:x:0"]
KINDS = {
    "integer": "BIGINT", "text": "VARCHAR", "double precision": "DOUBLE", "timestamp": "TIMESTAMP",
}  # fmt: skip

SAMPLES = SHARED / "cases" / "sql.json"
CASES = json.loads(SAMPLES.read_text()) if SAMPLES.exists() else {"attacks": [], "good": []}


def sql_of(case):
    if "generate" not in case:
        return case["sql"]
    made = case["generate"]
    middle = made["repeat"] * made["times"] + made["then"]
    return made["prefix"] + middle + made["close"] * made["close_times"]


@pytest.fixture(scope="module")
def parquet(tmp_path_factory, django_db_setup):
    """The sample table, written once."""
    fixture = CASES["meta"]["fixture"]
    columns = {name: KINDS[kind] for name, kind in fixture["columns"]}
    rows = [dict(zip(columns, row, strict=True)) for row in fixture["rows"]]
    return Path(local_path(tables.from_rows(rows, columns).key)).read_bytes()


@pytest.fixture
def species(parquet):
    return Dataset(blob=blobs.write("datasets", [parquet], largest=1 << 20).key)


def checksum(dataset):
    return hashlib.sha256(Path(local_path(dataset.blob)).read_bytes()).hexdigest()


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["id"])
def test_a_good_query_gives_its_result(species, case):
    result = query.run(species, case["sql"])
    assert result.columns == case["columns"]
    assert result.rows == case["rows"]


@pytest.mark.parametrize("case", CASES["attacks"], ids=lambda case: case["id"])
def test_an_attack_reaches_nothing(species, case, monkeypatch):
    before = checksum(species)
    with monkeypatch.context() as patch:
        if case["category"] == "bomb":
            patch.setattr(pool, "QUERY_SECONDS", 1)
        said = attempt(species, sql_of(case), expected=case["expect"])
    assert not [marker for marker in MARKERS if marker in said]
    assert os.path.dirname(local_path(species.blob)) not in said
    assert checksum(species) == before
    assert not list(Path("/tmp").glob("evil*"))
    assert query.run(species, "SELECT count(*) FROM {{table}}").rows == [[12]]


def attempt(dataset, sql, *, expected):
    try:
        result = query.run(dataset, sql)
    except QueryRefusedError as refused:
        assert expected != "harmless"
        return refused.sentence
    assert expected != "refuse"
    return json.dumps(result.rows)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{folder}/other.txt')",
        "SELECT * FROM '{folder}/other.txt'",
        "COPY dataset TO '{folder}/evil.csv'",
        "ATTACH '{folder}/evil.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_the_engine_itself_opens_nothing_else(species, tmp_path, sql):
    """Should the look at the query ever miss something."""
    (tmp_path / "other.txt").write_text("secret")
    with closing(open_table(str(local_path(species.blob)))) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(sql.format(folder=tmp_path)).fetchall()
        assert connection.execute("SELECT count(*) FROM dataset").fetchall() == [(12,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM sqlite_master",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_views",
        "WITH sqlite_schema AS (SELECT 1) SELECT * FROM sqlite_schema",
        "SELECT current_setting('allowed_paths')",
        "SELECT * FROM numbered",
        "SELECT * FROM main.dataset",
        "SELECT * FROM 'x.parquet'",
        "SELECT * FROM glob('*')",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM query('SELECT 1')",
        "SUMMARIZE sqlite_master",
        "SHOW TABLES",
        "INSTALL httpfs",
        "SET memory_limit = '10GB'",
        "EXPLAIN SELECT 1",
    ],
)
def test_the_engines_inside_stays_inside(make_dataset, sql):
    with pytest.raises(QueryRefusedError) as refused:
        query.run(make_dataset(), sql)
    assert "parquet" not in refused.value.sentence


def test_a_cte_that_writes_is_refused_with_the_reason(make_dataset):
    with pytest.raises(QueryRefusedError, match="Queries only read"):
        query.run(make_dataset(), "WITH d AS (DELETE FROM {{table}} RETURNING *) SELECT * FROM d")


def test_an_unknown_column_is_named_with_its_place(make_dataset):
    with pytest.raises(QueryRefusedError) as refused:
        query.run(make_dataset(), "SELECT id,\n  specie\nFROM {{table}}")
    assert refused.value.says == "There is no column “specie”."
    assert (refused.value.line, refused.value.column) == (2, 3)
    assert "“species”" in refused.value.hint


def test_positions_count_letters_not_bytes(make_dataset):
    with pytest.raises(QueryRefusedError) as refused:
        query.run(make_dataset(), "SELECT 'é✓', nope FROM {{table}}")
    assert (refused.value.line, refused.value.column) == (1, 14)


def test_a_refusal_is_a_validation_error_at_the_sql(make_dataset):
    with pytest.raises(ValidationError) as refused:
        query.run(make_dataset(), "SELEC 1")
    assert list(refused.value.message_dict) == ["sql"]


def test_summarize_describes_the_table(make_dataset):
    result = query.run(make_dataset(), "SUMMARIZE {{table}}")
    assert [row[0] for row in result.rows] == ["id", "species", "island", "mass"]


def test_rows_stop_at_the_limit(make_dataset):
    result = query.run(make_dataset(), "SELECT * FROM range(1000)", max_rows=10)
    assert len(result.rows) == 10
    assert result.truncated


def test_a_result_stops_at_so_many_bytes(make_dataset, monkeypatch):
    monkeypatch.setattr(query, "MAX_BYTES", 5_000)
    result = query.run(make_dataset(), "SELECT repeat('x', 1000) FROM range(100)")
    assert result.truncated
    assert len(result.rows) < 6


def test_values_json_cannot_hold_keep_their_sense(make_dataset):
    sql = (
        "SELECT 'nan'::double a, '-inf'::double b, 2::hugeint ** 100 AS c, DATE '2020-02-03' d,"
        " TIMESTAMP '2020-02-03 04:05:06' e, 0.1::decimal(3,1) f, 170141183460469231731::hugeint g"
    )
    [row] = query.run(make_dataset(), sql).rows
    assert row[0:2] == ["nan", "-inf"]
    assert row[3:] == ["2020-02-03", "2020-02-03T04:05:06", 0.1, 170141183460469231731]


def test_a_memory_bomb_ends_its_worker_only(make_dataset):
    dataset = make_dataset()
    bomb = "SELECT string_agg(repeat('x', 100000), '') FROM range(100000)"
    with pytest.raises(QueryRefusedError, match="memory"):
        query.run(dataset, bomb)
    assert query.run(dataset, "SELECT count(*) FROM {{table}}").rows == [[4]]


def test_a_time_bomb_is_killed_and_its_worker_replaced(make_dataset, monkeypatch):
    dataset = make_dataset()
    bomb = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t"
    with monkeypatch.context() as patch:
        patch.setattr(pool, "QUERY_SECONDS", 1)
        with pytest.raises(QueryRefusedError, match="took longer than 1 seconds"):
            query.run(dataset, bomb)
    assert query.run(dataset, "SELECT count(*) FROM {{table}}").rows == [[4]]


def test_a_third_query_of_one_person_waits_for_its_turn(make_dataset, alice):
    dataset = make_dataset()
    with query.one_of_few(alice.pk), query.one_of_few(alice.pk):
        with pytest.raises(QueryRefusedError, match="Two of your queries"):
            query.run(dataset, "SELECT 1", person=alice.pk)
        assert query.run(dataset, "SELECT 1", person="somebody else").rows == [[1]]
    assert query.run(dataset, "SELECT 1", person=alice.pk).rows == [[1]]


def test_many_threads_share_the_workers(make_dataset):
    dataset = make_dataset()
    found = []

    def ask(number):
        found.append(
            query.run(dataset, f"SELECT {number} + count(*) FROM {{{{table}}}}").rows[0][0]
        )

    threads = [threading.Thread(target=ask, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [number + 4 for number in range(12)]


def test_a_worker_that_died_is_replaced_without_anybody_noticing(make_dataset):
    dataset = make_dataset()
    query.run(dataset, "SELECT 1")
    for worker in pool.readers.idle:
        worker.process.kill()
        worker.process.wait()
    assert query.run(dataset, "SELECT count(*) FROM {{table}}").rows == [[4]]
