"""For load balancers. They say which part fails; how to mend it, `manage.py doctor` says."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ouro_web.web import condition


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    findings = [check() for check in condition.TO_SERVE]
    is_ready = not any(finding.problem for finding in findings)
    parts = {finding.subject: "failing" if finding.problem else "ok" for finding in findings}
    return JsonResponse(
        {"status": "ok" if is_ready else "failing", **parts}, status=200 if is_ready else 503
    )
