import socket

import pytest

from ouro_web.web import demo_service, ports


@pytest.fixture
def taken():
    """A port that something else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_not_free(taken):
    assert not ports.is_free("127.0.0.1", taken)


def test_the_next_free_port_is_taken_instead(taken):
    assert taken < ports.first_free("127.0.0.1", taken) < taken + ports.SPAN


def test_a_reserved_port_is_left_alone(taken):
    first = ports.first_free("127.0.0.1", taken)
    assert ports.first_free("127.0.0.1", taken, but_not={first}) != first


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "localhost", "::1", "[::1]"])
def test_loopback_is_known(host):
    assert ports.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "ouro.example"])
def test_other_addresses_are_not_loopback(host):
    assert not ports.is_loopback(host)


def test_the_demo_service_keeps_its_port(tmp_path, taken):
    chosen = demo_service.choose(tmp_path, taken)
    assert demo_service.remembered(tmp_path) == chosen
    demo_service.note_loaded(tmp_path)
    again = demo_service.remembered(tmp_path)
    assert again == demo_service.DemoService(chosen.port, is_loaded=True)


def test_a_folder_without_a_demo_remembers_none(tmp_path):
    assert demo_service.remembered(tmp_path) is None


def test_the_demo_allows_only_its_own_private_address(monkeypatch):
    monkeypatch.setenv("OURO_ALLOWED_PRIVATE_HOSTS", "10.0.0.5")
    allowed = demo_service.DemoService(8001).environment()["OURO_ALLOWED_PRIVATE_HOSTS"]
    assert allowed == "10.0.0.5,127.0.0.1:8001"
