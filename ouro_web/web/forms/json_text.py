"""A field of a plain form that holds JSON."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_JSON = 200_000
CODE = {"class": "mono", "spellcheck": "false", "wrap": "off", "autocapitalize": "none"}


class JsonText(forms.CharField):
    """JSON as text, shown again as it was typed; empty is nothing."""

    def __init__(self, kind: type, **options: Any) -> None:
        super().__init__(
            required=False, max_length=LONGEST_JSON, strip=False,
            widget=forms.Textarea(attrs={"rows": 6, **CODE}), **options,
        )  # fmt: skip
        self.kind = kind

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            read = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(f"This is not JSON: {error}.") from None
        if not isinstance(read, self.kind):
            raise ValidationError(
                "A JSON list is wanted here." if self.kind is list else "A JSON object is wanted."
            )
        return read
