"""Charts that a route declares of lists in its answer: what is drawn, of which rows, with which
words."""

import pytest

from ouro_web.actions import response_charts
from ouro_web.actions.models import Action, ActionAsset, Status
from ouro_web.datasets.models import SavedView
from tests.actions.conftest import answer, lines

CURVE = [
    {"temperature_K": 300, "Order": 0.2, "at": "2026-01-02T10:00:00Z"},
    {"temperature_K": 100, "Order": 0.9, "at": "2026-01-01"},
    {"temperature_K": 200, "Order": None, "at": None, "note": {"a": 1}},
]
ANSWER = {"curve": CURVE, "Tc_K": 251.37, "best": {"name": "Ni3Al"}, "huge": 10**400}
LINE = {
    "type": "line",
    "category": {"dataKey": "temperature_K", "type": "number"},
    "series": [{"dataKey": "Order"}],
}
CHART = {"data": "curve", "title": "Curve of {best.name}", "sort": "temperature_K", "config": LINE}


def operation(*charts):
    return {"extensions": {"x-ouro-response-charts": list(charts)}}


@pytest.fixture
def drawn(make_route, alice):
    """The charts of an answer."""

    def draw(*charts, response=ANSWER, status=Status.SUCCESS):
        route = make_route(operation=operation(*charts))
        action = Action(user=alice, route=route, response=response, status=status)
        action.created_at = route.created_at
        return response_charts.of_run(action, response)

    return draw


def test_records_are_drawn_in_order_with_the_types_of_their_values(drawn):
    [chart] = drawn(CHART)

    assert (chart.name, chart.description, chart.problem) == ("Curve of Ni3Al", "", "")
    assert chart.drawing.as_json() == {
        "config": LINE,
        "columns": ["temperature_K", "Order", "at", "note"],
        "types": ["BIGINT", "DOUBLE", "TIMESTAMP", "VARCHAR"],
        "rows": [
            [100, 0.9, "2026-01-01", None],
            [200, None, None, {"a": 1}],
            [300, 0.2, "2026-01-02T10:00:00Z", None],
        ],
    }


@pytest.mark.parametrize(
    ("sort", "limit", "order"),
    [
        ("-temperature_K", None, [300, 200, 100]),
        ("-temperature_K", 2, [300, 200]),
        ("Order", None, [300, 100, 200]),
        ("at", None, [100, 300, 200]),
        ("nothing", 1, [300]),
        (5, "x", [300, 100, 200]),
    ],
    ids=str,
)
def test_records_are_sorted_and_cut_as_declared(drawn, sort, limit, order):
    [chart] = drawn({**CHART, "sort": sort, "limit": limit})

    assert [row[0] for row in chart.drawing.result.rows] == order


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tc = {Tc_K:0} K", "Tc = 251 K"),
        ("{Tc_K} or {Tc_K:1}", "251.37 or 251.4"),
        ("{curve.1.Order:3}", "0.900"),
        ("{best}, {nothing}, {curve.2.Order}", "–, –, –"),
        ("{huge:2}", str(10**400)[:200]),
        ("{not a path} {} {:3}", "{not a path} {} {:3}"),
    ],
    ids=range(6),
)
def test_words_name_values_of_the_answer(drawn, text, said):
    [chart] = drawn({**CHART, "description": text})

    assert chart.description == said


def test_reference_lines_stand_at_values_of_the_answer(drawn):
    given = [
        {"x": {"field": "Tc_K"}, "label": "{best.name}"},
        {"axis": "y", "value": {"field": "curve.0.Order"}},
        {"value": 3},
        {"x": {"field": "nothing"}},
        {"label": "nowhere"},
    ]
    [chart] = drawn({**CHART, "config": {**LINE, "referenceLines": given}})

    assert chart.drawing.config["referenceLines"] == [
        {"x": 251.37, "label": "Ni3Al"},
        {"y": 0.2},
        {"y": 3},
    ]


def test_a_histogram_counts_the_values_of_the_answer(drawn):
    config = {"type": "histogram", "category": {"dataKey": "n"}, "bins": 2}
    rows = [{"n": n} for n in (0, 1, 2, 4, None, "x", 10**400)]
    [chart] = drawn({**CHART, "sort": None, "config": config}, response={"curve": rows})

    assert chart.drawing.result.rows == [[0.0, 2.0, 2], [2.0, 4.0, 2]]


@pytest.mark.parametrize(
    "chart",
    [
        {**CHART, "config": {"type": "spiral"}},
        {**CHART, "config": "line"},
        {**CHART, "config": {**LINE, "series": [{"dataKey": "magnetization"}]}},
        {**CHART, "config": {"type": "histogram", "category": {"dataKey": "magnetization"}}},
    ],
    ids=range(4),
)
def test_what_cannot_be_drawn_is_a_table_that_says_why(drawn, chart):
    [made] = drawn(chart)

    assert made.problem
    assert not made.drawing.config
    assert len(made.drawing.result.rows) == 3


@pytest.mark.parametrize(
    "chart",
    [{**CHART, "data": "energy"}, {**CHART, "data": "Tc_K"}, {**CHART, "title": 5}, "x", None],
    ids=range(5),
)
def test_a_chart_of_another_answer_is_not_there(drawn, chart):
    assert drawn(chart) == []
    assert drawn(CHART, response=[1]) == drawn(CHART, status=Status.ERROR) == []


def test_a_dataset_of_the_records_gets_the_chart_as_its_view(make_run, serve, carry_out, alice):
    charts = [
        {**CHART, "dataset": "table", "limit": 2},
        {**CHART, "dataset": "table", "title": "Bad", "config": {"type": "spiral"}},
        CHART,
    ]
    response = {"curve": CURVE, "table": {"name": "Curve", "data": CURVE}, "best": {"name": "Cu"}}
    declared = {"table": {"asset_type": "dataset"}}
    action = make_run(serve(answer(response)), output_assets=declared)
    action.route.operation["extensions"] = operation(*charts)["extensions"]
    action.route.save()

    carry_out(action)

    made = ActionAsset.objects.get(action=action, direction="out")
    [view] = SavedView.objects.filter(dataset=made.asset_id)
    assert (view.name, view.created_by) == ("Curve of Cu", alice)
    assert view.sql == 'select *\nfrom {{table}}\norder by "temperature_k"\nlimit 2'
    assert view.config["series"] == [{"dataKey": "order"}]
    assert any("its chart cannot be drawn" in line for line in lines(action))
