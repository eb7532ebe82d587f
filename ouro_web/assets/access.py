"""The one access rule, as conditions on asset rows. Everything that shows, lists, counts, embeds
or uses an asset goes through the four words of AssetQuerySet that are built from it.

The condition of a person is put into SQL once and kept: it names her id and asks the tables, so it
holds no answer that could grow old, and having Django build it anew costs many times the query.

Levels: *visible* (that it exists, its name and facts), *readable* (content), *editable*,
*managed* (sharing, visibility, deleting). Private assets are closed to team and organization
admins too, unless they hold a grant. `inherit` follows the parent in everything.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet, PermissionDenied
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, F, Lookup, Q, TextChoices, UUIDField

from ouro_web.accounts.models import User
from ouro_web.assets.grants import Grant
from ouro_web.teams.models import OrganizationMembership, Role, TeamMembership

Person = User | AnonymousUser

# The id of a person (none: nobody is signed in), and the way to the asset, "" or "parent__".
Rule = Callable[[UUID | None, str], Q]

WRITERS = (Role.WRITE, Role.ADMIN)
NOBODY = Q(pk__in=[])


class Visibility(TextChoices):
    PUBLIC = "public", "Public"
    PRIVATE = "private", "Private"
    ORGANIZATION = "organization", "Organization"
    MONETIZED = "monetized", "Monetized"
    INHERIT = "inherit", "As its parent"


class ForSaleError(PermissionDenied):
    """Seen, but opened only by money, which nobody can pay here. Faces say 402."""


def visible(person: Person) -> "Condition":
    return _condition(_visible, _id(person))


def plainly_visible(asset: Any, person: User) -> bool:
    """Whether the row alone, with its parent, shows that an active person may see it. False says
    nothing; then the tables have to be asked."""
    source = asset
    if asset.visibility == Visibility.INHERIT and asset.parent is not None:
        source = asset.parent
    open_to_all = source.visibility in (Visibility.PUBLIC, Visibility.MONETIZED)
    return bool(open_to_all or person.pk in (asset.owner_id, source.owner_id))


def readable(person: Person) -> "Condition":
    return _condition(_readable, _id(person))


def may_see(asset: UUID, person: Person) -> bool:
    return _holds(visible(person), asset)


def may_read(asset: UUID, person: Person) -> bool:
    """The rule for one asset, without a query to be built for it."""
    return _holds(readable(person), asset)


def may_edit(asset: UUID, person: Person) -> bool:
    return _holds(editable(person), asset)


def may_manage(asset: UUID, person: Person) -> bool:
    return _holds(managed(person), asset)


def _holds(condition: "Condition", asset: UUID) -> bool:
    if not isinstance(condition, Allowed):
        return False
    sql, params = condition.rhs
    with connection.cursor() as cursor:
        place = UUIDField().get_db_prep_value(asset, connection)
        cursor.execute(f"SELECT {sql.replace(_Place.TEXT, '%s')}", (*params, place))
        return bool(cursor.fetchone()[0])


def editable(person: Person) -> "Condition":
    return _condition(_editable, _id(person))


def managed(person: Person) -> "Condition":
    return _condition(_managed, _id(person))


def _id(person: Person) -> UUID | None:
    """A suspended account counts as signed out."""
    return person.pk if person.is_authenticated and person.is_active else None


class _Place(Expression):
    """Where the id of the asset comes to stand."""

    TEXT = "{the asset}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.TEXT, ()


class Allowed(Lookup):
    """Whether a rule, in SQL with its parameters, holds for the asset with this id. It looks at the
    row by its id and gives its tables names of their own, so it may stand in any query."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        (sql, params), (column, _) = self.rhs, self.process_lhs(compiler, connection)
        return sql.replace(_Place.TEXT, column), params


Condition = Allowed | Q


@lru_cache(maxsize=1000)
def _condition(rule: Rule, person: UUID | None) -> Condition:
    inherited = Q(visibility=Visibility.INHERIT) & rule(person, "parent__")
    # The place comes last among the parameters, as `_holds` has it.
    rows = apps.get_model("assets.Asset")._base_manager.filter(
        rule(person, "") | inherited, pk=_Place(output_field=UUIDField())
    )
    query = rows.values("pk").query
    query.change_aliases({alias: f"rule{at}" for at, alias in enumerate(query.alias_map)})
    try:
        sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return NOBODY
    return Allowed(F("pk"), (f"EXISTS({sql})", tuple(params)))


def _visible(person: UUID | None, at: str) -> Q:
    open_to_all = Q(**{f"{at}visibility__in": [Visibility.PUBLIC, Visibility.MONETIZED]})
    return open_to_all | _insider(person, at)


def _readable(person: UUID | None, at: str) -> Q:
    open_to_all = Q(**{f"{at}visibility": Visibility.PUBLIC})
    if person is None:
        return open_to_all
    unpaid = Q(**{f"{at}visibility": Visibility.MONETIZED}) & _by_team(person, at, WRITERS)
    return open_to_all | _insider(person, at) | unpaid


def _insider(person: UUID | None, at: str) -> Q:
    """The owner, people with a grant, and for organization assets the members."""
    if person is None:
        return NOBODY
    organizations = OrganizationMembership.objects.filter(user=person).values("organization")
    teams = TeamMembership.objects.filter(user=person).values("team")
    member = Q(**{f"{at}organization__in": organizations}) | Q(**{f"{at}team__in": teams})
    shared = Q(**{f"{at}visibility": Visibility.ORGANIZATION}) & member
    return _personal(person, at, tuple(Role)) | shared


def _editable(person: UUID | None, at: str) -> Q:
    if person is None:
        return NOBODY
    return _personal(person, at, WRITERS) | _by_team(person, at, WRITERS)


def _managed(person: UUID | None, at: str) -> Q:
    if person is None:
        return NOBODY
    return _personal(person, at, (Role.ADMIN,)) | _by_team(person, at, (Role.ADMIN,))


def _personal(person: UUID, at: str, roles: tuple[Role, ...]) -> Q:
    granted = Grant.objects.filter(user=person, role__in=roles).values("asset")
    return Q(**{f"{at}owner": person}) | Q(**{f"{at}pk__in": granted})


def _by_team(person: UUID, at: str, roles: tuple[Role, ...]) -> Q:
    """What a role in the team, or admin in the organization, opens; never a private asset."""
    teams = TeamMembership.objects.filter(user=person, role__in=roles).values("team")
    organizations = OrganizationMembership.objects.filter(user=person, role=Role.ADMIN)
    held = Q(**{f"{at}team__in": teams}) | Q(
        **{f"{at}organization__in": organizations.values("organization")}
    )
    closed = [Visibility.PRIVATE, Visibility.INHERIT]
    return held & ~Q(**{f"{at}visibility__in": closed})
