"""The assets that a route takes and makes, as rows to be edited by hand."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from ouro_web.lib import declarations
from ouro_web.web.forms.json_text import JsonText

KINDS = [(kind, kind) for kind in ("file", "dataset", "post")]


class AssetRow(forms.Form):
    """One declared asset; a row without a name is none."""

    was = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    name = forms.CharField(
        required=False, max_length=120, label="Name",
        widget=forms.TextInput(attrs={"class": "mono", "autocapitalize": "none"}),
    )  # fmt: skip
    label = forms.CharField(required=False, max_length=120, label="Shown as")
    asset_types = forms.MultipleChoiceField(
        required=False, choices=KINDS, label="Kind", widget=forms.CheckboxSelectMultiple,
        initial=["file"],
    )  # fmt: skip
    file_extensions = forms.CharField(
        required=False, max_length=500, label="File extensions",
        widget=forms.TextInput(attrs={"class": "mono", "placeholder": "cif, xyz"}),
    )  # fmt: skip
    optional = forms.BooleanField(required=False, label="May be left out")
    primary = forms.BooleanField(required=False, label="The main one")
    remove = forms.BooleanField(required=False, label="Remove it")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        name = data.get("name", "").strip()
        if self.is_given(data) and not name:
            raise ValidationError({"name": "Give it the name of its field."})
        if name and not data.get("remove") and not data.get("asset_types"):
            raise ValidationError({"asset_types": "Choose at least one kind."})
        return data

    def is_given(self, data: Mapping[str, Any]) -> bool:
        words = ("label", "file_extensions", "body_path", "when", "embedded_in")
        return not data.get("remove") and any(data.get(word) for word in words)

    def entry(self) -> dict[str, Any]:
        """As an author writes it."""
        data = {key: value for key, value in self.cleaned_data.items() if key not in _NOT_SAID}
        kinds = data.pop("asset_types")
        data["asset_types"], data["asset_type"] = kinds, kinds[0]
        for word in ("file_extensions", "contains_file_extensions"):
            data[word] = (
                re.split(r"[\s,]+", data.get(word, "").strip(" ,")) if data.get(word) else []
            )
        return data


_NOT_SAID = {"was", "name", "remove"}


class InputRow(AssetRow):
    field_order = (
        "was", "name", "label", "asset_types", "file_extensions", "body_path",
        "contains_file_extensions", "input_filter", "optional", "primary", "remove",
    )  # fmt: skip

    body_path = forms.CharField(
        required=False, max_length=300, label="Place in the body",
        help_text="Keys with dots between them; its name, unless given.",
        widget=forms.TextInput(attrs={"class": "mono", "autocapitalize": "none"}),
    )  # fmt: skip
    contains_file_extensions = forms.CharField(
        required=False, max_length=500, label="Archive of",
        widget=forms.TextInput(attrs={"class": "mono", "placeholder": "cif"}),
    )  # fmt: skip
    input_filter = forms.ChoiceField(
        required=False,
        label="Only",
        choices=[("", "any type"), *((w, w) for w in declarations.FILTERS)],
    )


class OutputRow(AssetRow):
    field_order = (
        "was", "name", "label", "asset_types", "file_extensions", "role", "embedded_in", "when",
        "optional", "primary", "remove",
    )  # fmt: skip

    role = forms.ChoiceField(
        required=False, label="Role",
        choices=[("", "not said"), *((word, word) for word in declarations.ROLES)],
    )  # fmt: skip
    embedded_in = forms.CharField(required=False, max_length=120, label="Embedded in the output")
    when = JsonText(dict, label="Only when")


class AssetRows:
    """The rows of one direction: those declared, and those added."""

    def __init__(
        self, direction: declarations.Direction, data: QueryDict | None, stored: Mapping[str, Any]
    ) -> None:
        self.direction, self.stored = direction, stored
        kind: type[AssetRow] = InputRow if direction == "input" else OutputRow
        count = _count(data, direction) if data is not None else len(stored)
        entries = list(stored.items())
        self.rows = [
            kind(
                data,
                prefix=f"{direction}-{place}",
                initial=_initial(*entries[place]) if place < len(entries) else None,
                label_suffix="",
            )
            for place in range(count + _asked_for(data, direction))
        ]
        self.error = ""

    @property
    def count(self) -> int:
        return len(self.rows)

    def is_valid(self) -> bool:
        good = [row.is_valid() for row in self.rows]
        return all(good) and self._names_are_unique() and self._is_understood()

    def declared(self) -> dict[str, Any]:
        """In the one spelling that is stored. What has no field in a row stays."""
        return declarations.as_json(self._read(), self.direction)

    def _said(self) -> dict[str, Any]:
        said = {}
        for row in self.rows:
            data = row.cleaned_data
            name = data["name"].strip()
            if name and not data.get("remove"):
                said[name] = {**self.stored.get(data["was"], {}), **row.entry()}
        return said

    def _read(self) -> dict[str, declarations.Declaration]:
        read = declarations.read_inputs if self.direction == "input" else declarations.read_outputs
        return read({f"x-ouro-{self.direction}-assets": self._said()})

    def _names_are_unique(self) -> bool:
        seen: set[str] = set()
        for row in self.rows:
            name = row.cleaned_data["name"].strip()
            if name and not row.cleaned_data.get("remove"):
                if name in seen:
                    row.add_error("name", "This name stands twice.")
                seen.add(name)
        return all(row.is_valid() for row in self.rows)

    def _is_understood(self) -> bool:
        wrong = declarations.remarks({f"x-ouro-{self.direction}-assets": self._said()})
        # Whether another output is there is known only with both directions, and is no fault.
        self.error = " ".join(said for said in wrong if "is embedded in" not in said)
        return not self.error


def _asked_for(data: QueryDict | None, direction: str) -> int:
    return int(data is not None and data.get("_do") == f"add:{direction}")


def _count(data: QueryDict, direction: str) -> int:
    given = data.get(f"{direction}-rows", "")
    return min(int(given), 60) if re.fullmatch(r"[0-9]{1,3}", given) else 0


def _initial(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    lists = {
        word: ", ".join(entry.get(word) or ())
        for word in ("file_extensions", "contains_file_extensions")
    }
    when = json.dumps(entry["when"]) if entry.get("when") else ""
    kinds = entry.get("asset_types") or [entry["asset_type"]]
    return {**entry, **lists, "was": name, "name": name, "asset_types": kinds, "when": when}
