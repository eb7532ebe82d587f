"""Webhooks: addresses of people and organizations that are called when something happens. What is
called, when, and what came of it is on record."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from ouro_web.lib.ids import uuid7
from ouro_web.lib.secrets import Vault
from ouro_web.teams.models import Organization

EVENTS = {
    "mention": "Somebody is mentioned",
    "comment": "A comment or a reply",
    "reference": "A reference to an asset",
    "share": "Something is shared",
    "follow": "Somebody follows",
    "new-conversation": "A new conversation",
    "new-message": "A message in a conversation",
    "join-request": "Somebody asks to join a team",
    "join-approved": "Somebody is let into a team",
    "action": "A run ended",
}
# What concerns a person alone is no business of her organization.
OF_ORGANIZATIONS = ("comment", "reference", "join-request", "join-approved", "action")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def active(self) -> "WebhookQuerySet":
        return self.filter(disabled_at=None)


class Webhook(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="webhooks",
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)  # names of EVENTS; none of them: all
    secret = models.TextField()  # sealed
    # The secret before, with which is signed besides until then.
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=300, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(organization=None),
                name="webhook_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.url

    def get_absolute_url(self) -> str:
        return f"/webhooks/{self.pk}"

    def wants(self, event: str) -> bool:
        known = EVENTS if self.organization_id is None else OF_ORGANIZATIONS
        return event in known and (not self.events or event in self.events)

    def secrets(self, now: datetime) -> list[str]:
        """What is signed with. Raises SecretError."""
        vault = Vault(settings.ENCRYPTION_KEYS)
        found = [vault.reveal(self.secret, row=self.pk)]
        if self.old_secret and self.old_secret_until and self.old_secret_until > now:
            found.append(vault.reveal(self.old_secret, row=self.pk))
        return found


class Delivery(models.Model):
    """One event for one webhook, sent until it is taken or the tries are used up."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    LONGEST_ANSWER: ClassVar[int] = 500

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    # What happened, so that one thing that several are told of reaches an organization once.
    subject = models.CharField(max_length=120)
    body = models.TextField()
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # Whoever sends holds it until then; a worker that dies leaves it to the others.
    held_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "subject"], name="one_delivery_of_an_event")
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),
            # What is due, which the worker asks every few seconds.
            models.Index(
                fields=["due_at"], name="delivery_due", condition=models.Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"

    @property
    def name(self) -> str:
        """By which receivers know it again."""
        return f"msg_{self.pk}"


class Attempt(models.Model):
    """One try to deliver, and what was answered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # none: no answer
    said = models.CharField(max_length=Delivery.LONGEST_ANSWER, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.status}"

    @property
    def was_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
