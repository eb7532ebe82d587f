from django.conf import settings
from django.db import models

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class PostState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class Post(Asset):
    """Extended markdown, rendered once on save. A draft is private; publishing gives it the
    visibility its author chose, so that the access rule needs no word about drafts."""

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_post"
    )
    text = models.TextField(blank=True)
    rendered = models.JSONField(default=dict)  # Rendered: HTML and slots for readers
    state = models.CharField(max_length=9, choices=PostState, default=PostState.DRAFT)
    intended_visibility = models.CharField(max_length=12, default="public")
    published_at = models.DateTimeField(null=True, blank=True)
    # Changes to a published post that readers do not see yet; none while there is no time.
    draft_name = models.CharField(max_length=255, blank=True)
    draft_text = models.TextField(blank=True)
    draft_saved_at = models.DateTimeField(null=True, blank=True)

    SEARCHED = Asset.SEARCHED | {"text"}

    @property
    def searched_content(self) -> str:
        return self.text

    @property
    def is_draft(self) -> bool:
        return self.state == PostState.DRAFT

    @property
    def has_changes(self) -> bool:
        return self.draft_saved_at is not None


class PostRevision(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="one_revision_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.name}, revision {self.number}"


class FrozenRun(models.Model):
    """What a run looked like to the readers of a post when it was published; see actions.copies."""

    class Reader(models.TextChoices):
        EVERYBODY = "everybody", "Everybody"
        MEMBERS = "members", "Members of the organization"
        OWNER = "owner", "The owner of the post"

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="frozen_runs")
    action_id = models.UUIDField()  # an id and not a key: the run may go, this stays
    seen_by = models.CharField(max_length=9, choices=Reader)
    data = models.JSONField()
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "action_id"], name="one_copy_of_a_run")
        ]

    def __str__(self) -> str:
        return f"Run {self.action_id} as it was"
