"""What all assets share: one row here, one row in the table of the kind."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from ouro_web.assets import access, words
from ouro_web.assets.access import Person, Visibility
from ouro_web.assets.grants import Grant
from ouro_web.assets.pins import Pin
from ouro_web.assets.tags import AssetTag, Tag
from ouro_web.assets.words import FoundText, SearchText, SearchWord
from ouro_web.lib.ids import uuid7
from ouro_web.teams.models import Organization, Team

__all__ = [
    "Asset",
    "AssetQuerySet",
    "AssetTag",
    "AssetType",
    "Connection",
    "DayOfViews",
    "Engagement",
    "FoundText",
    "Grant",
    "Pin",
    "SearchText",
    "SearchWord",
    "Tag",
]


class AssetType(models.TextChoices):
    FILE = "file", "File"
    DATASET = "dataset", "Dataset"
    SERVICE = "service", "Service"
    ROUTE = "route", "Route"
    POST = "post", "Post"
    CONVERSATION = "conversation", "Conversation"
    QUEST = "quest", "Quest"


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, person: Person) -> "AssetQuerySet":
        """Assets whose existence, name and facts this person may know."""
        return self.filter(access.visible(person))

    def readable_by(self, person: Person) -> "AssetQuerySet":
        """Assets whose content (bytes, rows, text) this person may have."""
        return self.filter(access.readable(person))

    def editable_by(self, person: Person) -> "AssetQuerySet":
        return self.filter(access.editable(person))

    def managed_by(self, person: Person) -> "AssetQuerySet":
        """Assets this person may share, move and delete."""
        return self.filter(access.managed(person))

    def for_cards(self) -> "AssetQuerySet":
        """With everything that a list or card shows, whatever the kind."""
        return self.select_related("owner", "organization", "team").select_related(
            "as_file", "as_dataset", "as_post", "as_service", "as_route",
            "as_conversation", "as_quest", "parent",
        )  # fmt: skip

    def published(self) -> "AssetQuerySet":
        """Without what is nobody's work: talk among a few."""
        return self.exclude(asset_type=AssetType.CONVERSATION)


class Asset(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset_type = models.CharField(max_length=12, choices=AssetType, editable=False)
    name = models.CharField(max_length=255)
    # The address is /{type}s/{namespace}/{slug}; the namespace is the owner's username in the
    # global organization, else the organization's name.
    namespace = models.CharField(max_length=60, editable=False)
    slug = models.CharField(max_length=100)
    description = models.TextField(blank=True, max_length=20_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assets"
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="assets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assets")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    license = models.CharField(max_length=60, blank=True)
    attribution = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=3, default="web")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Columns whose words people search for.
    SEARCHED: ClassVar[frozenset[str]] = frozenset({"name", "description", "visibility"})

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asset_type", "namespace", "slug"], name="asset_address_once"
            ),
        ]
        indexes = [
            # Lists and search of one kind, newest first.
            models.Index(fields=["asset_type", "-id"], name="asset_type_newest"),
            models.Index(fields=["owner", "-id"], name="asset_owner_newest"),
            models.Index(fields=["-updated_at"], name="asset_changed_last"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        changed = kwargs.get("update_fields")
        if changed is None or self.SEARCHED.intersection(changed):
            words.index(self)

    def get_absolute_url(self) -> str:
        if self.asset_type == AssetType.CONVERSATION:
            return f"/conversations/{self.pk}"
        return f"/{self.asset_type}s/{self.namespace}/{self.slug}"

    @property
    def searched_facts(self) -> str:
        """Words of its kind that everybody who sees the asset may know."""
        return ""

    @property
    def searched_content(self) -> str:
        """Words for those who may read it."""
        return ""

    @property
    def kind(self) -> Any:
        """The row of its own table: File, Dataset, Service, Route, Post, Conversation or Quest."""
        return getattr(self, f"as_{self.asset_type}")

    @property
    def identifier(self) -> str:
        """The part of a route's address after routes/: creator, slash, name."""
        return f"{self.namespace}/{self.slug}"

    @property
    def effective_visibility(self) -> str:
        if self.visibility == Visibility.INHERIT and self.parent:
            return self.parent.visibility
        return self.visibility


class Connection(models.Model):
    """A typed edge between two assets: a post that links or embeds another asset."""

    class Kind(models.TextChoices):
        REFERENCE = "reference", "Reference"
        LINK = "link", "Link"
        COMPONENT = "component", "Embed"

    kind = models.CharField(max_length=12, choices=Kind)
    source = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="connections_out")
    target = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="connections_in")
    # The run that an embed pins; an id and not a key, since actions lie above assets.
    action_id = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "target", "action_id"],
                name="one_connection_with_a_run",
            ),
            models.UniqueConstraint(
                fields=["kind", "source", "target"],
                condition=models.Q(action_id__isnull=True),
                name="one_connection_without_a_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class DayOfViews(models.Model):
    """How often others looked at an asset on one day (UTC)."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="days_of_views")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "day"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.views} views on {self.day}"


class Engagement(models.Model):
    """How often others looked at an asset and took it with them."""

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, primary_key=True, related_name="engagement"
    )
    views = models.PositiveIntegerField(default=0)
    downloads = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.views} views, {self.downloads} downloads"
