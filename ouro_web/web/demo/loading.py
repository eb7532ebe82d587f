"""The whole demo, step by step; each step says what it does and leaves alone what is there."""

from urllib.parse import urlsplit

from django.conf import settings

from ouro_web.web import ports
from ouro_web.web.demo import chat, people, quest, runs, samples, service, words
from ouro_web.web.demo.runs import Say


class DemoRefusedError(Exception):
    """The text says why the demo is not for this site."""


def load(service_url: str, say: Say) -> None:
    """Needs the site, its worker and the materials service at `service_url` to be running."""
    refuse_a_public_site()
    cast = people.make()
    files = samples.make(cast)
    routes = service.make(cast, service_url)
    made = runs.make(cast, routes, files, say)
    report = words.make(cast, routes, files, made)
    chat.make(cast, report, files)
    quest.make(cast, files)
    say("The demo is loaded.")
    for line in sign_ins():
        say(line)


def refuse_a_public_site() -> None:
    """Its people have a password that everybody knows."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not (ports.is_loopback(settings.HOST) and ports.is_loopback(host)):
        raise DemoRefusedError(
            "The demo's people have a known password, so it is loaded only into a site that"
            " nobody else can reach: HOST and PUBLIC_URL must be loopback addresses."
        )


def sign_ins() -> list[str]:
    names = ", ".join(person.username for person in people.PEOPLE)
    return [f"Sign in as one of {names} with the password {people.PASSWORD}"]
