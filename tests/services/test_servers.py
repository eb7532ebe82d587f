"""Operations that live at servers of their own: where they are called, and with what."""

import pytest

from ouro_web.services import importing, servers
from ouro_web.services.importing import Facts
from ouro_web.services.servers import BARE, BASE, SIGNED, Target

pytestmark = pytest.mark.django_db
BASE_URL, UPLOADS = "https://api.example/v1", "https://uploads.example/v2"


@pytest.fixture
def service(make_service):
    return make_service(base_url=BASE_URL)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([], Target(BASE_URL)),
        (["https://api.example/v2/"], Target("https://api.example/v2")),
        (["/v2"], Target("https://api.example/v2")),
        ([UPLOADS], Target(BASE_URL)),
        (["https://{where}.example", "/v3"], Target("https://api.example/v3")),
        (["ftp://api.example"], Target(BASE_URL)),
        (["http://api.example/v2"], Target(BASE_URL)),
        (["https://api.example:8443/v2"], Target(BASE_URL)),
        (["http://127.0.0.1/v2"], Target(BASE_URL)),
    ],
)
def test_only_the_host_of_the_base_url_is_called_without_asking(service, named, expected):
    assert servers.target(service, {"servers": named}) == expected


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [(BARE, Target(UPLOADS, False)), (SIGNED, Target(UPLOADS)), ("x", Target(BASE_URL))],
)
def test_another_host_is_called_as_it_was_agreed(service, agreed, expected):
    service.servers = {UPLOADS: agreed}

    assert servers.target(service, {"servers": [UPLOADS]}) == expected


def test_a_secret_for_another_base_url_is_not_sent_elsewhere_too(service):
    facts = Facts(name=service.name, base_url=BASE_URL, servers={UPLOADS: SIGNED, BASE_URL: BASE})
    importing.change(service, facts)
    assert service.servers == {UPLOADS: SIGNED}

    importing.change(service, Facts(name=service.name, base_url="https://other.example"))
    assert service.servers == {UPLOADS: BARE}
