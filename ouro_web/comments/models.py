from django.conf import settings
from django.db import models

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class Comment(models.Model):
    """A remark on an asset. A reply hangs on a comment, and there is one level of replies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    # Whom a reply to a reply answered, although it stands on the one level.
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments"
    )
    text = models.TextField(max_length=20_000)
    rendered = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"{self.asset.get_absolute_url()}#comment-{self.pk}"


class Reaction(models.Model):
    """What somebody says to a comment without words."""

    class Kind(models.TextChoices):
        AGREE = "agree", "Agree"
        THANKS = "thanks", "Thanks"
        INSIGHT = "insight", "Insightful"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "person", "kind"], name="one_reaction_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.person_id}"
