"""A webhook: where it is, and what it is told."""

from collections.abc import Iterable
from typing import Any

from django import forms

from ouro_web.notifications.webhooks import EVENTS


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text="It is sent a POST with JSON, and answers with 2xx when it took it.",
    )
    events = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Told of",
        help_text="Without a choice, of all of them.",
    )

    def __init__(self, *args: Any, known: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, EVENTS[name]) for name in known]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]
