"""Saying, changing and taking back a remark. There is one level of replies."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.comments import telling
from ouro_web.comments.models import Comment, Reaction
from ouro_web.lib import markdown
from ouro_web.lib.storable import storable
from ouro_web.notifications.notify import forget_comments

LONGEST = 20_000


def add(asset: Asset, *, author: User, text: str, reply_to: Comment | None = None) -> Comment:
    """A comment on the asset, or a reply; a reply to a reply stands on the same level.

    Raises ValidationError keyed by text.
    """
    comment = Comment(asset_id=asset.pk, author=author, reply_to=reply_to)
    if reply_to is not None:
        if reply_to.asset_id != asset.pk:
            raise ValidationError({"text": "That comment is about something else."})
        comment.parent = reply_to.parent or reply_to
    _write(comment, text)
    with transaction.atomic():
        comment.save()
        telling.tell(comment, asset)
    return comment


def edit(comment: Comment, *, text: str) -> Comment:
    _write(comment, text)
    comment.edited_at = timezone.now()
    with transaction.atomic():
        comment.save()
        telling.tell_mentioned(comment, comment.asset)
    return comment


@transaction.atomic
def react(comment: Comment, *, person: User, kind: str) -> bool:
    """Says it, or takes it back. Returns whether it stands now."""
    if kind not in Reaction.Kind.values:
        raise ValidationError({"kind": "There is no such reaction."})
    given, is_new = Reaction.objects.get_or_create(comment=comment, person=person, kind=kind)
    if not is_new:
        given.delete()
    return is_new


def remove(comment: Comment) -> int:
    """Takes the replies along. Returns how many comments went."""
    forget_comments([comment.pk, *comment.replies.values_list("pk", flat=True)])
    return comment.delete()[1].get("comments.Comment", 0)


def _write(comment: Comment, text: str) -> None:
    text = storable(text).replace("\r\n", "\n").strip()  # as browsers send lines
    if not text:
        raise ValidationError({"text": "Write something first."})
    if len(text) > LONGEST:
        raise ValidationError({
            "text": f"This comment has {len(text):,} characters and {LONGEST:,} fit. "
            "Write a post and link to it."
        })  # fmt: skip
    # Ids of footnotes and headings must not repeat on a page with many comments.
    prefix = f"c{comment.pk.hex[-8:]}"
    rendered = markdown.render(text, prefix=prefix, site_url=settings.PUBLIC_URL)
    comment.text, comment.rendered = text, rendered.as_json()
