from decimal import Decimal
from pathlib import Path

import pytest
from django.db import models
from django.db.models import Value
from django.db.utils import ConnectionHandler

from ouro_web.lib import database
from ouro_web.lib.fields import exact


@pytest.fixture
def cursor(postgres, django_db_blocker):
    connection = ConnectionHandler({"default": database.from_url(postgres, Path())})["default"]
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            yield cursor
        connection.close()


def test_json_comes_back_as_it_was_written(cursor):
    field = models.JSONField(encoder=exact.Encoder, decoder=exact.Decoder)
    asked = {
        "pressure": Decimal("0.1234567890123456789"),
        "id": 6.02214076e23,
        "fmax": {"zz": 1, "a": "é"},
    }
    cursor.execute(f"CREATE TABLE kept (value {field.db_type(cursor.db)})")
    cursor.execute("INSERT INTO kept VALUES (%s)", [field.get_db_prep_save(asked, cursor.db)])
    cursor.execute("SELECT value FROM kept")
    found = field.from_db_value(cursor.fetchone()[0], Value(""), cursor.db)
    assert exact.dumps(found) == exact.dumps(asked)
    assert [list(found), list(found["fmax"])] == [["pressure", "id", "fmax"], ["zz", "a"]]
