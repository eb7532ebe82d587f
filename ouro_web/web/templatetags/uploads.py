"""Where a page sends the bytes of files."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ouro_web.assets import elsewhere

register = template.Library()


@register.simple_tag
def direct_uploads() -> SafeString:
    """The attribute that tells a script to send to the store itself, where that is elsewhere."""
    if not elsewhere.has_links():
        return SafeString("")
    return format_html(' data-direct="{}"', reverse("files:direct"))
