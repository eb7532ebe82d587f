"""Whom things belong to. Everything lies in one organization and one of its teams; without a
choice these are the global ones, which exist from the first migration and hold everybody."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Expression, Q

from ouro_web.accounts.models import User
from ouro_web.lib.ids import uuid7

GLOBAL_ID = uuid.UUID(int=0)

name_shape = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$",
    "Use small letters, digits and hyphens; begin and end with a letter or digit.",
)


class Role(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Write"
    ADMIN = "admin", "Admin"


class JoinPolicy(models.TextChoices):
    OPEN = "open", "Anybody may join"
    REQUEST = "request", "Anybody may ask to join"
    INVITE_ONLY = "invite_only", "By invitation"


class SourcePolicy(models.TextChoices):
    """From where new things may come."""

    ANY = "any", "From pages and programs"
    WEB_ONLY = "web_only", "From pages only"
    API_ONLY = "api_only", "From programs only"


class ActorPolicy(models.TextChoices):
    """Who may join."""

    ANY = "any", "Everybody"
    VERIFIED_ONLY = "verified_only", "People with a verified address"
    AGENTS_ONLY = "agents_only", "Agents"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def of(self, user: User | Expression) -> "OrganizationQuerySet":
        """Where this person may put things: the global organization and her own ones."""
        return self.filter(
            Q(pk=GLOBAL_ID) | Q(memberships__user=user) | Q(teams__memberships__user=user)
        ).distinct()

    def visible_to(self, user: User | AnonymousUser) -> "OrganizationQuerySet":
        """Her own ones, and those that one may join or ask to join."""
        open_to_all = ~Q(join_policy=JoinPolicy.INVITE_ONLY)
        if not isinstance(user, User):
            return self.filter(open_to_all)
        return self.filter(open_to_all | Q(pk__in=Organization.objects.of(user).values("pk")))

    def managed_by(self, user: User) -> "OrganizationQuerySet":
        return self.filter(memberships__user=user, memberships__role=Role.ADMIN)


class Organization(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True, validators=[name_shape])
    display_name = models.CharField(max_length=120)
    mission = models.TextField(max_length=2000, blank=True)
    join_policy = models.CharField(
        max_length=11, choices=JoinPolicy, default=JoinPolicy.INVITE_ONLY
    )
    source_policy = models.CharField(max_length=8, choices=SourcePolicy, default=SourcePolicy.ANY)
    actor_type_policy = models.CharField(
        max_length=13, choices=ActorPolicy, default=ActorPolicy.ANY
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["display_name"]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return f"/organizations/{self.name}"

    @property
    def is_global(self) -> bool:
        return self.pk == GLOBAL_ID

    @property
    def default_team(self) -> "Team | None":
        """Its first one, where things go without a choice."""
        if self.is_global:
            return self.teams.filter(pk=GLOBAL_ID).first()
        return self.teams.order_by("created_at", "pk").first()


class TeamVisibility(models.TextChoices):
    PUBLIC = "public", "Public"
    ORGANIZATION = "organization", "Organization"


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: User) -> "TeamQuerySet":
        """The teams into which this person may put things."""
        return self.filter(
            Q(pk=GLOBAL_ID) | Q(memberships__user=user) | Q(organization__memberships__user=user)
        ).distinct()

    def joined_by(self, user: User) -> "TeamQuerySet":
        """Those she is a member of; everybody is in the global one."""
        mine = TeamMembership.objects.filter(user=user).values("team")
        return self.filter(Q(pk=GLOBAL_ID) | Q(pk__in=mine))

    def visible_to(self, user: User | AnonymousUser) -> "TeamQuerySet":
        """The public ones; for members those of their organizations, too."""
        if not isinstance(user, User):
            return self.filter(visibility=TeamVisibility.PUBLIC)
        inside = OrganizationMembership.objects.filter(user=user).values("organization")
        mine = TeamMembership.objects.filter(user=user).values("team")
        return self.filter(
            Q(visibility=TeamVisibility.PUBLIC) | Q(pk__in=mine) | Q(organization__in=inside)
        )

    def managed_by(self, user: User) -> "TeamQuerySet":
        """Those she is admin of, herself or through the organization."""
        teams = TeamMembership.objects.filter(user=user, role=Role.ADMIN).values("team")
        organizations = OrganizationMembership.objects.filter(user=user, role=Role.ADMIN)
        return self.filter(
            Q(pk__in=teams) | Q(organization__in=organizations.values("organization"))
        )


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=60, validators=[name_shape])
    description = models.TextField(max_length=5000, blank=True)
    visibility = models.CharField(
        max_length=12, choices=TeamVisibility, default=TeamVisibility.PUBLIC
    )
    default_role = models.CharField(max_length=5, choices=Role, default=Role.WRITE)
    join_policy = models.CharField(max_length=11, choices=JoinPolicy, default=JoinPolicy.OPEN)
    # Empty: as the organization says.
    source_policy = models.CharField(max_length=8, choices=SourcePolicy, blank=True)
    actor_type_policy = models.CharField(max_length=13, choices=ActorPolicy, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="team_name_once_in_organization"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.name}"

    def get_absolute_url(self) -> str:
        return f"/teams/{self.organization.name}/{self.name}"

    @property
    def effective_source_policy(self) -> str:
        return self.source_policy or self.organization.source_policy

    def takes_from(self, source: str) -> bool:
        """Whether new things may come from there: "web" or "api"."""
        refused = {"web": SourcePolicy.API_ONLY, "api": SourcePolicy.WEB_ONLY}
        return self.effective_source_policy != refused.get(source)

    @property
    def effective_actor_policy(self) -> str:
        return self.actor_type_policy or self.organization.actor_type_policy

    @property
    def actor_policy_word(self) -> str:
        return ActorPolicy(self.effective_actor_policy).label

    @property
    def source_policy_word(self) -> str:
        return SourcePolicy(self.effective_source_policy).label


class OrganizationMembership(models.Model):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organization_memberships"
    )
    role = models.CharField(max_length=5, choices=Role, default=Role.WRITE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="one_membership_in_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}: {self.role}"


class TeamMembership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships"
    )
    role = models.CharField(max_length=5, choices=Role, default=Role.WRITE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="one_membership_in_team")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}: {self.role}"


class RequestStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def pending(self) -> "JoinRequestQuerySet":
        return self.filter(status=RequestStatus.PENDING)


class JoinRequest(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="join_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests"
    )
    message = models.TextField(max_length=2000, blank=True)
    status = models.CharField(max_length=8, choices=RequestStatus, default=RequestStatus.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"],
                condition=Q(status="pending"),
                name="one_pending_request_to_join",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} asks to join {self.team_id}: {self.status}"


class Ban(models.Model):
    """Who may not come back to a team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="bans")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bans"
    )
    reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_ban_in_team")]

    def __str__(self) -> str:
        return f"{self.user_id} is banned from {self.team_id}"


class Visit(models.Model):
    """When a person last looked at what a team made; what is newer is unread."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_visits"
    )
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_visit_of_team")]

    def __str__(self) -> str:
        return f"{self.user_id} saw {self.team_id} at {self.seen_at}"
