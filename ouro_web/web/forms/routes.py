"""A route as a person describes it: its words, and its request where no document says it. For the
assets that it takes and makes see asset_rows.py."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from ouro_web.services.declaring import METHODS
from ouro_web.services.models import ExecutionMode, Route
from ouro_web.web.forms.json_text import JsonText


class RouteForm(forms.Form):
    """What every route has. An empty name or description is what the document says."""

    name = forms.CharField(max_length=255)
    description = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Markdown. What it does, on what, and what comes out.",
    )  # fmt: skip
    execution_mode = forms.ChoiceField(
        choices=[
            (ExecutionMode.SYNC.value, "Directly: the answer of the call is the result"),
            (
                ExecutionMode.ASYNC.value,
                "Later: it accepts the call and sends the result by callback",
            ),
        ],
        initial=ExecutionMode.SYNC.value,
        label="How it answers",
        widget=forms.RadioSelect,
    )

    def given(self) -> dict[str, Any]:
        """As services.declaring takes it."""
        return {word: value for word, value in self.cleaned_data.items() if value is not None}

    def refuse(self, refused: ValidationError) -> None:
        """Errors of the operation at their fields; what has no field stands above the form."""
        for field, messages in refused.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class HandmadeForm(RouteForm):
    """With the request, for a route that no document describes."""

    method = forms.ChoiceField(choices=[(word, word) for word in METHODS], initial="POST")
    path = forms.CharField(
        max_length=1000, initial="/",
        help_text="Put after the base URL. A part in braces, as in /items/{id}, is asked for.",
        widget=forms.TextInput(attrs={"class": "mono", "autocapitalize": "none"}),
    )  # fmt: skip
    schema = JsonText(
        dict,
        label="Schema of the JSON body",
        help_text="A JSON Schema; the form is made from it. Leave it empty for no body.",
    )
    parameters = JsonText(
        list,
        label="Parameters",
        help_text="As in OpenAPI: a list of objects with name, in and schema.",
    )

    field_order = ("method", "path", "name", "description", "schema", "parameters")

    def __init__(self, data: QueryDict | None, *, route: Route | None = None) -> None:
        described = _described(route) if route else None
        super().__init__(data, initial=described, label_suffix="")

    def given(self) -> dict[str, Any]:
        found = super().given()
        schema = found.pop("schema", None)
        body = {"required": True, "content": {"application/json": {"schema": schema}}}
        return {
            **found,
            "parameters": found.get("parameters", []),
            "request_body": body if schema else {},
        }


class ImportedForm(RouteForm):
    def __init__(self, data: QueryDict | None, *, route: Route) -> None:
        words = ("name", "description", "execution_mode")
        initial = {word: getattr(route, word) for word in words}
        super().__init__(data, initial=initial, label_suffix="")


def _described(route: Route) -> dict[str, Any]:
    """A route made by hand, as its form shows it."""
    operation = route.operation
    words = ("method", "path", "name", "description", "execution_mode")
    bodies = operation.get("bodies") or []
    schema = {**bodies[0]["schema"], **_definitions(operation)} if bodies else None
    parameters = [
        {word: item[word] for word in ("name", "in", "required", "schema", "description")}
        for item in operation.get("parameters") or []
    ]
    return {
        **{word: getattr(route, word) for word in words},
        "schema": json.dumps(schema, indent=2, ensure_ascii=False) if schema else "",
        "parameters": json.dumps(parameters, indent=2, ensure_ascii=False) if parameters else "",
    }


def _definitions(operation: Mapping[str, Any]) -> dict[str, Any]:
    return {"$defs": operation["$defs"]} if operation.get("$defs") else {}
