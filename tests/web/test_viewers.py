"""Every kind of file has its viewer; what is broken or large is shown all the same."""

import io
import json
import struct
import tarfile
import zlib

import pytest
from PIL import Image

from ouro_web.web.viewers import plots
from tests.datasets.test_drafts import as_sheet
from tests.web.test_files import CIF, PNG

POSCAR = """silicon
5.43
0.5 0.5 0.0
0.0 0.5 0.5
0.5 0.0 0.5
Si
2
Direct
0 0 0
0.25 0.25 0.25
"""
PDB = """CRYST1   10.000   11.000   12.000  90.00  90.00  90.00 P 1
ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C
HETATM    2  O   HOH A   2       1.000   0.000   0.000  1.00  0.00           O
"""
MOL = """water
  made by hand

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 O   0  0
    0.9572    0.0000    0.0000 H   0  0
   -0.2400    0.9266    0.0000 H   0  0
  1  2  1  0
  1  3  1  0
M  END
$$$$
"""
XYZ = "2\nfirst\nH 0 0 0\nO 0 0 1\n2\nsecond\nH 0 0 0\nO 0 0 1.1\n"
FIGURE = """{"data": [{"type": "bar", "name": "measured", "x": [1], "y": [2]}, {"type": "scatter"}],
  "layout": {"title": {"text": "Energies"}}, "config": {"x": "</script><script>alert(1)"}}"""
XY = "# angle intensity\n10 5\n11 50\n12 7\n13 6\n"
NOTEBOOK = {
    "nbformat": 4, "metadata": {"kernelspec": {"language": "python"}},
    "cells": [
        {"cell_type": "markdown", "source": ["# Heading\n", "*words*"]},
        {"cell_type": "code", "execution_count": 3, "source": "import os", "outputs": [
            {"output_type": "stream", "text": ["printed\n"]},
            {"output_type": "display_data", "data": {"text/html": "<b>bold</b><script>1</script>"}},
            {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
            {"output_type": "error", "traceback": ["\x1b[31mwent wrong\x1b[0m"]},
        ]},
    ],
}  # fmt: skip


def tar(mode):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        entry = tarfile.TarInfo("inner/words.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"words"))
    return packed.getvalue()


def tiff(mode="I;16"):
    made = io.BytesIO()
    Image.new(mode, (4, 3)).save(made, "TIFF")
    return made.getvalue()


CASES = [
    ("cu.cif", CIF, ['data-format="cif"', "P 1, as stated", "3.6100 Å"]),
    ("POSCAR", POSCAR, ['data-format="vasp"', "Si<sub>2</sub>", "3.8396 Å"]),
    ("a.vasp", POSCAR, ['data-format="vasp"']),
    ("a.pdb", PDB, ['data-format="pdb"', "10.0000, 11.0000, 12.0000 Å", "C", "P 1"]),
    ("a.mol", MOL, ['data-format="sdf"', "H<sub>2</sub>O"]),
    ("a.sdf", MOL, ['data-format="sdf"']),
    ("a.xyz", XYZ, ['data-format="xyz"', "<dd>2</dd>", "data-frames"]),
    ("dot.png", PNG, ["<img", "2 × 3 pixels", "data-zoom"]),
    ("scan.tif", tiff(), ["/preview", "4 × 3 pixels, shown as a converted preview"]),
    ("body.stl", "solid a\nendsolid a\n", ['data-format="stl"', "three-"]),
    ("body.obj", "v 0 0 0\n", ['data-format="obj"']),
    ("body.glb", b"glTF" + bytes(16), ['data-format="glb"']),
    ("text.pdf", b"%PDF-1.7\n", ["viewers/pdf", "data-pages"]),
    ("rows.csv", b"a;b\n1;<b>\n", ["<table", "&lt;b&gt;"]),
    ("rows.tsv", b"a\tb\n1\t2\n", ['<th scope="col" class="r">b</th>', '<td class="r">2</td>']),
    ("wide.csv", ",".join(map(str, range(50))) + "\n", ["The first 40 of 50 columns"]),
    ("nulls.jsonl", b'{"a": null, "b": true}\n', ['"nul">null</span>', "<td>true</td>"]),
    ("rows.jsonl", b'{"a": 1}\n{"a": 2, "b": [3]}\n', ["<th scope=\"col\">b</th>", "<td>[3]</td>"]),
    ("scan.xy", XY, ["<svg", "intensity against angle", "highest at 11", ">50</td>"]),
    ("scan.xye", "1 2 0.1\n2 3 0.1\n", ["y against x", ">error</th>"]),
    ("words.dat", "no numbers here\n", ['id="L1"', "no numbers here"]),
    ("data.json", b'{"a": [1, {"b": null}]}', ["<details open", '<span class="k">a</span>']),
    ("figure.json", FIGURE, ["/frame", "2 traces: measured, scatter", "Energies, a figure in"]),
    ("fit.plotly", FIGURE, ["/frame"]),
    ("broken.json", b'{"a": ', ['id="L1"']),
    ("notes.md", b"# Title\n\n*hello*", ["<em>hello</em>"]),
    ("code.py", b"import os\n\nos.name\n", ["hl-", 'id="L3"', 'href="#L3"']),
    ("run.log", b"line one", ["line one"]),
    ("tone.wav", b"RIFF\x24\0\0\0WAVEfmt ", ["<audio"]),
    ("film.mp4", b"\0\0\0\x18ftypmp42", ["<video"]),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ["<img", "ground"]),
    ("all.tar", tar("w"), ["inner/words.txt", "1 entry"]),
    ("all.tgz", tar("w:gz"), ["inner/words.txt"]),
    ("page.html", b"<script src='https://cdn.example/x.js'></script>", ["/frame", "other sites"]),
    ("book.xlsx", as_sheet(), ["First", "<table", "Make a dataset"]),
    ("broken.xlsx", b"PK\x03\x04 and nothing else", ["first bytes"]),
    ("blob.bin", bytes(range(64)), ["first bytes", "00 01 02"]),
    ("broken.cif", b"data_x\n_cell <script>alert(1)</script>", ["&lt;script&gt;"]),
    ("broken.ipynb", b'{"cells": 3}', ['id="L1"']),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "shown"), CASES, ids=[case[0] for case in CASES])
def test_each_kind_of_file_has_its_viewer(signed_in, alice, make_file, name, content, shown):
    page = signed_in(alice).get(make_file(name, content).get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 200
    for part in shown:
        assert part in text


def test_a_notebook_is_laid_out_and_its_pages_are_framed(signed_in, alice, make_file):
    client = signed_in(alice)
    file = make_file("run.ipynb", json.dumps(NOTEBOOK))
    page = client.get(file.get_absolute_url()).content.decode()
    for part in ("<em>words</em>", "hl-", "printed", "data:image/png;base64,iVBORw0KGgo=", "[3]"):
        assert part in page
    assert "went wrong</pre>" in page
    assert "<b>bold</b>" not in page
    assert f"/files/{file.pk}/frame?output=1.1" in page
    frame = client.get(f"/files/{file.pk}/frame?output=1.1")
    assert frame.content.endswith(b"</style><b>bold</b><script>1</script>")
    assert frame.headers["Content-Security-Policy"].startswith("sandbox allow-scripts; default")
    for wrong in ("", "9.9", "0.0", "x", "1.0"):
        assert client.get(f"/files/{file.pk}/frame?output={wrong}").status_code == 404


def test_a_figure_is_drawn_in_a_closed_frame(signed_in, alice, make_file):
    client = signed_in(alice)
    frame = client.get(f"/files/{make_file('figure.json', FIGURE).pk}/frame")
    text = frame.content.decode()
    assert "<script>alert" not in text
    assert "plotly-" in text
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src http://test")
    for other in (b'{"data": [1]}', b'{"data": []}', b'{"data": [{"a": 1}]}', b"[]"):
        file = make_file("rows.json", other)
        assert client.get(f"/files/{file.pk}/frame").status_code == 404
        assert 'class="json code"' in client.get(file.get_absolute_url()).content.decode()


@pytest.mark.parametrize("mode", ["I;16", "F", "RGB", "L", "1"])
def test_a_tiff_is_shown_as_a_converted_picture(signed_in, alice, make_file, mode):
    client = signed_in(alice)
    address = f"/files/{make_file('scan.tif', tiff(mode)).pk}/preview"
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (4, 3)
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_what_has_no_preview_is_not_found(signed_in, alice, make_file):
    assert signed_in(alice).get(f"/files/{make_file().pk}/preview").status_code == 404


def test_a_parquet_file_shows_its_first_rows(signed_in, alice, make_file, make_dataset):
    from tests.conftest import SPECIES, parquet_of

    file = make_file("rows.parquet", parquet_of(SPECIES)[0])
    page = signed_in(alice).get(file.get_absolute_url()).content.decode()
    assert "<td>Chinstrap</td>" in page
    assert '<th scope="col">island</th>' in page


def test_a_tar_bomb_is_listed_only_as_far_as_the_bound(make_file):
    from ouro_web.files import heads

    header = tarfile.TarInfo("zeros")
    header.size = 1 << 34
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(header.tobuf())]
    pieces += [packer.compress(bytes(1 << 20)) for _ in range(80)]
    file = make_file("bomb.tgz", b"".join(pieces) + packer.flush())
    entries, count = heads.archive(file)
    assert (count, entries[0].size) == (1, 1 << 34)


def test_large_texts_show_their_first_part(signed_in, alice, make_file):
    file = make_file("long.txt", "a line of words\n" * 100_000)
    page = signed_in(alice).get(file.get_absolute_url()).content.decode()
    assert "The beginning of the file." in page
    assert len(page) < 1_000_000


def test_a_long_json_is_bounded(signed_in, alice, make_file):
    file = make_file("deep.json", json.dumps([[n] * 300 for n in range(100)]))
    page = signed_in(alice).get(file.get_absolute_url()).content.decode()
    assert "more</li>" in page


def test_glb_headers_are_checked(make_file):
    assert (
        make_file("x.glb", struct.pack("<4sII", b"glTF", 2, 12)).media_type == "model/gltf-binary"
    )


def test_of_a_noisy_peak_one_is_told_and_flat_curves_get_their_own_scale():
    xs = tuple(range(100))
    noisy = [5.0 + at % 2 for at in xs]
    noisy[29:32], noisy[60:64] = [50, 45, 51], [400, 390, 380, 395]
    assert [x for x, _ in plots._peaks(xs, tuple(noisy))] == ["60", "31"]

    across = plots.Axis(0, 99, 0, 100)
    steady, small = tuple(-100.0 - x for x in xs), tuple(1 / (1 + x) for x in xs)
    assert len(plots._panels(across, xs, [("energy", steady), ("force", small)])) == 2
    assert len(plots._panels(across, xs, [("energy", steady), ("other", steady)])) == 1
