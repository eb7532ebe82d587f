"""A saved view: its words, its query, and the choices its chart is made of."""

from typing import Any

from django import forms

from ouro_web.datasets import charts
from ouro_web.datasets.models import SavedView
from ouro_web.datasets.statement import MAX_LENGTH

MOST_SERIES = 4
KINDS = [("", "as the chart"), ("bar", "bars"), ("line", "line"), ("area", "area")]
Column = tuple[str, bool]  # its name, and whether it holds numbers


class ViewForm(forms.Form):
    saved: SavedView  # after it was saved

    name = forms.CharField(max_length=255, error_messages={"required": "Give the view a name."})
    description = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    sql = forms.CharField(
        label="Query",
        max_length=MAX_LENGTH,
        strip=False,
        error_messages={"required": "Write a query first."},
        widget=forms.Textarea(
            attrs={"rows": 7, "class": "mono", "spellcheck": "false", "autocapitalize": "none",
                   "autocomplete": "off"}
        ),
    )  # fmt: skip
    chart = forms.ChoiceField(
        choices=[("", "No chart, only the table"), *charts.TYPES.items()], required=False
    )
    category = forms.CharField(required=False, max_length=200, label="Along")
    category_label = forms.CharField(required=False, max_length=200, label="Called")
    value = forms.CharField(required=False, max_length=200, label="Colour of the heat map")
    bins = forms.IntegerField(
        required=False, min_value=1, max_value=charts.MOST_BINS, label="Classes of the histogram"
    )
    lying = forms.BooleanField(required=False, label="Bars lie, categories from top to bottom")
    stacked = forms.BooleanField(required=False, label="Series are stacked")

    def __init__(self, *args: Any, columns: list[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        for number in range(1, MOST_SERIES + 1):
            self.fields[f"series_{number}"] = forms.CharField(
                required=False, max_length=200, label=f"Series {number}"
            )
            self.fields[f"name_{number}"] = forms.CharField(
                required=False, max_length=200, label="Called"
            )
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                choices=KINDS, required=False, label="Drawn as"
            )
        for name in ("category", "value", *(f"series_{n}" for n in range(1, MOST_SERIES + 1))):
            self._offer_columns(name)

    def _offer_columns(self, name: str) -> None:
        """The columns of the result, and the one that is chosen though it is not among them."""
        chosen = self[name].value()
        names = [column for column, _ in self.columns]
        if chosen and chosen not in names:
            names.append(str(chosen))
        self.fields[name].widget = forms.Select(
            choices=[("", "–"), *((column, column) for column in names)]
        )

    @property
    def series(self) -> list[dict[str, forms.BoundField]]:
        return [
            {part: self[f"{part}_{number}"] for part in ("series", "name", "kind")}
            for number in range(1, MOST_SERIES + 1)
        ]

    def config(self) -> dict[str, Any]:
        """As it is kept and as programs write it; {} is no chart."""
        data = self.cleaned_data
        if not data.get("chart"):
            return {}
        category = {
            "dataKey": data.get("category") or "",
            **_named("label", data, "category_label"),
        }
        config: dict[str, Any] = {"type": data["chart"], "category": category}
        if data["chart"] == "histogram":
            return config | ({"bins": data["bins"]} if data.get("bins") else {})
        config["series"] = [
            self._series(number) for number in range(1, MOST_SERIES + 1) if data[f"series_{number}"]
        ]
        if data["chart"] == "heatmap":
            config["value"] = {"dataKey": data.get("value") or ""}
        return config | ({"layout": "vertical"} if data.get("lying") else {})

    def _series(self, number: int) -> dict[str, Any]:
        data = self.cleaned_data
        one = {"dataKey": data[f"series_{number}"], **_named("name", data, f"name_{number}")}
        if data["chart"] == "composed":
            one |= _named("type", data, f"kind_{number}")
        return one | ({"stackId": "all"} if data.get("stacked") else {})

    def faults(self) -> list[str]:
        """What a chart still lacks, in words."""
        data = self.cleaned_data
        if not data.get("chart"):
            return []
        lacks = []
        if not data.get("category"):
            lacks.append("Choose the column along which it is drawn.")
        if data["chart"] != "histogram" and not any(
            data[f"series_{number}"] for number in range(1, MOST_SERIES + 1)
        ):
            lacks.append("Choose at least one series.")
        if data["chart"] == "heatmap" and not data.get("value"):
            lacks.append("Choose the column that colours the heat map.")
        return lacks


def _named(key: str, data: dict[str, Any], field: str) -> dict[str, str]:
    given = (data.get(field) or "").strip()
    return {key: given} if given else {}


def fields_of(view: SavedView) -> dict[str, Any]:
    """A view as the values of the form."""
    config = view.config or {}
    category, series = config.get("category") or {}, config.get("series") or []
    fields = {
        "name": view.name, "description": view.description, "sql": view.sql or charts.EVERYTHING,
        "chart": config.get("type", ""), "category": category.get("dataKey", ""),
        "category_label": category.get("label", ""), "bins": config.get("bins"),
        "value": (config.get("value") or {}).get("dataKey", ""),
        "lying": config.get("layout") == "vertical",
        "stacked": any(one.get("stackId") for one in series),
    }  # fmt: skip
    for number, one in enumerate(series[:MOST_SERIES], start=1):
        fields[f"series_{number}"] = one.get("dataKey", "")
        fields[f"name_{number}"] = one.get("name", "")
        fields[f"kind_{number}"] = one.get("type", "")
    return fields


def guess(columns: list[Column]) -> dict[str, str]:
    """A first chart of a result: words or the first numbers along, the other numbers over them."""
    words = [name for name, is_number in columns if not is_number]
    numbers = [name for name, is_number in columns if is_number]
    if not numbers or len(columns) < 2:
        return {}
    along = words[0] if words else numbers.pop(0)
    over = {f"series_{place}": name for place, name in enumerate(numbers[:2], start=1)}
    return {"chart": "bar" if words else "line", "category": along, **over}
