"""What people are told about, each in her own inbox."""

from django.conf import settings
from django.db import models

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7
from ouro_web.notifications.choices import Mail, Preferences
from ouro_web.notifications.webhooks import Attempt, Delivery, Webhook
from ouro_web.teams.models import Team

__all__ = [
    "CATEGORIES",
    "Attempt",
    "Delivery",
    "Kind",
    "Notification",
    "NotificationQuerySet",
    "Preferences",
    "Webhook",
]

CATEGORIES = {
    "mentions": ["mention"],
    "comments": ["comment", "reply"],
    "messages": ["new-message", "new-conversation"],
    "references": ["reference"],
    "shares": ["share", "invite", "join-request", "join-approved"],
    "people": ["follow"],
    "money": ["payment", "deposit"],
    "actions": ["action-complete", "action-failed"],
    "quests": ["quest-entry", "quest-entry-accepted", "quest-entry-rejected", "quest-assigned"],
}


class Kind(models.TextChoices):
    MENTION = "mention", "Mention"
    COMMENT = "comment", "Comment"
    REPLY = "reply", "Reply"
    MESSAGE = "new-message", "Message"
    CONVERSATION = "new-conversation", "New conversation"
    REFERENCE = "reference", "Reference"
    SHARE = "share", "Share"
    FOLLOW = "follow", "New follower"
    INVITE = "invite", "Invitation"
    JOIN_REQUEST = "join-request", "Request to join"
    JOIN_APPROVED = "join-approved", "Request approved"
    WEBHOOK = "webhook-off", "Webhook switched off"
    RUN_COMPLETE = "action-complete", "Run finished"
    RUN_FAILED = "action-failed", "Run failed"
    QUEST_ENTRY = "quest-entry", "Entry to a quest"
    QUEST_ACCEPTED = "quest-entry-accepted", "Entry accepted"
    QUEST_REJECTED = "quest-entry-rejected", "Entry rejected"
    QUEST_ASSIGNED = "quest-assigned", "Item assigned"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def inbox_of(self, person: User) -> "NotificationQuerySet":
        return self.still_seen_by(person).filter(in_inbox=True)

    def still_seen_by(self, person: User) -> "NotificationQuerySet":
        """Hers, about something that she may see still."""
        # Asked of each row: the list of all that she may see would be long.
        asset = Asset.objects.visible_to(person).filter(pk=models.OuterRef("asset"))
        team = Team.objects.visible_to(person).filter(pk=models.OuterRef("team"))
        return self.filter(
            models.Q(asset=None) | models.Exists(asset),
            models.Q(team=None) | models.Exists(team),
            user=person,
        )

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None, in_inbox=True)

    def of_category(self, name: str) -> "NotificationQuerySet":
        return self.filter(kind__in=CATEGORIES[name])


class Notification(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.CharField(max_length=500)
    excerpt = models.CharField(max_length=200, blank=True)  # the first words of what was said
    # Whose doing it is; nobody's for a run of one's own.
    source_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Ids and not keys, since actions, comments and messages lie above notifications.
    action_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    webhook_id = models.UUIDField(null=True, blank=True)
    comment_id = models.UUIDField(null=True, blank=True, db_index=True)
    # What a mail only is to tell of is kept as well, and not shown.
    in_inbox = models.BooleanField(default=True)
    mail = models.CharField(max_length=5, choices=Mail, blank=True)  # the one that is still to go
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest"),
            # The count beside the bell, on every page.
            models.Index(
                fields=["user"], name="notification_unread", condition=models.Q(read_at=None)
            ),
            # What the worker looks for every few seconds.
            models.Index(
                fields=["mail", "user"],
                name="notification_to_mail",
                condition=~models.Q(mail=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

    def get_absolute_url(self) -> str:
        """What it is about; "" for what has no page."""
        if self.action_id:
            return f"/actions/{self.action_id}"
        if self.webhook_id:
            return f"/webhooks/{self.webhook_id}"
        if self.asset is None:
            return self._page_of_people()
        return self.asset.get_absolute_url() + self._place_in_it()

    def _place_in_it(self) -> str:
        if self.comment_id:
            return f"#comment-{self.comment_id}"
        return f"#message-{self.message_id}" if self.message_id else ""

    def _page_of_people(self) -> str:
        """Whoever asks to come in waits among the members, where admins decide."""
        if self.kind == Kind.FOLLOW and self.source_user:
            return self.source_user.get_absolute_url()
        if self.team is None:
            return ""
        page = self.team.get_absolute_url()
        return f"{page}/members" if self.kind == Kind.JOIN_REQUEST else page
