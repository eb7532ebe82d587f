"""Settings: what one is told, and how."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from ouro_web.notifications import choices
from ouro_web.web.forms.notifications import ChoicesForm
from ouro_web.web.http import SignedInRequest, render


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest) -> HttpResponse:
    form = ChoicesForm(
        request.POST if request.method == "POST" else None, chosen=choices.all_of(request.user)
    )
    if request.method == "POST" and form.is_valid():
        choices.choose(request.user, form.chosen())
        messages.success(request, "Saved.")
        return redirect("notification-choices")
    status = 422 if form.errors else 200
    return render(request, "people/notifications.html", {"form": form}, status=status)
