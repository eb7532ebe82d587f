import asyncio
import threading

import pytest

from ouro_web.actions.models import WorkerBeat
from ouro_web.actions.writer import Writer


def write(owner):
    WorkerBeat.objects.create(owner=owner, beat_at="2026-11-22T00:00:00Z")
    if owner.startswith("bad"):
        raise ValueError(owner)
    return owner


@pytest.mark.django_db(transaction=True)
def test_changes_that_wait_together_are_kept_one_by_one():
    """One that fails takes back its own part and no other."""
    gate = threading.Event()

    async def all_at_once():
        writer = Writer()
        first = asyncio.ensure_future(writer(lambda: gate.wait(10)))
        await asyncio.sleep(0)
        names = ["a", "bad b", "c", "bad d", "e"]
        others = [asyncio.ensure_future(writer(write, name)) for name in names]
        await asyncio.sleep(0)
        gate.set()
        results = await asyncio.gather(first, *others, return_exceptions=True)
        await asyncio.to_thread(writer.close)
        return results

    results = asyncio.run(all_at_once())
    assert [str(result) for result in results] == ["True", "a", "bad b", "c", "bad d", "e"]
    assert set(WorkerBeat.objects.values_list("owner", flat=True)) == {"a", "c", "e"}
