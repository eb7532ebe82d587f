"""Posts: markdown, or the document of an editor, with what it brings along."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from ninja import Field, Schema

from ouro_web.actions import copies
from ouro_web.api import giving, partials
from ouro_web.api.bodies import Given
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.removing import removed
from ouro_web.api.shapes import posts as shapes
from ouro_web.api.views.comments import comment_for, removed_comment
from ouro_web.assets import engagement
from ouro_web.assets.changing import change
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement
from ouro_web.comments.models import Comment
from ouro_web.lib import document
from ouro_web.posts import publish
from ouro_web.posts.models import Post

posts = router("Posts")

Content = str | dict[str, Any]


class PostBody(Schema):
    post: Given
    content: Content | None = Field(None, examples=["## Result\n\nIt is **stable**."])


class Markdown(Schema):
    markdown: str = Field(examples=["# Notes for `{@alice}`\n\nSee [this](file:<id>)."])


@posts.post("/posts/create")
def create(request: Request, body: PostBody) -> Any:
    """Publish a post. `content` is markdown, or `{"json", "text"}` of the client's editor; assets
    inside it that are still to be made (`partial`) are made with it, as its children."""
    placement = giving.place(request, body.post)
    with transaction.atomic():
        text, made = partials.materialise(body.content or "", placement)
        columns = giving.columns(body.post)
        row = publish.create(placement, name=body.post.name or "", text=text, **columns)
        partials.adopt(made, row)
        copies.freeze(row)
    return answer(_shape(request, find(Post, request, row.pk)))


@posts.get("/posts/{asset:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """A post by its id, or as creator/name, with its text and the assets it shows."""
    return answer(_shape(request, find(Post, request, pk)))


@posts.put("/posts/{asset:pk}")
def update(request: Request, pk: str, body: PostBody) -> Any:
    """Change what is given; without `content` the text stays."""
    row = find(Post, request, pk, "editable_by")
    changes = giving.changes(request, row, body.post)
    if row.is_draft and changes.visibility not in (None, row.visibility):
        raise ValidationError({"visibility": "A draft is private. Publish it on the site first."})
    with transaction.atomic():
        change(row, changes, by=request.auth.user)
        if body.content is not None or changes.name is not None:
            _rewrite(row, body.content, request)
            copies.freeze(row)
    # Whoever made it private for its owner is told so, although she may no longer see it.
    return answer(_shape(request, row))


@posts.delete("/posts/{asset:pk}")
def delete(request: Request, pk: str, delete_children: bool = False, dry_run: bool = False) -> Any:
    """Delete a post, or a comment with its replies. `dry_run=true` only tells what would go."""
    if "/" not in pk and Comment.objects.filter(pk=pk).exists():
        comment = comment_for(request, UUID(pk))
        return answer(removed_comment(comment, request, dry_run=dry_run))
    row = find(Post, request, pk, "managed_by")
    return answer(removed(row, children=delete_children, dry_run=dry_run))


@posts.post("/utilities/convert/from-markdown")
def from_markdown(request: Request, body: Markdown) -> Any:
    """Markdown as the document of the client's editor. The answer has no envelope."""
    return {"json": document.from_text(body.markdown), "markdown": body.markdown}


def _rewrite(row: Post, content: Content | None, request: Request) -> None:
    if content is None:
        publish.update(row, by=request.auth.user)
        return
    place = Placement(row.owner, row.organization, row.team, row.visibility, "api")
    text, made = partials.materialise(content, place)
    if made and row.owner_id != request.auth.user.pk:
        raise PermissionDenied("Only its owner can bring new assets into a post.")
    publish.update(row, by=request.auth.user, text=text)
    partials.adopt(made, row)


def _shape(request: Request, row: Post) -> dict[str, Any]:
    person = request.auth.user
    if not Post.objects.readable_by(person).filter(pk=row.pk).exists():
        return shapes.post(row, embeds=None)
    rows = Asset.objects.visible_to(person).filter(pk__in=shapes.embeds_of(row.rendered))
    return shapes.post(
        row,
        embeds=rows.select_related("owner", "organization", "team").order_by("pk"),
        comments=Comment.objects.filter(asset=row.pk).count(),
        views=engagement.of(row).views,
    )
