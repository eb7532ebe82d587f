"""Run pages of other people's operations: every document's are drawn, with their fields on them.
How fast is measured by `make bench`; twenty are driven in a browser in tests/journey."""

import pytest

from ouro_web.services import importing
from ouro_web.services.openapi import read
from tests.browser import typed
from tests.conftest import SHARED

FOLDER = SHARED / "cases" / "openapi"
FILES = sorted(path.name for path in FOLDER.glob("*.*") if path.suffix in (".json", ".yaml"))
OF_EACH = 4

pytestmark = pytest.mark.skipif(not FILES, reason="the sample documents are not beside the project")


def test_run_pages_of_real_operations_are_drawn(signed_in, alice, place):
    client, drawn = signed_in(alice), 0
    for name in FILES:
        if name == "manifest.json":
            continue
        text = (FOLDER / name).read_text()
        found = read(text.encode())
        keys = [draft.key for draft in found.drafts]
        take = keys[:: max(1, len(keys) // OF_EACH)][:OF_EACH]
        facts = importing.Facts(name=name, base_url="https://example.org")
        document = importing.Document(text, specification=found)
        service = importing.create(place(alice), facts, document, take=take)
        for route in importing.routes_of(service):
            answer = client.get(route.get_absolute_url())
            assert answer.status_code == 200
            values = typed(answer.content)
            for item in route.operation["parameters"]:
                assert f"{item['in'][0]}~s" in values
            drawn += 1
    assert drawn > 80
