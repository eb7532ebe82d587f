"""The API tab of a route, its plain text, and the page for developers."""

import ast
import json

import pytest

from ouro_web.services import importing
from ouro_web.web.calling import Calling
from ouro_web.web.code import coloured, python, quoted

BODY = {
    "type": "object",
    "properties": {
        "fmax": {"type": "number", "default": 0.05, "minimum": 0.001, "maximum": 0.5},
        "optimizer": {"type": "string", "enum": ["BFGS", "FIRE"], "default": "BFGS"},
        "label": {"type": "string", "description": "It's <b>yours</b> | or not"},
        "structure": {"type": "object"},
    },
    "required": ["label", "structure"],
}
PRECISION = {
    "name": "precision", "in": "query", "required": False, "description": "Of floats",
    "schema": {"type": "string", "enum": ["single", "double"], "default": "double"},
}  # fmt: skip


@pytest.fixture
def route(make_route):
    return make_route(
        body=BODY,
        parameters=[PRECISION],
        input_assets={
            "structure": {"asset_type": "file", "file_extensions": ["cif"], "primary": True}
        },
        output_assets={"relaxed": {"asset_type": "file"}},
    )


def test_the_table_says_what_a_call_takes(route):
    rows = {row.node.name: row for row in Calling(route).rows}
    assert list(rows) == [
        "structure", "fmax", "optimizer", "label", "precision", "ouro-action-id",
    ]  # fmt: skip
    assert rows["structure"].place == "asset"
    assert rows["structure"].node.limits == ".cif"
    assert rows["fmax"].node.limits == "0.001 to 0.5"
    assert rows["optimizer"].node.choices == ["BFGS", "FIRE"]
    assert rows["label"].node.required
    assert rows["precision"].node.default == "double"
    assert rows["ouro-action-id"].filled
    assert Calling(route).summary == "1 asset, 3 body fields, 1 query parameter"


def test_the_example_has_defaults_and_something_where_it_is_needed(route):
    config = Calling(route).config
    assert config["body"] == {"label": "...", "fmax": 0.05, "optimizer": "BFGS"}
    assert config["query"] == {"precision": "double"}
    assert config["input_assets"] == {"structure": "your-file-id"}


def test_the_code_is_python_with_real_ids(route):
    calling = Calling(route)
    texts = [snippet.text for snippet in calling.python]
    ast.parse("\n".join(texts))
    assert f'retrieve("{route.pk}")' in texts[0]
    assert f'retrieve("{route.identifier}")' in texts[0]
    assert '"fmax": 0.05' in texts[1]
    assert 'final_data["relaxed"]["id"]' in texts[1]


def test_curl_sends_what_the_table_says(route):
    curl = Calling(route).over_http[0].text
    assert f"/api/services/{route.service_id}/routes/{route.pk}/use" in curl
    sent = json.loads(curl.partition(" -d '")[2].removesuffix("'"))
    assert sent["config"]["input_assets"] == {"structure": {"assetId": "your-file-id"}}


def test_the_tab_shows_it(client, route):
    page = client.get(f"{route.get_absolute_url()}/api").content.decode()
    assert 'aria-current="page">API</a>' in page
    assert str(route.pk) in page
    assert "It&#x27;s &lt;b&gt;yours&lt;/b&gt;" in page
    assert "<b>yours</b>" not in page


def test_the_plain_text_has_an_address_that_stays(client, route):
    by_name = client.get(f"{route.get_absolute_url()}/api.txt")
    by_id = client.get(f"/routes/{route.pk}/api.txt")
    assert by_id.content == by_name.content
    assert by_id.headers["Content-Type"] == "text/markdown; charset=utf-8"
    text = by_id.content.decode()
    assert "| fmax | body | number | optional | 0.05 | 0.001 to 0.5 |" in text
    assert "It's <b>yours</b> / or not |" in text
    assert "curl -X POST" in text


def test_a_route_one_may_not_see_has_no_text(client, make_route, make_service):
    hidden = make_route(service=make_service(visibility="private"))
    assert client.get(f"/routes/{hidden.pk}/api.txt").status_code == 404
    assert client.get(f"{hidden.get_absolute_url()}/api").status_code == 404
    assert str(hidden.pk) not in client.get("/llms.txt").content.decode()


def test_the_site_lists_its_routes_for_programs(client, route):
    text = client.get("/llms.txt").content.decode()
    assert f"/routes/{route.pk}/api.txt): POST /relax" in text


def test_a_route_that_takes_nothing_has_a_tab(client, make_route):
    route = make_route(method="GET", path="/all")
    assert client.get(f"{route.get_absolute_url()}/api").status_code == 200
    assert Calling(route).config == {}
    assert "route.execute()" in Calling(route).python[1].text


@pytest.mark.parametrize(
    "value", [{}, [], {"a": [1, 2.5, None, True, "x\n'\""]}, [{"a": {}}], "é", list(range(60))]
)
def test_literals_read_back_as_they_were(value):
    assert ast.literal_eval(python(value)) == value


def test_shell_and_page_get_text_and_not_markup():
    assert quoted("it's") == "'it'\\''s'"
    assert str(coloured('x = "<script>"', "python")) == (
        'x = <span class="s">&quot;&lt;script&gt;&quot;</span>'
    )


def test_developers_has_five_steps_that_are_one_program(client):
    from ouro_web.web.views.developers import steps

    page = client.get("/developers").content.decode()
    assert [step.number for step in steps()] == [1, 2, 3, 4, 5]
    assert all(step.snippet.title in page for step in steps())
    ast.parse("\n".join(step.snippet.text for step in steps()))


def test_the_document_of_the_page_for_developers_makes_routes(db, alice, place, settings):
    """Its service, as this site reads it."""
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    from examples.first_service import app

    document = importing.Document(json.dumps(app.openapi()))
    facts = importing.Facts(name="Cells", base_url="http://127.0.0.1:9")
    with_routes = importing.create(place(alice), facts, document)
    stretch, scan = importing.routes_of(with_routes).order_by("position")
    assert stretch.name == "Stretch a cell"
    assert list(stretch.input_assets) == ["structure"]
    assert list(stretch.output_assets) == ["stretched", "report"]
    assert scan.execution_mode == "async"
