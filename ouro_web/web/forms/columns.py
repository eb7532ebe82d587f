"""One column of a dataset: its name, type, what it is called, which values it may hold."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.datasets import columns
from ouro_web.datasets.column_types import CHOICES
from ouro_web.datasets.columns import Change
from ouro_web.datasets.models import Dataset

HOLDS = [
    ("", "any values"), ("enum", "one of a list of values"), ("asset", "ids of anything here"),
    ("file", "ids of files"), ("dataset", "ids of datasets"), ("post", "ids of posts"),
    ("service", "ids of services"), ("route", "ids of routes"), ("action", "ids of runs"),
]  # fmt: skip
FIELDS = {"newName": "name", "enumValues": "values", "type": "type", "nullable": "name"}


class ColumnForm(forms.Form):
    name = forms.CharField(max_length=63, error_messages={"required": "Give the column a name."})
    type = forms.ChoiceField(choices=list(CHOICES.items()), initial="VARCHAR")
    label = forms.CharField(required=False, max_length=255, help_text="What people call it.")
    holds = forms.ChoiceField(choices=HOLDS, required=False, label="It holds")
    values = forms.CharField(
        required=False,
        max_length=100_000,
        label="Values",
        help_text="For a list of values: one a line.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("holds") == "enum" and not self._values(data):
            self.add_error("values", "Say which values the column has, one a line.")
        return data

    @staticmethod
    def _values(data: dict[str, Any]) -> list[str]:
        return [line for line in map(str.strip, (data.get("values") or "").splitlines()) if line]

    def save(self, dataset: Dataset, by: User, column: str = "") -> bool:
        """Add it, or change the one of this name; False with the reason at its field."""
        try:
            if column:
                columns.change(dataset, column, self._wanted(column), by=by)
            else:
                columns.add(dataset, name=self.cleaned_data["name"], change=self._wanted(""), by=by)
            self._refer(dataset, by)
        except ValidationError as refused:
            for key, words in refused.message_dict.items():
                field = FIELDS.get(key, key)
                self.add_error(field if field in self.fields else None, words)
            return False
        return True

    def _wanted(self, column: str) -> Change:
        data = self.cleaned_data
        values = self._values(data) if data["holds"] == "enum" else None
        return Change(
            new_name=data["name"] if column and data["name"] != column else None,
            kind=None if values else data["type"],
            label=data["label"],
            enum_values=values,
            refers=None if data["holds"] not in ("", "enum") else False,
        )

    def _refer(self, dataset: Dataset, by: User) -> None:
        holds = self.cleaned_data["holds"]
        if holds in ("", "enum"):
            return
        kind = holds if holds in ("asset", "action") else "asset"
        told = {"kind": kind, **({"asset_type": holds} if kind != holds else {})}
        columns.declare(dataset, refs={self.cleaned_data["name"]: told}, enums=None, by=by)


def fields_of(column: dict[str, Any]) -> dict[str, Any]:
    holds = (
        "enum" if column.get("enum_values") else column.get("asset_type") or column.get("ref_kind")
    )
    return {
        "name": column["name"], "type": column["type"], "label": column.get("label", ""),
        "holds": holds or "", "values": "\n".join(column.get("enum_values") or []),
    }  # fmt: skip
