import pytest


@pytest.fixture
def talk(place, alice, bob):
    """Alice's conversation with bob."""
    from ouro_web.conversations import members

    return members.begin(place(alice), members=[bob], name="Phonons")
