"""A quest asks others for help: a text, and items that say what to hand in. What somebody hands in
for an item is an entry."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from ouro_web.actions.models import Action
from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7
from ouro_web.services.models import Route


class QuestType(models.TextChoices):
    CLOSABLE = "closable", "Closable"
    CONTINUOUS = "continuous", "Continuous"


class QuestStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class Quest(Asset):
    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_quest"
    )
    type = models.CharField(max_length=10, choices=QuestType, default=QuestType.CLOSABLE)
    status = models.CharField(max_length=9, choices=QuestStatus, default=QuestStatus.OPEN)
    # Of what one person can earn here; none: as much as the items give.
    max_xp_per_contributor = models.PositiveIntegerField(null=True, blank=True)
    rendered = models.JSONField(default=dict)  # Rendered: the description as it is shown
    ended_at = models.DateTimeField(null=True, blank=True)

    @property
    def searched_content(self) -> str:
        return "\n\n".join(self.items.values_list("description", flat=True))

    @property
    def is_open(self) -> bool:
        return self.status == QuestStatus.OPEN

    @property
    def is_over(self) -> bool:
        return self.status in (QuestStatus.CLOSED, QuestStatus.CANCELLED)

    @property
    def is_closable(self) -> bool:
        return self.type == QuestType.CLOSABLE


class ItemStatus(models.TextChoices):
    PENDING = "pending", "To do"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"


RESOLVED = (ItemStatus.DONE, ItemStatus.SKIPPED)


class Currency(models.TextChoices):
    BTC = "btc", "sats"
    USD = "usd", "US cents"


class Trigger(models.TextChoices):
    SUBMIT = "submit", "When an entry comes"
    OWNER = "owner", "When the quest's owner says so"


class Order(models.TextChoices):
    DESC = "desc", "The highest score wins"
    ASC = "asc", "The lowest score wins"


class Item(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    quest = models.ForeignKey(Quest, on_delete=models.CASCADE, related_name="items")
    description = models.TextField()
    rendered = models.JSONField(default=dict)
    status = models.CharField(max_length=11, choices=ItemStatus, default=ItemStatus.PENDING)
    sort_order = models.PositiveIntegerField(default=1)
    type = models.CharField(max_length=20, default="task")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="quest_items",
    )
    # What is handed in, by key, as in a route's declarations; see quests.declaring.
    expected_asset_type = models.CharField(max_length=8, blank=True)
    submission_assets = models.JSONField(default=dict, blank=True)
    reward_xp = models.PositiveIntegerField(default=0)
    reward_currency = models.CharField(max_length=3, choices=Currency, default=Currency.BTC)
    reward_amount = models.PositiveBigIntegerField(default=0)  # in the smallest unit
    child_quest = models.ForeignKey(
        Quest, on_delete=models.SET_NULL, null=True, blank=True, related_name="parent_items"
    )
    completed_entry = models.ForeignKey(
        "Entry", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    notes = models.TextField(blank=True)
    waiting_on = models.CharField(max_length=500, blank=True)
    waiting_until = models.DateTimeField(null=True, blank=True)
    waiting_check_every = models.CharField(max_length=10, blank=True)

    eval_route = models.ForeignKey(
        Route, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    eval_score_path = models.CharField(max_length=200, default="$.score")
    eval_categories_path = models.CharField(max_length=200, default="$.categories")
    eval_pass_min = models.FloatField(null=True, blank=True)
    eval_pass_max = models.FloatField(null=True, blank=True)
    # Inputs of the route that contributors do not give: {"key": {"asset_id", "asset_type"}}.
    eval_static_inputs = models.JSONField(default=dict, blank=True)
    eval_trigger = models.CharField(max_length=6, choices=Trigger, default=Trigger.SUBMIT)
    leaderboard_enabled = models.BooleanField(default=False)
    leaderboard_order = models.CharField(max_length=4, choices=Order, default=Order.DESC)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        indexes = [models.Index(fields=["assignee", "status"], name="quest_items_assigned")]

    def __str__(self) -> str:
        return self.description[:60]

    @property
    def is_resolved(self) -> bool:
        return self.status in RESOLVED


class EntryStatus(models.TextChoices):
    SUBMITTED = "submitted", "Submitted"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class EvalStatus(models.TextChoices):
    PENDING = "pending", "Waits for its evaluation"
    SKIPPED = "skipped", "Not evaluated"
    RUNNING = "running", "Being evaluated"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Did not pass"
    ERRORED = "errored", "The evaluation failed"


class Entry(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    quest = models.ForeignKey(Quest, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="entries")
    contributor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quest_entries"
    )
    status = models.CharField(max_length=9, choices=EntryStatus, default=EntryStatus.SUBMITTED)
    description = models.TextField(blank=True)
    rendered = models.JSONField(default=dict)
    review = models.TextField(blank=True)
    rendered_review = models.JSONField(default=dict)
    # Nobody's for what an evaluation decided.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # In the one place that a person has at an item of a closable quest.
    holds_place = models.BooleanField(default=False)
    self_completed = models.BooleanField(default=False)
    xp = models.PositiveIntegerField(default=0)  # what its acceptance earned

    eval_status = models.CharField(max_length=8, choices=EvalStatus, default=EvalStatus.SKIPPED)
    eval_action = models.ForeignKey(
        Action, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    eval_score = models.FloatField(null=True, blank=True)
    eval_category_scores = models.JSONField(null=True, blank=True)
    eval_message = models.CharField(max_length=500, blank=True)  # why there is no score
    eval_decides = models.BooleanField(default=True)  # False: the run that goes on only scores
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "contributor"],
                condition=Q(holds_place=True),
                name="one_active_entry_at_an_item",
            )
        ]
        indexes = [
            # The entries of a quest, newest first; an item's ranking; what a person earned.
            models.Index(fields=["quest", "-id"], name="quest_entries_newest"),
            models.Index(fields=["item", "eval_score"], name="quest_entries_ranked"),
            models.Index(fields=["contributor", "status"], name="quest_entries_earned"),
        ]

    def __str__(self) -> str:
        return f"{self.contributor_id} for {self.item_id}"

    def get_absolute_url(self) -> str:
        return f"/quests/entries/{self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status != EntryStatus.SUBMITTED


class Submission(models.Model):
    """An asset that is handed in, under a key of the item."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="submissions")
    key = models.CharField(max_length=120)
    # With the entry's quest and item, and whether that is active, for the constraints.
    quest = models.ForeignKey(Quest, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    is_active = models.BooleanField(default=True)
    # A deleted asset leaves the row; its name is not kept, since reviewers may never have seen it.
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, related_name="submissions"
    )
    asset_type = models.CharField(max_length=8)
    is_primary = models.BooleanField(default=False)
    signals = models.JSONField(default=dict)  # see quests.signs

    class Meta:
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "key"], name="one_asset_at_a_key"),
            models.UniqueConstraint(
                fields=["quest", "asset"],
                condition=Q(is_active=True) & ~Q(asset_type="route"),
                name="one_active_entry_of_an_asset",
            ),
            # One model may enter every track of a benchmark.
            models.UniqueConstraint(
                fields=["item", "asset"],
                condition=Q(is_active=True, asset_type="route"),
                name="one_active_entry_of_a_route",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.entry_id}"
