"""Reading what authors declare about the assets of an operation."""

import pytest

from ouro_web.lib import declarations
from ouro_web.lib.declarations import Declaration, normalise_extension


def test_a_keyed_input_is_read_with_either_spelling_of_extensions() -> None:
    entry = {"asset_type": "file", "body_path": "inputs.structure"}
    for spelling in ("input_file_extensions", "file_extensions"):
        operation = {"x-ouro-input-assets": {"structure": {**entry, spelling: [".CIF", "xyz"]}}}
        declared = declarations.read_inputs(operation)["structure"]
        assert declared.extensions == ("cif", "xyz")
        assert declared.path == ("inputs", "structure")
        assert declared.label == "Structure"
        assert declarations.remarks(operation) == []


def test_a_value_goes_to_its_own_key_when_no_path_is_declared() -> None:
    operation = {"x-ouro-input-assets": {"a.b": {"asset_type": "post"}}}
    assert declarations.read_inputs(operation)["a.b"].path == ("a.b",)


def test_the_stored_operation_is_read_like_the_document() -> None:
    assets = {"relaxed_structure": {"asset_type": "file", "file_extensions": ["cif"]}}
    document = {"x-ouro-output-assets": assets}
    stored = {"method": "POST", "extensions": document}
    assert declarations.read_outputs(stored) == declarations.read_outputs(document)


def test_older_single_keys_are_one_declaration_named_after_its_type() -> None:
    operation = {
        "x-ouro-input-asset-type": "file",
        "x-ouro-input-asset-filter": "image",
        "x-ouro-input-file-extension": "png",
        "x-ouro-output-asset-type": "file",
        "x-ouro-output-asset-filter": "3d",
    }
    (read,) = declarations.read_inputs(operation).values()
    assert (read.name, read.filter, read.extensions) == ("file", "image", ("png",))
    assert declarations.read_outputs(operation)["file"].filter == "3d model"


def test_keyed_declarations_win_over_the_older_keys() -> None:
    operation = {
        "x-ouro-input-asset-type": "dataset",
        "x-ouro-input-assets": {"scan": {"asset_type": "file"}},
    }
    assert list(declarations.read_inputs(operation)) == ["scan"]


def test_several_asset_types_keep_their_order_and_the_label_is_the_authors() -> None:
    entry = {"asset_type": "file", "asset_types": ["dataset", "file"], "label": "Training data"}
    declared = declarations.read_inputs({"x-ouro-input-assets": {"data": entry}})["data"]
    assert declared.asset_types == ("file", "dataset")
    assert declared.label == "Training data"


def test_a_lone_output_is_primary_and_of_two_marked_the_first_counts() -> None:
    lone = {"x-ouro-output-assets": {"report": {"asset_type": "post"}}}
    assert declarations.read_outputs(lone)["report"].primary
    entry = {"asset_type": "file", "primary": True}
    two = {"x-ouro-output-assets": {"first": entry, "second": entry}}
    assert [item.primary for item in declarations.read_outputs(two).values()] == [True, False]
    assert "“first”" in declarations.remarks(two)[0]


def test_conditions_roles_and_embedding_are_kept() -> None:
    operation = {
        "x-ouro-output-assets": {
            "curve": {"asset_type": "dataset", "when": {"include_dataset": True}},
            "report": {"asset_type": "post", "role": "result", "optional": True},
            "plot": {"asset_type": "file", "embedded_in": "report"},
        }
    }
    read = declarations.read_outputs(operation)
    assert read["curve"].when == {"include_dataset": True}
    assert (read["report"].role, read["report"].optional) == ("result", True)
    assert read["plot"].embedded_in == "report"


def test_what_is_stored_reads_back_the_same() -> None:
    operation = {
        "x-ouro-input-assets": {
            "scan": {
                "asset_type": "file",
                "asset_types": ["file", "dataset"],
                "input_file_extensions": ["xy"],
                "contains_file_extensions": ["cif"],
                "input_filter": "image",
                "body_path": "a.b",
                "optional": True,
            }
        }
    }
    read = declarations.read_inputs(operation)
    stored = declarations.as_json(read, "input")
    assert "input_file_extensions" not in stored["scan"]
    assert declarations.from_stored(stored, "input") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("cif", "cif"),
        (".CIF", "cif"),
        ("*.cif", "cif"),
        ("..xyz", "xyz"),
        ("tar.gz", "gz"),
        (" 7z ", "7z"),
        ("", ""),
        (".", ""),
        ("123", ""),
        ("c++", ""),
        ("text/csv", ""),
        ("abcdefghijklm", ""),
    ],
)
def test_extensions_are_lower_case_letters_and_digits(written: str, read: str) -> None:
    assert normalise_extension(written) == read


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ([], "not an object"),
        ("file", "not an object"),
        ({"a": 5}, "not an object"),
        ({"a": None}, "not an object"),
        ({"a": {}}, "no asset_type"),
        ({"a": {"asset_type": "planet"}}, "“planet” is not an asset type"),
        ({"a": {"asset_type": ["file"]}}, "is not an asset type"),
        ({"a": {"asset_type": "file", "file_extensions": 7}}, "not a list"),
        ({"a": {"asset_type": "file", "file_extensions": [{}, "a b"]}}, "not a file extension"),
        ({"a": {"asset_type": "file", "input_filter": "smell"}}, "“smell” is not known"),
        ({"a": {"asset_type": "file", "body_path": "x..y"}}, "empty part"),
        (
            {
                "a": {"asset_type": "file", "body_path": "x"},
                "b": {"asset_type": "file", "body_path": "x.y"},
            },
            "placed into each other",
        ),
    ],
)
def test_a_malformed_declaration_is_a_remark_and_no_crash(raw: object, says: str) -> None:
    operation = {"x-ouro-input-assets": raw}
    assert any(says in remark for remark in declarations.remarks(operation))
    for declared in declarations.read_inputs(operation).values():
        assert isinstance(declared, Declaration)
