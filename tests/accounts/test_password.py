"""A forgotten password."""

import re

import pytest

pytestmark = pytest.mark.django_db
PAGE = "/accounts/password/reset/"


def test_a_link_lets_its_reader_choose_another_password(client, make_user, mailoutbox):
    make_user("ada")
    assert b"manage.py changepassword" in client.get(PAGE).content
    done = client.post(PAGE, {"email": "ada@example.org"}, follow=True)
    assert b"Look into your mail" in done.content
    (mail,) = mailoutbox
    [link] = re.findall(r"https?://[^/\s]+(\S+)", mail.body)
    form = client.get(link, follow=True)
    chosen = {"password1": "another long one", "password2": "another long one"}
    client.post(form.redirect_chain[-1][0], chosen)
    assert client.login(username="ada", password="another long one")


def test_the_page_does_not_tell_who_has_an_account(client, mailoutbox):
    done = client.post(PAGE, {"email": "nobody@example.org"}, follow=True)
    assert b"Look into your mail" in done.content
    assert "nobody@example.org" in mailoutbox[0].to


def test_what_is_no_address_is_told_at_its_field(client):
    page = client.post(PAGE, {"email": "nonsense"})
    assert b"valid email" in page.content
    assert b'value="nonsense"' in page.content
