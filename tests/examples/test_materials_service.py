"""The demo service as its callers meet it: over HTTP, with real files and a listening platform."""

import base64
import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ase import Atoms
from ase.io import read
from PIL import Image
from pytest_httpserver import HTTPServer

from tests.examples.conftest import SAMPLES, Platform

Sample = Callable[[str], dict[str, Any]]


def structure_in(payload: dict[str, Any]) -> Atoms:
    found = read(io.BytesIO(base64.b64decode(payload["base64"])), format="cif")
    assert isinstance(found, Atoms)
    return found


def refusal(answer: httpx.Response) -> str:
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    return detail


def test_the_document_declares_inputs_outputs_and_modes(service: httpx.Client) -> None:
    paths = service.get("/openapi.json").json()["paths"]
    relax = paths["/structures/relax"]["post"]
    assert relax["summary"] == "Relax structure"
    assert relax["x-ouro-input-assets"]["structure"]["input_file_extensions"] == ["cif", "xyz"]
    assert relax["x-ouro-output-assets"]["relaxed_structure"]["primary"] is True
    assert paths["/structures/point-defects"]["post"]["x-ouro-execution-mode"] == "async"
    assert (
        paths["/images/thumbnail"]["post"]["x-ouro-input-assets"]["image"]["input_filter"]
        == "image"
    )
    assert len(paths) == 10


def test_defect_fields_are_those_of_the_published_route(service: httpx.Client) -> None:
    schemas = service.get("/openapi.json").json()["components"]["schemas"]
    fields = schemas["DefectRequest"]["properties"]
    assert set(fields) == {
        "structure", "supercell", "random_seed", "defect_types", "max_candidates",
        "dedupe_symmetry", "dopant_elements", "max_candidates_per_type",
    }  # fmt: skip
    assert (fields["max_candidates"]["minimum"], fields["max_candidates"]["maximum"]) == (1, 200)
    assert fields["max_candidates_per_type"]["default"] == 8


def test_relaxing_lowers_energy_and_force(service: httpx.Client, sample: Sample) -> None:
    body = {"structure": sample("ni3al-vacancy.cif"), "keep_trajectory": True}
    result = service.post("/structures/relax", json=body).json()
    assert result["converged"] is True
    assert result["max_force"] <= 0.05
    assert result["energy_gained"] > 0
    assert len(structure_in(result["relaxed_structure"])) == 31
    assert len(result["trajectory"]["data"]) == result["steps"] + 1
    assert "| Energy (eV) |" in result["summary"]["content"]["text"]


def test_relaxing_the_cell_finds_the_lattice_constant(
    service: httpx.Client, sample: Sample
) -> None:
    body = {"structure": sample("copper-fcc.cif"), "relax_cell": True, "fmax": 0.001}
    result = service.post("/structures/relax", json=body).json()
    assert structure_in(result["relaxed_structure"]).cell.lengths() == pytest.approx(3.59, abs=0.01)
    assert result["trajectory"] is None


def test_a_cluster_is_relaxed_and_put_in_a_box(service: httpx.Client, sample: Sample) -> None:
    body = {"structure": sample("platinum-cluster.xyz"), "optimizer": "FIRE", "max_steps": 60}
    result = service.post("/structures/relax", json=body).json()
    assert result["formula"] == "Pt"
    assert structure_in(result["relaxed_structure"]).cell.rank == 3


def test_a_run_is_told_line_by_line_before_the_answer(
    service: httpx.Client, sample: Sample, platform: Platform
) -> None:
    body = {"structure": sample("ni3al-vacancy.cif"), "supercell": [1, 1, 2]}
    answer = service.post("/structures/relax", json=body, headers=platform.headers())
    assert answer.status_code == 200
    assert platform.lines[0]["message"].endswith("62 atoms.")
    assert any(line["message"].startswith("Step 0:") for line in platform.lines)


def test_a_platform_that_does_not_listen_does_not_hinder(
    service: httpx.Client, sample: Sample
) -> None:
    headers = {"ouro-webhook-url": "http://127.0.0.1:9/actions/42/response"}
    body = {"structure": sample("copper-fcc.cif")}
    assert service.post("/structures/relax", json=body, headers=headers).status_code == 200


def test_a_foreign_element_is_refused_by_name(service: httpx.Client, sample: Sample) -> None:
    message = refusal(service.post("/structures/relax", json={"structure": sample("iron-bcc.cif")}))
    assert "does not know Fe" in message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"supercell": [4, 4, 4]}, "256 atoms; the most is 200"),
        ({"fixed_species": ["Cu"]}, "nothing could move"),
    ],
)
def test_what_cannot_be_relaxed_is_said(
    service: httpx.Client, sample: Sample, fields: dict[str, Any], expected: str
) -> None:
    body = {"structure": sample("copper-fcc.cif"), **fields}
    assert expected in refusal(service.post("/structures/relax", json=body))


@pytest.mark.parametrize(
    "content", [b"", b"data_x\n_cell_length_a nonsense\n", b"\xff\xfe\x00" * 50]
)
def test_a_broken_file_is_refused(
    service: httpx.Client, httpserver: HTTPServer, content: bytes
) -> None:
    httpserver.expect_request("/broken.cif").respond_with_data(content)
    body = {"structure": {"url": httpserver.url_for("/broken.cif"), "name": "broken"}}
    assert "broken" in refusal(service.post("/structures/relax", json=body))


def test_a_file_that_is_gone_or_too_large_is_refused(
    service: httpx.Client, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/large.cif").respond_with_data(b"#" * 2_000_001)
    for path, expected in (("/gone.cif", "could not be fetched"), ("/large.cif", "2000 kB")):
        body = {"structure": {"url": httpserver.url_for(path)}}
        message = refusal(service.post("/structures/relax", json=body))
        assert expected in message
        assert path not in message


@pytest.mark.parametrize("fit", ["birchmurnaghan", "murnaghan", "vinet", "sj"])
def test_every_equation_of_state_gives_the_same_modulus(
    service: httpx.Client, sample: Sample, fit: str
) -> None:
    body = {"structure": sample("copper-fcc.cif"), "fit": fit}
    result = service.post("/structures/equation-of-state", json=body).json()
    assert result["bulk_modulus_gpa"] == pytest.approx(134, abs=5)
    assert result["volume_per_atom"] == pytest.approx(11.56, abs=0.05)
    assert len(result["curve"]["data"]) == 11
    assert b"<svg" in base64.b64decode(result["plot"]["base64"])


def test_an_energy_without_minimum_is_refused(service: httpx.Client, sample: Sample) -> None:
    body = {"structure": sample("gold-111-slab.cif"), "max_strain": 0.001}
    assert "no minimum" in refusal(service.post("/structures/equation-of-state", json=body))


def test_a_relaxed_file_goes_into_the_next_route(
    service: httpx.Client, sample: Sample, httpserver: HTTPServer
) -> None:
    body = {"structure": sample("copper-fcc.cif"), "relax_cell": True}
    relaxed = service.post("/structures/relax", json=body).json()["relaxed_structure"]
    httpserver.expect_request("/next.cif").respond_with_data(base64.b64decode(relaxed["base64"]))
    structure = {"url": httpserver.url_for("/next.cif"), "name": relaxed["name"]}
    body = {"structure": structure, "supercell": [2, 2, 2], "mesh": 6}
    result = service.post("/structures/phonons", json=body).json()
    assert result["stable"] is True
    assert 5 < result["highest_frequency_thz"] < 11
    assert result["dispersion"]["data"][0]["point"] == "Γ"
    assert len(result["density"]["data"]) == 200


def test_phonons_of_a_large_cell_are_refused(service: httpx.Client, sample: Sample) -> None:
    body = {"structure": sample("ni3al-vacancy.cif")}
    assert "the most is 8" in refusal(service.post("/structures/phonons", json=body))


def test_defects_come_by_callback_with_lines_on_the_way(
    service: httpx.Client, sample: Sample, platform: Platform
) -> None:
    platform.failures_left = 1
    body = {"structure": sample("copper-gold-ordered.cif"), "max_candidates_per_type": 2}
    answer = service.post("/structures/point-defects", json=body, headers=platform.headers())
    assert answer.status_code == 202
    result = platform.results.get(timeout=100)
    assert (result["status"], result["ouro_action_id"]) == ("completed", "42")
    check_defects(result["response"])
    assert platform.lines[0]["message"].startswith("Made ")


def check_defects(response: dict[str, Any]) -> None:
    rows = response["ranking"]["data"]
    energies = [row["formation_energy_ev"] for row in rows]
    assert energies == sorted(energies)
    assert {row["family"] for row in rows} == {"vacancy", "substitution", "interstitial"}
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(response["candidates"]["base64"])))
    assert sorted(archive.namelist()) == sorted(f"{row['candidate']}.cif" for row in rows)
    assert response["report"]["content"]["text"].count("| 8 |") == 1


def test_equivalent_vacancies_are_one_candidate(service: httpx.Client, sample: Sample) -> None:
    body = {"structure": sample("copper-gold-ordered.cif"), "defect_types": ["vacancy"]}
    response = service.post("/structures/point-defects", json=body).json()
    assert sorted(row["defect"] for row in response["ranking"]["data"]) == ["V_Au", "V_Cu"]


def test_the_same_seed_gives_the_same_candidates(service: httpx.Client, sample: Sample) -> None:
    body = {
        "structure": sample("copper-fcc.cif"),
        "defect_types": ["substitution"],
        "dopant_elements": ["Ag", "Au"],
        "dedupe_symmetry": False,
        "max_candidates": 3,
        "random_seed": 5,
    }
    first, second = (service.post("/structures/point-defects", json=body).json() for _ in "ab")
    assert first["ranking"]["data"] == second["ranking"]["data"]
    assert first["count"] == 3


def test_a_strange_dopant_is_refused_at_once(
    service: httpx.Client, sample: Sample, platform: Platform
) -> None:
    body = {"structure": sample("copper-fcc.cif"), "dopant_elements": ["Xx"]}
    answer = service.post("/structures/point-defects", json=body, headers=platform.headers())
    assert "Xx" in refusal(answer)


def test_statistics_describe_each_group(service: httpx.Client) -> None:
    with (SAMPLES / "metals-under-strain.csv").open() as file:
        rows = [{**row, "energy_ev": float(row["energy_ev"])} for row in csv.DictReader(file)]
    body = {
        "table": {"name": "Metals", "data": rows},
        "columns": ["energy_ev"],
        "group_by": "metal",
    }
    result = service.post("/tables/statistics", json=body).json()
    assert [row["group"] for row in result["statistics"]["data"]] == [
        "Ag", "Al", "Au", "Cu", "Ni", "Pd", "Pt",
    ]  # fmt: skip
    assert result["statistics"]["data"][0]["present"] == 21


def test_statistics_take_odd_values_and_refuse_unknown_columns(service: httpx.Client) -> None:
    rows = [{"a": None, "b": "x|y"}, {"a": 2, "b": True}, {"b": ""}]
    result = service.post("/tables/statistics", json={"table": {"data": rows}}).json()
    described = {row["column"]: row for row in result["statistics"]["data"]}
    assert (described["a"]["missing"], described["a"]["mean"]) == (2, 2.0)
    assert described["b"]["kind"] == "text"
    body = {"table": {"data": rows}, "columns": ["c"]}
    assert "no column c" in refusal(service.post("/tables/statistics", json=body))


@pytest.mark.parametrize(("shape", "size"), [("keep", (64, 64)), ("crop", (64, 64))])
def test_an_image_becomes_small_and_counted(
    service: httpx.Client, sample: Sample, shape: str, size: tuple[int, int]
) -> None:
    body = {"image": sample("aluminium-energy.png"), "size": 64, "shape": shape, "bins": 16}
    result = service.post("/images/thumbnail", json=body).json()
    small = Image.open(io.BytesIO(base64.b64decode(result["thumbnail"]["base64"])))
    assert small.size == size
    reds = sum(row["red"] for row in result["histogram"]["data"])
    assert reds == result["width"] * result["height"]


def test_what_is_no_image_is_refused(service: httpx.Client, sample: Sample) -> None:
    body = {"image": sample("settings.json")}
    assert "cannot be read as an image" in refusal(service.post("/images/thumbnail", json=body))


PLAN = {
    "title": "Hard nickel <alloys>",
    "start": "2027-01-01",
    "ranges": [{"element": "Ni", "least": 0.5}, {"element": "Al", "most": 0.4}],
    "targets": [{"property": "density", "maximum": 7.5, "weight": 2}],
    "campaign": {"contact": {"name": "Aiko", "email": "aiko@demo.example"}},
}


def test_a_plan_leaves_out_weekends_and_skipped_days(service: httpx.Client) -> None:
    params: dict[str, Any] = {"per_day": 2, "skip": ["2027-01-04"]}
    answer = service.post("/projects/NI-042/screening-plans", json=PLAN, params=params)
    result = answer.json()
    days = [line["day"] for line in result["plan"]]
    assert days[:3] == ["2027-01-01", "2027-01-01", "2027-01-05"]
    page = base64.b64decode(result["plan_page"]["base64"]).decode()
    assert "Hard nickel &lt;alloys&gt;" in page


def test_a_drawn_plan_repeats_with_its_seed(service: httpx.Client) -> None:
    body = {**PLAN, "sampling": {"kind": "random", "samples": 5, "seed": 1}}
    first, second = (
        service.post("/projects/NI-042/screening-plans", json=body).json() for _ in "ab"
    )
    assert first["plan"] == second["plan"]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/projects/nickel/screening-plans", {}),
        ("/projects/NI-042/screening-plans", {"tags": ["Not A Tag"]}),
        ("/projects/NI-042/screening-plans", {"start": "soon"}),
        ("/projects/NI-042/screening-plans", {"ranges": [{"element": "Ni", "most": 0.1}] * 2}),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    service: httpx.Client, path: str, changes: dict[str, Any]
) -> None:
    assert service.post(path, json=PLAN | changes).status_code == 422


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("rejected", 422), ("field errors", 422), ("missing", 404), ("busy", 429), ("crash", 500),
        ("unavailable", 503), ("gateway page", 502), ("broken output", 200),
    ],
)  # fmt: skip
def test_failing_on_purpose(service: httpx.Client, kind: str, status: int) -> None:
    answer = service.post("/trials/failure", json={"kind": kind, "message": "No."})
    assert answer.status_code == status


def test_counting_tells_each_number_and_can_stumble(
    service: httpx.Client, platform: Platform
) -> None:
    body = {"seconds": 1, "per_second": 10, "fail_at": 3}
    answer = service.post("/trials/count", json=body, headers=platform.headers())
    assert "fail at 3" in refusal(answer)
    assert [line["level"] for line in platform.lines] == ["info", "info", "error"]


def test_element_facts_come_from_the_potential(service: httpx.Client) -> None:
    facts = service.get("/elements/Cu", params={"digits": 2}).json()
    assert facts["lattice_constant_a"] == 3.59
    assert service.get("/elements/Fe").status_code == 422
