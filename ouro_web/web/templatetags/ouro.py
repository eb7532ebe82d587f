"""The small words of every page: icons, statuses, times, sizes, people."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template import defaulttags
from django.templatetags.static import do_static, static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ouro_web.assets import engagement, marking, search
from ouro_web.assets import tags as asset_tags
from ouro_web.assets.models import AssetTag
from ouro_web.web.settled import settled

register = template.Library()
register.tag("url", settled(defaulttags.url))
register.tag("static", settled(do_static))


def settled_tag[F: Callable[..., str]](tag: F) -> F:
    """A simple tag, settled where all it is given stands in the template."""
    register.simple_tag(tag)
    register.tags[tag.__name__] = settled(register.tags[tag.__name__])
    return tag


TYPE_ICONS = {
    "file": "file",
    "dataset": "table-2",
    "service": "server",
    "route": "route",
    "post": "notebook-text",
    "conversation": "messages-square",
    "quest": "flag",
}
# Status: the class of its colour, its icon, its word.
STATUSES = {
    "queued": ("queued", "circle", "Queued"),
    "in-progress": ("progress", "loader-circle", "In progress"),
    "success": ("success", "circle-check", "Success"),
    "error": ("error", "circle-x", "Error"),
    "timed-out": ("timeout", "clock", "Timed out"),
}
VISIBILITIES = {
    "public": ("globe", "Public"),
    "private": ("lock", "Private"),
    "organization": ("building-2", "Organization"),
    "monetized": ("globe", "Public facts, paid content"),
    "inherit": ("link", "As its parent"),
}


@settled_tag
@lru_cache(maxsize=1000)  # a page has hundreds, of a few dozen kinds
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """One drawing of the sprite. Without a label it is decoration, and hidden from readers."""
    href = f"{static('icons.svg')}#i-{name}"
    css = f"i {css}".rstrip()
    if label:
        shape = '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>'
        return format_html(shape, css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@settled_tag
def asset_icon(asset_or_type: Any, css: str = "", labelled: bool = False) -> SafeString:
    """The icon of an asset, or of the name of a type, in the hue of its type."""
    kind = str(getattr(asset_or_type, "asset_type", asset_or_type))
    name = TYPE_ICONS.get(kind, "box")
    return icon(name, f"t-{kind} {css}".rstrip(), kind.title() if labelled else "")


@register.simple_tag
def status(value: Any, css: str = "") -> SafeString:
    """Icon, word and colour of a run's state; takes an action or the state itself."""
    return _status(str(getattr(value, "status", value)), css)


@lru_cache(maxsize=100)
def _status(value: str, css: str) -> SafeString:
    hue, drawing, word = STATUSES[value]
    shape = '<span class="{}">{}{}</span>'
    return format_html(shape, f"status is-{hue} {css}".rstrip(), icon(drawing), word)


@register.filter
def status_class(value: Any) -> str:
    return f"is-{STATUSES[str(getattr(value, 'status', value))][0]}"


@register.filter
def status_word(value: Any) -> str:
    return STATUSES[str(getattr(value, "status", value))][2]


@register.simple_tag
def tags(asset: Any) -> list[AssetTag]:
    return asset_tags.of(asset)


@register.simple_tag
def seen(asset: Any) -> int:
    return engagement.of(asset).views


@register.simple_tag
def visibility(asset: Any) -> SafeString:
    drawing, word = VISIBILITIES.get(asset.effective_visibility, ("lock", "Private"))
    if asset.visibility == "inherit":
        word = f"{word}, as its {asset.parent.asset_type}" if asset.parent else word
    return format_html("<span>{}{}</span>", icon(drawing), word)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago; the page's script turns it into the reader's zone, exact on hover."""
    return _time(moment, "ago", spoken_ago(moment)) if moment else "–"


@register.simple_tag
def clock(moment: datetime | None) -> SafeString | str:
    """The time of day with seconds, in the reader's zone."""
    return _time(moment, "clock", f"{timezone.localtime(moment):%H:%M:%S}") if moment else "–"


@register.simple_tag
def exact(moment: datetime | None) -> SafeString | str:
    """Date and time in full, in the reader's zone."""
    return _time(moment, "full", _in_full(moment)) if moment else "–"


def _time(moment: datetime, style: str, text: str) -> SafeString:
    shape = '<time datetime="{}" data-time="{}" title="{}">{}</time>'
    return format_html(shape, moment.isoformat(), style, _in_full(moment), text)


def _in_full(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y, %H:%M:%S %Z}"


def spoken_ago(moment: datetime) -> str:
    """Without script: near times in words, far ones as a date."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 45:
        return "now"
    if seconds < 3600:
        return _counted(round(seconds / 60), "minute")
    if seconds < 86_400:
        return _counted(round(seconds / 3600), "hour")
    if seconds < 7 * 86_400:
        return _counted(round(seconds / 86_400), "day")
    return f"{timezone.localtime(moment):%-d %b %Y}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


@register.simple_tag
def duration(value: timedelta | float | None) -> str:
    """A span of time with the precision that helps: 0.43 s, 36.5 s, 6 min 12 s, 2 h 5 min."""
    if value is None:
        return "–"
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


@register.simple_tag(name="bytes")
def size(number: int | None) -> str:
    """Decimal units, as storage is sold and as browsers show them."""
    if number is None:
        return "–"
    if number < 1000:
        return f"{number} B"
    amount = float(number)
    unit = "B"
    for unit in ("kB", "MB", "GB", "TB"):  # noqa: B007 - the last one reached is used below
        amount /= 1000
        if amount < 999.5:
            break
    return f"{amount:.1f} {unit}" if amount < 99.5 else f"{amount:.0f} {unit}"


@register.filter
def spaced(number: int) -> str:
    """Thousands apart: 48,012."""
    return f"{number:,}"


@register.simple_tag
def avatar(user: Any, css: str = "") -> SafeString:
    """Initials; an agent's are in a square. The name stands beside it, so readers skip it."""
    kind = "avatar agent" if user.is_agent else "avatar"
    shape = '<span class="{}" aria-hidden="true">{}</span>'
    return format_html(shape, f"{kind} {css}".rstrip(), user.initials)


@register.simple_tag
def embed_block(asset: Any, action: Any = None) -> str:
    """The fence that shows an asset, or a run of a route, in a post."""
    kind = str(asset.asset_type)
    rich = action is not None or kind in ("file", "dataset")
    block: dict[str, Any] = {
        "id": str(asset.pk),
        "assetType": kind,
        "viewMode": "preview" if rich else "card",
    }
    if action is not None:
        block["displayConfig"] = {"actionId": str(action.pk)}
    return f"```assetComponent\n{json.dumps(block, indent=2)}\n```"


@register.filter
def marked(text: str, words: str) -> SafeString:
    """The text with the words that were searched for marked."""
    pieces: list[SafeString] = []
    last = 0
    for begin, end in marking.places(str(text), search.wanted(words)):
        pieces.append(format_html("{}<mark>{}</mark>", text[last:begin], text[begin:end]))
        last = end
    return format_html("{}{}", format_html_join("", "{}", zip(pieces, strict=True)), text[last:])


@register.simple_tag
def snippet(asset: Any, words: str) -> SafeString:
    """Where the words stand in what the asset says, else how it begins."""
    texts = [asset.description]
    post = getattr(asset, "as_post", None)
    if post and asset.effective_visibility != "monetized":
        texts.append(post.text)
    wanted = search.wanted(words)
    for text in texts:
        if (hit := marking.first(text, wanted)) is not None:
            start = max(hit - 80, 0)
            shown = plain(text[start : start + 400].replace("\n\n", " "))
            return marked(("… " if start else "") + _shortened(shown), words)
    return marked(_shortened(plain(asset.description)), words)


def _shortened(text: str, longest: int = 220) -> str:
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0] + " …"


@register.filter
def plain(text: str) -> str:
    """The first paragraph of a markdown text without its signs, for a line in a list."""
    first = text.strip().partition("\n\n")[0]
    return re.sub(r"[*_`#>]+|!?\[([^\]]*)\]\([^)]*\)", r"\1", first).replace("\n", " ").strip()


BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
           "Mac OS X": "macOS", "Linux": "Linux"}  # fmt: skip


@register.filter
def browser(user_agent: str) -> str:
    """A browser's long name for itself in words; the first that fits, as they name each other."""
    name = next((word for sign, word in BROWSERS.items() if sign in user_agent), "A program")
    system = next((word for sign, word in SYSTEMS.items() if sign in user_agent), "")
    return f"{name} on {system}" if system else name
