"""One execution of a route. The row is the ledger: every change of state is one UPDATE filtered on
the old state, and zero changed rows mean that somebody else was first."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.lib.fields import exact
from ouro_web.lib.ids import uuid7
from ouro_web.services import past
from ouro_web.services.models import Route
from ouro_web.teams.models import Organization, Team


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    IN_PROGRESS = "in-progress", "In progress"
    SUCCESS = "success", "Success"
    ERROR = "error", "Error"
    TIMED_OUT = "timed-out", "Timed out"


class Phase(models.TextChoices):
    """What is going on while a run is in progress."""

    CALLING = "calling", "Waiting for the answer"
    AWAITING = "awaiting", "Waiting for the callback"
    SAVING = "saving", "Saving the outputs"


LIVE = (Status.QUEUED, Status.IN_PROGRESS)
FINAL = (Status.SUCCESS, Status.ERROR, Status.TIMED_OUT)


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, person: Person) -> "ActionQuerySet":
        """One's own runs, all runs of the routes one manages, and the runs that their owners
        share with everybody who may see the route."""
        if not person.is_authenticated:
            routes = Asset.objects.visible_to(person).values("pk")
            return self.filter(visibility=ActionVisibility.ROUTE, route__in=routes)
        seen = Q(route__in=Asset.objects.visible_to(person).values("pk"))
        managed = Q(route__in=Asset.objects.managed_by(person).values("pk"))
        mine = Q(user=person) & (seen | Q(route__isnull=True))
        return self.filter(mine | managed | (seen & Q(visibility=ActionVisibility.ROUTE)))


class ActionVisibility(models.TextChoices):
    PRIVATE = "private", "Only me and the route's admins"
    ROUTE = "route", "Everybody who may see the route"


class Announce(models.TextChoices):
    """Which ends of a run its owner is told about."""

    ALL = "all", "All"
    FAILURE = "failure", "Failures"
    NONE = "none", "None"


class Action(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions"
    )
    route = models.ForeignKey(Route, on_delete=models.SET_NULL, null=True, related_name="actions")
    route_name = models.CharField(max_length=255)  # kept when the route is gone
    visibility = models.CharField(
        max_length=7, choices=ActionVisibility, default=ActionVisibility.PRIVATE
    )
    announce = models.CharField(max_length=7, choices=Announce, default=Announce.ALL)
    # Who above has to hear of its end still; see actions.following.
    follower = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=11, choices=Status, default=Status.QUEUED)
    phase = models.CharField(max_length=8, choices=Phase, blank=True)

    # What was asked: actions.call.Call as JSON, numbers exactly as they were typed.
    call = models.JSONField(encoder=exact.Encoder, decoder=exact.Decoder)
    # What went out, secrets masked.
    sent = models.JSONField(null=True, blank=True, encoder=exact.Encoder, decoder=exact.Decoder)
    response = models.JSONField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_meta = models.JSONField(default=dict, blank=True)  # content type, size, headers
    # A result that came after the end: {"status", "response", "received_at", "accepted_at"}.
    late_response = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)  # actions.faults.Fault as JSON
    # Outputs that could not be kept: [{"name", "message"}].
    warnings = models.JSONField(default=list, blank=True)

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    output_visibility = models.CharField(max_length=12)

    attempt = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=100, blank=True)  # the process that holds the lease
    lease_until = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    callback_token_hash = models.CharField(max_length=64, blank=True)
    # A queued row is not tried again before this moment; the sweep enqueues what is overdue.
    try_after = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    assets = models.ManyToManyField(Asset, through="ActionAsset", related_name="runs")

    objects = ActionQuerySet.as_manager()

    class Meta:
        indexes = [
            # A route's history and a person's runs, newest first.
            models.Index(fields=["route", "-id"], name="action_route_newest"),
            models.Index(fields=["user", "-id"], name="action_user_newest"),
            # The sweep looks at live rows only.
            models.Index(
                fields=["status", "lease_until"],
                condition=Q(status__in=["queued", "in-progress"]),
                name="action_live",
            ),
            # Ended, and its follower has not taken note: the sweep asks for these.
            models.Index(fields=["status"], condition=~Q(follower=""), name="action_followed"),
        ]

    def __str__(self) -> str:
        return f"{self.route_name} {self.status}"

    def get_absolute_url(self) -> str:
        return f"/actions/{self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @cached_property
    def route_then(self) -> Route | None:
        """The route as it was when the run was asked for: what a run means does not change."""
        return past.as_of(self.route, self.created_at) if self.route else None


class ActionAsset(models.Model):
    """An asset that a run took in or made, under the name the route declares for it."""

    class Direction(models.TextChoices):
        IN = "in", "Input"
        OUT = "out", "Output"

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="links")
    direction = models.CharField(max_length=3, choices=Direction)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)  # where one name holds several
    # Gone assets leave a row with the name, so that a run never loses what it used.
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, related_name="action_links"
    )
    asset_type = models.CharField(max_length=8)
    asset_name = models.CharField(max_length=255)
    version = models.PositiveIntegerField(null=True, blank=True)  # of a file or dataset: which one
    is_primary = models.BooleanField(default=False)
    made_here = models.BooleanField(default=False)  # false for an existing asset that was recorded

    class Meta:
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "direction", "name", "position"], name="one_asset_at_a_place"
            )
        ]
        indexes = [models.Index(fields=["asset", "direction"], name="made_by_and_used_by")]

    def __str__(self) -> str:
        return f"{self.direction} {self.name}"


class Level(models.TextChoices):
    DEBUG = "debug", "Debug"
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class ActionLog(models.Model):
    class Source(models.TextChoices):
        PLATFORM = "platform", "Platform"
        SERVICE = "service", "Service"

    id = models.BigAutoField(primary_key=True)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="logs")
    level = models.CharField(max_length=7, choices=Level, default=Level.INFO)
    source = models.CharField(max_length=8, choices=Source)
    message = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.message


class SavedForm(models.Model):
    """Values of a run form that are kept: what somebody is in the middle of typing, a preset, or
    what a link stands for. Never secrets."""

    class Kind(models.TextChoices):
        DRAFT = "draft", "Draft"
        PRESET = "preset", "Preset"
        LINK = "link", "Link"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)
    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="saved_forms")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_forms"
    )
    # Whose preset it is besides the person's own.
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True)
    name = models.CharField(max_length=80, blank=True)
    document = models.JSONField(default=dict, encoder=exact.Encoder, decoder=exact.Decoder)
    input_assets = models.JSONField(default=dict, blank=True)  # ids by declared name, in lists
    # Of a draft: what stands in the boxes, also what is no value yet. It fits the fields of the
    # document it was typed for, whose id is `revision`.
    state = models.JSONField(default=dict, blank=True)
    revision = models.UUIDField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "user"], condition=Q(kind="draft"), name="one_draft_of_a_form"
            ),
            models.UniqueConstraint(
                fields=["route", "user", "name"],
                condition=Q(kind="preset"),
                name="one_preset_of_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class WorkerBeat(models.Model):
    """The last sign of life of each worker process; see actions.heartbeat."""

    owner = models.CharField(max_length=100, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner
