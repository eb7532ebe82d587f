"""Who hears of a comment: those it names, those it answers, and the owner of what it is about.

Nobody hears twice of the same one.
"""

from uuid import UUID

from ouro_web.assets.models import Asset
from ouro_web.comments.models import Comment
from ouro_web.lib.markdown import Rendered
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import mentioned, notify


def tell(comment: Comment, asset: Asset) -> None:
    """Of a new comment."""
    by, told = comment.author, tell_mentioned(comment, asset)
    excerpt = Rendered.from_json(comment.rendered).words
    answered = [each.author for each in (comment.reply_to, comment.parent) if each]
    news = [(person, Kind.REPLY, "replied to you on") for person in answered]
    news.append((asset.owner, Kind.COMMENT, "commented on"))
    for person, kind, verb in news:
        if person.pk in told or not Asset.objects.readable_by(person).filter(pk=asset.pk).exists():
            continue
        told.add(person.pk)
        text = f"{by.display_name} {verb} {asset.name}."
        notify(person, kind, text, by=by, asset=asset, comment_id=comment.pk, excerpt=excerpt)


def tell_mentioned(comment: Comment, asset: Asset) -> set[UUID]:
    """Of a new one or one that was edited. Returns the ids of those who know."""
    rendered = Rendered.from_json(comment.rendered)
    text = f"{comment.author.display_name} mentioned you on {asset.name}."
    return mentioned(
        rendered.references.mentions, text, by=comment.author, asset=asset, comment_id=comment.pk,
        excerpt=rendered.words,
    )  # fmt: skip
