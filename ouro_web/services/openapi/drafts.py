"""What a document becomes before anything is created: values to look at and to confirm."""

from dataclasses import dataclass
from typing import Any

from ouro_web.services.openapi.addresses import Server
from ouro_web.services.openapi.problems import Problem
from ouro_web.services.openapi.security import Scheme


@dataclass(frozen=True)
class RouteDraft:
    """`operation` is what a route stores; see the package's docstring for its shape."""

    name: str
    slug: str
    operation: dict[str, Any]
    input_assets: dict[str, Any]
    output_assets: dict[str, Any]
    execution_mode: str
    problems: tuple[Problem, ...] = ()

    @property
    def method(self) -> str:
        return str(self.operation["method"])

    @property
    def path(self) -> str:
        return str(self.operation["path"])

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def remarks(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level != "hint"]

    @property
    def hints(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == "hint"]


@dataclass(frozen=True)
class Specification:
    """A document that was read. Without drafts and webhooks nothing can be created of it.

    `bundled` is the document as one, when it came in several files.
    """

    version: str = ""
    title: str = ""
    api_version: str = ""
    description: str = ""
    servers: tuple[Server, ...] = ()
    schemes: tuple[Scheme, ...] = ()
    drafts: tuple[RouteDraft, ...] = ()
    problems: tuple[Problem, ...] = ()
    not_run: tuple[str, ...] = ()
    bundled: str = ""

    @property
    def is_usable(self) -> bool:
        return bool(self.drafts or self.not_run)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(server.address for server in self.servers))

    @property
    def authentication(self) -> str:
        """The kind that the document itself speaks of, as a first suggestion."""
        return (self.schemes[0].kind if self.schemes else "") or "none"

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == "error"]

    @property
    def remarked(self) -> list[RouteDraft]:
        return [draft for draft in self.drafts if draft.remarks]
