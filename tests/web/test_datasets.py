"""The pages of datasets: making one, its rows, its schema, SQL, downloads."""

import csv
import io
import json
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ouro_web.datasets import drafts, imports, query, snapshots
from ouro_web.datasets.models import Dataset, Draft


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_becomes_a_dataset_after_its_columns_were_seen(signed_in, alice):
    browser = signed_in(alice)
    sent = SimpleUploadedFile("scan one.csv", b"Sample,2 theta,code\nA,1.5,1\nB,,2\n")
    review = browser.post("/datasets/new", {"file": sent})
    assert review.status_code == 302
    html = browser.get(review.url).content.decode()
    assert 'value="_2_theta"' in html
    assert '<option value="DOUBLE" selected>' in html
    assert not Dataset.objects.exists()
    wanted = {
        "column": ["Sample", "angle", "code"], "type": ["VARCHAR", "DOUBLE", ""],
        "name": "Scan one", "visibility": "private", "_do": "take",
    }  # fmt: skip
    assert browser.post(review.url, wanted).url == review.url
    made = browser.get(review.url)
    dataset = Dataset.objects.get()
    assert made.url == dataset.get_absolute_url() == "/datasets/alice/scan-one"
    assert [column["name"] for column in dataset.columns] == ["sample", "angle"]
    assert dataset.row_count == 2


def test_what_does_not_fit_comes_back_with_all_that_was_chosen(signed_in, alice):
    browser = signed_in(alice)
    review = browser.post("/datasets/new", {"text": "a;b\n1;x\n"}).url
    wanted = {
        "column": ["first", "second"], "type": ["BIGINT", "DATE"], "name": "Pasted",
        "visibility": "private", "description": "kept words",
    }  # fmt: skip
    response = browser.post(review, wanted)
    html = response.content.decode()
    assert response.status_code == 422
    assert "“x” in the column “b” is no date" in html
    assert "kept words" in html
    assert 'value="second"' in html
    assert browser.post(review, {"_do": "read", "delimiter": ","}).status_code == 302
    assert "a;b" in browser.get(review).content.decode()
    assert browser.post(review, {"_do": "discard"}).url == "/datasets/"
    assert browser.get(review).status_code == 404


def test_a_file_that_is_here_becomes_a_dataset(signed_in, alice, carol, make_file):
    file = make_file("rows.json", b'[{"a": 1}]', visibility="private")
    browser = signed_in(alice)
    assert "rows.json" in browser.get(f"/datasets/new?file={file.pk}").content.decode()
    review = browser.post("/datasets/new", {"from": file.pk})
    assert "JSON" in browser.get(review.url).content.decode()
    browser.force_login(carol)
    assert browser.post("/datasets/new", {"from": file.pk}).status_code == 422
    assert browser.get(review.url).status_code == 404


def test_a_large_import_shows_how_far_it_is(signed_in, alice, monkeypatch):
    monkeypatch.setattr(drafts, "AT_ONCE", 0)
    browser = signed_in(alice)
    review = browser.post("/datasets/new", {"text": "a\n1\n"}).url
    taken = {"column": ["a"], "type": ["BIGINT"], "name": "Large", "visibility": "private"}
    assert browser.post(review, taken).status_code == 302
    assert "Waiting for its turn" in browser.get(review).content.decode()
    Draft.objects.update(state="running", percent=42.4)
    part = browser.get(f"{review}?part=progress", headers={"HX-Request": "true"})
    assert 'value="42"' in part.content.decode()
    assert "<html" not in part.content.decode()
    Draft.objects.update(state="queued")
    imports.carry_out(Draft.objects.get().pk)
    done = browser.get(f"{review}?part=progress", headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == Dataset.objects.get().get_absolute_url()


def test_a_dataset_begins_with_columns_only(signed_in, alice):
    browser = signed_in(alice)
    given = {"name": "Plan", "visibility": "private", "column": ["a", "", "b c"],
             "type": ["BIGINT", "VARCHAR", "DATE"]}  # fmt: skip
    assert browser.post("/datasets/new/empty", given).status_code == 302
    dataset = Dataset.objects.get()
    assert [(one["name"], one["type"]) for one in dataset.columns] == [
        ("a", "BIGINT"), ("b_c", "DATE"),
    ]  # fmt: skip
    assert "no rows" in browser.get(dataset.get_absolute_url()).content.decode()
    twice = browser.post("/datasets/new/empty", given | {"column": ["a", "A", ""]})
    assert twice.status_code == 422
    assert "same name" in twice.content.decode()


def test_rows_are_added_from_a_file(signed_in, alice, rita, make_dataset):
    dataset = make_dataset()
    browser = signed_in(alice)
    review = browser.post(f"{dataset.get_absolute_url()}/add", {"text": "id,species\n9,King\n"})
    html = browser.get(review.url).content.decode()
    assert "The key is <code>id</code>" in html
    wanted = {"column": ["id", "species"], "type": ["BIGINT", "VARCHAR"], "mode": "append"}
    browser.post(review.url, wanted)
    dataset.refresh_from_db()
    assert dataset.row_count == 5
    browser.force_login(rita)
    assert browser.get(f"{dataset.get_absolute_url()}/add").status_code == 403


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a file, or paste rows."),
        ({"text": "a,b\n1,2\n3,4,5\n"}, "Line 3 has 3 values"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "The file is empty."),
    ],
    ids=["nothing", "ragged", "empty"],
)
def test_what_is_no_table_is_refused_with_the_input_intact(signed_in, alice, data, words):
    response = signed_in(alice).post("/datasets/new", data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert data.get("text", "")[:3] in response.content.decode()
    assert not Draft.objects.exists()


def test_making_one_needs_an_account(client, db):
    assert client.get("/datasets/new").status_code == 302


def test_the_page_shows_rows_with_types_and_null(signed_in, alice, make_dataset):
    html = signed_in(alice).get(make_dataset().get_absolute_url()).content.decode()
    assert "Torgersen" in html
    assert "<small>double</small>" in html
    assert '<span class="nul">null</span>' in html
    assert "Rows 1 to 4 of 4" in html


def test_rows_are_sorted_and_paged_on_the_server(signed_in, alice, make_dataset):
    numbers = "n,square\n" + "\n".join(f"{n},{n * n}" for n in range(120))
    dataset = make_dataset(csv=numbers)
    client, address = signed_in(alice), dataset.get_absolute_url()
    last = client.get(f"{address}?from=100").context
    assert (last["first"], last["last"], last["after"]) == (101, 120, "")
    down = client.get(f"{address}?sort=-n").context
    assert [row[0].text for _, row in down["rows"][:2]] == ["119", "118"]
    assert down["columns"][0].order == "descending"
    assert down["after"] == f"{address}?sort=-n&from=50"


@pytest.mark.parametrize(
    "asked", ["from=-1", "from=abc", "from=99999999999999999999", "sort=nope", "sort=", "from=²"]
)
def test_a_page_that_is_not_there_shows_one_that_is(signed_in, alice, make_dataset, asked):
    page = signed_in(alice).get(f"{make_dataset().get_absolute_url()}?{asked}")
    assert page.status_code == 200
    assert page.context["grid"].rows


def test_htmx_gets_the_rows_only(signed_in, alice, make_dataset):
    address = f"{make_dataset().get_absolute_url()}?sort=id&part=rows"
    html = signed_in(alice).get(address, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<div id="rows"')
    assert "<html" not in html
    assert "part=rows" not in html.split('hx-push-url="')[1].split('"')[0]


def test_values_are_escaped(signed_in, alice, make_dataset):
    dataset = make_dataset(csv='"<b>x</b>"\n<script>alert(1)</script>\n')
    for tab in ("", "/schema", "/sql?sql=select+*+from+{{table}}"):
        html = signed_in(alice).get(dataset.get_absolute_url() + tab).content.decode()
        assert "<script>alert" not in html


def test_the_schema_lists_columns(signed_in, alice, make_dataset):
    html = signed_in(alice).get(f"{make_dataset().get_absolute_url()}/schema").content.decode()
    assert "<code>island</code>" in html
    assert "double" in html


# SQL


def ask(client, dataset, sql, **more):
    return client.get(f"{dataset.get_absolute_url()}/sql?{urlencode({'sql': sql})}", **more)


def test_a_query_is_answered_and_can_be_linked_to(signed_in, alice, make_dataset):
    sql = "select island, count(*) as n from {{table}} group by 1 order by 2 desc, 1 limit 1"
    response = ask(signed_in(alice), make_dataset(), sql)
    assert response.status_code == 200
    assert response.context["result"].rows == [["Biscoe", 2]]
    assert "from {{table}}" in response.content.decode()


def test_a_wrong_query_says_where(signed_in, alice, make_dataset):
    response = ask(signed_in(alice), make_dataset(), "select specie from {{table}}")
    html = response.content.decode()
    assert response.status_code == 422
    assert "There is no column “specie”." in html
    assert "line 1, column 8" in html
    assert "select specie from" in html


def test_htmx_gets_the_result_and_the_address_to_keep(signed_in, alice, make_dataset):
    dataset = make_dataset()
    address = f"{dataset.get_absolute_url()}/sql?part=result&sql=select+1"
    response = signed_in(alice).get(address, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="result"')
    assert response.headers["HX-Push-Url"] == f"{dataset.get_absolute_url()}/sql?sql=select+1"


def test_a_third_query_at_once_is_refused(signed_in, alice, make_dataset):
    dataset = make_dataset()
    with query.one_of_few(alice.pk), query.one_of_few(alice.pk):
        response = ask(signed_in(alice), dataset, "select 1")
    assert response.status_code == 422
    assert "Two of your queries are still running" in response.content.decode()


# Access


@pytest.mark.parametrize("tab", ["", "/schema", "/sql", "/sql?sql=select+1"])
def test_a_private_dataset_is_not_found_by_others(client, carol, make_dataset, tab):
    dataset = make_dataset(visibility="private")
    client.force_login(carol)
    assert client.get(dataset.get_absolute_url() + tab).status_code == 404
    for kind in ("csv", "json", "parquet"):
        assert client.get(f"/datasets/{dataset.pk}/download.{kind}").status_code == 404


def test_a_paid_dataset_is_seen_but_not_read(client, make_dataset):
    dataset = make_dataset(visibility="monetized")
    for tab in ("", "/sql?sql=select+*+from+{{table}}"):
        html = client.get(dataset.get_absolute_url() + tab).content.decode()
        assert "not read its rows" in html
        assert "Torgersen" not in html
    assert client.get(f"/datasets/{dataset.pk}/download.csv").status_code == 302  # to sign in


def test_anybody_may_query_a_public_dataset(client, make_dataset):
    response = ask(client, make_dataset(visibility="public"), "select count(*) from {{table}}")
    assert response.context["result"].rows == [[4]]


# Downloads


def test_csv_for_spreadsheets_has_no_formulas(signed_in, alice, make_dataset):
    rows = 'n,text\n-1,=SUM(A1)\n2,+1\n3,"@x"\n4,-2.5\n5,plain\n6,"a,b"\n'
    dataset = make_dataset(csv=rows)
    response = signed_in(alice).get(f"/datasets/{dataset.pk}/download.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="penguins.csv"'
    found = list(csv.reader(io.StringIO(body(response).decode())))
    assert found == [
        ["n", "text"], ["-1", "'=SUM(A1)"], ["2", "+1"], ["3", "'@x"], ["4", "-2.5"],
        ["5", "plain"], ["6", "a,b"],
    ]  # fmt: skip


def test_json_holds_every_row(signed_in, alice, make_dataset):
    response = signed_in(alice).get(f"/datasets/{make_dataset().pk}/download.json")
    rows = json.loads(body(response))
    assert rows[2] == {"id": 3, "species": "Gentoo", "island": "Biscoe", "mass": None}
    assert len(rows) == 4


def test_parquet_is_the_file_itself(signed_in, alice, make_dataset):
    response = signed_in(alice).get(f"/datasets/{make_dataset().pk}/download.parquet")
    assert body(response).startswith(b"PAR1")


def test_other_kinds_of_download_are_not_found(signed_in, alice, make_dataset):
    assert signed_in(alice).get(f"/datasets/{make_dataset().pk}/download.xls").status_code == 404


# Lists


def test_the_list_shows_only_what_a_person_may_see(signed_in, carol, make_dataset):
    make_dataset("Hidden", visibility="private")
    make_dataset("Open", visibility="public")
    html = signed_in(carol).get("/datasets/").content.decode()
    assert "Open" in html
    assert "Hidden" not in html


def test_the_list_asks_the_same_number_of_queries_for_any_length(signed_in, alice, make_dataset):
    client = signed_in(alice)
    make_dataset()
    with CaptureQueriesContext(connection) as few:
        client.get("/datasets/")
    for number in range(6):
        make_dataset(f"Set {number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/datasets/")
    assert len(many) == len(few)


def test_the_first_rows_are_shown_inside_other_pages(make_dataset, rf):
    from django.template.loader import render_to_string

    html = render_to_string("datasets/preview.html", {"dataset": make_dataset()})
    assert "Chinstrap" in html
    assert "4 rows" in html


# Filters, counts, columns


def test_rows_are_filtered_in_the_address(signed_in, alice, make_dataset):
    browser, address = signed_in(alice), make_dataset().get_absolute_url()
    added = browser.get(f"{address}?sort=-id&column=island&op=eq&value=Biscoe")
    assert added.url == f"{address}?sort=-id&where=island.eq.Biscoe"
    page = browser.get(added.url)
    assert [row[0].text for _, row in page.context["rows"]] == ["3", "2"]
    assert (page.context["total"], page.context["is_filtered"]) == (2, True)
    both = browser.get(f"{added.url}&where=mass.is.null").context
    assert [number for number, _ in both["rows"]] == [3]
    assert both["chips"][1].words == "mass is empty"
    nothing = browser.get(f"{address}?where=mass.gt.99999").content.decode()
    assert "No row fits all of these" in nothing


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("where=mass.gt.heavy", "cannot be converted"),
        ("where=nope.eq.1", "There is no column “nope”."),
        ("where=mass.near.1", "There is no comparison “near”."),
        ("column=mass&op=near&value=1", "There is no comparison “near”."),
    ],
    ids=["value", "column", "comparison", "form"],
)
def test_a_filter_that_cannot_be_is_said(signed_in, alice, make_dataset, asked, words):
    response = signed_in(alice).get(f"{make_dataset().get_absolute_url()}?{asked}")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Add the filter" in response.content.decode()


def test_rows_are_counted_by_the_values_of_a_column(signed_in, alice, make_dataset):
    browser, address = signed_in(alice), make_dataset().get_absolute_url()
    [facet] = browser.get(f"{address}?facet=island&where=species.neq.Adelie").context["facets"]
    assert [(value.words, value.count) for value in facet.values] == [("Biscoe", 1), ("Dream", 1)]
    assert facet.values[0].address.endswith("where=species.neq.Adelie&where=island.eq.Biscoe")


def test_a_wide_table_shows_some_columns_at_a_time(signed_in, alice, make_dataset):
    names = ",".join(f"c{number}" for number in range(90))
    dataset = make_dataset(csv=f"{names}\n{','.join(['1'] * 90)}\n")
    browser = signed_in(alice)
    first = browser.get(dataset.get_absolute_url()).context
    assert len(first["columns"]) == 40
    last = browser.get(f"{dataset.get_absolute_url()}?cols=80").context
    assert (last["first_column"], last["last_column"], last["columns_after"]) == (81, 90, "")
    row = browser.get(f"{dataset.get_absolute_url()}/rows/1").content.decode()
    assert "<code>c89</code>" in row
    assert browser.get(f"{dataset.get_absolute_url()}/rows/2").status_code == 404


def test_the_schema_tells_what_the_values_are_like(signed_in, alice, make_dataset):
    dataset, browser = make_dataset(), signed_in(alice)
    described = {
        one.column["name"]: one
        for one in browser.get(f"{dataset.get_absolute_url()}/schema").context["columns"]
    }
    mass, island = described["mass"], described["island"].facts
    assert (mass.facts.nulls, mass.facts.distinct) == (1, 3)
    assert (mass.least, mass.most) == ("3500.0", "3800.5")
    assert sum(mass.facts.counts) == 3
    assert len(mass.bars) == 3
    assert island.values == [["Biscoe", 2], ["Dream", 1], ["Torgersen", 1]]
    dataset.refresh_from_db()
    assert dataset.profile["blob"] == dataset.blob


def test_columns_are_added_changed_and_dropped_on_the_page(signed_in, alice, rita, make_dataset):
    dataset, browser = make_dataset(), signed_in(alice)
    address = f"{dataset.get_absolute_url()}/columns"
    added = {"name": "Colour", "type": "VARCHAR", "holds": "enum", "values": "grey\nblue"}
    assert browser.post(address, added).status_code == 302
    changed = {"name": "weight", "type": "DOUBLE", "label": "Weight in grams", "holds": ""}
    assert browser.post(f"{address}?edit=mass", changed).status_code == 302
    assert browser.post(f"{address}?edit=island", {"_do": "drop"}).status_code == 302
    dataset.refresh_from_db()
    assert [column["name"] for column in dataset.columns] == ["id", "species", "weight", "colour"]
    assert dataset.columns[2]["label"] == "Weight in grams"
    assert dataset.columns[3]["enum_values"] == ["grey", "blue"]
    wrong = browser.post(f"{address}?edit=species", {"name": "species", "type": "BIGINT"})
    assert wrong.status_code == 422
    assert "does not fit" in wrong.content.decode()
    browser.force_login(rita)
    assert browser.post(address, added).status_code == 403


def test_the_answer_of_a_query_becomes_a_dataset_with_its_query(
    signed_in, alice, carol, make_dataset
):
    dataset, browser = make_dataset(), signed_in(alice)
    sql = (
        "select island, count(*) as n, list(id) as ids from {{table}} group by 1 order by 1 -- all"
    )
    address = f"{dataset.get_absolute_url()}/snapshot"
    made = browser.post(address, {"sql": sql, "name": "Islands"})
    snapshot = Dataset.objects.get(name="Islands")
    assert made.url == snapshot.get_absolute_url()
    assert (snapshot.query, snapshot.snapshot_of, snapshot.visibility) == (sql, dataset, "private")
    assert [(one["name"], one["type"]) for one in snapshot.columns] == [
        ("island", "VARCHAR"), ("n", "BIGINT"), ("ids", "VARCHAR"),
    ]  # fmt: skip
    html = browser.get(made.url).content.decode()
    assert "A snapshot of" in html
    assert dataset.get_absolute_url() in html
    wrong = browser.post(address, {"sql": "select x from {{table}}", "name": "Wrong"})
    assert wrong.status_code == 422
    assert "There is no column “x”." in wrong.content.decode()
    browser.force_login(carol)
    assert browser.post(address, {"sql": sql, "name": "Mine"}).status_code == 404


def test_a_snapshot_reaches_nothing_else(place, alice, make_dataset):
    dataset = make_dataset()
    for sql in ("select * from read_text('/etc/passwd')", "copy {{table}} to '/tmp/x'",
                "select 1; select 2", "select * from dataset2"):  # fmt: skip
        with pytest.raises(ValidationError):
            snapshots.create(place(alice), dataset, name="Evil", sql=sql)
    assert Dataset.objects.count() == 1


def test_the_answer_of_a_query_is_downloaded_as_csv(signed_in, alice, make_dataset):
    asked = urlencode({"sql": "select '=1+1' as a, 2 as b", "as": "csv"})
    response = signed_in(alice).get(f"{make_dataset().get_absolute_url()}/sql?{asked}")
    assert response.content.decode() == "a,b\r\n'=1+1,2\r\n"
    assert "attachment" in response.headers["Content-Disposition"]


def test_json_lines_hold_one_row_each(signed_in, alice, make_dataset):
    response = signed_in(alice).get(f"/datasets/{make_dataset().pk}/download.jsonl")
    lines = body(response).decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2, 3, 4]
