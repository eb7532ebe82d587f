"""The asset picker of the run form: searching, choosing and uploading, one input at a time."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from ouro_web.lib.declarations import Declaration
from ouro_web.web import route_page
from ouro_web.web.forms.asset_input import AssetInput, asset_inputs, offered
from ouro_web.web.forms.run import declared
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.uploads import keep_uploads


@login_required
@require_http_methods(["GET", "POST"])
def picker(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """GET lists what may be chosen (?input=…&q=…); with ?id=… it chooses, beside those in ?have=….
    POST takes files or a text."""
    route = route_page.find(request.user, owner, slug)
    inputs = declared(route)
    name = request.GET.get("input", "")
    if not name:
        return redirect(route)  # by itself the picker is no page; the form holds it
    if name not in inputs:
        raise Http404("This route has no such input.")
    item = AssetInput(inputs[name])
    if request.method == "POST":
        item = _uploaded(request, inputs[name])
    elif "id" in request.GET:
        given = {f"a/{name}": [*request.GET.getlist("have"), *request.GET.getlist("id")]}
        item = asset_inputs({name: inputs[name]}, request.user, given)[0]
    else:
        words = request.GET.get("q", "").strip()
        context = {"item": item, "offers": offered(inputs[name], request.user, words)}
        return render(request, "routes/offers.html", context | {"words": words})
    status = 422 if request.method == "POST" and item.error else 200
    return render(request, "routes/picker.html", {"item": item, "route": route}, status=status)


def _uploaded(request: SignedInRequest, declaration: Declaration) -> AssetInput:
    """Files dropped or chosen, large ones that came in parts, or a pasted text, beside the assets
    that are there already."""
    control, text = f"a/{declaration.name}", request.POST.get("text", "")
    sent = request.POST.getlist("upload")
    state = {
        control: request.GET.getlist("have"),
        f"{control}~text": [text],
        f"{control}~upload": sent,
    }
    request.FILES.setlist(f"{control}~file", request.FILES.getlist("file"))
    if not request.FILES and not sent and not text.strip():
        return AssetInput(declaration, error="No file arrived. Choose it again.")
    names = [upload.name or "" for upload in request.FILES.getlist("file")]
    inputs = {declaration.name: declaration}
    kept, faults = keep_uploads(request, inputs, state)
    item = asset_inputs(inputs, request.user, kept)[0]
    if faults:
        item.typed, item.error = ", ".join(names), faults[declaration.name]
    return item
