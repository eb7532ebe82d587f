"""What of a document may be shown again."""

from ouro_web.lib.fields import without_secrets

PASSWORD = {"type": "string", "format": "password"}
LOGIN = {
    "type": "object",
    "properties": {"user": {"type": "string"}, "word": {"type": "string", "writeOnly": True}},
}
TOKEN = {"type": "object", "properties": {"kind": {"const": "token"}, "token": PASSWORD}}
NOBODY = {"type": "object", "properties": {"kind": {"const": "nobody"}}}


def asking(properties):
    schema = {"type": "object", "properties": properties}
    return {
        "bodies": [{"content_type": "application/json", "required": True, "schema": schema}],
        "parameters": [{"name": "key", "in": "query", "schema": PASSWORD}],
        "$defs": {"Login": LOGIN},
    }


def test_secrets_are_left_out_wherever_they_stand():
    operation = asking({
        "login": {"$ref": "#/$defs/Login"},
        "several": {"type": "array", "items": LOGIN},
        "by": {"oneOf": [TOKEN, NOBODY]},
        "maybe": {"anyOf": [PASSWORD, {"type": "null"}]},
        "all": {**LOGIN, "writeOnly": True},
        "n": {"type": "integer"},
    })  # fmt: skip
    login = {"user": "mira", "word": "s3cret"}
    body = {
        "login": login, "several": [login, login], "by": {"kind": "token", "token": "s3cret"},
        "maybe": "s3cret", "all": login, "n": 1,
    }  # fmt: skip

    shown = without_secrets(operation, {"query": {"key": "s3cret"}, "body": body})

    assert "s3cret" not in str(shown)
    assert shown["query"] == {}
    assert shown["body"] == {
        "login": {"user": "mira"}, "several": [{"user": "mira"}] * 2, "by": {"kind": "token"},
        "n": 1,
    }  # fmt: skip
    assert body["login"] == {"user": "mira", "word": "s3cret"}


def test_a_mark_can_stand_where_a_secret_stood():
    shown = without_secrets(asking({"word": PASSWORD}), {"body": {"word": "s3cret"}}, instead="•")
    assert shown["body"] == {"word": "•"}


def test_a_document_without_secrets_stays_the_same():
    operation = {**asking({"n": {"type": "integer"}}), "parameters": [], "$defs": {}}
    document = {"body": {"n": 1, "more": [1, 2]}}
    assert without_secrets(operation, document) is document
