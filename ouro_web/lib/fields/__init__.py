"""Run forms from schemas: an operation -> fields -> a posted form -> a document -> a request.

    build(operation, inputs)                      the form as it opens
    reopened(operation, inputs, document)         the form of an earlier run
    read(operation, inputs, posted, order)        a posted form, after one of its buttons
    judge(operation, inputs, form)                the same with every problem at its field
    with_places(operation, inputs)                the asset inputs, with those the body asks for
    check(operation, inputs, document)            the same answer for a document from anywhere
    encode(operation, document)                   the request it makes
    without_secrets(operation, document)          what of it may be shown again

`document` is {"path", "query", "headers", "cookies", "body", "content_type"}; the ids of assets are
kept apart from it. `exact` reads and writes its JSON without losing digits.
"""

from ouro_web.lib.fields.bodies import Upload
from ouro_web.lib.fields.encoding import Encoded, encode
from ouro_web.lib.fields.files import with_places
from ouro_web.lib.fields.form import Form, build, check, judge, read, reopened
from ouro_web.lib.fields.hiding import without_secrets
from ouro_web.lib.fields.names import State, html_id
from ouro_web.lib.fields.places import Document, content_types, examples, known_names
from ouro_web.lib.fields.shape import shape_of
from ouro_web.lib.fields.tree import Field, Problem, find

__all__ = [
    "Document",
    "Encoded",
    "Field",
    "Form",
    "Problem",
    "State",
    "Upload",
    "build",
    "check",
    "content_types",
    "encode",
    "examples",
    "find",
    "html_id",
    "judge",
    "known_names",
    "read",
    "reopened",
    "shape_of",
    "with_places",
    "without_secrets",
]
