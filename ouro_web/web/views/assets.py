"""What every asset can do, whatever its kind: be found by id, edited, shared and deleted."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ouro_web.accounts.models import User
from ouro_web.actions import asking
from ouro_web.actions.models import Action
from ouro_web.assets.deleting import delete as delete_asset
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.sharing import revoke
from ouro_web.web.forms.assets import AssetForm, GrantForm
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.lookup import editable_asset, managed_asset, may_manage, visible_asset


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The address that never changes leads to the one people read."""
    return redirect(visible_asset(request.user, pk))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    asset = editable_asset(request.user, pk)
    if asset.asset_type == AssetType.CONVERSATION:
        return redirect("conversations:about", pk=asset.pk)
    if asset.asset_type == AssetType.POST:
        return redirect("posts:edit", owner=asset.namespace, slug=asset.slug)
    if asset.asset_type == AssetType.QUEST:
        return redirect("quests:edit", owner=asset.namespace, slug=asset.slug)
    form = AssetForm(request.POST or None, instance=asset, by=request.user)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, "Saved.")
        return redirect(saved)
    context = {"asset": asset, "form": form, "can_manage": may_manage(request.user, asset)}
    return render(request, "assets/edit.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    asset = managed_asset(request.user, pk)
    if asset.asset_type == AssetType.CONVERSATION:
        return redirect("conversations:about", pk=asset.pk)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(asset, by=request.user)
        except ValidationError as refused:
            form.add_error("username", refused.messages[0])
        else:
            messages.success(request, f"Shared with {form.cleaned_data['username']}.")
            return redirect("assets:share", pk=asset.pk)
    grants = asset.grants.select_related("user").order_by("user__username")
    return render(
        request,
        "assets/share.html",
        {"asset": asset, "form": form, "grants": grants},
        status=_status(form),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The same page and the same answer for what is private, deleted, or never was."""
    for rows in (Asset.objects.visible_to(request.user), Action.objects.visible_to(request.user)):
        if seen := rows.filter(pk=pk).first():
            return redirect(seen)
    if request.method == "POST":
        asking.ask(pk, by=request.user, note=request.POST.get("note", ""))
        messages.success(request, "If it is still there, its owner now knows that you ask.")
        return redirect("home")
    return render(request, "assets/ask.html")


@login_required
@require_POST
def unshare(request: SignedInRequest, pk: UUID, username: str) -> HttpResponse:
    asset = managed_asset(request.user, pk)
    if asset.asset_type == AssetType.CONVERSATION:
        return redirect("conversations:about", pk=asset.pk)
    person = get_object_or_404(User, username=username)
    revoke(asset, user=person)
    messages.success(request, f"{person.display_name} has no role on it any more.")
    return redirect("assets:share", pk=asset.pk)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Asks first, and names what goes with it."""
    asset = managed_asset(request.user, pk)
    if asset.asset_type == AssetType.CONVERSATION:
        return redirect("conversations:leave", pk=asset.pk)
    if request.method == "POST":
        delete_asset(asset)
        messages.success(request, f"{asset.name} is deleted.")
        return redirect(f"{asset.asset_type}s:list" if asset.asset_type != "route" else "home")
    return render(
        request,
        "assets/delete.html",
        {"asset": asset, "children": asset.children.order_by("name")},
    )


def _status(form: AssetForm | GrantForm) -> int:
    return 422 if form.errors else 200
