import pytest
from django.core.exceptions import ValidationError

from ouro_web.assets.models import Asset, Connection
from ouro_web.assets.placement import Placement
from ouro_web.lib.markdown import Rendered
from ouro_web.posts import drafts, publish
from ouro_web.posts.models import Post


@pytest.fixture
def post(place, alice):
    return publish.create(place(alice, "public"), name="Notes", text="Some *text*.")


def test_a_created_post_is_published_with_a_first_revision(post):
    assert (post.state, post.visibility, post.slug) == ("published", "public", "notes")
    assert [r.number for r in post.revisions.all()] == [1]
    assert "<em>text</em>" in str(Rendered.from_json(post.rendered).parts)


def test_without_a_name_a_post_takes_its_first_heading(place, alice):
    post = publish.create(place(alice), name=" ", text="# Vacancies in Ni3Al\n\nText.")
    assert post.name == "Vacancies in Ni3Al"
    assert "<h1" not in str(post.rendered)


def test_an_update_renames_and_keeps_a_revision(post, alice):
    publish.update(post, by=alice, name="Better notes", text="New.")
    fresh = Post.objects.get(pk=post.pk)
    assert (fresh.name, fresh.slug, fresh.text) == ("Better notes", "better-notes", "New.")
    assert [r.number for r in fresh.revisions.all()] == [2, 1]


def test_an_update_without_a_change_keeps_no_revision(post, alice):
    publish.update(post, by=alice, text=post.text)
    assert post.revisions.count() == 1


def test_a_text_that_is_too_long_is_refused_and_nothing_is_made(place, alice):
    with pytest.raises(ValidationError) as refused:
        publish.create(place(alice), name="Long", text="x" * 200_001)
    assert list(refused.value.message_dict) == ["text"]
    assert not Post.objects.exists()


def test_a_name_that_is_too_long_is_refused(place, alice):
    with pytest.raises(ValidationError) as refused:
        publish.create(place(alice), name="x" * 256, text="")
    assert list(refused.value.message_dict) == ["name"]


def test_links_and_embeds_become_connections(place, alice, make_asset):
    linked, embedded = make_asset("Linked"), make_asset("Embedded")
    named = make_asset("Named")
    fence = f'```assetComponent\n{{"id": "{embedded.pk}", "assetType": "post"}}\n```'
    text = f"[a](post:{linked.pk}) [b]({named.get_absolute_url()})\n\n{fence}"
    post = publish.create(place(alice), name="Notes", text=text)
    found = Connection.objects.filter(source=post).values_list("kind", "target__name")
    assert set(found) == {("link", "Linked"), ("link", "Named"), ("component", "Embedded")}
    publish.update(post, by=alice, text="Nothing.")
    assert not Connection.objects.filter(source=post).exists()


def test_what_the_owner_may_not_see_is_not_connected(place, alice, carol, make_asset):
    secret = make_asset("Secret", owner=carol, visibility="private")
    post = publish.create(place(alice), name="Notes", text=f"[a](post:{secret.pk})")
    assert not Connection.objects.filter(source=post).exists()


def test_a_draft_is_private_until_it_is_published(place, alice, carol):
    draft = drafts.start(place(alice, "public"), name="Draft", text="One.")
    assert not Asset.objects.visible_to(carol).filter(pk=draft.pk).exists()
    drafts.save(draft, name="A better name", text="Two.")
    drafts.publish(draft, by=alice, visibility="public", description="In short.")
    seen = Post.objects.get(pk=draft.pk)
    assert Asset.objects.visible_to(carol).filter(pk=draft.pk).exists()
    assert (seen.slug, seen.text, seen.description) == ("a-better-name", "Two.", "In short.")
    assert seen.revisions.count() == 1


def test_changes_to_a_published_post_wait_until_they_are_published(post, alice):
    drafts.save(post, name="Notes", text="Changed.")
    assert (post.text, drafts.current_text(post)) == ("Some *text*.", "Changed.")
    drafts.publish(post, by=alice, visibility="public", description="")
    assert (post.text, post.has_changes) == ("Changed.", False)


def test_changes_can_be_thrown_away(post):
    drafts.save(post, name="Notes", text="Changed.")
    drafts.discard(post)
    assert drafts.current_text(Post.objects.get(pk=post.pk)) == "Some *text*."


def test_saving_what_readers_see_already_leaves_no_draft(post):
    drafts.save(post, name="Notes", text="Changed.")
    drafts.save(post, name="Notes", text="Some *text*.")
    assert not post.has_changes


def test_a_revision_is_restored_as_a_draft(post, alice):
    publish.update(post, by=alice, text="Second.")
    drafts.restore(post, post.revisions.get(number=1))
    assert (post.text, drafts.current_text(post)) == ("Second.", "Some *text*.")


def test_organization_means_everybody_where_everybody_is_a_member(alice):
    post = drafts.start(Placement.for_person(alice), name="Notes", text="")
    drafts.publish(post, by=alice, visibility="organization", description="")
    assert post.visibility == "public"
