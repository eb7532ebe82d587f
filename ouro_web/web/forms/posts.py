"""Writing a post, and the last look before readers see it."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.placement import Placement
from ouro_web.posts import drafts
from ouro_web.posts.models import Post

# The text is previewed beside it while one types.
_TEXT = {
    "rows": 30,
    "class": "mono",
    "spellcheck": "true",
    "placeholder": "Write in markdown. Mention people as @username, paste an image, insert assets "
    "and runs.",
    "hx-post": reverse_lazy("posts:preview"),
    "hx-trigger": "input changed delay:500ms",
    "hx-include": "closest form",
    "hx-target": "#preview",
    "hx-swap": "morph:outerHTML",
    "hx-sync": "this:replace",
    "data-text": True,
}


# What a post can have, but not be given here.
_AS_IT_IS = {
    Visibility.MONETIZED.value: "Everybody sees that it is there; its text is for sale",
    Visibility.INHERIT.value: "Whoever may see what it belongs to",
}


class WritingForm(forms.Form):
    name = forms.CharField(
        label="Title",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"placeholder": "Title", "autocomplete": "off"}),
    )
    # The text is kept to the last blank, since code and tables need theirs.
    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_TEXT),
    )

    # The state of the draft that the writer began from.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Browsers send lines as \\r\\n; saving what was not changed shall change nothing."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def start(self, placement: Placement) -> Post:
        return drafts.start(placement, **self._words())

    def save(self, post: Post) -> Post:
        """Raises ValidationError when somebody else saved meanwhile; saving again overwrites."""
        seen, now = self.cleaned_data["seen"], drafts.stamp(post)
        if seen and seen != now:
            self.data = {**self.data.dict(), "seen": now}  # type: ignore[attr-defined]
            raise ValidationError(
                "This post was changed elsewhere while you wrote, and your text was not saved. "
                "It stands below as you typed it: save again to put it in place of the other."
            )
        return drafts.save(post, **self._words())

    def _words(self) -> dict[str, str]:
        return {"name": self.cleaned_data["name"], "text": self.cleaned_data["text"]}


class PublishForm(forms.Form):
    visibility = forms.ChoiceField(widget=forms.RadioSelect, label="Who may read it")
    description = forms.CharField(
        label="Summary",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A line or two for lists and search.",
    )
    share = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, post: Post, own_runs: list[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = (Visibility.PUBLIC.value, "Everybody, also without an account")
        private = (Visibility.PRIVATE.value, "Only me and the people I share it with")
        members = (Visibility.ORGANIZATION.value, f"The members of {post.organization}")
        choices = [everybody, private]
        if not post.organization.is_global:
            choices.insert(1, members)
        now = drafts.visibility_of(post)
        if now not in {value for value, _ in choices}:
            choices.append((now, _AS_IT_IS.get(now, "As it is now")))
        self.fields["visibility"].choices = choices  # type: ignore[attr-defined]
        self.fields["share"].choices = [(pk, str(pk)) for pk in own_runs]  # type: ignore[attr-defined]

    def save(self, post: Post, by: User) -> Post:
        return drafts.publish(
            post,
            by=by,
            visibility=self.cleaned_data["visibility"],
            description=self.cleaned_data["description"],
        )
