import pytest

from ouro_web.comments import talk
from ouro_web.comments.models import Comment
from ouro_web.posts import publish


@pytest.fixture
def post(place, alice):
    return publish.create(place(alice), name="Notes", text="Text.")


def thread(post) -> str:
    return f"/comments/on/{post.pk}"


def test_a_reader_comments_and_lands_at_the_comment(signed_in, post, rita):
    answer = signed_in(rita).post(thread(post), {"text": "Same *cell*?"})
    comment = Comment.objects.get()
    assert answer.url == f"{post.get_absolute_url()}#comment-{comment.pk}"
    body = signed_in(rita).get(post.get_absolute_url()).content.decode()
    assert f'id="comment-{comment.pk}"' in body
    assert "<em>cell</em>" in body
    assert 'Comments <span class="faint">1</span>' in body


def test_with_htmx_the_thread_comes_back(signed_in, post, rita):
    answer = signed_in(rita).post(thread(post), {"text": "Hello"}, headers={"HX-Request": "true"})
    assert '<section class="comments"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_refused_comment_keeps_its_words(signed_in, post, rita, headers):
    text = "word " * 4_100
    answer = signed_in(rita).post(thread(post), {"text": text}, headers=headers)
    assert answer.status_code == 422
    assert "word word" in answer.content.decode()
    assert not Comment.objects.exists()


def test_without_comments_the_page_says_so(signed_in, post, rita):
    assert "No comments yet." in signed_in(rita).get(post.get_absolute_url()).content.decode()


def test_strangers_see_and_say_nothing(client, signed_in, post, alice, carol):
    comment = talk.add(post, author=alice, text="Inside")
    for who in (client, signed_in(carol)):
        assert who.get(thread(post)).status_code == 404
        assert who.post(thread(post), {"text": "x"}).status_code == 404
    for end in ("", "/reply", "/edit", "/delete"):
        assert signed_in(carol).get(f"/comments/{comment.pk}{end}").status_code == 404


def test_replies_stand_under_their_comment(signed_in, post, alice, rita):
    first = talk.add(post, author=alice, text="First")
    answer = signed_in(rita).post(f"/comments/{first.pk}/reply", {"text": "Second"})
    assert answer.status_code == 302
    assert Comment.objects.get(parent=first).text == "Second"


def test_only_the_author_edits_and_deletes(signed_in, post, alice, rita):
    comment = talk.add(post, author=rita, text="Mine")
    for end in ("/edit", "/delete"):
        assert signed_in(alice).get(f"/comments/{comment.pk}{end}").status_code == 403
        assert (
            signed_in(alice).post(f"/comments/{comment.pk}{end}", {"text": "x"}).status_code == 403
        )
        assert signed_in(rita).get(f"/comments/{comment.pk}{end}").status_code == 200
    signed_in(rita).post(f"/comments/{comment.pk}/edit", {"text": "Better"})
    comment.refresh_from_db()
    assert comment.text == "Better"
    signed_in(rita).post(f"/comments/{comment.pk}/delete")
    assert not Comment.objects.exists()


def test_an_empty_edit_is_refused(signed_in, post, rita):
    comment = talk.add(post, author=rita, text="Mine")
    assert signed_in(rita).post(f"/comments/{comment.pk}/edit", {"text": " "}).status_code == 422


def test_the_permalink_leads_to_the_place(signed_in, post, rita):
    comment = talk.add(post, author=rita, text="Mine")
    answer = signed_in(rita).get(f"/comments/{comment.pk}")
    assert answer.url == f"{post.get_absolute_url()}#comment-{comment.pk}"


def test_a_signed_out_reader_is_led_to_the_sign_in(client, place, alice):
    post = publish.create(place(alice, "public"), name="Open", text="")
    assert "Sign in</a> to comment" in client.get(post.get_absolute_url()).content.decode()
    assert client.post(thread(post), {"text": "x"}).status_code == 403


def test_a_private_asset_in_a_comment_leaks_nothing(signed_in, post, alice, rita, make_asset):
    secret = make_asset("Canary", visibility="private")
    talk.add(post, author=alice, text=f"[](post:{secret.pk}) and <script>alert(1)</script>")
    body = signed_in(rita).get(post.get_absolute_url()).content.decode()
    assert "Canary" not in body
    assert "<script>alert" not in body


def test_the_thread_takes_the_same_queries_however_long(
    signed_in, post, alice, rita, django_assert_max_num_queries
):
    first = talk.add(post, author=alice, text=f"@rita [a](post:{post.pk})")
    for _ in range(5):
        talk.add(post, author=rita, text="@alice", reply_to=first)
    client = signed_in(rita)
    with django_assert_max_num_queries(8):
        client.get(thread(post))


def test_a_reaction_is_given_and_taken_back(signed_in, post, rita, alice):
    comment = talk.add(post.asset, author=alice, text="Look.")
    url = f"/comments/{comment.pk}/react"
    reader = signed_in(rita)
    assert reader.post(url, {"kind": "thanks"}).url.endswith(f"#comment-{comment.pk}")
    body = reader.get(thread(post)).content.decode()
    assert 'value="thanks" aria-pressed="true">Thanks <b>1</b>' in body
    reader.post(url, {"kind": "thanks"})
    assert not comment.reactions.exists()
    reader.post(url, {"kind": "<b>"})
    assert not comment.reactions.exists()


def test_who_does_not_see_a_comment_cannot_react(signed_in, post, carol, alice):
    comment = talk.add(post.asset, author=alice, text="Look.")
    answer = signed_in(carol).post(f"/comments/{comment.pk}/react", {"kind": "thanks"})
    assert answer.status_code == 404
    assert not comment.reactions.exists()
