"""What the frame of every page shows: where the person works, the sections, the theme.

Everything is worked out only when a whole page is drawn; fragments ask nothing of it.
"""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import UUIDField
from django.http import HttpRequest
from django.urls import reverse

from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement, checked
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot
from ouro_web.notifications.notify import unread_of
from ouro_web.teams.models import Organization

SECTIONS = (
    ("actions", "Runs", "activity"),
    ("services", "Services", "server"),
    ("files", "Files", "file"),
    ("datasets", "Datasets", "table-2"),
    ("posts", "Posts", "notebook-text"),
    ("quests", "Quests", "flag"),
    ("conversations", "Conversations", "messages-square"),
)
THEMES = ("light", "dark")
MOST_COUNTED = 100  # the bell says 99+ then


_organizations = kept.Rows(lambda: Organization.objects.of(Slot("user", UUIDField())))


class Frame:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def theme(self) -> str:
        """What the switch in the header was set to; "" follows the person's system."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def version(self) -> str:
        return str(settings.VERSION)

    @property
    def query(self) -> str:
        return self.request.GET.get("q", "") if self.request.path == reverse("search") else ""

    @property
    def next(self) -> str:
        """Where a sign-in leads back to; the sign-in pages themselves are not worth it."""
        path = self.request.get_full_path()
        return "" if path.startswith("/accounts/") or self.request.method != "GET" else path

    @cached_property
    def sections(self) -> list[dict[str, object]]:
        first = self.request.path.strip("/").partition("/")[0]
        current = "services" if first == "routes" else first
        return [
            {
                "url": reverse(f"{name}:list"),
                "label": label,
                "icon": icon,
                "current": name == current,
            }
            for name, label, icon in SECTIONS
        ]

    @cached_property
    def organizations(self) -> list[Organization]:
        """The organizations this person is in, without the one that holds everybody."""
        user = self.request.user
        if not isinstance(user, User):
            return []
        return [each for each in _organizations.all(user=user.pk) if not each.is_global]

    @cached_property
    def unread(self) -> int:
        """How many notifications the bell tells of, and at most MOST_COUNTED."""
        user = self.request.user
        if not isinstance(user, User):
            return 0
        return unread_of(user, most=MOST_COUNTED)

    @cached_property
    def organization(self) -> Organization | None:
        """The one chosen in the header; forgotten when the person is in it no more."""
        chosen = self.request.session.get("organization", "")
        return next((each for each in self.organizations if str(each.pk) == chosen), None)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor."""
    return {"frame": frame_of(request)}


def frame_of(request: HttpRequest) -> Frame:
    """One frame to a request, so that its queries run once."""
    known: Frame | None = getattr(request, "_frame", None)
    if known is None:
        known = Frame(request)
        request._frame = known  # type: ignore[attr-defined]  # kept for this request only
    return known


def default_placement(request: HttpRequest) -> Placement:
    """Where new things go without a choice: the organization chosen in the header. Raises
    ValidationError when no team of hers there takes things from pages."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied("Sign in to make things.")
    organization = frame_of(request).organization
    if organization is None:
        return Placement.for_person(user)
    return checked(user, organization=organization, team=None, visibility="organization")


def usual_place(request: HttpRequest) -> dict[str, Any]:
    """What a PlacementForm begins with. A place that would be refused is still what its person
    works in: the form says why when it is sent."""
    try:
        usual = default_placement(request)
    except ValidationError:
        return {"organization": frame_of(request).organization, "visibility": "organization"}
    if usual.organization.is_global:
        return {"visibility": usual.visibility}
    return {
        "organization": usual.organization,
        "team": usual.team,
        "visibility": usual.visibility,
    }
