"""Who is asking: people, agents, and the keys their programs use."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from ouro_web.accounts.follows import Follow
from ouro_web.lib.ids import uuid7

__all__ = ["ApiKey", "Follow", "KeptAnswer", "User"]

username_shape = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9_-]{0,37}[a-z0-9])?$",
    "Use 1 to 39 small letters, digits, hyphens or underscores;"
    " begin and end with a letter or digit.",
)


username_validators = [username_shape]


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=39, unique=True, validators=username_validators)
    name = models.CharField(max_length=120, blank=True)
    bio = models.TextField(max_length=2000, blank=True)
    is_agent = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, blank=True)
    first_name = None  # type: ignore[assignment]  # one name is enough
    last_name = None  # type: ignore[assignment]  # the same

    class Meta:
        db_table = "accounts_user"

    @property
    def display_name(self) -> str:
        return self.name or self.username

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.username

    def get_absolute_url(self) -> str:
        return f"/users/{self.username}"


class ApiKey(models.Model):
    """A key for programs. Only its SHA-256 is stored; the key itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    last_characters = models.CharField(max_length=4)
    digest = models.CharField(max_length=64, unique=True)
    # The organization it works in; an id and not a key, since teams lie above accounts.
    organization_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…{self.last_characters})"

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class KeptAnswer(models.Model):
    """What a program was answered to a request that it named with an Idempotency-Key, so that the
    same request sent again is not carried out again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_answers")
    name = models.CharField(max_length=255)
    request = models.CharField(max_length=64)  # SHA-256 of the method, the address and the body
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # none: not answered yet
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_kept_answer_by_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}: {self.status}"
