"""OpenAPI documents to route drafts. Pure: no database, no network, no settings.

`read(bytes)` gives a Specification with one RouteDraft for each operation. The operation of a
draft is a plain JSON value that needs nothing else of its document:

    method, path, operation_id, summary, description, tags, deprecated, security, servers,
    callbacks (names), extensions (x-ouro-*), remarks (sentences), $defs (reachable schemas),
    parameters: name, in, required, schema, style, explode, description, deprecated,
        allow_reserved, content_type (null unless the value is itself a document)
    bodies: content_type, required, schema, encoding, description, examples
    responses: by status: description, content_type, schema

Schemas are JSON Schema 2020-12 whatever the document's version; every $ref is "#/$defs/Name".
"""

from ouro_web.services.openapi.addresses import Server, Variable, base_urls
from ouro_web.services.openapi.bundling import Fetch, has_others
from ouro_web.services.openapi.drafts import RouteDraft, Specification
from ouro_web.services.openapi.operations import declared
from ouro_web.services.openapi.packing import READING, head, packed, unpacked
from ouro_web.services.openapi.parsing import MAX_BYTES, text_of
from ouro_web.services.openapi.problems import DocumentError, Problem
from ouro_web.services.openapi.reading import Progress, read, read_text
from ouro_web.services.openapi.security import Scheme

__all__ = [
    "MAX_BYTES",
    "READING",
    "DocumentError",
    "Fetch",
    "Problem",
    "Progress",
    "RouteDraft",
    "Scheme",
    "Server",
    "Specification",
    "Variable",
    "base_urls",
    "declared",
    "has_others",
    "head",
    "packed",
    "read",
    "read_text",
    "text_of",
    "unpacked",
]
