"""Writing before readers see it.

A post that was never published is a private asset whose own text is the draft. Changes to a
published post are kept beside its text until they are published.
"""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import AssetType
from ouro_web.assets.placement import Placement, base_fields, free_address
from ouro_web.lib.slugs import slugify
from ouro_web.lib.storable import storable
from ouro_web.posts import publish as publishing
from ouro_web.posts.models import Post, PostRevision, PostState


@transaction.atomic
def start(placement: Placement, *, name: str, text: str) -> Post:
    """A draft that only its author sees; the placement says where publishing will put it."""
    text = storable(text)
    name = publishing.checked_name(name, text)
    rendered = publishing.render(text, name)
    fields = base_fields(placement, asset_type=AssetType.POST, name=name)
    return Post.objects.create(
        **{**fields, "visibility": Visibility.PRIVATE},
        text=text,
        rendered=rendered.as_json(),
        state=PostState.DRAFT,
        intended_visibility=placement.visibility,
    )


def save(post: Post, *, name: str, text: str) -> Post:
    """Keeps what was typed. Addresses and readers' pages stay as they are.

    Raises ValidationError keyed by name or text.
    """
    text = storable(text)
    name = publishing.checked_name(name, text)
    rendered = publishing.render(text, name)
    if post.is_draft:
        post.name, post.text, post.rendered = name, text, rendered.as_json()
    elif (name, text) == (post.name, post.text):
        publishing.forget_draft(post)
    else:
        post.draft_name, post.draft_text, post.draft_saved_at = name, text, timezone.now()
    post.save()
    return post


def discard(post: Post) -> None:
    """Throws the unpublished changes of a published post away."""
    publishing.forget_draft(post)
    post.save(update_fields=["draft_name", "draft_text", "draft_saved_at"])


def publish(post: Post, *, by: User, visibility: str, description: str) -> Post:
    """Shows the draft to readers, under a visibility the author chose."""
    offered = {Visibility.PUBLIC, Visibility.ORGANIZATION, Visibility.PRIVATE}
    if visibility not in {*offered, visibility_of(post)}:
        raise ValidationError({"visibility": "Choose public, organization or private."})
    if visibility == Visibility.ORGANIZATION and post.organization.is_global:
        visibility = Visibility.PUBLIC
    with transaction.atomic():
        if post.is_draft:
            _first_time(post)
        post.visibility = post.intended_visibility = visibility
        return publishing.update(
            post,
            by=by,
            name=current_name(post),
            text=current_text(post),
            description=description,
        )


def visibility_of(post: Post) -> str:
    """What it has, or will have once it is published."""
    return post.intended_visibility if post.is_draft else post.visibility


def _first_time(post: Post) -> None:
    """The address follows the name a draft ended up with; nobody has linked to it yet."""
    if not post.slug.startswith(slugify(post.name, fallback=AssetType.POST)):
        post.slug = free_address(AssetType.POST, post.namespace, post.name)
    post.state, post.published_at = PostState.PUBLISHED, timezone.now()


def restore(post: Post, revision: PostRevision) -> Post:
    """An older revision as the draft, to be looked at before it is published."""
    return save(post, name=revision.name, text=revision.text)


def stamp(post: Post) -> str:
    """Tells states of the draft apart, so that no writer overwrites another unknowingly."""
    words = f"{current_name(post)}\0{current_text(post)}"
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def current_name(post: Post) -> str:
    return post.draft_name if post.has_changes else post.name


def current_text(post: Post) -> str:
    return post.draft_text if post.has_changes else post.text
