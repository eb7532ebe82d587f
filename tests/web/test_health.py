from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from ouro_web.web import condition

pytestmark = pytest.mark.django_db


def test_a_running_site_is_alive(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readiness_names_its_parts_and_not_their_errors(client):
    answer = client.get("/readyz")
    assert set(answer.json()) == {"status", "database", "queue", "worker", "disk"}
    assert answer.json()["database"] == "ok"


def test_a_site_without_a_worker_is_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "failing"


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client, address):
    assert client.post(address).status_code == 405


@override_settings(DEBUG=True, HOST="0.0.0.0")
def test_debug_at_a_public_address_is_a_problem():
    assert condition.debug().problem


@override_settings(HOST="0.0.0.0", PUBLIC_URL="http://ouro.example")
def test_a_public_address_without_encryption_is_a_problem():
    assert "https://" in condition.public_address().mend


@override_settings(SECRET_KEY="short")
def test_a_short_secret_key_is_a_problem():
    assert condition.secret_key().problem


def test_a_key_file_that_others_may_read_is_a_problem(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    path = tmp_path / "secret_key"
    path.touch(0o644)
    assert str(path) in condition.secret_key().mend


def test_a_missing_data_folder_is_a_problem(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"
    assert condition.data_folder().problem


def test_the_doctor_says_what_to_do_and_fails(settings):
    settings.DEBUG, settings.HOST = True, "0.0.0.0"
    out = StringIO()
    with pytest.raises(CommandError, match="to mend"):
        call_command("doctor", stdout=out)
    assert "Unset OURO_DEBUG." in out.getvalue()
    assert "database: ok" in out.getvalue()
