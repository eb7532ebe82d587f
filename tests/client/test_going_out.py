"""The worker carries out of the house what people are told: calls of webhooks, and mail."""

import json
import queue
import time

from ouro.events import parse_webhook_event, verify_webhook_signature
from werkzeug import Response

PATIENCE = 60

SET_UP = """
from ouro_web.accounts.models import User
from ouro_web.notifications import choices, hooking
alice = User.objects.get(pk="{alice}")
choices.choose(alice, {{"comment": choices.Choice(mail="now")}})
webhook, result = hooking.create(alice, url="{url}", events=["comment"])
"""


def test_a_comment_reaches_a_webhook_and_a_mailbox(
    client_for, site, alice, bob, lab, alloys, unique, httpserver
):
    got: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def take(request):
        got.put((request.headers["X-Ouro-Signature"], request.get_data()))
        return Response(status=204)

    httpserver.expect_request("/hook").respond_with_handler(take)
    url = httpserver.url_for("/hook").replace("localhost", "127.0.0.1")
    secret = site.python(SET_UP.format(alice=alice.id, url=url))
    name = unique("Going out")
    post = client_for(alice).posts.create(
        name=name, content_markdown=f"# {name}\n\nWords", org_id=lab.id, team_id=alloys.id
    )
    said = client_for(bob).comments.create("Well done!", parent_id=str(post.id))
    signature, body = got.get(timeout=PATIENCE)
    assert verify_webhook_signature(body, signature, secret)
    event = parse_webhook_event(json.loads(body))
    assert (event.event_type, event.sender_username) == ("comment", "bob")
    assert event.data["comment_id"] == str(said.id)
    until = time.monotonic() + PATIENCE
    while f"Subject: Ouro Web: Bob commented on {name}" not in site.log():
        assert time.monotonic() < until, site.log()[-2000:]
        time.sleep(0.1)
