"""Writing posts: draft, live preview, and the check of the embeds before publishing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.actions import copies
from ouro_web.assets.access import Person
from ouro_web.lib.markdown import Rendered
from ouro_web.posts import drafts
from ouro_web.posts import publish as publishing
from ouro_web.posts.models import Post
from ouro_web.web import audience, embeds
from ouro_web.web.forms.posts import PublishForm, WritingForm
from ouro_web.web.frame import default_placement
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.lookup import may_edit, may_manage
from ouro_web.web.views.posts import readable_post


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    form = WritingForm(request.POST or None, initial={"text": request.GET.get("text", "")[:20_000]})
    if request.method == "POST" and request.POST.get("do") != "preview" and form.is_valid():
        try:
            return _saved(request, form.start(default_placement(request)))
        except ValidationError as refused:
            form.add_error(None, refused.messages)  # also of a place, which this form has not
    return _editor(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    post = editable_post(request.user, owner, slug)
    initial = {
        "name": drafts.current_name(post),
        "text": drafts.current_text(post),
        "seen": drafts.stamp(post),
    }
    form = WritingForm(request.POST or None, initial=initial)
    if request.method == "POST" and request.POST.get("do") != "preview" and form.is_valid():
        try:
            return _saved(request, form.save(post))
        except ValidationError as refused:
            form.add_error(None, refused)
    return _editor(request, form, post)


@login_required
@require_POST
def preview(request: SignedInRequest) -> HttpResponse:
    """The part beside the text while one writes."""
    name, text = request.POST.get("name", ""), request.POST.get("text", "")
    return render(request, "posts/edit.html", _preview(request, name, text), part="preview")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    post = editable_post(request.user, owner, slug)
    text = publishing.render(drafts.current_text(post), drafts.current_name(post))
    check = audience.of(text, post, request.user)
    initial = {"visibility": drafts.visibility_of(post), "description": post.description}
    form = PublishForm(request.POST or None, initial=initial, post=post, own_runs=check.own_runs)
    if request.method == "POST" and form.is_valid():
        _may_choose(request.user, post, form.cleaned_data["visibility"])
        with transaction.atomic():
            post = form.save(post, by=request.user)
            audience.share(form.cleaned_data["share"], by=request.user)
            copies.freeze(post)
        messages.success(request, "Published.")
        return redirect(post)
    context = {"asset": post, "form": form, "check": check, "name": drafts.current_name(post)}
    return render(request, "posts/publish.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def discard(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    post = editable_post(request.user, owner, slug)
    drafts.discard(post)
    messages.success(request, "The unpublished changes are gone. Readers see what they saw before.")
    return redirect(post)


@login_required
@require_POST
def restore(request: SignedInRequest, owner: str, slug: str, number: int) -> HttpResponse:
    post = editable_post(request.user, owner, slug)
    drafts.restore(post, get_object_or_404(post.revisions, number=number))
    messages.success(request, f"Revision {number} is your draft now. Publish it when it is right.")
    return redirect("posts:edit", owner=post.namespace, slug=post.slug)


def editable_post(person: Person, owner: str, slug: str) -> Post:
    post = readable_post(person, owner, slug)
    if not may_edit(person, post):
        raise PermissionDenied("You may read this, but not change it.")
    return post


def _may_choose(person: Person, post: Post, visibility: str) -> None:
    """Writers may publish changes; who may read is for those who manage the post."""
    if visibility != drafts.visibility_of(post) and not may_manage(person, post):
        raise PermissionDenied("Only its admins can change who may read it.")


def _saved(request: SignedInRequest, post: Post) -> HttpResponse:
    if request.POST.get("do") == "autosave":
        page = redirect("posts:edit", post.namespace, post.slug)
        saved = {"saved_at": timezone.now().isoformat(), "seen": drafts.stamp(post)}
        return JsonResponse({**saved, "url": page.url})
    if request.POST.get("do") == "publish":
        return redirect("posts:publish", post.namespace, post.slug)
    messages.success(request, "Draft saved.")
    return redirect("posts:edit", post.namespace, post.slug)


def _editor(request: SignedInRequest, form: WritingForm, post: Post | None = None) -> HttpResponse:
    """The editor; what was typed stands in it, whatever was wrong with it."""
    if request.POST.get("do") == "autosave":
        words = " ".join(str(message) for found in form.errors.values() for message in found)
        return JsonResponse({"error": words}, status=422)
    name, text = str(form["name"].value() or ""), str(form["text"].value() or "")
    context = {"form": form, "asset": post, **_preview(request, name, text)}
    return render(request, "posts/edit.html", context, status=422 if form.errors else 200)


def _preview(request: SignedInRequest, name: str, text: str) -> dict[str, Any]:
    try:
        rendered, refusal = publishing.render(text, publishing.checked_name(name, text)), ""
    except ValidationError as refused:
        rendered, refusal = Rendered(), " ".join(refused.messages)
    heading = publishing.first_heading(text) if text.lstrip().startswith("# ") else ""
    return {
        "title": name.strip() or publishing.first_heading(text),
        "heading_differs": heading if name.strip() and heading != name.strip() else "",
        "lines": " ".join(map(str, rendered.lines)),
        "body": embeds.fill(rendered, request.user),
        "refusal": refusal,
    }
