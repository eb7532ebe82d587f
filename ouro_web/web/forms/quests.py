"""Making quests and their items, as values for the operations of quests."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.lib.declarations import normalise_extension
from ouro_web.quests.items import LARGEST, LONGEST_NOTES
from ouro_web.quests.making import LARGEST_XP
from ouro_web.quests.models import Currency, Item, ItemStatus, Order, Quest, QuestType, Trigger
from ouro_web.web.forms.asset_input import by_link, id_in, readable_assets
from ouro_web.web.forms.assets import PlacementForm

TYPES = [
    (QuestType.CLOSABLE.value, "Closable: each item is done once, and the quest closes itself"),
    (QuestType.CONTINUOUS.value, "Continuous: any number of entries, until you close it"),
]
KINDS = [("", "Nothing here"), ("file", "File"), ("dataset", "Dataset"), ("post", "Post"),
         ("route", "Route")]  # fmt: skip
TEXT = forms.Textarea(attrs={"rows": 5})
STATICS = "One a line: the input’s name, =, and a link or id of what it always gets."


class QuestWords(forms.Form):
    name = forms.CharField(max_length=255)
    description = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown. What it is for, what counts as good, and who looks at entries.",
    )  # fmt: skip
    type = forms.ChoiceField(choices=TYPES, widget=forms.RadioSelect, initial="closable")
    max_xp_per_contributor = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST_XP, label="Most XP for one person",
        help_text="Of what somebody can earn in this quest. Empty: as much as its items give.",
    )  # fmt: skip

    def rules(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"type": data["type"], "max_xp_per_contributor": data["max_xp_per_contributor"]}


class NewQuestForm(QuestWords, PlacementForm):
    items = forms.CharField(
        required=False, widget=TEXT, label="Items",
        help_text="One a line: what is to be done. More can be said about each afterwards.",
    )  # fmt: skip
    status = forms.ChoiceField(
        choices=[("open", "Open: takes entries"), ("draft", "Draft: takes none yet")],
        label="Begin as", widget=forms.RadioSelect, initial="open",
    )  # fmt: skip
    field_order = ["name", "description", "items", "type", "status", "max_xp_per_contributor"]

    def rules(self) -> dict[str, Any]:
        return super().rules() | {"status": self.cleaned_data["status"]}

    def rows(self) -> list[dict[str, Any]]:
        lines = (line.strip(" -*\t") for line in self.cleaned_data["items"].splitlines())
        return [{"description": line} for line in lines if line]


class EditQuestForm(QuestWords):
    @classmethod
    def of(cls, quest: Quest, data: Any = None) -> "EditQuestForm":
        names = ("name", "description", "type", "max_xp_per_contributor")
        return cls(data, initial={name: getattr(quest, name) for name in names})


class DeclarationForm(forms.Form):
    """One thing that is handed in."""

    key = forms.CharField(max_length=60, required=False, label="Name")
    asset_type = forms.ChoiceField(choices=KINDS, required=False, label="Kind")
    label = forms.CharField(max_length=200, required=False, label="Title")
    extensions = forms.CharField(
        max_length=200, required=False, label="Endings", help_text="Such as cif xyz."
    )
    required = forms.BooleanField(required=False, initial=True, label="Must be there")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("asset_type") and not data.get("key"):
            self.add_error("key", "Give it a name.")
        if data.get("key") and not data.get("asset_type"):
            self.add_error("asset_type", "Choose what it is.")
        words = data.get("extensions", "").replace(",", " ").split()
        if wrong := [word for word in words if not normalise_extension(word)]:
            self.add_error("extensions", f"“{wrong[0]}” is not a file extension.")
        data["words"] = [normalise_extension(word) for word in words]
        return data


# A post that says it has more is not drawn back with a thousand of them, as Django would.
DeclarationFormSet = forms.formset_factory(DeclarationForm, extra=2, max_num=20, absolute_max=30)


def declarations(item: Item, data: Any = None) -> Any:
    rows = [
        {
            "key": key,
            "asset_type": each["asset_type"],
            "label": each.get("label", ""),
            "extensions": " ".join(each.get("file_extensions", [])),
            "required": not each.get("optional"),
        }
        for key, each in item.submission_assets.items()
        if "asset_type" in each
    ]
    return DeclarationFormSet(data, prefix="hand", initial=rows)


def declared(formset: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the rows say, with what else is known of those that were there."""
    found = {}
    for data in (form.cleaned_data for form in formset if form.cleaned_data.get("key")):
        before = stored.get(data["key"], {})
        kept = {name: before[name] for name in ("contains_file_extensions", "input_filter")
                if name in before}  # fmt: skip
        found[data["key"]] = kept | {
            "asset_type": data["asset_type"],
            "label": data["label"],
            "file_extensions": data["words"],
            "required": data["required"],
        }
    return found


class ItemForm(forms.Form):
    description = forms.CharField(
        max_length=20_000, widget=TEXT, label="What is to be done", help_text="Markdown."
    )
    status = forms.ChoiceField(choices=ItemStatus.choices, initial="pending")
    assignee = forms.CharField(
        required=False, max_length=39, help_text="The username of who does it. Empty: anybody."
    )
    sort_order = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST["sort_order"], label="Place in the list"
    )
    reward_xp = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST["reward_xp"], label="XP", initial=0
    )
    reward_amount = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST["reward_amount"], label="Reward", initial=0,
        help_text="Only a number beside the item: this site pays nothing out.",
    )  # fmt: skip
    reward_currency = forms.ChoiceField(choices=Currency.choices, label="In", initial="btc")
    notes = forms.CharField(
        required=False, max_length=LONGEST_NOTES, widget=forms.Textarea(attrs={"rows": 2})
    )
    waiting_on = forms.CharField(required=False, max_length=500, label="Waits for")
    waiting_until = forms.DateTimeField(
        required=False, label="Look again", help_text="UTC.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    waiting_check_every = forms.CharField(
        required=False, max_length=10, label="And again every", help_text="Such as 6h, 1d or 2w."
    )
    child_quest_id = forms.CharField(
        required=False, max_length=500, label="Part quest", help_text="A link or id of a quest."
    )
    eval_route_id = forms.CharField(
        required=False, max_length=500, label="Route", help_text="A link or id. It then says what "
        "is handed in, and runs as the quest’s owner, who may read what is handed in at once.",
    )  # fmt: skip
    eval_static_inputs = forms.CharField(
        required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}),
        label="What the quest gives", help_text=STATICS,
    )  # fmt: skip
    eval_score_path = forms.CharField(
        required=False, max_length=200, label="Score at", initial="$.score"
    )
    eval_categories_path = forms.CharField(
        required=False, max_length=200, label="Scores by category", initial="$.categories"
    )
    eval_pass_min = forms.FloatField(required=False, label="Passes from")
    eval_pass_max = forms.FloatField(required=False, label="Passes up to")
    eval_trigger = forms.ChoiceField(choices=Trigger.choices, label="Evaluate", initial="submit")
    leaderboard_enabled = forms.BooleanField(required=False, label="Show a leaderboard")
    leaderboard_order = forms.ChoiceField(choices=Order.choices, label="Order", initial="desc")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_assignee(self) -> User | None:
        name = self.cleaned_data["assignee"].strip().lstrip("@").lower()
        person = User.objects.filter(username=name, is_active=True).first() if name else None
        if name and person is None:
            raise ValidationError(f"Nobody here has the username {name}.")
        return person

    def clean_eval_route_id(self) -> str:
        return self._named(self.cleaned_data["eval_route_id"])

    def clean_child_quest_id(self) -> str:
        return self._named(self.cleaned_data["child_quest_id"])

    def clean_eval_static_inputs(self) -> dict[str, str]:
        lines = self.cleaned_data["eval_static_inputs"].splitlines()
        found = {}
        for line in filter(str.strip, lines):
            name, sign, value = line.partition("=")
            if not sign or not name.strip():
                raise ValidationError(STATICS)
            found[name.strip()] = self._named(value)
        return found

    def given(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        person = data.pop("assignee")
        for name in ("sort_order", "reward_xp", "reward_amount"):
            if data[name] is None:
                del data[name]
        return data | {"assignee_id": person.pk if person else None}

    def _named(self, text: str) -> str:
        """The id that a text holds, or that of the page it links."""
        text = text.strip()
        if not text:
            return ""
        if found := id_in(text):
            return str(found)
        asset = by_link(readable_assets(self.person), text)
        if asset is None:
            raise ValidationError("Paste a link or an id of something that you may read.")
        return str(asset.pk)


def item_form(item: Item, person: Person, data: Any = None) -> ItemForm:
    names = [name for name in ItemForm.base_fields if hasattr(item, name)]
    initial = {name: getattr(item, name) for name in names}
    statics = item.eval_static_inputs.items()
    initial |= {
        "assignee": item.assignee.username if item.assignee else "",
        "eval_static_inputs": "\n".join(f"{key} = {each['asset_id']}" for key, each in statics),
        "eval_route_id": item.eval_route_id or "",
        "child_quest_id": item.child_quest_id or "",
    }
    return ItemForm(data, initial=initial, person=person)


class ReviewForm(forms.Form):
    review = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}),
        label="A word to the contributor", help_text="Markdown. Why you accept or reject it.",
    )  # fmt: skip
    status = forms.ChoiceField(choices=[("accepted", "Accept"), ("rejected", "Reject")])
