"""Settings: the keys of one's programs."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.accounts import keys
from ouro_web.accounts.models import ApiKey
from ouro_web.teams.models import Organization
from ouro_web.web.forms.keys import KeyForm
from ouro_web.web.http import SignedInRequest, render


@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: SignedInRequest) -> HttpResponse:
    """The answer to a POST shows the new key; nothing keeps it to show it again."""
    form = KeyForm(request.POST or None, user=request.user)
    key = ""
    if request.method == "POST" and form.is_valid():
        _row, key = form.save()
        form = KeyForm(user=request.user)
    context = {"form": form, "key": key, "rows": _rows(request)}
    return render(request, "people/keys.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk, user=request.user, revoked_at=None)
    keys.revoke(key)
    messages.success(request, f"The key {key.name} opens nothing any more.")
    return redirect("api-keys")


def _rows(request: SignedInRequest) -> list[tuple[ApiKey, str]]:
    """Each key that is not revoked, and where it works."""
    names = {each.pk: str(each) for each in Organization.objects.of(request.user)}
    rows = ApiKey.objects.filter(user=request.user, revoked_at=None)
    return [(row, _place(row, names)) for row in rows]


def _place(row: ApiKey, names: dict[UUID, str]) -> str:
    if row.organization_id is None:
        return "Everywhere"
    if row.organization_id.int == 0:
        return "Personal"
    return names.get(row.organization_id, "An organization you left")
