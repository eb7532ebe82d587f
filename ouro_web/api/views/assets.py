"""What holds for assets of every kind, and finding them."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict

from ouro_web.accounts.models import User
from ouro_web.actions import lineage as lineages
from ouro_web.actions import properties as measured
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.api import downloads, edges, searching, used
from ouro_web.api.http import Request, answer, find, paged, router
from ouro_web.api.sending import attachment
from ouro_web.api.shapes import graph
from ouro_web.api.shapes.assets import hit
from ouro_web.api.shapes.properties import properties as shapes_of
from ouro_web.assets import engagement
from ouro_web.assets import tags as asset_tags
from ouro_web.assets.models import Asset, AssetType
from ouro_web.comments.models import Comment
from ouro_web.conversations import members as conversation_members
from ouro_web.files.storage import signed_url
from ouro_web.notifications.sharing import share as share_asset

assets = router("Assets")

MOST_IDS = 200


class Looked(Schema):
    model_config = ConfigDict(extra="allow")


class Form(Schema):
    model_config = ConfigDict(extra="allow")

    asset_type: str | None = None
    format: str | None = None


class Person(Schema):
    user_id: UUID


class Permission(Schema):
    user: Person
    role: str = "read"


class Share(Schema):
    permission: Permission


@assets.get("/search/assets")
def search(request: Request) -> Any:
    """Assets by words (`query`; none: the newest), `scope` (personal, org, shared, global, all),
    `sort` (relevant, recent, popular, updated), and `filters` and `metadata_filters`, which are
    JSON objects: asset_type, org_id, team_id, user_id, visibility; extension, file_type."""
    return paged(searching.found(request).for_cards(), request, hit)


@assets.get("/assets/impact")
def impact(request: Request, ids: str = "") -> Any:
    """How often each of these assets was looked at, talked about and used in runs."""
    wanted = _ids(ids)
    rows = Asset.objects.visible_to(request.auth.user).filter(pk__in=wanted)
    return answer({"assets": graph.impact([_figures(row) for row in rows])})


@assets.get("/assets/{uuid:pk}/type")
def asset_type(request: Request, pk: UUID) -> Any:
    """The kind of an asset; comments are told from assets here."""
    comment = Comment.objects.filter(pk=pk).select_related("asset").first()
    row = find(Asset, request, comment.asset.pk if comment else pk)
    return answer({"asset_type": "comment" if comment else row.asset_type})


@assets.post("/assets/{uuid:pk}/view")
def view(request: Request, pk: UUID, body: Looked | None = None) -> Any:
    """Somebody looked at it. One's own looks do not count."""
    engagement.count(find(Asset, request, pk), "views", by=request.auth.user)
    return answer(None)


@assets.post("/assets/{uuid:pk}/download")
def download(request: Request, pk: UUID, body: Form | None = None) -> Any:
    """The bytes: files as they are, datasets as CSV, posts as HTML or `format: markdown`."""
    row = find(Asset, request, pk, "readable_by")
    form = downloads.checked_format(body.format if body else None, default="html")
    found = downloads.download_of(row, form)
    engagement.count(row, "downloads", by=request.auth.user)
    return attachment(
        request, found.pieces, filename=found.filename, content_type=found.content_type
    )


@assets.post("/assets/{uuid:pk}/download-url")
def download_url(request: Request, pk: UUID, body: Form | None = None) -> Any:
    """A link that gives the same bytes without credentials, for an hour."""
    row = find(Asset, request, pk, "readable_by")
    form = downloads.checked_format(body.format if body else None, default="markdown")
    found = downloads.download_of(row, form)
    engagement.count(row, "downloads", by=request.auth.user)
    is_file = row.asset_type == AssetType.FILE
    return answer(
        {
            "download_url": signed_url(
                row.kind, reader=request.auth.user, seconds=downloads.LINK_SECONDS
            )
            if is_file
            else downloads.link(row, found, form),
            "file_name": found.filename,
            "content_type": found.content_type.partition(";")[0],
            "expires_in": downloads.LINK_SECONDS,
            "asset_type": row.asset_type,
        }
    )


@assets.get("/downloads/{str:token}/{str:name}", auth=None, include_in_schema=False)
def linked(request: HttpRequest, token: str, name: str) -> Any:
    row, form = downloads.named_by(token)
    found = downloads.download_of(row, form)
    return attachment(
        request, found.pieces, filename=found.filename, content_type=found.content_type
    )


@assets.put("/assets/{uuid:pk}/share")
def share(request: Request, pk: UUID, body: Share) -> Any:
    """Give somebody a role on it: read, write or admin."""
    row = find(Asset, request, pk, "managed_by")
    person = User.objects.filter(pk=body.permission.user.user_id, is_active=True).first()
    if person is None:
        raise ValidationError({"user_id": "Nobody here has this id."})
    if row.asset_type == AssetType.CONVERSATION:
        conversation_members.add(row.kind, [person], by=request.auth.user)
    given = share_asset(row, to=person, role=body.permission.role, by=request.auth.user)
    return answer({"asset_id": row.pk, "user_id": person.pk, "role": given.role})


@assets.get("/assets/{uuid:pk}/counts")
def counts(request: Request, pk: UUID) -> Any:
    """What came of an asset: views, comments, downloads and the like."""
    row = find(Asset, request, pk)
    comments = Comment.objects.filter(asset=row).count()
    return answer(graph.counts(engagement.of(row), comments=comments))


@assets.get("/assets/{uuid:pk}/connections")
def connections(request: Request, pk: UUID) -> Any:
    """Posts that show it, what it shows, and what runs made of it. `type` (several with commas)
    and `direction`: source for what it does to others, target for what is done to it."""
    row = find(Asset, request, pk)
    found = edges.of(
        row, request.auth.user, kinds=request.GET.get("type", ""),
        side=request.GET.get("direction", ""),
    )  # fmt: skip
    return paged(found, request, lambda edge: edge, default=None)


@assets.get("/assets/{uuid:pk}/lineage")
def lineage(request: Request, pk: UUID) -> Any:
    """What it came from, and what came from it."""
    row = find(Asset, request, pk)
    return answer(graph.lineage(row, lineages.of(row, request.auth.user)))


@assets.get("/assets/{uuid:pk}/properties")
def properties(request: Request, pk: UUID) -> Any:
    """Values that runs measured of an asset, by the names that their routes declare: the newest of
    each route and method; with `history=true` those that newer runs replaced, too."""
    row = find(Asset, request, pk)
    person = request.auth.user
    is_open = Asset.objects.readable_by(person).filter(pk=row.pk).exists()
    found = measured.of_asset(row, person) if is_open else []
    return answer(shapes_of(found, history=request.GET.get("history") == "true"))


@assets.get("/assets/{uuid:pk}/tags")
def tags(request: Request, pk: UUID) -> Any:
    """The words by which it is gathered with others of its kind."""
    row = find(Asset, request, pk)
    return answer([graph.tag(each) for each in asset_tags.of(row)])


@assets.get("/assets/{uuid:pk}/children")
def children(request: Request, pk: UUID) -> Any:
    """What lies inside: the routes of a service, what a post brought along."""
    row = find(Asset, request, pk)
    inside = Asset.objects.visible_to(request.auth.user).filter(parent=row)
    return answer([hit(each) for each in inside.for_cards().order_by("pk")])


@assets.get("/assets/{uuid:pk}/actions")
def actions(request: Request, pk: UUID, role: str = "both") -> Any:
    """The run that made it (`role=output`), the runs that took it (`input`), or both. `status`
    (several with commas), `side_effects` and `include_response`, `limit` and `offset`."""
    row = find(Asset, request, pk)
    if role not in ("input", "output", "both"):
        raise ValidationError({"role": "is input, output or both."})
    if role == "output":
        return answer(used.made_by(row, request))
    page = paged(used.taken_by(row, request), request, used.shaped(request), default=100)
    if role == "both":
        page["data"] = {"created_by": used.made_by(row, request), "as_input": page["data"]}
    return page


def _ids(text: str) -> list[UUID]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST_IDS:
        raise ValidationError({"ids": f"Ask for at most {MOST_IDS} at once."})
    try:
        return [UUID(part) for part in parts]
    except ValueError:
        raise ValidationError({"ids": "must be ids with commas between."}) from None


def _figures(row: Asset) -> Any:
    """The asset, its engagement, and how many comments and runs there are."""
    said = Comment.objects.filter(asset=row).aggregate(
        all=Count("pk"), others=Count("pk", filter=~Q(author=row.owner_id))
    )
    taken = ActionAsset.objects.filter(asset=row, direction="in").values("action")
    uses = Action.objects.filter(Q(pk__in=taken) | Q(route=row.pk)).exclude(user=row.owner_id)
    return cast(Any, (row, engagement.of(row), said["all"], said["others"], uses.count()))
