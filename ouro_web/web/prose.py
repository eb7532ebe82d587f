"""The one place where rendered markdown is called safe. lib.markdown made it so; see there."""

from django.utils.safestring import SafeString, mark_safe

from ouro_web.lib import markdown


def trusted(html: str) -> SafeString:
    """A part of a text that lib.markdown rendered, or a join of such parts."""
    return mark_safe(html)  # noqa: S308 - sanitised by lib.markdown


def description(text: str) -> SafeString:
    """A short text without embeds: descriptions of assets, of services and their routes."""
    return trusted(markdown.render_plain_description(text))


def line(text: str) -> SafeString:
    """The description of a field, of which only what fits into a paragraph is laid out."""
    return trusted(markdown.render_inline(text))
