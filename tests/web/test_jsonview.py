import json

import pytest

from ouro_web.web.jsonview import LONGEST, laid_out


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"a": [1, 2.5, {"b": 'x, {y}" : \\'}], "e": {}, "f": [], "g": None, "h": [[True]]},
        [{"a": {"b": {"c": []}}}, "é\n"],
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", " : ")])
def test_a_line_becomes_what_json_indents(value, separators):
    line = json.dumps(value, separators=separators)
    assert laid_out(line) == json.dumps(value, indent=2)


def test_what_json_would_change_stays():
    assert laid_out('{"n":12345678901234567890.10,"a":1,"a":2}').split() == [
        *("{", '"n":', "12345678901234567890.10,", '"a":', "1,", '"a":', "2", "}")
    ]


def test_what_has_lines_already_is_left_alone():
    assert laid_out('{"a":\n 1}') == '{"a":\n 1}'


def test_a_long_line_is_cut_before_it_is_laid_out():
    text = '{"a":[' + "1," * LONGEST
    assert len(laid_out(text)) < 4 * LONGEST
    assert len(laid_out("[" * 2000)) < 100 * 2000
    assert laid_out('{"a":"cut in the mid') == '{\n  "a": "cut in the mid'
