"""Saving what readers see: rendered once, kept as a revision, with its references recorded."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import AssetType
from ouro_web.assets.placement import Placement, base_fields, rename
from ouro_web.lib import markdown
from ouro_web.lib.markdown import Rendered
from ouro_web.lib.storable import storable
from ouro_web.posts.models import Post, PostRevision, PostState
from ouro_web.posts.references import record
from ouro_web.posts.telling import tell

LONGEST_NAME = 255
_FIRST_HEADING = re.compile(r"\A\s*#{1,2}[ \t]+(.+)")


def create(
    placement: Placement, *, name: str, text: str, description: str = "", **columns: Any
) -> Post:
    """A published post. Without a name it takes its first heading. `columns` are further ones of
    every asset: license, attribution.

    Raises ValidationError keyed by name or text.
    """
    text = storable(text)
    name = checked_name(name, text)
    rendered = render(text, name)
    with transaction.atomic():
        post = Post.objects.create(
            **base_fields(placement, asset_type=AssetType.POST, name=name),
            description=description,
            **columns,
            text=text,
            rendered=rendered.as_json(),
            state=PostState.PUBLISHED,
            intended_visibility=placement.visibility,
            published_at=timezone.now(),
        )
        keep_revision(post, by=placement.owner)
        record(post, rendered.references)
        placement.made(post)
        tell(post, rendered.references, by=placement.owner)
    return post


def update(
    post: Post,
    *,
    by: User,
    name: str | None = None,
    text: str | None = None,
    description: str | None = None,
) -> Post:
    """New content for readers at once. What is None stays; a pending draft is done with."""
    text = post.text if text is None else storable(text)
    name = checked_name(post.name if name is None else name, text)
    rendered = render(text, name)
    with transaction.atomic():
        rename(post, name)
        post.text, post.rendered = text, rendered.as_json()
        post.description = post.description if description is None else description
        forget_draft(post)
        post.save()
        keep_revision(post, by=by)
        record(post, rendered.references)
        tell(post, rendered.references, by=by)
    return post


def render(text: str, name: str) -> Rendered:
    return markdown.render(text, title=name, site_url=settings.PUBLIC_URL)


def checked_name(name: str, text: str) -> str:
    name = storable(name).strip() or first_heading(text) or "Untitled"
    if len(name) > LONGEST_NAME:
        raise ValidationError({"name": f"Use at most {LONGEST_NAME} characters."})
    return name


def first_heading(text: str) -> str:
    found = _FIRST_HEADING.match(text)
    return found[1].strip(" #\t\r")[:LONGEST_NAME] if found else ""


def keep_revision(post: Post, *, by: User) -> None:
    last = post.revisions.first()
    if last and (last.name, last.text) == (post.name, post.text):
        return
    highest = post.revisions.aggregate(highest=Max("number"))["highest"] or 0
    PostRevision.objects.create(
        post=post, number=highest + 1, name=post.name, text=post.text, saved_by=by
    )


def forget_draft(post: Post) -> None:
    post.draft_name, post.draft_text, post.draft_saved_at = "", "", None
