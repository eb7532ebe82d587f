"""Servers that single operations name, each with how it is to be called."""

from collections.abc import Mapping, Sequence

from django import forms

from ouro_web.services.servers import AGREEMENTS, BASE, Elsewhere


class OwnServerFields(forms.Form):
    """A field for each address; none where all operations live at the base URL."""

    elsewhere: Sequence[Elsewhere] = ()

    def add_own_servers(
        self, found: Sequence[Elsewhere], kept: Mapping[str, str], *, otherwise: str
    ) -> None:
        """`kept` is what was said before, `otherwise` what is proposed of the rest."""
        self.elsewhere = found
        for place, item in enumerate(found):
            times = item.operations
            self.fields[_name(place)] = forms.ChoiceField(
                choices=AGREEMENTS,
                initial=kept.get(item.address, otherwise),
                label=item.address,
                help_text=f"{times} operation{'' if times == 1 else 's'} of the document "
                f"live{'s' if times == 1 else ''} there.",
            )

    @property
    def own_server_fields(self) -> list[forms.BoundField]:
        return [self[_name(place)] for place in range(len(self.elsewhere))]

    def given_own_servers(self) -> dict[str, str] | None:
        """How each is called, by address; None where nothing was asked."""
        if not self.elsewhere:
            return None
        data = self.cleaned_data
        return {
            item.address: data.get(_name(place)) or BASE
            for place, item in enumerate(self.elsewhere)
        }


def _name(place: int) -> str:
    return f"own_server_{place}"
