"""A new API key: what it is for, where it works, how long."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from ouro_web.accounts import keys
from ouro_web.accounts.models import ApiKey, User
from ouro_web.teams.models import GLOBAL_ID, Organization

DAYS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Never"}


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=120, help_text="What will use it, such as notebook or nightly runs."
    )
    organization = forms.ChoiceField(
        required=False,
        label="Works in",
        help_text="A key for one organization is refused everywhere else.",
    )
    expires = forms.ChoiceField(
        required=False, initial="365", choices=list(DAYS.items()), label="Expires after"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        own = Organization.objects.of(user).exclude(pk=GLOBAL_ID)
        self.fields["organization"].choices = [  # type: ignore[attr-defined]
            ("", "Everywhere I work"),
            (str(GLOBAL_ID), "Personal only"),
            *((str(each.pk), str(each)) for each in own),
        ]

    def save(self) -> tuple[ApiKey, str]:
        days = self.cleaned_data["expires"]
        organization = self.cleaned_data["organization"]
        return keys.issue(
            self.user,
            name=self.cleaned_data["name"],
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
            organization_id=UUID(organization) if organization else None,
        )
