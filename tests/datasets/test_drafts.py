"""Files of every kind that become tables, with the columns looked at before."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from ouro_web.datasets import drafts, importer, imports, sources, tables
from ouro_web.datasets.drafts import Choice
from ouro_web.datasets.models import Dataset, Draft
from ouro_web.datasets.writing import write

ROWS: list[dict[str, Any]] = [
    {"Sample no": 1, "mass (g)": 2.5, "seen": True, "day": "2026-01-02", "note": "a, b"},
    {"Sample no": 2, "mass (g)": None, "seen": False, "day": "2026-01-03", "note": "ü"},
]
TYPES = {
    "sample_no": "BIGINT", "mass_g": "DOUBLE", "seen": "BOOLEAN", "day": "DATE", "note": "VARCHAR",
}  # fmt: skip
VALUES = [[1, 2.5, True, "2026-01-02", "a, b"], [2, None, False, "2026-01-03", "ü"]]


def as_csv(separator: str, encoding: str) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(ROWS[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(ROWS)
    return target.getvalue().encode(encoding)


def as_parquet(rows: list[dict[str, Any]], **casts: str) -> bytes:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.json"), Path(folder, "rows.parquet")
        source.write_text(json.dumps(rows))
        changed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in casts.items())
        chosen = f"* REPLACE ({changed})" if changed else "*"
        duckdb.sql(f"COPY (SELECT {chosen} FROM read_json('{source}')) TO '{target}'")
        return target.read_bytes()


def as_sheet() -> bytes:
    """The least that a spreadsheet program takes for a workbook."""
    cells = [list(ROWS[0]), *([row[key] for key in row] for row in ROWS)]
    rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in cells)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a"'
        f' Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="First" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="a" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as book:
        for name, text in parts.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return target.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


FILES = {
    "a.csv": as_csv(",", "utf-8"),
    "semicolon.csv": as_csv(";", "utf-8-sig"),
    "a.tsv": as_csv("\t", "utf-8"),
    "old.csv": as_csv(",", "cp1252"),
    "excel.txt": as_csv("\t", "utf-16"),
    "a.json": json.dumps(ROWS).encode(),
    "a.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "a.parquet": as_parquet(ROWS, day="DATE"),
    "a.xlsx": as_sheet(),
}


@pytest.fixture
def kept(alice):
    def keep(filename: str, content: bytes | str, **more) -> Draft:
        data = content.encode() if isinstance(content, str) else content
        return drafts.keep(alice, io.BytesIO(data), filename=filename, **more)

    return keep


@pytest.fixture
def make(place, alice):
    """Import it with the columns as they were found, or with these types."""

    def make(draft: Draft, *types: str, names: list[str] | None = None) -> Draft:
        found = [column["type"] for column in draft.columns]
        called = names or [column["name"] for column in draft.columns]
        columns = drafts.chosen_columns(draft, Choice(called, list(types) or found))
        where = drafts.new_dataset(place(alice), name="Made", description="")
        drafts.begin(draft, columns, **where)
        return draft

    return make


@pytest.mark.parametrize("filename", FILES)
def test_each_kind_of_file_becomes_the_same_table(kept, make, filename):
    draft = kept(filename, FILES[filename])
    assert {column["name"]: column["type"] for column in draft.columns} == TYPES
    assert draft.sample == VALUES
    made = make(draft).made
    assert made is not None
    assert tables.rows(made, limit=5).rows == VALUES
    assert draft.state == Draft.State.DONE
    assert not default_storage.exists(draft.blob)


def test_types_and_names_are_changed_and_columns_left_out(kept, make):
    draft = kept("a.csv", "id,code,x\n1,007,a\n2,010,b\n")
    assert [column["type"] for column in draft.columns] == ["BIGINT", "VARCHAR", "VARCHAR"]
    made = make(draft, "DOUBLE", "VARCHAR", "", names=["Number", "code", ""]).made
    assert made is not None
    assert made.columns == [
        {"name": "number", "type": "DOUBLE"}, {"name": "code", "type": "VARCHAR"},
    ]  # fmt: skip
    assert tables.rows(made, limit=5).rows == [[1.0, "007"], [2.0, "010"]]


def test_a_value_that_does_not_fit_the_chosen_type_is_named(kept, make):
    draft = make(kept("a.csv", "a,b\n1,x\n2,y\n"), "BIGINT", "BIGINT")
    assert draft.state == Draft.State.REVIEW
    assert draft.error == "Line 2: “x” in the column “b” is no whole number."
    assert make(draft).made is not None


def test_what_cannot_be_found_out_can_be_told(kept, make):
    draft = kept("a.csv", "1;n/a;x\n2;5;y\n")
    drafts.read_again(draft, {"delimiter": ";", "header": False, "nulls": ["n/a"]})
    assert [column["type"] for column in draft.columns] == ["BIGINT", "BIGINT", "VARCHAR"]
    made = make(draft).made
    assert made is not None
    assert tables.rows(made, limit=5).rows == [[1, None, "x"], [2, 5, "y"]]


def test_a_late_value_of_another_type_widens_the_column_of_a_large_file(place, alice):
    numbers = b"".join(b"%d,%s\n" % (number, b"x" * 400) for number in range(22_000))
    made = tables.create(
        place(alice), name="Late", csv=io.BytesIO(b"n,x\n" + numbers + b"late,y\n")
    )
    assert len(numbers) > importer.SMALL
    assert sources.SAMPLE < 22_000
    assert made.columns[0] == {"name": "n", "type": "VARCHAR"}
    assert made.row_count == 22_001


def test_nested_values_become_json_text(kept, make):
    rows: list[dict[str, Any]] = [{"a": {"b": [1, 2]}, "c": [1]}, {"a": None, "c": []}]
    for name, content in (("a.json", json.dumps(rows).encode()), ("a.parquet", as_parquet(rows))):
        made = make(kept(name, content)).made
        assert made is not None
        [first, _] = tables.rows(made, limit=2).as_dicts()
        assert json.loads(first["a"]) == {"b": [1, 2]}
        assert json.loads(first["c"]) == [1]


@pytest.mark.parametrize(
    ("filename", "content", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\x00\x01\x02" * 10, "does not read as a table"),
        ("a.json", b'{"a": ', "does not read as a table"),
        ("a.json", b"[1, 2, 3]", "no list of objects"),
        ("a.parquet", b"PAR1 and nothing else", "does not read as a table"),
        ("a.xlsx", b"PK\x03\x04 and nothing else", "Excel"),
    ],
    ids=["empty", "bytes", "half-json", "numbers", "half-parquet", "half-sheet"],
)
def test_what_is_no_table_is_refused_in_words(kept, filename, content, words):
    with pytest.raises(ValidationError) as refused:
        kept(filename, content)
    assert words in refused.value.message_dict["file"][0]
    assert not Draft.objects.exists()


def test_a_delivery_that_comes_twice_makes_one_dataset(kept, make):
    draft = kept("a.csv", "a\n1\n")
    make(draft)
    imports.carry_out(draft.pk)
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.RUNNING)
    imports.carry_out(draft.pk)
    assert Dataset.objects.count() == 1


def test_an_import_that_was_lost_is_handed_out_again(kept, make, monkeypatch):
    monkeypatch.setattr(drafts, "AT_ONCE", 0)
    draft = make(kept("a.csv", "a\n1\n"))
    assert draft.state == Draft.State.QUEUED
    drafts.look_after(draft)
    assert Draft.objects.get(pk=draft.pk).heard_at is None
    Draft.objects.update(state="running", heard_at="2026-01-01T00:00:00Z")
    drafts.look_after(draft)
    assert Draft.objects.get(pk=draft.pk).state == Draft.State.QUEUED
    imports.carry_out(draft.pk)
    assert Draft.objects.get(pk=draft.pk).made is not None


def test_rows_of_a_file_are_added_or_replace_the_present(make_dataset, kept):
    animals = make_dataset()
    draft = kept("more.csv", "ID,Species,wings\n4,King,2\n9,Emperor,2\n", target=animals)
    columns = drafts.chosen_columns(draft, Choice(["id", "species", "wings"], ["VARCHAR"] * 3))
    drafts.begin(draft, columns, mode="upsert")
    assert draft.choice["done"] == {"mode": "upsert", "inserted": 1, "updated": 1, "skipped": 0}
    assert draft.choice["warning"]["ignored_columns"] == [{"column": "wings", "count": 1}]
    animals.refresh_from_db()
    assert [row[:2] for row in tables.rows(animals, limit=9).rows][3:] == [
        [4, "King"], [9, "Emperor"],
    ]  # fmt: skip


def test_the_checksum_is_that_of_the_stored_file(make_dataset):
    dataset = make_dataset()
    write(dataset, [{"id": 9}], mode="append", by=dataset.owner)
    with default_storage.open(dataset.blob) as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == dataset.sha256


def test_row_groups_are_small_enough_for_quick_pages(place, alice):
    content = "n\n" + "\n".join(map(str, range(100_000)))
    dataset = tables.create(place(alice), name="Long", csv=io.BytesIO(content.encode()))
    path = default_storage.path(dataset.blob)
    counted = f"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{path}')"
    assert duckdb.connect().execute(counted).fetchone() == (3,)
