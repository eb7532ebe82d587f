"""Words for rendered text: descriptions, and the comments under an asset."""

from typing import Any

from django import template
from django.db.models import Exists, OuterRef, UUIDField
from django.utils.safestring import SafeString

from ouro_web.assets.models import Asset, Connection
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot
from ouro_web.lib.markdown import in_words
from ouro_web.web import prose
from ouro_web.web.thread import thread_context

register = template.Library()
register.filter("in_words", in_words)
LINKING = 20
_linking = kept.Rows(
    lambda: Connection.objects.filter(target=Slot("pk", UUIDField())).values_list("pk")[:1]
)


@register.filter
def markdown(text: str) -> SafeString:
    """A description in markdown. Put it into an element of class prose with hx-disable."""
    return prose.description(text)


@register.filter
def inline_markdown(text: str) -> SafeString:
    """The description of one field: emphasis, code, links and formulas, all in one line."""
    return prose.line(text)


@register.simple_tag(takes_context=True)
def linked_from(context: dict[str, Any], asset: Any) -> list[Asset]:
    """The posts that link to an asset or show it, as far as the reader may see them; `shows` tells
    which of the two."""
    if not _linking.all(pk=asset.pk):
        return []
    links = Connection.objects.filter(target=asset.pk)
    embed = links.filter(source=OuterRef("pk"), kind=Connection.Kind.COMPONENT)
    rows = Asset.objects.readable_by(context["request"].user).filter(pk__in=links.values("source"))
    rows = rows.exclude(as_post__state="draft").annotate(shows=Exists(embed))
    return list(rows.order_by("-pk")[:LINKING])


@register.inclusion_tag("comments/_thread.html", takes_context=True)
def comments(context: dict[str, Any], asset: Any) -> dict[str, Any]:
    """The comments on an asset whose content the reader may see, and the form to add one."""
    request = context["request"]
    return {
        **thread_context(asset, request.user),
        "request": request,
        "csrf_token": context.get("csrf_token", ""),
    }
