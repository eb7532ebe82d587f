"""Who hears of a published post: those it names, and the owners of what it shows. Each once for a
post, however often it is saved."""

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, Connection
from ouro_web.lib.markdown import References
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.notify import MOST_MENTIONED, mentioned, notify
from ouro_web.posts.models import Post


def tell(post: Post, references: References, *, by: User) -> None:
    text = f"{by.display_name} mentioned you in {post.name}."
    told = mentioned(references.mentions, text, by=by, asset=post)
    known = Notification.objects.filter(asset=post.pk, kind=Kind.REFERENCE).values("user")
    shown = Connection.objects.filter(source=post.pk).values("target__owner")
    owners = User.objects.filter(pk__in=shown, is_active=True).exclude(pk__in=known)
    for owner in owners.exclude(pk__in=[by.pk, *told]).order_by("pk")[:MOST_MENTIONED]:
        if Asset.objects.readable_by(owner).filter(pk=post.pk).exists():
            text = f"{by.display_name} refers to something of yours in {post.name}."
            notify(owner, Kind.REFERENCE, text, by=by, asset=post)
