import pytest

from ouro_web.datasets.placeholder import fill


@pytest.mark.parametrize(
    ("sql", "filled"),
    [
        ("SELECT * FROM {{table}}", 'SELECT * FROM "dataset"'),
        ("FROM {{table}} a JOIN {{table}} b", 'FROM "dataset" a JOIN "dataset" b'),
        ("FROM {{ table }}x", 'FROM "dataset"  x'),
        ("SELECT DATE'2020-01-01' FROM {{table}}", "SELECT DATE'2020-01-01' FROM \"dataset\""),
    ],
)
def test_the_placeholder_is_replaced_in_code(sql, filled):
    assert fill(sql) == filled


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '{{table}}'",
        "SELECT 'it''s {{table}}'",
        r"SELECT E'it\'s {{table}}'",
        'SELECT "{{table}}"',
        'SELECT "a""{{table}}"',
        "SELECT 1 -- {{table}}",
        "SELECT 1 /* {{table}} */",
        "SELECT 1 /* {{table}}",
        "SELECT $$ {{table}} $$",
        "SELECT $x$ $$ {{table}} $x$",
        "SELECT 'unclosed {{table}}",
        "SELECT * FROM {{tables}}",
    ],
)
def test_the_placeholder_is_left_alone_in_strings_names_and_comments(sql):
    assert fill(sql) == sql


def test_positions_stay_where_they_were():
    sql = "SELECT x FROM {{  table }} WHERE y"
    assert len(fill(sql)) == len(sql)
    assert fill(sql).index("y") == sql.index("y")
