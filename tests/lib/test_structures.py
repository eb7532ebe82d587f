import pytest

from ouro_web.lib.structures import Structure, element_of, from_json
from ouro_web.lib.structures import read as read_any

SALT = """data_salt
_cell_length_a 5.64(1)
_cell_length_b 5.64
_cell_length_c 5.64
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'  # a comment
_publ_section_title
;
It's a text block with a ' in it, and
_not_a_name
;
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'
'-x,-y,-z'
'x+1/2, y+1/2, z'
'1/2+x, y, z+1/2'
'x,y+0.5,z+0.5'
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Na1 0 0 0 1.0
Cl1 0.5 0.5 0.5 0.5
"""
WATER = "3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"
COPPER = """4
Lattice="3.61 0 0 0 3.61 0 0 0 3.61" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0 0 0
Cu 0 1.805 1.805
Cu 1.805 0 1.805
Cu 1.805 1.805 0
"""


def read(text: str, extension: str) -> Structure:
    found = read_any(text, extension)
    assert found is not None
    return found


def test_symmetry_and_occupancy_count_the_atoms_of_the_cell():
    salt = read(SALT, "cif")
    assert salt.counts == {"Na": 4.0, "Cl": 2.0}
    assert salt.formula == [("Cl", "2"), ("Na", "4")]
    assert salt.atoms == 6
    assert salt.space_group == "F m -3 m"
    assert salt.cell == (5.64, 5.64, 5.64, 90.0, 90.0, 90.0)


def test_volume_and_density_follow_from_the_cell():
    copper = read(COPPER, "extxyz")
    assert copper.cell == (3.61, 3.61, 3.61, 90.0, 90.0, 90.0)
    assert copper.volume == pytest.approx(47.046, abs=0.001)
    assert copper.density == pytest.approx(8.972, abs=0.001)


def test_a_skewed_cell_has_its_volume():
    skewed = Structure({"Cu": 1}, (2.5527, 2.5527, 2.5527, 60.0, 60.0, 60.0))
    assert skewed.volume == pytest.approx(11.762, abs=0.001)


def test_a_molecule_has_a_formula_and_no_cell():
    water = read(WATER, "xyz")
    assert water.formula == [("H", "2"), ("O", "")]
    assert (water.cell, water.volume, water.density) == ((), None, None)


def test_carbon_and_hydrogen_come_first():
    assert Structure({"O": 1, "H": 6, "C": 2}).formula == [("C", "2"), ("H", "6"), ("O", "")]


def test_a_trajectory_says_how_many_frames_it_has():
    assert read(WATER * 3, "xyz").frames == 3


def test_facts_survive_being_stored():
    salt = read(SALT, "cif")
    assert from_json(salt.as_json()) == salt


@pytest.mark.parametrize(
    "text",
    ["", "x", "data_x\n_cell <script>alert(1)</script>", "loop_", "data_x loop_ _a", "3\n\nH 0 0",
     "-1\n", "loop_\n_atom_site_label\n_atom_site_fract_x\n", "\0", "9999999999999999999999\n\n",
     SALT.replace("5.64(1)", "wide"), SALT.replace("Cl1 0.5", "Cl1")],
)  # fmt: skip
@pytest.mark.parametrize("extension", ["cif", "xyz", "png"])
def test_what_is_no_structure_is_none(text, extension):
    assert read_any(text, extension) is None


@pytest.mark.parametrize(
    "text", ["'a " * 20_000, "\n;x" * 20_000, '"' * 20_000, "loop_\n" * 20_000, "_a " * 20_000]
)
def test_hostile_text_ends(text):
    assert read_any(text, "cif") is None


@pytest.mark.parametrize(
    ("symbol", "name"), [("Fe3+", "Fe"), ("FE", "Fe"), ("O2-", "O"), ("Cl1", "Cl"), ("Ow", "O")]
)
def test_labels_name_elements(symbol, name):
    assert element_of(symbol) == name
