"""Making and changing organizations and teams, and bringing people into them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify
from ouro_web.teams import membership
from ouro_web.teams.models import Ban, Organization, Role, Team
from ouro_web.teams.roles import Group
from ouro_web.web.forms.people import PersonForm

ROLES = [
    (Role.READ.value, "Read"),
    (Role.WRITE.value, "Write: add things"),
    (Role.ADMIN.value, "Admin: members and settings, too"),
]
AS_ORGANIZATION = [("", "As the organization")]
NAME_HELP = "For addresses: small letters, digits and hyphens."
# Addresses of the site that stand where a name could.
TAKEN = {"new", "pin"}


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Saves only what was changed, so that two admins do not undo each other."""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name in TAKEN:
            raise ValidationError("This name is taken by the site itself.")
        return name

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


class OrganizationForm(GroupForm):
    class Meta:
        model = Organization
        fields = [
            "display_name",
            "name",
            "mission",
            "join_policy",
            "actor_type_policy",
            "source_policy",
        ]
        labels = {
            "display_name": "Name",
            "name": "Short name",
            "join_policy": "How people come in",
            "actor_type_policy": "Who may come in",
            "source_policy": "From where new things may come",
        }
        help_texts = {"name": NAME_HELP, "mission": "What it is for, in a sentence or two."}
        widgets = {"mission": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["name"]  # it is part of the addresses of what the organization has

    def found(self, founder: User) -> Organization:
        return membership.found_organization(founder=founder, **self.cleaned_data)


class TeamForm(GroupForm):
    class Meta:
        model = Team
        fields = [
            "name",
            "description",
            "visibility",
            "join_policy",
            "default_role",
            "actor_type_policy",
            "source_policy",
        ]
        labels = {
            "description": "What it is for",
            "visibility": "Who may see it",
            "join_policy": "How people come in",
            "default_role": "What a new member may do",
            "actor_type_policy": "Who may come in",
            "source_policy": "From where new things may come",
        }
        help_texts = {"name": NAME_HELP}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organization = organization
        for name in ("actor_type_policy", "source_policy"):
            field = self.fields[name]
            field.required = False
            choices = [each for each in field.choices if each[0]]  # type: ignore[attr-defined]
            field.choices = AS_ORGANIZATION + choices  # type: ignore[attr-defined]
        self.fields["default_role"] = forms.ChoiceField(
            choices=ROLES, label=self.fields["default_role"].label
        )

    def found(self, founder: User) -> Team:
        return membership.found_team(
            founder=founder, organization=self.instance.organization, **self.cleaned_data
        )


class MemberForm(PersonForm):
    role = forms.ChoiceField(choices=ROLES, initial=Role.WRITE.value)

    def __init__(self, *args: Any, group: Group, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.by = by

    def clean_username(self) -> User:
        person = super().clean_username()
        if self.group.memberships.filter(user=person).exists():
            raise ValidationError(f"{person.display_name} is a member already.")
        if isinstance(self.group, Team) and Ban.objects.filter(team=self.group, user=person):
            raise ValidationError(f"{person.display_name} is banned. Lift the ban first.")
        if _is_outside(self.group, person) and not _brings_people_in(self.group, self.by):
            raise ValidationError(
                f"{person.display_name} is not in the organization. Its admins can add people."
            )
        return person

    @transaction.atomic
    def save(self) -> User:
        person: User = self.cleaned_data["username"]
        group, role = self.group, self.cleaned_data["role"]
        if isinstance(group, Organization):
            membership.join_organization(group, person, role)
        else:
            if _is_outside(group, person):
                membership.join_organization(group.organization, person, Role.READ)
            membership.join_team(group, person, role)
        text = f"{self.by.display_name} made you a member of {group}."
        notify(person, Kind.INVITE, text, by=self.by)
        return person


class BanForm(PersonForm):
    reason = forms.CharField(max_length=1000, required=False)


def _is_outside(group: Group, person: User) -> bool:
    """Whether a team's organization would have to take her in, too."""
    if isinstance(group, Organization) or group.organization.is_global:
        return False
    return not group.organization.memberships.filter(user=person).exists()


def _brings_people_in(group: Group, admin: User) -> bool:
    organization = group if isinstance(group, Organization) else group.organization
    return Organization.objects.managed_by(admin).filter(pk=organization.pk).exists()
