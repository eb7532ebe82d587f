"""Making a service from a document, changing it, and giving it a new document."""

from typing import Any
from uuid import UUID

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.lib.secrets import SecretError
from ouro_web.services import credentials, drafts, importing, offered, probing, refreshing
from ouro_web.services.models import Service, SpecDraft
from ouro_web.services.openapi import Specification
from ouro_web.services.probing import Probe
from ouro_web.web.forms.assets import PlacementForm
from ouro_web.web.forms.limits import LimitsForm
from ouro_web.web.forms.services import (
    BareServiceForm,
    FactsForm,
    NewServiceForm,
    SettingsForm,
    SpecForm,
    document_of,
    elsewhere_anew,
)
from ouro_web.web.frame import usual_place
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.lookup import may_edit, may_manage
from ouro_web.web.operations_chosen import chosen
from ouro_web.web.views.services import frame, visible_service
from ouro_web.web.views.services_reading import unread

MOST_PROBED = 300
QUIET_METHODS = ("OPTIONS", "HEAD", "TRACE")


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The first step: a document, by address, by upload or pasted."""
    form = SpecForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("services:review", draft=form.keep(request.user).pk)
    context = {"form": form, "demo": site.ALLOWED_PRIVATE_HOSTS}
    return render(request, "services/new.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def review(request: SignedInRequest, draft: UUID) -> HttpResponse:
    """The second step: what was found, and the rest of what a service needs."""
    kept = get_object_or_404(SpecDraft, pk=draft, user=request.user)
    if page := unread(request, kept, again="services/new.html", context={"making": True}):
        return page
    document = document_of(kept)
    specification = importing.readable(document)
    operations = chosen(request, kept, specification.drafts, _usual(specification))
    given = None if operations.is_asked else request.POST or None
    form = NewServiceForm(given, specification=specification, source=kept.source_url)
    where = PlacementForm(given, user=request.user, initial=usual_place(request))
    probed = None
    if operations.is_asked:
        _typed_again(request, form, where)
    elif request.POST.get("_do") == "test":
        probed = _probed(form, specification)
        if request.htmx:
            return render(request, "services/probe.html", {"probe": probed, "form": form})
    elif request.method == "POST" and all([form.is_valid(), where.is_valid()]):
        offers = offered.chosen(specification, operations.offers or set())
        service = _create(form, where, document, operations.taken, offers)
        if service:
            kept.delete()
            routes = _routes(operations.number_taken)
            messages.success(request, f"{service.name} is ready, with {routes}.")
            return redirect(service)
    context = {
        "draft": kept,
        "size": len(kept.document.encode()),
        "specification": specification,
        "operations": operations,
        "form": form,
        "where": where,
        "probe": probed,
    }
    return render(request, "services/review.html", context, status=_status(form, where))


@login_required
@require_http_methods(["GET", "POST"])
def bare(request: SignedInRequest) -> HttpResponse:
    """A service without a document."""
    form = BareServiceForm(request.POST or None)
    where = PlacementForm(request.POST or None, user=request.user, initial=usual_place(request))
    if request.method == "POST" and all([form.is_valid(), where.is_valid()]):
        try:
            service = importing.create_empty(where.placement, form.facts())
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{service.name} is ready. Add its first route.")
            return redirect("services:add_route", owner=service.namespace, slug=service.slug)
    context = {"form": form, "where": where}
    return render(request, "services/bare.html", context, status=_status(form, where))


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    service = editable_service(request, owner, slug)
    manages = may_manage(request.user, service)
    form = SettingsForm(request.POST or None, service=service, may_manage=manages)
    if request.method == "POST" and form.is_valid():
        try:
            forgotten = importing.change(service, form.facts())
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved.")
            if forgotten:
                messages.warning(
                    request,
                    "The host of the base URL has changed, so the stored secret was deleted. "
                    "Enter the one for the new host.",
                )
            return redirect("services:settings", owner=service.namespace, slug=service.slug)
    context = {
        **frame(request.user, service, "settings"),
        "form": form,
        "limits_form": LimitsForm(None, service=service),
        "is_read_as_today": refreshing.is_read_as_today(service),
    }
    return render(request, "services/settings.html", context, status=_status(form))


@login_required
@require_POST
def test(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """Calls the service once with what is stored."""
    service = editable_service(request, owner, slug)
    live = importing.routes_of(service).filter(retired_at=None, method="GET")
    operations = live.order_by("position").values_list("operation", flat=True)[:MOST_PROBED]
    try:
        found = probing.probe(service.base_url, credentials.carried(service), operations)
    except SecretError:
        message = "The stored credential cannot be read any more. Enter it again."
        found = Probe(service.base_url, 0, 0, message, is_good=False)
    if request.htmx:
        return render(request, "services/probe.html", {"probe": found})
    say = messages.success if found.is_good else messages.warning
    say(request, f"{found.message} ({found.status or 'no answer'}, {found.address})")
    return redirect("services:settings", owner=service.namespace, slug=service.slug)


@login_required
@require_http_methods(["GET", "POST"])
def limits(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    service = editable_service(request, owner, slug)
    form = LimitsForm(request.POST or None, service=service)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("services:settings", owner=service.namespace, slug=service.slug)
    context = {**frame(request.user, service, "settings"), "limits_form": form}
    return render(request, "services/limits.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def refresh(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """A new document for a service; what it would change is shown before anything does."""
    service = editable_service(request, owner, slug)
    if request.POST.get("_do") == "again" and (kept := refreshing.again(service, request.user)):
        return redirect(
            "services:apply_refresh", owner=service.namespace, slug=service.slug, draft=kept.pk
        )
    initial = {"url": service.spec_url}
    form = SpecForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = form.keep(request.user)
        return redirect(
            "services:apply_refresh", owner=service.namespace, slug=service.slug, draft=kept.pk
        )
    context = {
        **frame(request.user, service, "settings"),
        "form": form,
        "has_document": bool(refreshing.latest_facts(service)),
        "is_read_as_today": refreshing.is_read_as_today(service),
    }
    return render(request, "services/refresh.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def apply_refresh(request: SignedInRequest, owner: str, slug: str, draft: UUID) -> HttpResponse:
    service = editable_service(request, owner, slug)
    kept = get_object_or_404(SpecDraft, pk=draft, user=request.user)
    context = frame(request.user, service, "settings")
    if page := unread(request, kept, again="services/refresh.html", context=context):
        return page
    specification = drafts.specification(kept)
    found = refreshing.changes(service, specification)
    fresh = {item.key for item in found.added}
    without = fresh | {item.key for item in found.left_out}
    offered_here = [item for item in specification.drafts if item.key in without]
    operations = chosen(request, kept, offered_here, fresh)
    if request.method == "POST" and not operations.is_asked:
        return _refreshed(request, service, kept, operations.taken)
    context |= {
        "draft": kept,
        "specification": specification,
        "changes": found,
        "operations": operations,
        "elsewhere": elsewhere_anew(service, specification),
    }
    return render(request, "services/changes.html", context)


def _refreshed(
    request: SignedInRequest, service: Service, kept: SpecDraft, take: set[str]
) -> HttpResponse:
    try:
        done = refreshing.refresh(service, document_of(kept), take=take)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("services:refresh", owner=service.namespace, slug=service.slug)
    kept.delete()
    messages.success(request, _told(done))
    return redirect(service)


def editable_service(request: Request, owner: str, slug: str) -> Service:
    service = visible_service(request.user, owner, slug)
    if not may_edit(request.user, service):
        raise PermissionDenied("You may see this service, but not change it.")
    return service


def _create(
    form: NewServiceForm,
    where: PlacementForm,
    document: importing.Document,
    taken: set[str],
    inputs: dict[str, dict[str, Any]],
) -> Service | None:
    try:
        return importing.create(where.placement, form.facts(), document, take=taken, inputs=inputs)
    except ValidationError as refused:
        form.refuse(refused)
        return None


def _probed(form: FactsForm, specification: Specification) -> Probe | None:
    """With what is typed and not yet stored; nothing when that is wrong."""
    if not form.is_valid():
        return None
    facts = form.facts()
    try:
        base_url = credentials.checked_base_url(facts.base_url)
        place, name = credentials.checked_key(facts.authentication, facts.key_place, facts.key_name)
        secret = credentials.checked_secret((facts.secret or "").strip())
    except ValidationError as refused:
        form.refuse(refused)
        return None
    carried = credentials.placed(facts.authentication, secret, place, name)
    return probing.probe(base_url, carried, [draft.operation for draft in specification.drafts])


def _usual(specification: Specification) -> set[str]:
    return {item.key for item in specification.drafts if item.method not in QUIET_METHODS}


def _typed_again(request: SignedInRequest, *forms: BaseForm) -> None:
    """What was typed so far, unchecked, on another page of the operations."""
    for form in forms:
        posted = {name: request.POST[name] for name in form.fields if name in request.POST}
        form.initial.update(posted)


def _told(done: refreshing.Changes) -> str:
    parts = [
        f"{_routes(len(done.taken))} added" if done.taken else "",
        f"{len(done.changed)} changed" if done.changed else "",
        f"{len(done.removed)} retired" if done.removed else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"The new document is in use: {told}." if told else "The new document changes nothing."


def _routes(number: int) -> str:
    return f"{number} route{'' if number == 1 else 's'}"


def _status(*forms: BaseForm) -> int:
    return 422 if any(form.is_bound and form.errors for form in forms) else 200
