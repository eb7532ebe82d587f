import json
import logging.config

import pytest

from ouro_web.lib.logs import Json, WithoutSecrets, Words, configuration, mask

KEY = "ouro_" + "aB3-_" * 9 + "xyz9"


def record(message, *arguments, **extra):
    made = logging.makeLogRecord(
        {"msg": message, "args": arguments, "levelno": 30, "levelname": "WARNING", **extra}
    )
    WithoutSecrets().filter(made)
    return made


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"key {KEY} is used", "key ouro_aB3-… is used"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("sent Bearer abcdefghijklmnopqrst", "sent Bearer …"),
        ("'Cookie': 'ouro_session=abc'", "'Cookie': '…'"),
        ("ouro-webhook-token: abc", "ouro-webhook-token: …"),
        ("GET /files/x?signature=abc&seconds=5", "GET /files/x?signature=…&seconds=5"),
        ("GET /files/signed/abc:1x:y/iron.cif 200", "GET /files/signed/…/iron.cif 200"),
        ("postgres://ouro:hunter2@db/ouro", "postgres://ouro:…@db/ouro"),
        ('{"password": "hunter2", "name": "a"}', '{"password": "…", "name": "a"}'),
    ],
)
def test_a_secret_is_masked(text, kept):
    assert mask(text).startswith(kept.partition("…")[0] + "…")
    for secret in ("hunter2", "abc", KEY):
        assert secret not in mask(text)


def test_plain_words_stay():
    text = "token checked; basic facts: http://127.0.0.1:8000/routes/alice/relax 200"
    assert mask(text) == text


def test_arguments_are_masked_too():
    assert KEY not in Words().format(record("key %s", KEY))


def test_a_line_in_words_names_level_message_and_facts():
    line = Words().format(record("lost %s", "a lease", action="0199"))
    assert line.endswith("warning lost a lease action=0199")


def test_a_line_in_json_is_one_object():
    line = json.loads(Json().format(record("lost %s", "a lease", name="x", action="0199")))
    assert line["message"] == "lost a lease"
    assert line["level"] == "warning"
    assert line["action"] == "0199"


def test_a_trace_is_kept_without_its_secrets():
    try:
        raise ValueError(f"bad key {KEY}")
    except ValueError as error:
        made = record("failed", exc_info=(type(error), error, error.__traceback__))
    for style in (Words(), Json()):
        line = style.format(made)
        assert "ValueError" in line
        assert KEY not in line


@pytest.mark.parametrize("style", ["words", "json"])
def test_the_configuration_is_one_that_logging_takes(style):
    logging.config.DictConfigurator(configuration(style=style, level="info"))
