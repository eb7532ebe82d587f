"""Webhooks of a person, and those of an organization, which its admins look after."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.accounts.models import User
from ouro_web.notifications import hooking
from ouro_web.notifications.webhooks import EVENTS, OF_ORGANIZATIONS, Delivery, Webhook
from ouro_web.teams.models import Organization
from ouro_web.web.forms.webhooks import WebhookForm
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.members import managed, organization_at
from ouro_web.web.paging import page_of

BACK = "settings/webhooks"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedInRequest) -> HttpResponse:
    """The answer to a POST shows the secret of the new one; nothing can show it again."""
    return _list(request, request.user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_organization(request: SignedInRequest, name: str) -> HttpResponse:
    organization = managed(request.user, organization_at(request.user, name))
    if organization.is_global:
        raise Http404
    return _list(request, organization)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What it is told and what came of it; a POST changes it."""
    webhook = webhook_at(request.user, pk)
    known = {"url": webhook.url, "events": webhook.events}
    form = WebhookForm(request.POST or None, initial=known, known=_known(webhook))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            hooking.change(webhook, url=given["url"], events=given["events"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(webhook)
    return _detail(request, webhook, form, status=422 if form.errors else 200)


@login_required
@require_POST
def do(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Try it, switch it on or off, give it another secret, or delete it."""
    webhook = webhook_at(request.user, pk)
    match request.POST.get("what", ""):
        case "test":
            made = hooking.test(webhook)
            return redirect("webhooks:delivery", pk=pk, delivery=made.pk)
        case "secret":
            secret = hooking.renew_secret(webhook)
            form = WebhookForm(
                initial={"url": webhook.url, "events": webhook.events}, known=_known(webhook)
            )
            return _detail(request, webhook, form, secret=secret)
        case "on" | "off" as wanted:
            hooking.switch(webhook, on=wanted == "on", why="Switched off by hand.")
            messages.success(request, f"It is switched {wanted}.")
        case "delete":
            webhook.delete()
            messages.success(request, "The webhook is deleted.")
            return redirect(_place(webhook))
    return redirect(webhook)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: SignedInRequest, pk: UUID, delivery: UUID) -> HttpResponse:
    """What was sent, and each answer; a POST sends it again."""
    webhook = webhook_at(request.user, pk)
    row = get_object_or_404(webhook.deliveries, pk=delivery)
    if request.method == "POST":
        hooking.send_again(row)
        messages.success(request, "It is sent again.")
        return redirect("webhooks:delivery", pk=pk, delivery=delivery)
    context = {
        "webhook": webhook, "place": _place(webhook), "row": row,
        "attempts": row.attempts.order_by("-pk"),
    }  # fmt: skip
    return render(request, "webhooks/delivery.html", context)


def webhook_at(person: User, pk: UUID) -> Webhook:
    theirs = Organization.objects.managed_by(person).values("pk")
    rows = Webhook.objects.select_related("organization", "user")
    return get_object_or_404(rows, Q(user=person) | Q(organization__in=theirs), pk=pk)


def _list(request: SignedInRequest, owner: User | Organization) -> HttpResponse:
    organization = owner if isinstance(owner, Organization) else None
    known = OF_ORGANIZATIONS if organization else tuple(EVENTS)
    form = WebhookForm(request.POST or None, known=known)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = hooking.create(owner, url=given["url"], events=given["events"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            context = {"made": made, "secret": secret}
            form = WebhookForm(known=known)
    context |= {"form": form, "organization": organization, "rows": owner.webhooks.all()}
    return render(request, "webhooks/list.html", context, status=422 if form.errors else 200)


def _detail(
    request: SignedInRequest,
    webhook: Webhook,
    form: WebhookForm,
    *,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "webhook": webhook,
        "form": form,
        "secret": secret,
        "place": _place(webhook),
        "page": page_of(request, Delivery.objects.filter(webhook=webhook)),
    }
    return render(request, "webhooks/detail.html", context, status=status)


def _known(webhook: Webhook) -> tuple[str, ...]:
    return tuple(EVENTS) if webhook.organization_id is None else OF_ORGANIZATIONS


def _place(webhook: Webhook) -> str:
    if webhook.organization is None:
        return f"/{BACK}"
    return f"/organizations/{webhook.organization.name}/webhooks"
