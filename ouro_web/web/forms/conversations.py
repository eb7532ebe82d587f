"""Beginning a conversation, and saying what it is."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.conversations import members, messages
from ouro_web.conversations.models import Conversation


class PeopleField(forms.CharField):
    """Usernames with commas or blanks between; the cleaned value is the people."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"})

    def clean(self, value: Any) -> list[User]:
        names = re.findall(r"[^\s,;@]+", super().clean(value).lower())[: members.MOST + 1]
        found = User.objects.filter(is_active=True).in_bulk(names, field_name="username")
        if missing := [name for name in names if name not in found]:
            raise ValidationError(f"Nobody here has the username {missing[0][:60]}.")
        return [found[name] for name in dict.fromkeys(names)]


class BeginForm(forms.Form):
    people = PeopleField(
        label="With", max_length=2000, help_text="Usernames, with commas between them."
    )
    name = forms.CharField(
        max_length=255, required=False, help_text="Without one, it is called by who is in it."
    )
    text = forms.CharField(
        label="First message",
        max_length=messages.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Markdown, @mentions and asset links work here.",
    )

    @transaction.atomic
    def begin(self, placement: Placement) -> Conversation:
        given = self.cleaned_data
        made = members.begin(placement, members=given["people"], name=given["name"])
        if given["text"].strip():
            messages.say(made, author=placement.owner, text=given["text"])
        return made


class AboutForm(forms.Form):
    name = forms.CharField(
        max_length=255, required=False, help_text="Without one, it is called by who is in it."
    )
    summary = forms.CharField(
        max_length=members.LONGEST_SUMMARY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What it is about, for who comes later.",
    )


class BringInForm(forms.Form):
    people = PeopleField(
        label="People", max_length=2000, help_text="Usernames, with commas between them."
    )
