import pytest
from hypothesis import given
from hypothesis import strategies as st

from ouro_web.lib.ids import uuid7
from ouro_web.lib.keyfile import read_or_make
from ouro_web.lib.slugs import free_slug, slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Relax structure", "relax-structure"),
        ("POST /structures/{id}/relax", "post-structures-id-relax"),
        ("Énergie d'Ünion  _ 2", "energie-d-union-2"),
        ("copper-fcc.cif", "copper-fcc-cif"),
        ("---", "untitled"),
        ("日本語", "untitled"),
    ],
)
def test_a_slug_keeps_what_an_address_can_hold(name, slug):
    assert slugify(name) == slug


@given(st.text())
def test_a_slug_of_any_text_is_a_fixed_point(name):
    slug = slugify(name)
    assert slug
    assert slugify(slug) == slug


def test_a_taken_slug_gets_the_next_number():
    assert free_slug("relax", {"relax", "relax-2"}.__contains__) == "relax-3"


def test_ids_sort_by_the_moment_they_were_made():
    made = [uuid7() for _ in range(3)]
    assert {one.version for one in made} == {7}
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)


def test_a_key_file_is_made_once_and_closed_to_others(tmp_path):
    path = tmp_path / "keys" / "secret"
    first = read_or_make(path)
    assert read_or_make(path) == first
    assert len(first) == 44
    assert path.stat().st_mode & 0o077 == 0
