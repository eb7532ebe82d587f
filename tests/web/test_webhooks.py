"""Webhooks on pages."""

import pytest

from ouro_web.notifications import hooking, sending
from ouro_web.notifications.webhooks import Attempt, Delivery, Webhook


@pytest.fixture(autouse=True)
def _near(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def test_one_is_made_tried_changed_and_deleted(browser, alice, httpserver):
    httpserver.expect_request("/hook").respond_with_data("thanks")
    url = httpserver.url_for("/hook")
    forms = browser.get("/settings/webhooks").content.decode().split("<form")
    assert all("csrfmiddlewaretoken" in each for each in forms if 'method="post"' in each)
    wrong = browser.post("/settings/webhooks", {"url": "http://10.0.0.1/", "events": ["comment"]})
    assert wrong.status_code == 422
    assert "http://10.0.0.1/" in wrong.content.decode()
    shown = browser.post("/settings/webhooks", {"url": url, "events": ["comment"]}).content.decode()
    assert "whsec_" in shown
    webhook = Webhook.objects.get()
    assert "whsec_" not in browser.get("/settings/webhooks").content.decode()
    page = webhook.get_absolute_url()
    made = browser.post(f"{page}/do", {"what": "test"})
    assert "The worker sends it in a moment" in browser.get(made["Location"]).content.decode()
    sending.send_due()
    assert "thanks" in browser.get(made["Location"]).content.decode()
    assert "Delivered" in browser.get(page).content.decode()
    browser.post(made["Location"])
    sending.send_due()
    assert Attempt.objects.count() == 2
    assert "whsec_" in browser.post(f"{page}/do", {"what": "secret"}).content.decode()
    assert browser.post(page, {"url": "nonsense"}).status_code == 422
    assert browser.post(page, {"url": url, "events": ["mention"]}).status_code == 302
    assert Webhook.objects.get().events == ["mention"]
    browser.post(f"{page}/do", {"what": "off"})
    assert "Switched off by hand." in browser.get(page).content.decode()
    browser.post(f"{page}/do", {"what": "on"})
    assert Webhook.objects.active().exists()
    assert browser.post(f"{page}/do", {"what": "delete"})["Location"] == "/settings/webhooks"
    assert not Delivery.objects.exists()


def test_those_of_an_organization_are_its_admins(browser, client, alice, bob, carol, lab):
    page = f"/organizations/{lab.name}/webhooks"
    shown = browser.post(page, {"url": "http://127.0.0.1:9/", "events": ["comment"]})
    assert "whsec_" in shown.content.decode()
    webhook = Webhook.objects.get(organization=lab)
    assert client.get(webhook.get_absolute_url()).status_code == 200
    client.force_login(bob)
    assert client.get(page).status_code == 403
    assert client.get(webhook.get_absolute_url()).status_code == 404
    client.force_login(carol)
    assert client.get(page).status_code == 404
    assert client.get(webhook.get_absolute_url()).status_code == 404


def test_a_stranger_finds_no_delivery(client, alice, carol):
    webhook, _ = hooking.create(alice, url="http://127.0.0.1:9/", events=[])
    row = hooking.test(webhook)
    client.force_login(carol)
    path = f"{webhook.get_absolute_url()}/deliveries/{row.pk}"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.post(f"{webhook.get_absolute_url()}/do", {"what": "delete"}).status_code == 404
