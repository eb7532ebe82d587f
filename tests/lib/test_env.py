from pathlib import Path

import pytest

from ouro_web.lib import database, env, mail, queue

HERE = Path("/somewhere/app.db")


@pytest.mark.parametrize(("value", "flag"), [("1", True), ("Yes", True), ("0", False), ("", False)])
def test_a_flag_is_read_in_its_usual_spellings(value, flag):
    assert env.flag("SWITCH", not flag, {"SWITCH": value}) is flag


def test_a_value_that_is_not_understood_stops_the_start():
    with pytest.raises(env.BadSetting, match="SWITCH must be 1 or 0, is 'maybe'"):
        env.flag("SWITCH", True, {"SWITCH": "maybe"})
    with pytest.raises(env.BadSetting, match="PORT must be a whole number"):
        env.number("PORT", 8000, environ={"PORT": "eight"})
    with pytest.raises(env.BadSetting, match="PORT must be between 1 and 65535, is 70000"):
        env.number("PORT", 8000, low=1, high=65_535, environ={"PORT": "70000"})


def test_a_missing_value_is_the_default():
    assert (env.flag("SWITCH", True, {}), env.number("PORT", 8000, environ={})) == (True, 8000)


def test_an_empty_value_is_the_default():
    assert env.text("HOST", "127.0.0.1", {"HOST": " "}) == "127.0.0.1"


def test_a_list_drops_blanks():
    assert env.words("HOSTS", {"HOSTS": " a, ,b:80 ,"}) == ["a", "b:80"]


def test_the_database_is_sqlite_with_one_writer_at_a_time_by_default():
    found = database.from_url("", HERE)
    assert found["NAME"] == HERE
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgres_address_is_taken_apart():
    found = database.from_url("postgres://ou:s%40cret@db.example:5433/site", HERE)
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("site", "ou", "s@cret")
    assert (found["HOST"], found["PORT"]) == ("db.example", "5433")


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("", "ouro_web.lib.queues.Sqlite"),
        ("redis://127.0.0.1:6379/1", "ouro_web.lib.queues.Redis"),
        ("postgres://127.0.0.1/site", "ouro_web.lib.queues.Postgres"),
    ],
)
def test_the_queue_follows_its_address(url, backend):
    assert queue.from_url(url, HERE)["huey_class"] == backend


@pytest.mark.parametrize("read", [database.from_url, queue.from_url], ids=["rows", "queue"])
def test_an_unknown_kind_of_address_is_refused(read):
    with pytest.raises(env.BadSetting):
        read("mysql://127.0.0.1/x", HERE)


def test_mail_goes_to_the_console_without_an_address_and_to_smtp_with_one():
    assert mail.from_url("")["BACKEND"].endswith("console.EmailBackend")
    options = mail.from_url("smtp://me:pass%21@mail.example")["OPTIONS"]
    assert (options["host"], options["port"], options["password"]) == ("mail.example", 587, "pass!")
