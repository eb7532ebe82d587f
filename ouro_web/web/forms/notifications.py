"""What a person wants to be told, and how: one line for each kind of news."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from ouro_web.notifications import choices
from ouro_web.notifications.choices import USUAL, Choice, Mail
from ouro_web.notifications.models import Kind

# Under which heading, in which words.
SAID = {
    "People": {
        Kind.MENTION: "Somebody mentions you",
        Kind.COMMENT: "Somebody comments on what is yours",
        Kind.REPLY: "Somebody replies to you",
        Kind.MESSAGE: "A message in a conversation of yours",
        Kind.FOLLOW: "Somebody follows you",
        Kind.CONVERSATION: "Somebody brings you into a conversation",
    },
    "Your work and teams": {
        Kind.REFERENCE: "Somebody refers to what is yours",
        Kind.SHARE: "Something is shared with you",
        Kind.INVITE: "You are invited",
        Kind.JOIN_REQUEST: "Somebody asks to join a team of yours",
        Kind.JOIN_APPROVED: "You are let into a team",
    },
    "Your runs": {
        Kind.RUN_COMPLETE: "A run finished",
        Kind.RUN_FAILED: "A run failed",
    },
    "Your quests": {
        Kind.QUEST_ENTRY: "Somebody hands something in",
        Kind.QUEST_ACCEPTED: "Your entry is accepted",
        Kind.QUEST_REJECTED: "Your entry is rejected",
        Kind.QUEST_ASSIGNED: "An item is assigned to you",
    },
}


class ChoicesForm(forms.Form):
    def __init__(self, data: Mapping[str, Any] | None = None, *, chosen: dict[str, Choice]) -> None:
        super().__init__(data)
        for kinds in SAID.values():
            for kind, words in kinds.items():
                now = chosen.get(kind, USUAL)
                self.fields[f"inbox-{kind}"] = forms.BooleanField(
                    required=False, initial=now.in_inbox, label=f"{words}: in the inbox"
                )
                self.fields[f"mail-{kind}"] = forms.ChoiceField(
                    required=False, initial=now.mail, choices=Mail.choices,
                    label=f"{words}: by e-mail",
                )  # fmt: skip

    def lines(self) -> Iterator[tuple[str, list[tuple[str, Any, Any]]]]:
        """(heading, [(words, the box, the choice)])."""
        for heading, kinds in SAID.items():
            yield (
                heading,
                [
                    (words, self[f"inbox-{kind}"], self[f"mail-{kind}"])
                    for kind, words in kinds.items()
                ],
            )

    def chosen(self) -> dict[str, choices.Choice]:
        given = self.cleaned_data
        return {
            str(kind): Choice(given[f"inbox-{kind}"], given[f"mail-{kind}"])
            for kinds in SAID.values()
            for kind in kinds
        }
