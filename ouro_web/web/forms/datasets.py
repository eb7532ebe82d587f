"""A new dataset: what it is made of, how its columns are read, what it is called."""

import io
from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.assets import blobs
from ouro_web.datasets import creating, drafts
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.column_types import CHOICES
from ouro_web.datasets.models import Dataset, Draft
from ouro_web.files.models import File
from ouro_web.web.forms.assets import PlacementForm

LARGEST_PASTE = 5_000_000
ACCEPT = ".csv,.tsv,.txt,.tab,.dat,.json,.jsonl,.ndjson,.parquet,.xlsx,.xlsm,.xlsb,.xls,.ods"
SEPARATORS = [
    ("", "Found by itself"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"),
    ("|", "Vertical bar"), (" ", "Space"),
]  # fmt: skip
TYPES = list(CHOICES.items())
EMPTY_ROWS = 6
MODES = [
    ("append", "Add them after the present rows"),
    ("overwrite", "Put them in place of all present rows"),
    ("upsert", "Put them in place of rows with the same key, add the others"),
    ("update", "Change rows with the same key, leave out the others"),
]


class SourceForm(forms.Form):
    """A file, pasted text, or a file that is here already."""

    file = forms.FileField(
        required=False,
        label="File",
        max_length=255,
        help_text="CSV, TSV, JSON, JSON lines, Parquet, Excel or ODS, in any encoding.",
        error_messages={"empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    text = forms.CharField(
        required=False,
        label="Or paste rows",
        max_length=LARGEST_PASTE,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "class": "mono",
                   "placeholder": "sample,two_theta,counts\nNA-03,43.70,812"}
        ),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        has_text = (data.get("text") or "").strip()
        if not data.get("file") and not has_text and "file" not in self.errors:
            self.add_error("file", "Choose a file, or paste rows.")
        return data

    def keep(self, user: Any, target: Dataset | None = None) -> Draft | None:
        """The draft, or None with the reason at the field where the rows were given."""
        data = self.cleaned_data
        sent = data.get("file")
        content = cast(BinaryIO, sent.file) if sent else io.BytesIO(data["text"].encode())
        filename = sent.name if sent else "pasted rows"
        try:
            return drafts.keep(user, content, filename=filename, target=target)
        except ValidationError as refused:
            self.add_error("file" if sent else "text", refused.messages)
            return None


def keep_file(user: Any, file: File, target: Dataset | None = None) -> Draft:
    """A draft of a file that is here already. Raises ValidationError at "file"."""
    with blobs.open_blob(file.blob) as content:
        return drafts.keep(user, content, filename=file.filename, target=target)


class ReadingForm(forms.Form):
    """How a source is read: what cannot always be found out."""

    delimiter = forms.ChoiceField(choices=SEPARATORS, required=False, label="Between values")
    header = forms.ChoiceField(
        choices=[("", "Found by itself"), ("yes", "Names"), ("no", "Values")],
        required=False,
        label="The first line holds",
    )
    nulls = forms.CharField(
        required=False,
        max_length=200,
        label="Words for no value",
        help_text="With commas between, for example NA, -",
    )
    sheet = forms.CharField(required=False, max_length=200, widget=forms.Select)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = draft.options
        sheets = options.get("sheets") or []
        self.fields["sheet"].widget.choices = [(name, name) for name in sheets]
        fits = {"csv": {"delimiter", "header", "nulls"}, "sheet": {"sheet"}}
        for name in set(self.fields) - fits.get(draft.format, set()):
            del self.fields[name]
        self.initial = {
            "delimiter": options.get("delimiter"),
            "header": "yes" if options.get("header") else "no",
            "nulls": ", ".join(options.get("nulls") or []),
            "sheet": options.get("sheet"),
        }

    def options(self) -> dict[str, Any]:
        data = self.cleaned_data
        header = data.get("header")
        return {
            "delimiter": data.get("delimiter") or "",
            "header": header == "yes" if header else None,
            "nulls": [
                word for word in map(str.strip, (data.get("nulls") or "").split(",")) if word
            ],
            "sheet": data.get("sheet") or "",
        }


class NewDatasetForm(PlacementForm):
    """The words and the place of a new dataset."""

    name = forms.CharField(max_length=255, error_messages={"required": "Give the dataset a name."})
    description = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown. What the rows are and where they come from.",
    )
    field_order = ["name", "description", "visibility", "organization", "team"]

    def choice(self) -> dict[str, Any]:
        data = self.cleaned_data
        return drafts.new_dataset(
            self.placement, name=data["name"], description=data["description"]
        )


class ModeForm(forms.Form):
    mode = forms.ChoiceField(
        choices=MODES, initial="append", label="What becomes of the rows", widget=forms.RadioSelect
    )

    def choice(self) -> dict[str, Any]:
        return {"mode": self.cleaned_data["mode"]}


class EmptyForm(NewDatasetForm):
    """A dataset with columns and no rows. The columns come as lists beside the fields."""

    def create(self, names: list[str], types: list[str]) -> Dataset | None:
        wanted = {
            name.strip(): kind for name, kind in zip(names, types, strict=False) if name.strip()
        }
        given = [name.strip() for name in names if name.strip()]
        if not wanted:
            self.add_error(None, "Name at least one column.")
        elif len({column_names([name])[0] for name in given}) < len(given):
            self.add_error(None, "Two columns have the same name.")
        elif any(kind not in CHOICES for kind in wanted.values()):
            self.add_error(None, "Choose one of the types for each column.")
        if self.errors:
            return None
        data = self.cleaned_data
        try:
            made, _ = creating.create_with_columns(
                self.placement, name=data["name"], kinds_of=wanted, description=data["description"]
            )
        except ValidationError as refused:
            self.add_error(None, refused.messages)
            return None
        return made


def suggested_name(draft: Draft) -> str:
    stem = draft.filename.rpartition(".")[0] or draft.filename
    return "" if draft.filename == "pasted rows" else stem
