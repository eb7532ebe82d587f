import pytest

from ouro_web.lib.fields import sentences, words
from ouro_web.lib.fields.shape import shape_of


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"minimum": 1.0, "maximum": 500.0}, "1 to 500"),  # as pydantic writes counts
        ({"exclusiveMinimum": 0.0, "maximum": 0.5}, "above 0, at most 0.5"),
        ({"maximum": 1e300}, "at most 1e+300"),
        ({"minItems": 1, "maxItems": 3}, "1 to 3 items"),
    ],
)
def test_a_range_is_told_as_people_write_it(schema, told):
    assert words.hint(schema) == told


def test_a_limit_is_told_like_the_range():
    assert sentences.bound(500.0) == "500"
    assert sentences.bound(0.05) == "0.05"


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"format": "email", "maxLength": 80}, "at most 80 characters, an address such as name@"),
        ({"format": "date"}, "sent as 2026-03-31"),
        ({"format": "uuid"}, "a UUID"),
        ({"format": "int32"}, ""),
    ],
)
def test_a_format_is_told_in_words(schema, told):
    assert words.hint(schema).startswith(told)
    assert bool(words.hint(schema)) == bool(told)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([{"type": "integer", "minimum": 1, "maximum": 6}] * 3, ("3 integers", "1 to 6 each")),
        ([{"type": "string"}, {"type": "integer", "minimum": 1}, {}], ("text, integer, value", "")),
    ],
    ids=range(2),
)
def test_the_places_of_a_tuple_are_told_together_only_when_they_are_alike(places, told):
    made = shape_of({}, {"type": "array", "prefixItems": places})
    assert (words.type_words({}, made), words.each_hint({}, made)) == told
