"""Every operation of the real documents that lie beside the project opens as a form, and what it
opens with goes through it unchanged."""

import pytest

from ouro_web.lib.declarations import read_inputs
from ouro_web.lib.fields import build, encode, exact, judge, read
from ouro_web.services import openapi
from tests.conftest import SHARED

FOLDER = SHARED / "cases" / "openapi"
FILES = sorted(path.name for path in FOLDER.glob("*.*") if path.suffix in (".json", ".yaml"))
LARGEST = 60  # operations of one document; the rest are more of the same

pytestmark = pytest.mark.skipif(not FILES, reason="the sample documents are not beside the project")


@pytest.mark.parametrize("name", FILES)
def test_real_operations_open_and_go_through_their_form(name):
    drafts = openapi.read((FOLDER / name).read_bytes()).drafts
    for draft in drafts[:: max(1, len(drafts) // LARGEST)]:
        asked, inputs = draft.operation, read_inputs(draft.operation)

        fresh = build(asked, inputs)
        posted = judge(asked, inputs, read(asked, inputs, fresh.state))
        again = build(asked, inputs, posted.document)

        assert exact.same(posted.document, fresh.document)
        assert exact.same(again.document, fresh.document)
        encode(asked, {**fresh.document, "path": {}})
