"""Posts for other programs: Atom feeds, and oEmbed for those who link to a post. Only what
everybody may read is in them, whoever asks: readers of feeds carry no session."""

import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetQuerySet, AssetType
from ouro_web.lib.markdown import Rendered
from ouro_web.web import embeds
from ouro_web.web.http import Request
from ouro_web.web.members import team_at
from ouro_web.web.previews import excerpt

NEWEST = 20
NOBODY = AnonymousUser()
# Characters that XML cannot hold, which a text may.
_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class WholeFeed(Atom1Feed):
    """With the text itself beside its summary."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@require_safe
def of_site(request: Request) -> HttpResponse:
    return _feed("Posts on Ouro Web", "/posts/", request.path, _open_posts())


@require_safe
def of_person(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username, is_active=True)
    title, rows = f"Posts by {person.display_name}", _open_posts().filter(owner=person)
    return _feed(title, person.get_absolute_url(), request.path, rows)


@require_safe
def of_team(request: Request, organization: str, name: str) -> HttpResponse:
    team = team_at(request.user, organization, name)
    rows = _open_posts().filter(team=team)
    return _feed(f"Posts of {team}", request.path.removesuffix("/feed"), request.path, rows)


@require_safe
def oembed(request: Request) -> HttpResponse:
    """What a site that links to a post may say about it: https://oembed.com, of type link."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON is answered here.", status=501)
    address = urlsplit(request.GET.get("url", ""))
    kind, _, rest = address.path.strip("/").partition("/")
    owner, _, slug = rest.partition("/")
    own = f"{address.scheme}://{address.netloc}" == settings.PUBLIC_URL
    post = _open_posts().filter(namespace=owner, slug=slug).first() if kind == "posts" else None
    if post is None or not own:
        raise Http404
    return JsonResponse({
        "version": "1.0",
        "type": "link",
        "title": post.name,
        "author_name": post.owner.display_name,
        "author_url": settings.PUBLIC_URL + post.owner.get_absolute_url(),
        "provider_name": "Ouro Web",
        "provider_url": settings.PUBLIC_URL,
        "cache_age": 3600,
    })  # fmt: skip


def _open_posts() -> AssetQuerySet:
    rows = Asset.objects.readable_by(NOBODY).filter(asset_type=AssetType.POST)
    return rows.exclude(as_post__state="draft").for_cards()


def _feed(title: str, page: str, own: str, rows: AssetQuerySet) -> HttpResponse:
    url = settings.PUBLIC_URL
    feed = WholeFeed(
        title=_plain(title), link=url + page, description="", feed_url=url + own, language="en"
    )
    found = list(rows.order_by("-as_post__published_at", "-pk")[:NEWEST])
    texts = [Rendered.from_json(row.as_post.rendered) for row in found]
    bodies = embeds.fill_all(texts, NOBODY, with_content=False)
    for row, text, body in zip(found, texts, bodies, strict=True):
        feed.add_item(
            title=_plain(row.name),
            link=url + row.get_absolute_url(),
            unique_id=f"urn:uuid:{row.pk}",
            description=escape(_plain(row.description or excerpt(text))),  # it is read as HTML
            content=_plain(_absolute(body)),
            author_name=_plain(row.owner.display_name),
            author_link=url + row.owner.get_absolute_url(),
            pubdate=row.as_post.published_at or row.created_at,
            updateddate=row.updated_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _absolute(html: str) -> str:
    """Feeds are read elsewhere, where addresses of this site need its name."""
    for attribute in ("href", "src"):
        html = html.replace(f'{attribute}="/', f'{attribute}="{settings.PUBLIC_URL}/')
    return html


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
