"""Uploading files: one or many, and where they go."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from ouro_web.accounts.models import User
from ouro_web.assets.blobs import megabytes
from ouro_web.files import fetching, uploads
from ouro_web.files.limits import uploading
from ouro_web.files.models import File, Upload
from ouro_web.web.forms.assets import PlacementForm


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Every file that was chosen, as a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        given = data if isinstance(data, list) else [data]
        chosen = [each for each in given if each is not None]
        return [self._checked(super(FilesField, self).clean(each, initial)) for each in chosen]

    def _checked(self, sent: "UploadedFile[Any]") -> "UploadedFile[Any]":
        if (sent.size or 0) > settings.MAX_UPLOAD:
            limit = megabytes(settings.MAX_UPLOAD)
            raise ValidationError(f"{sent.name} is larger than {limit}, the most that fits.")
        return sent


class UploadForm(PlacementForm):
    """Files sent with the form, uploads that came before it, or an address to fetch from."""

    file = FilesField(
        label="Files",
        required=False,
        max_length=255,
        error_messages={
            "empty": "The file is empty.",
            "max_length": "The name of the file is longer than 255 characters.",
        },
    )
    upload = forms.ModelMultipleChoiceField(
        Upload.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )
    address = forms.CharField(
        label="From an address",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        help_text="This site fetches it; the address must be one that everybody can reach.",
    )
    description = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown. What it is and where it comes from.",
    )
    name = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)
    field_order = ["file", "description", "visibility", "organization", "team"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        uploads = self.fields["upload"]
        uploads.queryset = Upload.objects.filter(owner=user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = (data.get(name) for name in ("file", "upload", "address"))
        if not any(given) and "file" not in self.errors:
            self.add_error("file", "Choose a file.")
        return data

    def receive(self) -> list[Upload]:
        """Everything that is here or begins to be fetched, as uploads. Raises ValidationError."""
        data = self.cleaned_data  # without the fields that are wrong
        found = list(data.get("upload") or [])
        for sent in data.get("file") or []:
            uploading(self.user, sent.size or 0)
            name = sent.name or "file"
            found.append(uploads.receive(self.user, filename=name, content=sent.file))
        if data.get("address") and not self.errors:
            found.append(fetching.begin(self.user, address=data["address"]))
        return found

    def save(self, received: list[Upload]) -> list[File]:
        name = self.cleaned_data["name"] if len(received) == 1 else ""
        about = self.cleaned_data["description"]
        return [
            uploads.make_file(self.placement, each, name=name, description=about)
            for each in received
        ]

    def words(self) -> str:
        """All that is wrong in one line, for a script that shows it beside the file."""
        return " ".join(str(words) for messages in self.errors.values() for words in messages)
