"""Comments: whoever may see an asset may read and join the talk about it, also where its content is
for sale."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404
from ninja import Field, Schema
from pydantic import ConfigDict

from ouro_web.api.bodies import markdown
from ouro_web.api.http import Request, answer, find, paged, router
from ouro_web.api.shapes import posts as shapes
from ouro_web.assets.models import Asset
from ouro_web.comments import talk
from ouro_web.comments.models import Comment

comments = router("Comments")

Content = str | dict[str, Any]


class New(Schema):
    model_config = ConfigDict(extra="allow")

    parent_id: UUID = Field(description="The asset it is about, or the comment it answers.")


class Changed(Schema):
    model_config = ConfigDict(extra="allow")


class NewBody(Schema):
    comment: New
    content: Content = Field(examples=["Did you try a *smaller* step, `{@bob}`?"])


class ChangedBody(Schema):
    comment: Changed | None = None
    content: Content | None = None


@comments.post("/comments/create")
def create(request: Request, body: NewBody) -> Any:
    """Say something about an asset, or answer a comment."""
    pk, text = body.comment.parent_id, markdown(body.content)
    to = _rows().filter(pk=pk).first()
    about = find(Asset, request, to.asset_id if to else pk)
    made = talk.add(about, author=request.auth.user, text=text, reply_to=to)
    return answer(_shape(request)(comment_for(request, made.pk)))


@comments.get("/comments/{uuid:pk}")
def retrieve(request: Request, pk: UUID) -> Any:
    """A comment."""
    return answer(_shape(request)(comment_for(request, pk)))


@comments.put("/comments/{uuid:pk}")
def update(request: Request, pk: UUID, body: ChangedBody) -> Any:
    """Change one's own comment; without `content` the text stays."""
    row = _own(comment_for(request, pk), request)
    if body.content is not None:
        talk.edit(row, text=markdown(body.content))
    return answer(_shape(request)(comment_for(request, pk)))


@comments.get("/assets/{uuid:pk}/comments")
def listing(request: Request, pk: UUID) -> Any:
    """The comments on an asset, or the replies to a comment, oldest first. Without a `limit` all
    of them."""
    parent = _rows().filter(pk=pk).first()
    about = find(Asset, request, parent.asset_id if parent else pk)
    rows = _rows().filter(asset=about, parent=parent)
    page = paged(rows.order_by("pk"), request, lambda row: row, default=None)
    return page | {"data": _shaped(request, page["data"])}


def comment_for(request: Request, pk: UUID) -> Comment:
    visible = Asset.objects.visible_to(request.auth.user).values("pk")
    row = _rows().filter(pk=pk, asset__in=visible).first()
    if row is None:
        raise Http404
    return row


def removed_comment(row: Comment, request: Request, *, dry_run: bool) -> dict[str, Any]:
    """What went with a comment, or would go."""
    _own(row, request)
    replies = [
        {"id": reply.pk, "name": str(reply), "asset_type": "comment"} for reply in row.replies.all()
    ]
    told = {
        "id": row.pk,
        "asset_type": "comment",
        "name": str(row),
        "deleted_children": replies,
        "dry_run": dry_run,
    }
    if not dry_run:
        talk.remove(row)
    return told


def _own(row: Comment, request: Request) -> Comment:
    if row.author_id != request.auth.user.pk:
        raise PermissionDenied("Only its author can change a comment.")
    return row


def _rows() -> QuerySet[Comment]:
    return Comment.objects.select_related(
        "author", "asset__organization", "asset__team", "asset__owner"
    ).annotate(answers=Count("replies"))


def _shape(request: Request) -> Callable[[Comment], dict[str, Any]]:
    return lambda row: _shaped(request, [row])[0]


def _shaped(request: Request, rows: list[Comment]) -> list[dict[str, Any]]:
    """All at once, so that the number of queries does not grow with the talk."""
    wanted = {row.pk: shapes.embeds_of(row.rendered) for row in rows}
    known = Asset.objects.visible_to(request.auth.user).filter(pk__in=set().union(*wanted.values()))
    assets = {each.pk: each for each in known.select_related("owner", "organization", "team")}
    return [
        shapes.comment(
            row,
            [assets[pk] for pk in sorted(wanted[row.pk]) if pk in assets],
            replies=getattr(row, "answers", 0),
        )
        for row in rows
    ]
