import pytest
from django.core.exceptions import ValidationError

from ouro_web.comments import talk
from ouro_web.comments.models import Comment


@pytest.fixture
def asset(make_asset):
    return make_asset("Data")


def test_a_comment_is_rendered_on_save(asset, bob):
    comment = talk.add(asset, author=bob, text=" Is it\r\n*relaxed*? ")
    assert comment.text == "Is it\n*relaxed*?"
    assert "<em>relaxed</em>" in comment.rendered["parts"][0]


def test_a_reply_to_a_reply_stands_on_the_same_level(asset, alice, bob):
    first = talk.add(asset, author=bob, text="First")
    second = talk.add(asset, author=alice, text="Second", reply_to=first)
    third = talk.add(asset, author=bob, text="Third", reply_to=second)
    assert (third.parent, third.reply_to) == (first, second)


def test_a_reply_belongs_to_the_asset_of_its_comment(asset, make_asset, bob):
    first = talk.add(asset, author=bob, text="First")
    with pytest.raises(ValidationError):
        talk.add(make_asset("Other"), author=bob, text="Second", reply_to=first)


def test_an_edited_comment_says_so(asset, bob):
    comment = talk.add(asset, author=bob, text="First")
    talk.edit(comment, text="Better")
    assert (comment.text, comment.edited_at is not None) == ("Better", True)


def test_replies_go_with_their_comment(asset, alice, bob):
    first = talk.add(asset, author=bob, text="First")
    talk.add(asset, author=alice, text="Second", reply_to=first)
    assert talk.remove(first) == 2
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 20_001])
def test_empty_and_endless_comments_are_refused(asset, bob, text):
    with pytest.raises(ValidationError) as refused:
        talk.add(asset, author=bob, text=text)
    assert list(refused.value.message_dict) == ["text"]


def test_notes_in_two_comments_have_different_ids(asset, bob):
    text = "a[^1]\n\n[^1]: b"
    one, two = (talk.add(asset, author=bob, text=text).rendered["parts"][0] for _ in range(2))
    assert one != two
