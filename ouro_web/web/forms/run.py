"""The run form of a route: the fields of its operation, its asset inputs, and where outputs go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, SavedForm
from ouro_web.assets.access import Person
from ouro_web.lib import fields
from ouro_web.lib.declarations import Declaration, from_stored
from ouro_web.lib.fields import names
from ouro_web.lib.fields.names import State, one
from ouro_web.lib.fields.places import asked
from ouro_web.lib.fields.tree import attach
from ouro_web.services.models import Route
from ouro_web.web.calling import Calling, Snippet
from ouro_web.web.forms.asset_input import AssetInput, asset_inputs
from ouro_web.web.forms.destination import DestinationChoice, choices, uuid_in

CODE = ("python", "curl")
MASKED = "•••"
MAX_OPEN = 10  # with more optional fields than this, all but the first are folded
KEPT_OPEN = 7


@dataclass(slots=True)
class Wrong:
    """One line of the summary: where the link leads, the field's label, what is wrong."""

    anchor: str
    label: str
    message: str


@dataclass(slots=True)
class RunForm:
    route: Route
    form: fields.Form
    inputs: list[AssetInput]
    destination: DestinationChoice
    summary: list[Wrong] = field(default_factory=list)
    note: str = ""  # how the form was filled, when that is not plain
    kept_from: str = ""  # the run whose secrets are sent again without being shown
    view: str = ""  # python or curl; else the form as it stands
    preset: SavedForm | None = None  # that it was opened from
    link: str = ""  # an address that fills in these values
    is_draft: bool = False
    naming: str = ""  # what is wrong with the name of a preset

    @property
    def code(self) -> Snippet | None:
        """The values as a program that makes the same run."""
        if self.view not in CODE:
            return None
        document = fields.without_secrets(self.route.operation, self.form.document, instead=MASKED)
        many = {item.name for item in self.inputs if item.many}
        assets = {name: ids if name in many else ids[0] for name, ids in self.asset_ids().items()}
        calling = Calling(self.route).given(document, assets, self.destination.output())
        return calling.program() if self.view == "python" else calling.command()

    @property
    def shown_view(self) -> str:
        return self.view if self.view in CODE else "json" if self.as_json else "form"

    @property
    def unread(self) -> int:
        """How many values are no values yet, so that code can only hold what was typed."""
        return len(self.form.problems)

    @property
    def as_json(self) -> bool:
        return any(area.raw for area in self.form.areas)

    @property
    def has_areas(self) -> bool:
        return any(area.kind != "any" for area in self.form.areas)

    @property
    def whole(self) -> list[fields.Field]:
        """The places that are one field: shown as JSON, or no object at all."""
        return [area for area in self.form.areas if area.raw or area.kind != "object"]

    @property
    def objects(self) -> list[fields.Field]:
        return [area for area in self.form.areas if not area.raw and area.kind == "object"]

    @property
    def shown(self) -> list[fields.Field]:
        hidden = {id(item) for item in self.folded}
        return [item for area in self.objects for item in area.fields if id(item) not in hidden]

    @property
    def folded(self) -> list[fields.Field]:
        """When there are many optional fields, all but the first few: authors put those first."""
        optional = [item for area in self.objects for item in area.fields if not item.required]
        return optional[KEPT_OPEN:] if len(optional) > MAX_OPEN else []

    @property
    def fold_open(self) -> bool:
        return any(item.changed or item.has_errors for item in self.folded)

    @property
    def folded_changed(self) -> int:
        return sum(item.changed for item in self.folded)

    def judge(self) -> bool:
        """Check everything; whether it may be run as it stands. Faults are shown at the fields."""
        self.view = ""
        declared = {item.name: item.declaration for item in self.inputs}
        self.form.assets = {item.name: item.value for item in self.inputs}
        fields.judge(self.route.operation, declared, self.form)
        for item in self.inputs:
            item.check_presence()
        self._summarise()
        return not self.summary

    def refuse(self, refused: ValidationError) -> None:
        """Put what the start of the run refused at its fields."""
        told = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        self.tell({name: messages[0] for name, messages in told.items()})

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put messages at their fields; by names in which rows are counted, `b/steps/0/fmax`."""
        for name, message in problems.items():
            self._refuse(name, message)
        self._summarise()

    def _refuse(self, name: str, message: str) -> None:
        asset = next((item for item in self.inputs if item.control == name), None)
        area, slash, rest = name.partition("/")
        if asset is not None:
            asset.error = asset.error or message
        elif area in names.AREAS:
            problem = fields.Problem(f"/{names.AREAS[area]}{slash}{rest}", message)
            found = attach(self.form.areas, [problem])
            self.form.summary += [each for each in found if each[0] is None]
        elif name in ("organization", "team", "visibility"):
            self.destination.errors[name] = message
        else:
            self.form.summary.append((None, message))

    def _summarise(self) -> None:
        self.summary = [
            Wrong("", "", message) for found, message in self.form.summary if found is None
        ]
        self.summary += [
            Wrong(item.id, item.label, item.error) for item in self.inputs if item.error
        ]
        for area in self.form.areas:
            self.summary += list(_wrongs(area, ""))
        self.summary += [
            Wrong(f"to-{name}", name.title(), message)
            for name, message in self.destination.errors.items()
        ]

    def asset_ids(self) -> dict[str, list[str]]:
        return {
            item.name: [str(asset.pk) for asset in item.assets]
            for item in self.inputs
            if item.assets
        }

    def call(self) -> Call:
        return Call.from_document(
            self.form.document,
            input_assets={item.name: item.chosen for item in self.inputs if item.assets},
            destination=self.destination.destination(),
        )


def _wrongs(item: fields.Field, row: str) -> Iterator[Wrong]:
    """With the row a field stands in, for every row has fields of the same names."""
    for message in item.errors:
        label = item.title if item.inline or not row else f"{row}: {item.title}"
        yield Wrong(item.id, label, message)
    row = item.title if item.row and not item.inline else row
    for child in item.children:
        yield from _wrongs(child, row)


def declared(route: Route) -> dict[str, Declaration]:
    return from_stored(route.input_assets, "input")


def opened(
    route: Route,
    person: Person,
    *,
    document: Mapping[str, Any] | None,
    state: Mapping[str, Any],
    kept: bool = False,
    open_only: bool = False,
) -> RunForm:
    """A form that is shown for the first time: fresh, or with this document; `state` holds the
    assets, the place of the outputs and values that a link gave. With `kept` the secrets in the
    document, which is one of this person's runs, are used again; `open_only` leaves out those that
    a link gives."""
    inputs = declared(route)
    given = None if document is None else dict(document)
    if kept and given is not None:
        form = fields.reopened(route.operation, inputs, given)
    else:
        form = fields.build(route.operation, inputs, given)
    if state:
        state = {**form.state, **state}
        held = given if kept else None
        form = fields.read(route.operation, inputs, state, kept=held)
        if open_only and (secret := [item.name for item in _secrets(form) if item.text]):
            for name in secret:
                names.drop(state, name)
            form = fields.read(route.operation, inputs, state, kept=held)
    return _made(route, person, inputs, form, form.state)


def _secrets(form: fields.Form) -> list[fields.Field]:
    return [item for area in form.areas for item in area.walk() if item.kind == "secret"]


def typed(route: Route, person: Person, state: State) -> RunForm:
    """A form as it was left, with all that stood in its boxes and nothing else."""
    inputs = declared(route)
    form = fields.read(route.operation, inputs, state)
    return _made(route, person, inputs, form, state)


def posted(route: Route, person: Person, state: State, order: str = "") -> RunForm:
    inputs = declared(route)
    source = own_run(route, person, one(state, "_from"))
    kept = Call.from_json(source.call).document() if source else None
    form = fields.read(route.operation, inputs, state, order, kept=kept)
    made = _made(route, person, inputs, form, state)
    made.kept_from = str(source.pk) if source else ""
    made.view = order.removeprefix("view:") if order.startswith("view:") else one(state, "_view")
    return made


def _made(
    route: Route,
    person: Person,
    inputs: Mapping[str, Declaration],
    form: fields.Form,
    state: Mapping[str, Any],
) -> RunForm:
    taken = asset_inputs(asked(inputs, form.content_type), person, form.state)
    return RunForm(route, form, taken, choices(person, dict(state)))


def own_run(route: Route, person: Person, given: str) -> Action | None:
    """The run of this route by this person that a form was opened from."""
    pk = uuid_in(given)
    if pk is None or not isinstance(person, User):
        return None
    return Action.objects.filter(route=route, user=person, pk=pk).first()
