"""Making a service: first its document, then what only a person can say about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from ouro_web.accounts.models import User
from ouro_web.services import (
    drafts,
    finding,
    openapi,
    reading,
    refreshing,
    servers,
    tasks,
)
from ouro_web.services.importing import Document, Facts
from ouro_web.services.models import Authentication, KeyPlace, Service, SpecDraft
from ouro_web.services.openapi import DocumentError, Problem, Scheme, Specification
from ouro_web.services.unpacking import Unpacked, unpacked
from ouro_web.web.forms.own_servers import OwnServerFields
from ouro_web.web.forms.servers import ServerFields

AUTHENTICATIONS = [
    (Authentication.NONE.value, "None: it answers everybody"),
    (Authentication.TOKEN.value, "Personal access token, sent as a bearer token"),
    (Authentication.OAUTH2.value, "OAuth 2.0: an access token, sent as a bearer token"),
    (Authentication.KEY.value, "API key, sent under a name of the service’s own"),
    (Authentication.BASIC.value, "User name and password"),
    (Authentication.OURO.value, "Ouro: a secret that the two share, sent as basic credentials"),
]
SHOWN_PROBLEMS = 20
MOST_FILES = 500


class FilesField(forms.FileField):
    """Several files of one document, or an archive of them."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(FilesField, self).clean(item, initial) for item in data or ()]


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return list(files.getlist(name))


class SpecForm(forms.Form):
    """The document by one of three ways: an uploaded file wins over a pasted text, and that over
    an address."""

    url = forms.CharField(
        required=False,
        max_length=1000,
        label="Address",
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "https://materials.example.org/openapi.json",
                "class": "long mono",
            }
        ),
    )
    file = FilesField(
        required=False,
        label="File",
        widget=FilesInput(
            attrs={"accept": ".json,.yaml,.yml,.zip,.md,application/json", "multiple": True}
        ),
    )
    text = forms.CharField(
        required=False,
        label="Text",
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 8, "class": "mono", "spellcheck": "false", "wrap": "off"}
        ),
    )

    problems: Sequence[Problem]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.problems = []
        if self.errors:
            return data
        if data.get("file"):
            self._unpack(data["file"])
        elif data.get("text", "").strip():
            self._take("text", Unpacked(data["text"], ""))
        elif data.get("url"):
            self._find(data["url"])
        else:
            raise ValidationError({"url": "Give an address, a file or the text."})
        return data

    def keep(self, user: User) -> SpecDraft:
        """A large document is left to the worker."""
        kept = drafts.keep(
            user,
            text=self.given.text,
            source_url=self.source_url,
            file_name=self.given.name,
            files=self.given.files,
            specification=self.specification,
        )
        if self.specification is None:
            tasks.read_draft.enqueue(str(kept.pk))
        return kept

    def _unpack(self, uploads: Sequence[Any]) -> None:
        """Of each one byte above the limit is enough to know."""
        if len(uploads) > MOST_FILES:
            raise ValidationError({"file": f"At most {MOST_FILES} files at once."})
        try:
            given = unpacked((each.name, each.read(openapi.MAX_BYTES + 1)) for each in uploads)
        except DocumentError as error:
            raise ValidationError({"file": str(error)}) from None
        self._take("file", given)

    def _find(self, url: str) -> None:
        found = finding.find(url)
        self._take("url", Unpacked(found.text, ""), found.specification, found.url)

    def _take(
        self,
        field: str,
        given: Unpacked,
        specification: Specification | None = None,
        source_url: str = "",
    ) -> None:
        self.given, self.source_url = given, source_url
        if specification is None and given.is_small and not source_url:
            specification = reading.read(given.text, unpacked=given)
        self.specification = specification
        if specification is None or specification.is_usable:
            return
        self.problems = specification.problems[:SHOWN_PROBLEMS]
        if len(self.problems) == 1:
            raise ValidationError({field: self.problems[0].message})
        raise ValidationError({field: "Nothing can be made of it, for the reasons below."})


class FactsForm(ServerFields, OwnServerFields, forms.Form):
    name = forms.CharField(max_length=255)
    base_url = forms.CharField(
        max_length=500,
        label="Base URL",
        help_text="The operations’ paths are put after it.",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "class": "mono"}
        ),
    )
    description = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Markdown. What it does and for whom.",
    )
    authentication = forms.ChoiceField(
        choices=AUTHENTICATIONS,
        initial=Authentication.NONE.value,
        label="How it wants to be called",
        widget=forms.RadioSelect,
    )
    key_place = forms.ChoiceField(
        required=False,
        choices=KeyPlace.choices,
        label="Where the key stands",
    )
    key_name = forms.CharField(
        required=False,
        max_length=100,
        label="Its name there",
        help_text="Such as X-API-Key.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "class": "mono"}),
    )
    secret = forms.CharField(
        required=False,
        max_length=8000,
        label="Token or secret",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "mono"}),
        help_text="Stored encrypted and never shown again. It is sent to the base URL’s host only. "
        "A user name and password are written as name:password.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("secret") and data.get("authentication") == Authentication.NONE.value:
            unused = "Choose above how it is sent, or leave this empty: it is not kept unused."
            raise ValidationError({"secret": unused})
        return self.with_address(data)

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            name=data["name"],
            base_url=data["base_url"],
            description=data["description"],
            authentication=data.get("authentication", self.initial["authentication"]),
            secret=self.given_secret(),
            key_place=data.get("key_place", self.initial.get("key_place", "")),
            key_name=data.get("key_name", self.initial.get("key_name", "")),
            servers=self.given_own_servers(),
        )

    def given_secret(self) -> str | None:
        return str(self.cleaned_data["secret"])

    def refuse(self, refused: ValidationError) -> None:
        """Errors of the operation at their fields; what has no field stands above the form."""
        for field, messages in refused.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class NewServiceForm(FactsForm):
    """`schemes` are those of the document, told beside the choice."""

    schemes: Sequence[Scheme]

    def __init__(
        self, data: QueryDict | None, *, specification: Specification, source: str
    ) -> None:
        addresses = openapi.base_urls(specification.addresses, source)
        self.schemes = specification.schemes
        key = next((scheme for scheme in self.schemes if scheme.kind == "key"), None)
        initial = {
            "name": specification.title[:255],
            "base_url": addresses[0] if addresses else "",
            "description": specification.description[:20_000],
            "authentication": specification.authentication,
            "key_place": key.place if key else KeyPlace.HEADER,
            "key_name": key.word if key else "",
        }
        super().__init__(data, initial=initial)
        self.add_servers(specification.servers, source, chosen=True)
        named = [draft.operation["servers"] for draft in specification.drafts]
        found = servers.elsewhere(named, addresses[0] if addresses else "")
        self.add_own_servers(found, {}, otherwise=servers.BARE)


class BareServiceForm(FactsForm):
    """A service without a document; its routes are made one by one."""

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data, initial={"authentication": "none"})


class SettingsForm(FactsForm):
    forget = forms.BooleanField(required=False, label="Delete the stored secret")

    """Only who manages a service sets its credential; an editor's form has no field for it."""

    def __init__(self, data: QueryDict | None, *, service: Service, may_manage: bool) -> None:
        words = ("name", "base_url", "description", "authentication", "key_place", "key_name")
        initial = {word: getattr(service, word) for word in words}
        super().__init__(data, initial=initial)
        self.add_servers(servers_of(service), service.spec_url, chosen=False)
        if may_manage:
            found = _elsewhere(service)
            self.add_own_servers(found, service.servers, otherwise=servers.BASE)
        if not may_manage:
            for word in ("secret", "authentication", "key_place", "key_name", "forget"):
                del self.fields[word]
        elif service.secret:
            ending = service.secret_last_characters
            self.fields["secret"].label = "New token or secret"
            self.fields["secret"].help_text = (
                f"One is stored{f', ends in …{ending}' if ending else ''}. "
                "Leave this empty to keep it. Another host in the base URL deletes it."
            )
        else:
            del self.fields["forget"]

    def given_secret(self) -> str | None:
        """None keeps what is stored."""
        if self.cleaned_data.get("secret"):
            return str(self.cleaned_data["secret"])
        return "" if self.cleaned_data.get("forget") else None


def document_of(draft: SpecDraft) -> Document:
    return Document(draft.document, draft.source_url, drafts.specification(draft))


def _elsewhere(service: Service) -> Sequence[servers.Elsewhere]:
    named = refreshing.latest_facts(service).get("own_servers") or []
    return servers.elsewhere(named, service.base_url)


def elsewhere_anew(service: Service, specification: Specification) -> Sequence[servers.Elsewhere]:
    """Other hosts that a new document names and nobody has been asked about."""
    named = [draft.operation["servers"] for draft in specification.drafts]
    found = servers.elsewhere(named, service.base_url)
    return [item for item in found if item.address not in service.servers]


def servers_of(service: Service) -> Sequence[openapi.Server]:
    """Those that its document names."""
    facts: Mapping[str, Any] = refreshing.latest_facts(service)
    return openapi.unpacked(facts).servers
