"""Talk among a few people. Who is in it is who may read it: its owner and those with a grant."""

from django.conf import settings
from django.db import models

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class Conversation(Asset):
    """Always private. Its summary is the description that every asset has."""

    asset = models.OneToOneField(
        Asset,
        on_delete=models.CASCADE,
        parent_link=True,
        primary_key=True,
        related_name="as_conversation",
    )
    # Without a name of its own it is called by who is in it.
    is_named = models.BooleanField(default=False)
    # When something was said last, which no later message may be older than.
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-last_at"], name="conversation_latest")]


class ReadMark(models.Model):
    """How far somebody has read. Made when she comes in, so that only what follows is new."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_marks"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "person"], name="one_read_mark")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.read_until}"


class MessageType(models.TextChoices):
    MESSAGE = "message", "Message"
    REASONING = "reasoning", "Reasoning"
    TOOL_CALL = "tool_call", "Tool call"
    JOINED = "member_joined", "Came in"
    LEFT = "member_left", "Left"


SAID = (MessageType.MESSAGE, MessageType.REASONING, MessageType.TOOL_CALL)


class Message(models.Model):
    """In the order of `created_at`, which no two of a conversation share: pages of them begin where
    another ended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    type = models.CharField(max_length=13, choices=MessageType, default=MessageType.MESSAGE)
    text = models.TextField(blank=True)
    rendered = models.JSONField(default=dict)  # Rendered: HTML and slots for readers
    # What a program attached that is no document: the input of a tool, and the like.
    data = models.JSONField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    # The steps of one answer of an agent belong together, in this order.
    turn_id = models.UUIDField(null=True, blank=True)
    seq = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "created_at"], name="one_message_at_a_moment"
            )
        ]
        indexes = [
            # Open pages ask for the changes of the last seconds, again and again.
            models.Index(
                fields=["conversation", "edited_at"],
                condition=models.Q(edited_at__isnull=False),
                name="messages_edited_lately",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"/conversations/{self.conversation_id}#message-{self.pk}"

    @property
    def is_event(self) -> bool:
        """Written by the site, about the conversation."""
        return self.type not in SAID
