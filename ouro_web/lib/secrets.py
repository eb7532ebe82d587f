"""Secrets at rest: authenticated encryption, bound to the row that holds them.

A ciphertext copied into another row does not open there, so nobody with write access to the table
can borrow somebody else's credential.
"""

import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretError(Exception):
    """A stored secret that cannot be read: a key is missing, or the row is not its own."""


class Vault:
    """Seals and opens secrets. The first key seals; all of them open."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SecretError("No key for stored secrets is configured.")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, plain: str, *, row: object) -> str:
        """Encrypt `plain` for the row with this id; an empty secret stays empty."""
        if not plain:
            return ""
        document = json.dumps({"row": str(row), "secret": plain})
        return self._fernet.encrypt(document.encode()).decode()

    def reveal(self, sealed: str, *, row: object) -> str:
        """Decrypt what `seal` made for the same row. Raises SecretError."""
        if not sealed:
            return ""
        try:
            document = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SecretError("A stored secret does not open with the configured keys.") from error
        if document["row"] != str(row):
            raise SecretError("A stored secret belongs to another row.")
        return str(document["secret"])

    def renew(self, sealed: str) -> str:
        """The same secret under the first key."""
        return self._fernet.rotate(sealed.encode()).decode() if sealed else ""


def new_key() -> str:
    """A fresh key, as settings hold it."""
    return Fernet.generate_key().decode()
