import pytest

from ouro_web.assets.compatibility import accepting, compatible_assets, misfit
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import base_fields
from ouro_web.files.models import File
from ouro_web.lib.declarations import from_stored


@pytest.fixture
def bare_file(place, alice):
    def make(extension: str, media_type: str = "application/octet-stream", **facts) -> Asset:
        fields = base_fields(place(alice), asset_type="file", name=f"sample.{extension}")
        return File.objects.create(
            **fields,
            blob="x",
            filename="x",
            extension=extension,
            media_type=media_type,
            size=1,
            facts=facts,
        ).asset

    return make


def declared(**words):
    return from_stored({"it": {"asset_type": "file", **words}}, "input")["it"]


CASES = [
    ("cif", {"input_file_extensions": ["cif", "xyz"]}, ""),
    ("csv", {"input_file_extensions": ["cif"]}, "Needs a .cif file, this is .csv."),
    ("csv", {}, ""),
    ("png", {"input_filter": "image"}, ""),
    ("cif", {"input_filter": "image"}, "Needs a file of the kind image, this is .cif."),
    ("cif", {"input_filter": "atomic structure"}, ""),
    ("cif", {"asset_type": "dataset"}, "Needs a dataset, this is a file."),
]


@pytest.mark.parametrize(("extension", "words", "reason"), CASES)
def test_a_misfit_is_named_and_the_list_agrees_with_it(extension, words, reason, bare_file):
    asset, declaration = bare_file(extension), declared(**words)
    assert misfit(asset, declaration) == reason
    offered = compatible_assets(Asset.objects.all(), declaration)
    assert offered.filter(pk=asset.pk).exists() is (reason == "")


def test_the_media_type_counts_for_a_class_when_the_ending_says_nothing(bare_file):
    asset = bare_file("scan", "image/png")
    assert misfit(asset, declared(input_filter="image")) == ""
    assert compatible_assets(Asset.objects.all(), declared(input_filter="image")).count() == 1


CIFS = {"contains_file_extensions": ["cif", "xyz"]}
INSIDE = [
    ("zip", "application/zip", {"holds": {"txt": 1, "cif": 9}}, ""),
    ("tgz", "application/gzip", {"holds": {"xyz": 1}}, ""),
    ("zip", "application/zip", {}, ""),  # nobody could look into it
    ("zip", "application/zip", {"holds": {"csv": 2, "txt": 1}},
     "Needs an archive of .cif or .xyz files, this holds .csv and .txt."),
    ("cif", "chemical/x-cif", {}, "Needs an archive of .cif or .xyz files, this is .cif."),
]  # fmt: skip


@pytest.mark.parametrize(("extension", "media_type", "facts", "reason"), INSIDE, ids=range(5))
def test_what_an_archive_must_hold_is_asked_of_its_listing(
    extension, media_type, facts, reason, bare_file
):
    asset, declaration = bare_file(extension, media_type, **facts), declared(**CIFS)
    assert misfit(asset, declaration) == reason
    offered = compatible_assets(Asset.objects.all(), declaration)
    assert offered.filter(pk=asset.pk).exists() is (reason == "")


def test_a_route_takes_an_asset_at_each_input_that_fits(make_route, bare_file):
    route = make_route(
        input_assets={
            "start": {"asset_type": "file", "file_extensions": ["cif"]},
            "goal": {"asset_type": "file", "file_extensions": ["cif"]},
            "table": {"asset_type": "dataset"},
        }
    )
    offers = accepting(
        [route, make_route("Other", service=route.service, path="/o")], bare_file("cif")
    )
    assert [(offer.route, [item.name for item in offer.inputs]) for offer in offers] == [
        (route, ["start", "goal"])
    ]
