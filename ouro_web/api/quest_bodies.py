"""What programs give of quest items and entries."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Field, Schema
from pydantic import ConfigDict

from ouro_web.api.bodies import markdown
from ouro_web.quests.items import LARGEST
from ouro_web.quests.models import Item, Quest

ID_KEYS = ("asset_id", "assetId", "id")
Text = str | dict[str, Any]
# "" takes something away, since the client leaves nothing out that is null.
Cleared = Literal[""]


class ItemGiven(Schema):
    """Keys that this site has no use for are let through."""

    model_config = ConfigDict(extra="allow")

    description: Text | None = Field(None, examples=["Relax the three structures."])
    status: str | None = None
    sort_order: int | None = Field(None, ge=0, le=LARGEST["sort_order"])
    type: str | None = None
    assignee_id: UUID | Cleared | None = None
    expected_asset_type: str | None = None
    submission_assets: dict[str, Any] | None = Field(
        None,
        description="By key: `asset_type` (file, dataset, post or route) and optional constraints.",
        examples=[{"structure": {"asset_type": "file", "file_extensions": ["cif"]}}],
    )
    reward_xp: int | None = Field(None, ge=0, le=LARGEST["reward_xp"])
    reward_currency: str | None = None
    reward_amount: int | None = Field(
        None, ge=0, le=LARGEST["reward_amount"],
        description="A number beside the item: this site pays nothing out.",
    )  # fmt: skip
    child_quest_id: UUID | Cleared | None = None
    notes: str | None = None
    waiting_on: str | None = None
    waiting_until: datetime | Cleared | None = None
    waiting_check_every: str | None = Field(None, examples=["1d"])
    eval_route_id: UUID | Cleared | None = None
    eval_score_path: str | None = Field(None, examples=["$.score"])
    eval_categories_path: str | None = Field(None, examples=["$.categories"])
    eval_pass_min: float | None = None
    eval_pass_max: float | None = None
    eval_static_inputs: dict[str, Any] | None = None
    eval_trigger: str | None = Field(None, examples=["submit"])
    leaderboard_enabled: bool | None = None
    leaderboard_order: str | None = Field(None, examples=["desc"])

    def values(self) -> dict[str, Any]:
        """Only what was given and is known here, texts as markdown."""
        found = self.model_dump(include=set(ItemGiven.model_fields), exclude_unset=True)
        if isinstance(found.get("description"), str | dict):
            found["description"] = markdown(found["description"])
        return found


class EntryGiven(Schema):
    model_config = ConfigDict(extra="allow")

    item_id: UUID | None = None
    assets: dict[str, Any] | None = Field(
        None, description="By key of the item: an id, or an object with `asset_id`."
    )
    asset_id: UUID | None = Field(None, description="Older: the asset at the first key.")
    description: Text | None = Field(None, examples=["Relaxed with `fmax` 0.01."])


def text_of(given: Text | None) -> str:
    return markdown(given) if given is not None else ""


def assets_of(given: dict[str, Any] | None) -> dict[str, UUID]:
    """Ids by key. Raises ValidationError keyed by assets.<key>."""
    found = {}
    for key, value in (given or {}).items():
        named = value
        if isinstance(value, dict):
            named = next((value[name] for name in ID_KEYS if value.get(name)), None)
        try:
            found[key] = UUID(str(named))
        except ValueError:
            says = {f"assets.{key}"[:130]: "Give the id of an asset."}
            raise ValidationError(says) from None
    return found


def item_of(quest: Quest, pk: UUID | None) -> Item | None:
    rows = Item.objects.select_related("quest__owner", "eval_route", "assignee")
    return rows.filter(quest=quest, pk=pk).first() if pk else None
