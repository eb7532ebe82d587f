from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django import forms
from django.http import QueryDict

from ouro_web.services.limits import Limits, markable, set_limits
from ouro_web.services.models import Route, Service


@dataclass(frozen=True, slots=True)
class Row:
    """A route that can be marked."""

    value: str
    name: str
    ticked: bool


class LimitsForm(forms.Form):
    max_concurrency = forms.IntegerField(
        label="Calls at once", min_value=1, max_value=1000,
        help_text="Further runs wait in the queue.",
    )  # fmt: skip
    time_limit = forms.IntegerField(
        label="Longest direct answer, in seconds", min_value=1, max_value=3600,
        help_text="After that a call is given up.",
    )  # fmt: skip
    silence_limit = forms.IntegerField(
        label="Longest silence of an asynchronous run, in minutes", min_value=1, max_value=10_080,
        help_text="Each log line or callback starts it anew; after that the run has timed out.",
    )  # fmt: skip
    repeat_safe = forms.ModelMultipleChoiceField(
        Route.objects.none(), required=False,
        label="A repeated call does no harm",
        help_text="Such a call is sent again when its fate is unknown. Others never are.",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, service: Service) -> None:
        routes = markable(service).only("name").order_by("position")
        initial: dict[str, Any] = {
            "max_concurrency": service.max_concurrency,
            "time_limit": service.time_limit,
            "silence_limit": service.silence_limit // 60,
        }
        super().__init__(data, initial=initial)
        self.service = service
        self.fields["repeat_safe"].queryset = routes  # type: ignore[attr-defined]

    @cached_property
    def rows(self) -> list[Row]:
        """The routes to be ticked. A service can have thousands, so they are plain values."""
        data = cast(QueryDict, self.data)
        chosen = set(data.getlist("repeat_safe")) if self.is_bound else None
        found = markable(self.service).order_by("position").values_list("pk", "name", "repeat_safe")
        return [
            Row(str(pk), name, marked if chosen is None else str(pk) in chosen)
            for pk, name, marked in found
        ]

    @property
    def marked(self) -> int:
        return sum(row.ticked for row in self.rows)

    def save(self) -> None:
        given = self.cleaned_data
        limits = Limits(
            max_concurrency=given["max_concurrency"],
            time_limit=given["time_limit"],
            silence_limit=given["silence_limit"] * 60,
        )
        set_limits(self.service, limits, repeat_safe=given["repeat_safe"])
