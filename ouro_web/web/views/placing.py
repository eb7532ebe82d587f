"""Who may see an asset, where it belongs and whose it is: one page, three questions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from ouro_web.assets import changing
from ouro_web.assets.changing import Changes
from ouro_web.assets.consequences import audience, of_visibility
from ouro_web.assets.models import Asset, AssetType
from ouro_web.posts.models import PostState
from ouro_web.web.forms.assets import MoveForm, VisibilityForm
from ouro_web.web.forms.people import PersonForm
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.lookup import managed_asset

Forms = dict[str, Any]
Answer = Callable[[SignedInRequest, Asset, Any], HttpResponse | None]


@login_required
@require_http_methods(["GET", "POST"])
def place(request: SignedInRequest, pk: UUID) -> HttpResponse:
    asset = managed_asset(request.user, pk)
    if asset.asset_type == AssetType.CONVERSATION:  # it is private, and stays with who is in it
        return redirect("conversations:about", pk=asset.pk)
    asked = request.POST.get("about", "") if request.method == "POST" else ""
    forms = _forms(request, asset, asked)
    answers: dict[str, Answer] = {"visibility": _show_to, "move": _move, "owner": _hand_over}
    if asked in forms and forms[asked].is_valid():
        try:
            if answered := answers[asked](request, asset, forms[asked]):
                return answered
        except ValidationError as refused:
            _add(forms[asked], refused)
    context = {"asset": asset, "forms": forms, "audience": audience(asset, asset.visibility)}
    form = forms.get(asked)
    if asked == "visibility" and form and form.is_valid():
        context["consequences"] = of_visibility(asset, form.cleaned_data["visibility"])
    wrong = bool(form and form.errors)
    return render(request, "assets/place.html", context, status=422 if wrong else 200)


def _forms(request: SignedInRequest, asset: Asset, asked: str) -> Forms:
    """Those that make sense for the asset and the person; the one that was sent is bound."""

    def given(name: str) -> Any:
        return request.POST if asked == name else None

    is_draft = getattr(asset, "as_post", None) and asset.as_post.state == PostState.DRAFT
    forms: Forms = {}
    if not is_draft:  # publishing asks who may see it
        forms["visibility"] = VisibilityForm(given("visibility"), asset=asset)
    if not asset.parent_id:
        forms["move"] = MoveForm(given("move"), asset=asset, user=request.user)
        if asset.owner_id == request.user.pk:
            forms["owner"] = PersonForm(given("owner"))
    return forms


def _show_to(request: SignedInRequest, asset: Asset, form: VisibilityForm) -> HttpResponse | None:
    """Nothing yet while the consequences were not confirmed."""
    wanted = form.cleaned_data["visibility"]
    if wanted != asset.visibility and not form.is_confirmed:
        return None
    changing.change(asset, Changes(visibility=wanted), by=request.user)
    messages.success(request, f"Seen by {audience(asset, wanted)}.")
    return redirect("assets:place", pk=asset.pk)


def _move(request: SignedInRequest, asset: Asset, form: MoveForm) -> HttpResponse:
    changing.change(asset, Changes(place=form.placement), by=request.user)
    moved = Asset.objects.get(pk=asset.pk)
    messages.success(request, f"It is in {moved.organization}, {moved.team} now.")
    return redirect("assets:place", pk=asset.pk)


def _hand_over(request: SignedInRequest, asset: Asset, form: PersonForm) -> HttpResponse:
    person = form.cleaned_data["username"]
    changing.hand_over(asset, to=person, by=request.user)
    messages.success(request, f"It is {person.display_name}’s now. You are its admin still.")
    return redirect("assets:share", pk=asset.pk)


def _add(form: Any, refused: ValidationError) -> None:
    """Beside the field that it names, if the form has it."""
    for name, says in refused.message_dict.items() if hasattr(refused, "error_dict") else []:
        form.add_error(name if name in form.fields else None, says)
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
