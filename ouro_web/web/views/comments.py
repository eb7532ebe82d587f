"""The talk under an asset. Who sees the asset sees it, also where the content is for sale."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.comments import talk
from ouro_web.comments.models import Comment
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.thread import thread_context


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: Request, asset: UUID) -> HttpResponse:
    """All comments on an asset; a POST adds one."""
    found = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset)
    if request.method != "POST":
        return _thread(request, found)
    author = _signed_in(request)
    try:
        comment = talk.add(found, author=author, text=request.POST.get("text", ""))
    except ValidationError as refused:
        return _refused(request, found, refused)
    return _done(request, comment)


@require_safe
def detail(request: Request, pk: UUID) -> HttpResponse:
    return redirect(visible_comment(request.user, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: SignedInRequest, pk: UUID) -> HttpResponse:
    to = visible_comment(request.user, pk)
    context = {"comment": to, "asset": to.asset, "title": f"Reply to {to.author.display_name}"}
    if request.method != "POST":
        return _form(request, context)
    text = request.POST.get("text", "")
    try:
        comment = talk.add(to.asset, author=request.user, text=text, reply_to=to)
    except ValidationError as refused:
        return _form(request, {**context, "text": text, "errors": refused.messages}, status=422)
    return _done(request, comment)


@login_required
@require_POST
def react(request: SignedInRequest, pk: UUID) -> HttpResponse:
    comment = visible_comment(request.user, pk)
    try:
        talk.react(comment, person=request.user, kind=request.POST.get("kind", ""))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return _done(request, comment)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    comment = own_comment(request.user, pk)
    context = {"comment": comment, "asset": comment.asset, "title": "Edit your comment"}
    if request.method != "POST":
        return _form(request, {**context, "text": comment.text})
    text = request.POST.get("text", "")
    try:
        talk.edit(comment, text=text)
    except ValidationError as refused:
        return _form(request, {**context, "text": text, "errors": refused.messages}, status=422)
    return _done(request, comment)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Asks first; the replies go with it."""
    comment = own_comment(request.user, pk)
    if request.method != "POST":
        context = {"comment": comment, "asset": comment.asset, "replies": comment.replies.count()}
        return render(request, "comments/delete.html", context)
    asset = comment.asset
    talk.remove(comment)
    messages.success(request, "The comment is deleted.")
    return redirect(f"{asset.get_absolute_url()}#comments")


def visible_comment(person: Person, pk: UUID) -> Comment:
    rows = Comment.objects.select_related("asset", "author", "parent")
    visible = Asset.objects.visible_to(person).values("pk")
    return get_object_or_404(rows.filter(asset__in=visible), pk=pk)


def own_comment(person: Person, pk: UUID) -> Comment:
    comment = visible_comment(person, pk)
    if comment.author_id != person.pk:
        raise PermissionDenied("Only its author can change a comment.")
    return comment


def _signed_in(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in to comment.")
    return request.user


def _done(request: Request, comment: Comment) -> HttpResponse:
    if request.htmx:
        return _thread(request, comment.asset)
    return redirect(comment)


def _refused(request: Request, asset: Asset, refused: ValidationError) -> HttpResponse:
    """With htmx the thread again, without it a page of its own; the words stand in both."""
    text, errors = request.POST.get("text", ""), refused.messages
    if request.htmx:
        return _thread(request, asset, text=text, errors=errors, status=422)
    context = {"asset": asset, "title": "Add a comment", "text": text, "errors": errors}
    return _form(request, context, status=422)


def _thread(
    request: Request, asset: Asset, *, text: str = "", errors: object = None, status: int = 200
) -> HttpResponse:
    context = {**thread_context(asset, request.user), "text": text, "errors": errors}
    return render(request, "comments/_thread.html", context, status=status)


def _form(request: Request, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, "comments/form.html", context, status=status)
