"""How to publish a service, in five steps. The code of the page is a file that the tests run."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ouro_web.web.calling import Snippet
from ouro_web.web.http import Request, render

SOURCE = settings.ROOT / "examples" / "first_service.py"
_STEP = re.compile(r"^# Step \d\. (.+)$", re.MULTILINE)

TOLD = (
    "An ordinary FastAPI application. Limits, defaults and descriptions of the fields become the "
    "form that people fill in.",
    "Assets go in by name: this site puts the file’s facts and a link to its bytes into the body. "
    "The keys of the answer that are declared as outputs become files, datasets and posts.",
    "With each request come the address to call back and a token that opens this one run.",
    "Answer 202 at once, and send the result when it is there. A run without a sign of life for "
    "45 minutes times out; a log line is one.",
    "Let ouro-py add the declarations to the OpenAPI document, start the service, and make it "
    "known here by the address of that document; the page New service does the same.",
)


@dataclass(frozen=True)
class Step:
    number: int
    told: str
    snippet: Snippet

    @property
    def anchor(self) -> str:
        return f"step-{self.number}"


@require_safe
def developers(request: Request) -> HttpResponse:
    context: dict[str, Any] = {"steps": steps(), "base_url": f"{settings.PUBLIC_URL}/api"}
    return render(request, "developers.html", context)


@lru_cache(maxsize=1)
def steps() -> list[Step]:
    _, *parts = _STEP.split(SOURCE.read_text(encoding="utf-8"))
    titled = zip(parts[::2], parts[1::2], TOLD, strict=True)
    return [
        Step(number, told, Snippet(title, "python", text.strip("\n")))
        for number, (title, text, told) in enumerate(titled, start=1)
    ]
