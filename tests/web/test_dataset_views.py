"""Saved views: made with a form, drawn as charts with their data as a table."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError

from ouro_web.datasets import charts
from ouro_web.datasets.models import SavedView

BY_ISLAND = "select island, count(*) as n, avg(mass) as mean from {{table}} group by 1 order by 1"
BARS = {"chart": "bar", "category": "island", "series_1": "n", "name_1": "how many"}
CONFIG = {
    "type": "bar", "category": {"dataKey": "island"},
    "series": [{"dataKey": "n", "name": "how many"}],
}  # fmt: skip


@pytest.fixture
def dataset(make_dataset):
    return make_dataset()


@pytest.fixture
def make_view(dataset, alice):
    def make(name="Islands", *, sql=BY_ISLAND, config=None) -> SavedView:
        return SavedView.objects.create(
            dataset=dataset, name=name, sql=sql, config=config or CONFIG, created_by=alice
        )

    return make


def address(view: SavedView) -> str:
    return f"{view.dataset.get_absolute_url()}/views/{view.pk}"


def test_a_view_is_made_with_the_form(signed_in, alice, dataset):
    browser = signed_in(alice)
    form = f"{dataset.get_absolute_url()}/views/new"
    first = browser.get(f"{form}?{urlencode({'sql': BY_ISLAND})}").content.decode()
    assert '<option value="island" selected>' in first
    assert "data-chart" in first
    response = browser.post(form, {"name": "Islands", "sql": BY_ISLAND, **BARS})
    view = SavedView.objects.get()
    assert response.url == address(view)
    assert view.config == CONFIG
    page = browser.get(response.url).content.decode()
    assert '"rows": [["Biscoe", 2' in page
    assert "Torgersen</td>" in page
    assert str(view.pk) in browser.get(f"{dataset.get_absolute_url()}/views").content.decode()


def test_choices_can_be_looked_at_without_saving(signed_in, alice, dataset):
    asked = urlencode({"name": "", "sql": BY_ISLAND, **BARS, "chart": "donut"})
    response = signed_in(alice).get(f"{dataset.get_absolute_url()}/views/new?{asked}")
    assert '"type": "donut"' in response.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give the view a name."),
        ({"sql": "select nothing from {{table}}"}, "There is no column “nothing”."),
        ({"series_1": ""}, "Choose at least one series."),
        ({"chart": "heatmap"}, "Choose the column that colours the heat map."),
        ({"category": ""}, "Choose the column along which it is drawn."),
    ],
    ids=["name", "sql", "series", "value", "category"],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_lost(
    signed_in, alice, dataset, changes, words
):
    given = {"name": "Islands", "sql": BY_ISLAND, "description": "kept words", **BARS, **changes}
    response = signed_in(alice).post(f"{dataset.get_absolute_url()}/views/new", given)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "kept words" in response.content.decode()
    assert not SavedView.objects.exists()


def test_a_view_is_changed_and_deleted(signed_in, alice, make_view):
    view, browser = make_view(), signed_in(alice)
    assert 'value="how many"' in browser.get(f"{address(view)}/edit").content.decode()
    changed = {"name": "Shares", "sql": BY_ISLAND, **BARS, "chart": "pie"}
    assert browser.post(f"{address(view)}/edit", changed).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.config["type"]) == ("Shares", "pie")
    assert browser.post(f"{address(view)}/delete").status_code == 302
    assert not SavedView.objects.exists()


def test_readers_see_views_and_only_writers_change_them(client, rita, carol, make_view):
    view = make_view()
    client.force_login(rita)
    assert client.get(address(view)).status_code == 200
    assert client.get(f"{address(view)}/edit").status_code == 403
    assert client.post(f"{address(view)}/delete").status_code == 403
    client.force_login(carol)
    for path in (address(view), f"{view.dataset.get_absolute_url()}/views"):
        assert client.get(path).status_code == 404


def test_a_view_whose_query_no_longer_answers_says_so(signed_in, alice, make_view):
    wrong = make_view(sql="select wings from {{table}}")
    page = signed_in(alice).get(address(wrong))
    assert page.status_code == 200
    assert "There is no column “wings”." in page.content.decode()
    missing = make_view(config={**CONFIG, "series": [{"dataKey": "wings"}]})
    html = signed_in(alice).get(address(missing)).content.decode()
    assert "no column <code>wings</code>" in html
    assert "Torgersen</td>" in html


def test_a_histogram_is_counted_over_all_rows(make_view):
    config = {"type": "histogram", "category": {"dataKey": "mass"}, "bins": 2}
    view = make_view(sql="select mass from {{table}}", config=config)
    result = charts.drawing(view.dataset, view.sql, view.config).result
    assert result.columns == ["from", "to", "count"]
    assert [row[2] for row in result.rows] == [1, 2]
    assert result.rows[0][0] == 3500.0
    assert result.rows[1][1] == 3800.5


def test_an_embedded_view_is_drawn_for_those_who_may_read(
    client, alice, carol, make_view, make_dataset, place
):
    from ouro_web.posts import publish

    view = make_view()
    block = (
        '```assetComponent\n{"id": "%s", "assetType": "dataset", "viewMode": "chart",'
        ' "displayConfig": {"visualizationId": "%s"}}\n```'
    )
    text = block % (view.dataset_id, view.pk)
    post = publish.create(place(alice, "public"), name="Penguins", text=text)
    client.force_login(alice)
    html = client.get(post.get_absolute_url()).content.decode()
    assert "data-chart" in html
    assert "Data as a table" in html
    client.force_login(carol)
    hidden = client.get(post.get_absolute_url()).content.decode()
    assert "data-chart" not in hidden
    assert "Torgersen" not in hidden
    other = publish.create(
        place(alice), name="Other", text=block % (make_dataset("Other").pk, view.pk)
    )
    client.force_login(alice)
    assert "data-chart" not in client.get(other.get_absolute_url()).content.decode()


def test_the_schema_knows_every_chart_and_what_it_needs():
    config = {"type": "heatmap", "category": {"dataKey": "a"}, "series": [{"dataKey": "b"}]}
    for kind in charts.TYPES:
        charts.check({**config, "type": kind, "value": {"dataKey": "c"}})
    charts.check(
        charts.normal({"type": "bar", "xAxis": {"dataKey": "a"}, "series": [{"dataKey": "b"}]})
    )
    for wrong in ({**config, "type": "cake"}, config, {**config, "type": "bar", "series": []}):
        with pytest.raises(ValidationError):
            charts.check(wrong)
