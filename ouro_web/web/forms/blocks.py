"""How an asset is put into a text: as a link, a card, its content, a pinned run or one value of it,
or as a form to run. What is chosen becomes the markdown that says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.actions.models import Status
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets.conditions import listed
from ouro_web.datasets.models import SavedView
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.lib.markdown import Slot, embed
from ouro_web.web.pins import Pin

WAYS = {
    "link": "Link",
    "card": "Card",
    "preview": "Preview",
    "interactive": "Form to run",
    "value": "One value",
}
OF_ROUTES = ("interactive", "value")
RICH = (AssetType.FILE, AssetType.DATASET, AssetType.ROUTE)
PARTS = {"status": "Status", "inputs": "Inputs", "outputs": "Outputs", "logs": "Log"}


@dataclass(frozen=True)
class Offer:
    """The asset, with what of it can be chosen: runs of a route, saved views of a dataset."""

    asset: Asset
    runs: list[Pin] = field(default_factory=list)
    views: list[SavedView] = field(default_factory=list)

    @property
    def best(self) -> Pin | None:
        """The newest run that succeeded, else the newest."""
        good = (pin for pin in self.runs if pin.action.status == Status.SUCCESS)
        return next(good, self.runs[0] if self.runs else None)

    def run(self, pk: str) -> Pin | None:
        return next((pin for pin in self.runs if str(pin.action.pk) == pk), None)


def of_slot(slot: Slot) -> dict[str, Any]:
    """The fields that make this block."""
    return {
        "as": slot.mode, "run": slot.action, "view": slot.view, "filters": slot.filters,
        "show": slot.show, "outputs": slot.outputs, "values": slot.values,
        "collapse": slot.collapse, "caption": slot.caption,
    }  # fmt: skip


class BlockForm(forms.Form):
    run = forms.ChoiceField(
        label="Run to pin", required=False,
        help_text="Readers see this run as it was. A private run is shown to others only when you "
        "share it; you are asked before publishing.",
    )  # fmt: skip
    value = forms.ChoiceField(
        label="Value to write",
        error_messages={"required": "The answer of this run holds no single value."},
    )
    view = forms.ChoiceField(label="Saved view", required=False)
    filters = forms.CharField(
        label="Only rows where", required=False, max_length=1000,
        help_text="Column, operator and value with points between, several joined by commas: "
        "metal.eq.Cu,strain.gt.0",
    )  # fmt: skip
    show = forms.MultipleChoiceField(
        label="Parts to show", choices=list(PARTS.items()), required=False,
        widget=forms.CheckboxSelectMultiple, help_text="None chosen: all of them.",
    )  # fmt: skip
    outputs = forms.MultipleChoiceField(
        label="Outputs to show", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them.",
    )  # fmt: skip
    values = forms.JSONField(
        label="Values the form begins with", required=False, widget=forms.Textarea({"rows": 2}),
        help_text='As a JSON object: {"fmax": 0.02}',
    )  # fmt: skip
    collapse = forms.CharField(
        label="Fold it under a title", required=False, max_length=embed.LONGEST_TITLE
    )
    caption = forms.CharField(label="Caption", required=False, max_length=embed.LONGEST_CAPTION)

    def __init__(self, given: Mapping[str, Any], offer: Offer) -> None:
        self.offer = offer
        data = _begun(given, offer)
        super().__init__(data, auto_id="insert-%s")
        ways = [(way, WAYS[way]) for way in _ways(offer.asset)]
        self.fields["as"] = forms.ChoiceField(
            label="Show it as", choices=ways, widget=forms.RadioSelect
        )
        pin = offer.run(data["run"])
        self._offer_choices(pin)
        for name in set(self.fields) - _fitting(data["as"], offer, pin, data["view"]):
            del self.fields[name]

    def _offer_choices(self, pin: Pin | None) -> None:
        choices: dict[str, list[tuple[str, str]]] = {
            "run": [("", "No run, only the route"), *(_told(pin) for pin in self.offer.runs)],
            "view": [
                ("", "The first rows"),
                *((str(view.pk), view.name) for view in self.offer.views),
            ],
            "value": [(name, f"{label}: {value}") for name, label, value in _scalars(pin)],
            "outputs": outputs_of(pin),
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_filters(self) -> str:
        text = str(self.cleaned_data["filters"])
        try:
            listed(text, self.offer.asset.as_dataset.columns)
        except QueryRefusedError as refused:
            raise ValidationError(refused.messages) from None
        return text

    def clean_values(self) -> Any:
        values = self.cleaned_data["values"]
        try:
            json.dumps(values, allow_nan=False)
        except ValueError:
            raise ValidationError("JSON knows no NaN and no Infinity.") from None
        if values and not isinstance(values, dict):
            raise ValidationError("Write one JSON object: the names of fields with their values.")
        return values

    def clean(self) -> dict[str, Any]:
        if self.data["as"] == "value" and not self.data["run"]:
            raise ValidationError("Choose a run: the value is one of its answer.")
        return self.cleaned_data

    def markdown(self) -> str:
        """The words to put into the text."""
        said, asset = self.cleaned_data, self.offer.asset
        if said["as"] == "link":
            label = asset.name.replace("[", "(").replace("]", ")")
            return f"[{label}]({asset.asset_type}:{asset.pk})"
        if said["as"] == "value":
            return f"{{{{action:{said['run']}#{said['value']}}}}}"
        return embed.fence(self.slot())

    def slot(self) -> Slot:
        said = self.cleaned_data
        values = said.get("values")
        return Slot(
            "embed",
            id=str(self.offer.asset.pk),
            type=str(self.offer.asset.asset_type),
            mode=said["as"],
            action=said.get("run", ""),
            view=said.get("view", ""),
            filters=said.get("filters", ""),
            show=tuple(said.get("show", ())),
            outputs=tuple(said.get("outputs", ())),
            values=json.dumps(values) if values else "",
            collapse=said["collapse"],
            caption=said["caption"],
        )


def outputs_of(pin: Pin | None) -> list[tuple[str, str]]:
    """The names under which the outputs of a run can be chosen, with their labels."""
    if pin is None:
        return []
    return [
        *((name, label) for name, label, _ in pin.scalars),
        *((link.name, link.label) for link in pin.run.outputs),
    ]


def _begun(given: Mapping[str, Any], offer: Offer) -> dict[str, Any]:
    """What was chosen, and what is offered where nothing was; what no longer fits is left out."""
    lists = {name: _list(given, name) for name in ("show", "outputs")}
    data: dict[str, Any] = {name: given.get(name) or "" for name in _SINGLE} | lists
    if data["as"] not in _ways(offer.asset):
        data["as"] = "preview" if offer.asset.asset_type in RICH else "card"
    if "run" not in given and offer.best:
        data["run"] = str(offer.best.action.pk)
    pin = offer.run(data["run"])
    if pin is None:
        data["run"] = ""
    names = {name for name, _ in outputs_of(pin)}
    data["outputs"] = [name for name in data["outputs"] if name in names]
    single = [name for name, _, _ in _scalars(pin)]
    if single and data["value"] not in single:
        data["value"] = single[0]
    return data


_SINGLE = ("as", "run", "view", "value", "filters", "values", "collapse", "caption")


def _list(given: Mapping[str, Any], name: str) -> list[str]:
    every = given.getlist(name) if hasattr(given, "getlist") else given.get(name, ())
    return list(every)


def _ways(asset: Asset) -> list[str]:
    return [way for way in WAYS if way not in OF_ROUTES or asset.asset_type == AssetType.ROUTE]


def _fitting(way: str, offer: Offer, pin: Pin | None, view: str) -> set[str]:
    fields = {"as"} if way in ("link", "value") else {"as", "collapse", "caption"}
    kind = offer.asset.asset_type
    if way == "preview" and kind == AssetType.DATASET:
        fields |= {"view"} if offer.views else set()
        fields |= set() if view else {"filters"}
    if way == "preview" and kind == AssetType.ROUTE and offer.runs:
        fields |= {"run"}
        fields |= {"show", "outputs"} if pin and outputs_of(pin) else {"show"} if pin else set()
    if way == "value":
        fields |= {"run", "value"}
    return fields | ({"values"} if way == "interactive" else set())


def _scalars(pin: Pin | None) -> list[tuple[str, str, str]]:
    return pin.scalars if pin else []


def _told(pin: Pin) -> tuple[str, str]:
    action = pin.action
    when = f"{action.created_at:%-d %b, %H:%M}"
    words = [Status(action.status).label, pin.run.subject, when, action.user.display_name]
    return str(action.pk), " · ".join(filter(None, words))
