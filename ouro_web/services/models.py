"""Other people's APIs: a service and its routes, and every document they were read from."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class Authentication(models.TextChoices):
    NONE = "none", "None"
    OURO = "ouro", "Ouro"
    TOKEN = "token", "Personal access token"
    OAUTH2 = "oauth2", "OAuth 2.0"
    BASIC = "basic", "User name and password"
    KEY = "key", "API key"


class KeyPlace(models.TextChoices):
    """Where an API key stands in a request."""

    HEADER = "header", "Header"
    QUERY = "query", "Query"
    COOKIE = "cookie", "Cookie"


class ExecutionMode(models.TextChoices):
    SYNC = "sync", "Direct"
    ASYNC = "async", "Asynchronous"


class Service(Asset):
    asset = models.OneToOneField(
        Asset,
        on_delete=models.CASCADE,
        parent_link=True,
        primary_key=True,
        related_name="as_service",
    )
    base_url = models.URLField(max_length=500)
    authentication = models.CharField(
        max_length=6, choices=Authentication, default=Authentication.NONE
    )
    # Encrypted together with this row's id; bound to the host it was given for.
    secret = models.TextField(blank=True)
    secret_last_characters = models.CharField(max_length=4, blank=True)
    key_place = models.CharField(max_length=6, choices=KeyPlace, blank=True)
    key_name = models.CharField(max_length=100, blank=True)
    authorization_url = models.URLField(max_length=500, blank=True)
    # How servers of single operations are called, by address; see servers.py.
    servers = models.JSONField(default=dict, blank=True)
    version = models.CharField(max_length=60, blank=True)
    spec_url = models.URLField(max_length=1000, blank=True)
    max_concurrency = models.PositiveIntegerField(default=50)
    time_limit = models.PositiveIntegerField(default=600, help_text="Seconds for a direct answer")
    silence_limit = models.PositiveIntegerField(
        default=45 * 60, help_text="Seconds without a sign of life before an async run times out"
    )

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc


class SpecRevision(models.Model):
    """The document as it was given. The latest one stands until the service is refreshed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="revisions")
    document = models.TextField()
    source_url = models.URLField(max_length=1000, blank=True)
    # What was read but for the operations: openapi.head, the `keys` of all operations, the
    # `remarks` of those that were imported with some, and the `own_servers` of those that name
    # some.
    facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.created_at}"


class Route(Asset):
    """One operation of a service. It is retired, not deleted, when the service drops it, so that
    its runs stay explained."""

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_route"
    )
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="routes")
    revision = models.ForeignKey(SpecRevision, on_delete=models.RESTRICT, related_name="routes")
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=1000)
    position = models.PositiveIntegerField(default=0)
    operation = models.JSONField(default=dict)  # self-contained; see services/openapi.py
    input_assets = models.JSONField(default=dict, blank=True)
    output_assets = models.JSONField(default=dict, blank=True)
    execution_mode = models.CharField(
        max_length=5, choices=ExecutionMode, default=ExecutionMode.SYNC
    )
    repeat_safe = models.BooleanField(
        default=False, help_text="A repeated call does no harm, whatever the method"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    # Since when the operation is as it is; runs made before were made with a PastOperation.
    changed_at = models.DateTimeField(null=True, blank=True)

    SEARCHED = Asset.SEARCHED | {"path"}

    @property
    def searched_facts(self) -> str:
        return f"{self.method} {self.path}"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "method", "path"],
                condition=Q(retired_at__isnull=True),
                name="one_live_route_for_an_operation",
            )
        ]


class PastOperation(models.Model):
    """What a route was until it changed, for the runs of that time."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="past")
    operation = models.JSONField()
    input_assets = models.JSONField(default=dict, blank=True)
    output_assets = models.JSONField(default=dict, blank=True)
    until = models.DateTimeField()

    class Meta:
        # The first that ended after a run was asked for is the one it was made with.
        indexes = [models.Index(fields=["route", "until"], name="past_operation_until")]

    def __str__(self) -> str:
        return f"{self.route_id} until {self.until}"


class SpecDraft(models.Model):
    """A document that somebody is looking at before a service is made of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READING = "reading", "Being read"
        READY = "ready", "Read"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    document = models.TextField()
    source_url = models.CharField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    files = models.JSONField(default=dict, blank=True)  # those beside it: text by name
    state = models.CharField(max_length=7, choices=State, default=State.READY)
    done = models.PositiveIntegerField(default=0)  # operations, of `total`
    total = models.PositiveIntegerField(default=0)
    reading = models.TextField(blank=True)  # openapi.packed as JSON, once it is read
    # Keys of operations to `take`, and `offer`s of pickers that are wanted, once somebody has said.
    chosen = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.source_url or self.file_name
