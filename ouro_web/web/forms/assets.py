"""What can be changed on any asset: its words, where it belongs, who may see it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets import tags
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import checked, rename
from ouro_web.notifications.sharing import share
from ouro_web.teams.models import Organization, Role, Team
from ouro_web.web.forms.people import PersonForm

VISIBILITIES = [
    (Visibility.PUBLIC.value, "Public: everybody, also without an account"),
    (Visibility.ORGANIZATION.value, "Organization: its members"),
    (Visibility.PRIVATE.value, "Private: me and the people I share it with"),
]


class PlacementForm(forms.Form):
    """Where a new asset goes. `placement` after is_valid()."""

    organization = forms.ModelChoiceField(Organization.objects.none(), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), required=False)
    visibility = forms.ChoiceField(choices=VISIBILITIES, initial=Visibility.PUBLIC.value)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        organizations = self.fields["organization"]
        organizations.queryset = Organization.objects.of(user)  # type: ignore[attr-defined]
        organizations.empty_label = "Everybody (no organization)"  # type: ignore[attr-defined]
        teams = self.fields["team"]
        teams.queryset = (  # type: ignore[attr-defined]
            Team.objects.of(user).select_related("organization")
        )
        teams.empty_label = "The organization's first team of mine"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self.placement = checked(
                self.user,
                organization=data.get("organization"),
                team=data.get("team"),
                visibility=data["visibility"],
            )
        return data


class AssetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    words = forms.CharField(
        required=False,
        label="Tags",
        max_length=tags.MOST * (tags.LONGEST + 2),
        help_text=f"Words with commas between, {tags.MOST} at most: phonon, copper, preprint.",
    )

    class Meta:
        model = Asset
        fields = ["name", "description", "license"]
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "description": "Markdown. What it is and how it was made.",
            "license": "An SPDX name, for example CC-BY-4.0 or MIT.",
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.strip():
            raise ValidationError("Give it a name.")
        return name.strip()

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by
        self.initial["words"] = ", ".join(each.tag.name for each in tags.of(self.instance))

    def clean_words(self) -> list[str]:
        return tags.read(self.cleaned_data["words"])

    @transaction.atomic
    def save(self, commit: bool = True) -> Asset:
        old = Asset.objects.get(pk=self.instance.pk)
        rename(old, self.cleaned_data["name"])
        self.instance.slug = old.slug
        saved: Asset = super().save(commit)
        tags.put(saved, self.cleaned_data["words"], by=self._by)
        return saved


class VisibilityForm(forms.Form):
    """Saved when `confirmed` repeats the choice: the consequences are shown in between."""

    visibility = forms.ChoiceField(label="Who may see it", widget=forms.RadioSelect)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(VISIBILITIES)
        if asset.organization.is_global:
            choices = [each for each in choices if each[0] != Visibility.ORGANIZATION]
        if asset.parent_id:
            choices.append((Visibility.INHERIT.value, "As its parent"))
        self.fields["visibility"] = forms.ChoiceField(
            label="Who may see it", choices=choices, widget=forms.RadioSelect
        )
        self.initial.setdefault("visibility", asset.visibility)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirmed"] == self.cleaned_data["visibility"])


class MoveForm(PlacementForm):
    """Another organization or team. Who may see it stays as it is."""

    visibility = None  # type: ignore[assignment]  # the way Django drops a field of the parent

    def __init__(self, *args: Any, asset: Asset, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.initial.setdefault("organization", asset.organization_id)
        self.initial.setdefault("team", asset.team_id)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["visibility"] = Visibility.PRIVATE  # only the place is asked for
        return super().clean()


class GrantForm(PersonForm):
    role = forms.ChoiceField(
        choices=[
            (Role.READ.value, "Read"),
            (Role.WRITE.value, "Edit"),
            (Role.ADMIN.value, "Admin: share and delete, too"),
        ]
    )

    def save(self, asset: Asset, by: User) -> None:
        share(asset, to=self.cleaned_data["username"], role=self.cleaned_data["role"], by=by)
