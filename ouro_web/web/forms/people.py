"""What a person says about herself, and naming one."""

import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    time_zone = forms.ChoiceField(
        required=False,
        help_text="For pages read without script; with it, times are in your browser's zone.",
    )

    class Meta:
        model = User
        fields = ["name", "bio", "time_zone"]
        help_texts = {
            "name": "Shown with what you make. Your user name stays as it is.",
            "bio": "A line or two on your public page.",
        }
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zoneinfo.available_timezones())
        choices = [("", "UTC"), *((zone, zone) for zone in zones)]
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    username = forms.CharField(max_length=39, label="Person", help_text="The username.")

    def clean_username(self) -> User:
        username = self.cleaned_data["username"].strip().lstrip("@").lower()
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise ValidationError(f"Nobody here has the username {username}.")
        return person
