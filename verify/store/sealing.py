"""Sealed columns: each bound to its practice, table, column and row."""

from typing import Any

from verify.security.encryption import seal, seal_json, unseal, unseal_json
from verify.security.keys import Keyring


class Seals:
    """Seals and unseals the columns of one practice's rows."""

    def __init__(self, keyring: Keyring, practice_id: str) -> None:
        self.keyring = keyring
        self.practice_id = practice_id

    def close(self, value: bytes, column: str, row_id: str) -> bytes:
        """`column` is "table.column"."""
        return seal(self.keyring, value, **self._place(column, row_id))

    def open(self, sealed: bytes, column: str, row_id: str) -> bytes:
        return unseal(self.keyring, sealed, **self._place(column, row_id))

    def close_json(self, value: Any, column: str, row_id: str) -> bytes:
        return seal_json(self.keyring, value, **self._place(column, row_id))

    def open_json(self, sealed: bytes, column: str, row_id: str) -> Any:
        return unseal_json(self.keyring, sealed, **self._place(column, row_id))

    def _place(self, column: str, row_id: str) -> dict[str, str]:
        table, _, name = column.partition(".")
        return {"practice_id": self.practice_id, "table": table, "column": name, "row_id": row_id}
