"""The cast: alice owns, bob is on her team, rita may read, carol is a stranger.

Other rows come from make_... fixtures that take only what a test is about.
"""

import fcntl
import functools
import hashlib
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

# The same examples in every run, so that a change alone decides whether tests pass. To look for
# new ones: pytest --hypothesis-profile=search tests/lib
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile(
    "search", settings.get_profile("same"), derandomize=False, max_examples=5000, database=None
)
settings.load_profile("same")
# Tests start some fifty processes; each would compile the whole project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test thread

# Two busy cores can keep a page waiting; what never comes still fails.
expect.set_options(timeout=180_000)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


# Parts that mostly wait for processes and browsers, longest first: begun at the end they would
# keep one worker busy alone. Those of the client share one site, so they stay together.
LONG = (
    "tests/client/",
    "tests/journey/test_journey.py",
    "tests/journey/test_run_forms.py",
    "tests/web/test_look.py",
    "tests/actions/test_kill.py",
    "tests/project/test_every_address.py",
    "tests/actions/test_parallel.py",
    "tests/actions/test_shutdown.py",
    "tests/api/test_permissions.py",
    "tests/api/test_hostile.py",
    "tests/project/test_canary.py",
    "tests/web/test_editor.py",
    "tests/web/test_posts_hostile.py",
    "tests/api/test_bad_inputs.py",
    "tests/examples/",
)


def scope_of(nodeid: str) -> str:
    """What one worker does as a whole: a module, or the tests of the client."""
    return LONG[0] if nodeid.startswith(LONG[0]) else nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    scopes = dict.fromkeys(scope_of(item.nodeid) for item in items)
    place = {
        scope: next((i for i, part in enumerate(LONG) if scope.startswith(part)), len(LONG) + at)
        for at, scope in enumerate(scopes)
    }
    items.sort(key=lambda item: place[scope_of(item.nodeid)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As --dist loadscope, in the order above."""
    from xdist.scheduler import LoadScopeScheduling

    class Scopes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    config.option.loadscopereorder = False
    return Scopes(config, log)


def absent(service: str) -> NoReturn:
    """Skips a test of a service that does not answer; where services are required, fails it."""
    if os.environ.get("OURO_TEST_SERVICES") == "required":
        pytest.fail(f"no {service} answers, and OURO_TEST_SERVICES requires it")
    pytest.skip(f"no {service} answers")


def pytest_sessionstart() -> None:
    """Where everything is required, nothing that tests skip without may be missing."""
    if os.environ.get("OURO_TEST_SERVICES") != "required":
        return
    found = {
        "Chromium": any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        f"the sample cases in {SHARED}": (SHARED / "cases").exists(),
        "html5lib": find_spec("html5lib"),
        "ouro-mcp": find_spec("ouro_mcp"),
    }
    if missing := [name for name, there in found.items() if not there]:
        raise pytest.UsageError(f"Required by OURO_TEST_SERVICES: {', '.join(missing)}")


def shared(name: str) -> Path:
    """A file or folder of the sample cases; the test is skipped where they are not at hand."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the sample cases are not beside the project: {name}")
    return path


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Whoever waited for a run started an executor beside the pages. Its watch over the database
    ends with the test, and the next one begins without it."""
    if executor := sys.modules.get("ouro_web.actions.executor"):
        executor.forget_beside_pages()


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a new, empty database."""
    server = "postgres://postgres@127.0.0.1:5432"
    try:
        connection = psycopg.connect(f"{server}/postgres", autocommit=True)
    except psycopg.OperationalError:
        absent("PostgreSQL at 127.0.0.1:5432")
    name = f"ouro_{uuid.uuid4().hex[:12]}"
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def _data_folder(settings, tmp_path_factory) -> None:
    """Each test stores its bytes in a folder of its own."""
    folder = tmp_path_factory.mktemp("files", numbered=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        },
    }


@pytest.fixture(scope="session", autouse=True)
def _everybody() -> None:
    """A transactional test leaves empty tables behind. What a migration made, the global
    organization and team, is put back the way Django puts back rows of its own: then the tests may
    come in any order."""
    from ouro_web.teams.models import GLOBAL_ID, Organization, Team

    def put_back(using: str, **_: object) -> None:
        named = {"name": "global", "display_name": "Everybody"}
        Organization.objects.using(using).get_or_create(pk=GLOBAL_ID, defaults=named)
        team = {"organization_id": GLOBAL_ID, "name": "all"}
        Team.objects.using(using).get_or_create(pk=GLOBAL_ID, defaults=team)

    post_migrate.connect(put_back, sender=apps.get_app_config("teams"), weak=False)


@pytest.fixture(scope="session")
def migrated_database(pytestconfig, django_test_environment, django_db_blocker) -> Path:
    """A SQLite database with all tables and what migrations made; none where the tests run on
    another database. To migrate takes seconds, so it is kept until a migration changes."""
    from django.db import connection

    made_by = hashlib.sha256(f"{version('django')} {version('django-allauth')}".encode())
    for path in sorted(ROOT.glob("ouro_web/*/migrations/*.py")):
        made_by.update(path.read_bytes())
    folder = pytestconfig.cache.mkdir("migrated")
    kept: Path = folder / f"{made_by.hexdigest()[:16]}.db"
    with (folder / "lock").open("w") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other workers wait and take the same
        if connection.vendor == "sqlite" and not kept.exists():
            for old in folder.glob("*.db*"):
                old.unlink()
            migrate(kept.with_suffix(".db-new")).rename(kept)
    return kept


def migrate(place: Path) -> Path:
    from django.core.management import call_command
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(place)
    call_command("migrate", verbosity=0)
    connection.close()
    connection.settings_dict["NAME"] = before
    return place


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings, migrated_database, tmp_path_factory
) -> None:
    """A database in memory has one connection, which a live server's threads would share with the
    test. In a file each has its own, as in the site; it need not outlive a power cut."""
    from django.db import connection

    if connection.vendor == "sqlite":
        place = shutil.copy(migrated_database, tmp_path_factory.mktemp("database") / "tests.db")
        connection.settings_dict["TEST"]["NAME"] = str(place)
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The copy made above is taken as it is."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def prepared(migrated_database) -> Callable[[Path], Path]:
    """prepared(folder): the folder as that of a site whose tables are made, which takes seconds.
    On other databases than SQLite the site makes its tables itself."""

    def prepare(folder: Path) -> Path:
        if migrated_database.exists():
            shutil.copy(migrated_database, folder / "app.db")
        return folder

    return prepare


@pytest.fixture
def make_user(db) -> Callable[..., "object"]:
    from ouro_web.accounts.models import User

    def make(username: str, **fields: object) -> User:
        return User.objects.create_user(
            username=username,
            email=f"{username}@example.org",
            password="a long enough password",
            **{"name": username.title(), **fields},
        )

    return make


@pytest.fixture
def lab(db, make_user):
    """Alice's organization with its team #alloys."""
    from ouro_web.teams.membership import found_organization

    alice = make_user("alice")
    return found_organization(founder=alice, name="lab", display_name="Alice's lab")


@pytest.fixture
def alloys(lab, alice):
    from ouro_web.teams.membership import found_team

    return found_team(founder=alice, organization=lab, name="alloys")


@pytest.fixture
def alice(lab):
    from ouro_web.accounts.models import User

    return User.objects.get(username="alice")


@pytest.fixture
def bob(alloys, make_user):
    """Writes in alice's team."""
    from ouro_web.teams.membership import join_organization, join_team

    bob = make_user("bob")
    join_organization(alloys.organization, bob)
    join_team(alloys, bob, "write")
    return bob


@pytest.fixture
def rita(lab, make_user):
    """Reads what the organization shares; in no team but the one for everybody."""
    from ouro_web.teams.membership import join_organization

    rita = make_user("rita")
    join_organization(lab, rita, "read")
    return rita


@pytest.fixture
def carol(make_user):
    return make_user("carol")


@pytest.fixture
def place(alloys):
    """Where alice puts things: her lab, team #alloys."""
    from ouro_web.assets.placement import Placement

    def make(owner, visibility: str = "organization") -> Placement:
        return Placement(owner, alloys.organization, alloys, visibility)

    return make


@pytest.fixture
def signed_in(client) -> Callable[..., object]:
    """A test client as this person: signed_in(alice)."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def make_asset(place, alice):
    """A bare asset row of some type, for tests about access."""
    from ouro_web.assets.models import Asset
    from ouro_web.assets.placement import base_fields

    @transaction.atomic
    def make(name: str = "Something", *, owner=None, visibility="organization", asset_type="post"):
        placement = place(owner or alice, visibility)
        return Asset.objects.create(**base_fields(placement, asset_type=asset_type, name=name))

    return make


@pytest.fixture
def make_service(place, alice):
    """A service with one route per (method, path) pair given, declared by hand."""
    from ouro_web.assets.placement import base_fields
    from ouro_web.services.models import Service, SpecRevision

    @transaction.atomic
    def make(base_url: str = "http://127.0.0.1:9", *, owner=None, visibility="public", **fields):
        placement = place(owner or alice, visibility)
        service = Service.objects.create(
            **base_fields(placement, asset_type="service", name="Materials service"),
            base_url=base_url,
            **fields,
        )
        SpecRevision.objects.create(service=service, document="{}")
        return service

    return make


@pytest.fixture
def make_route(make_service, place):
    """A route of a (new) service. `operation` is the stored operation; a JSON body schema can be
    given as `body` and parameters as `parameters`."""
    from ouro_web.assets.placement import base_fields
    from ouro_web.services.models import Route

    @transaction.atomic
    def make(
        name: str = "Relax structure",
        *,
        service=None,
        method: str = "POST",
        path: str = "/relax",
        body: dict[str, Any] | None = None,
        parameters: list[Any] | None = None,
        visibility: str = "inherit",
        **fields,
    ):
        service = service or make_service()
        placement = place(service.owner, visibility)
        operation: dict[str, Any] = {
            "method": method, "path": path, "operation_id": None, "summary": name,
            "description": "", "tags": [], "deprecated": False,
            "parameters": parameters or [], "bodies": [], "responses": {}, "security": [],
            "servers": [], "callbacks": [], "extensions": {}, "remarks": [], "$defs": {},
        }  # fmt: skip
        if body is not None:
            operation["bodies"] = [
                {
                    "content_type": "application/json", "required": True, "schema": body,
                    "encoding": {}, "description": "", "examples": [],
                }
            ]  # fmt: skip
        return Route.objects.create(
            **base_fields(placement, asset_type="route", name=name),
            parent=service,
            service=service,
            revision=service.revisions.first(),
            method=method,
            path=path,
            **{"operation": operation, **fields},
        )

    return make


@pytest.fixture
def make_file(place, alice):
    """A file of alice's with this content; its name decides the ending."""
    import io

    from ouro_web.files.storage import store

    def make(filename="notes.txt", content=b"words\n", *, owner=None, visibility="organization"):
        data = content.encode() if isinstance(content, str) else content
        placement = place(owner or alice, visibility)
        return store(placement, filename=filename, content=io.BytesIO(data))

    return make


SPECIES = """id,species,island,mass
1,Adelie,Torgersen,3750.0
2,Adelie,Biscoe,3800.5
3,Gentoo,Biscoe,
4,Chinstrap,Dream,3500.0
"""


@pytest.fixture
def make_dataset(place, alice):
    """A dataset of alice's from CSV text. Each text is imported once in a test run, for speed."""
    from ouro_web.assets import blobs
    from ouro_web.assets.placement import base_fields
    from ouro_web.datasets.models import Dataset

    @transaction.atomic
    def make(name="Penguins", *, csv=SPECIES, owner=None, visibility="organization", **fields):
        content, table = parquet_of(csv)
        blob = blobs.write("datasets", [content], largest=1 << 30)
        return Dataset.objects.create(
            **base_fields(place(owner or alice, visibility), asset_type="dataset", name=name),
            blob=blob.key,
            columns=table.columns,
            row_count=table.row_count,
            size=blob.size,
            sha256=blob.sha256,
            table_name="penguins",
            **fields,
        )

    return make


@functools.cache
def parquet_of(csv: str):
    import io

    from ouro_web.assets import blobs
    from ouro_web.datasets import tables

    table = tables.from_csv(io.BytesIO(csv.encode()))
    return Path(blobs.local_path(table.key)).read_bytes(), table
