"""The servers that a document names, with their variables, as a choice beside the base URL."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ouro_web.services import openapi
from ouro_web.services.openapi import Server, Variable


class ServerFields(forms.Form):
    """The fields are there only where a document leaves a choice."""

    servers: Sequence[Server] = ()
    source = ""

    def add_servers(self, servers: Sequence[Server], source: str, *, chosen: bool) -> None:
        """`chosen`: the first one counts unless another address is given."""
        variables = {item.name: item for server in servers for item in server.variables}
        if len(servers) < 2 and not variables:
            return
        self.servers, self.source = servers, source
        named = [(str(place), _told(server)) for place, server in enumerate(servers)]
        self.fields["server"] = forms.ChoiceField(
            required=False,
            choices=[*named, ("", "The base URL below")],
            initial="0" if chosen else "",
            label="Server",
            help_text="Of those that the document names.",
        )
        for item in variables.values():
            self.fields[f"variable_{item.name}"] = _field(item)
        self.fields["base_url"].required = False
        if chosen:
            self.initial["base_url"] = ""
            self.fields["base_url"].help_text = "Only for a server that is not in the list above."

    @property
    def server_fields(self) -> list[forms.BoundField]:
        words = [name for name in self.fields if name == "server" or name.startswith("variable_")]
        return [self[name] for name in words]

    def with_address(self, data: dict[str, Any]) -> dict[str, Any]:
        """The base URL of the server that was chosen, with its variables filled in."""
        place = data.get("server")
        if place:
            server = self.servers[int(place)]
            values = {
                item.name: data.get(f"variable_{item.name}") or item.default
                for item in server.variables
            }
            found = openapi.base_urls((server.filled(values),), self.source)
            data["base_url"] = found[0] if found else ""
        if not data.get("base_url") and "base_url" not in self.errors:
            raise ValidationError({"base_url": "Give the address of the service."})
        return data


def _told(server: Server) -> str:
    return f"{server.template} ({server.description})" if server.description else server.template


def _field(item: Variable) -> forms.Field:
    label = f"{{{item.name}}} in the server’s address"
    if item.choices:
        choices = [(word, word) for word in item.choices]
        return forms.ChoiceField(
            required=False, choices=choices, initial=item.default, label=label,
            help_text=item.description,
        )  # fmt: skip
    return forms.CharField(
        required=False, max_length=200, initial=item.default, label=label,
        help_text=item.description,
    )  # fmt: skip
