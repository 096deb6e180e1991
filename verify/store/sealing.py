"""Sealed columns: each bound to its practice, table, column and row."""

from typing import Any, NamedTuple, TypedDict

from verify.security.encryption import seal, seal_json, unseal, unseal_json
from verify.security.keys import Keyring


class SealedColumn(NamedTuple):
    """A column that holds ciphertext."""

    table: str
    column: str


class Place(TypedDict):
    """What a value is bound to: it opens nowhere else."""

    practice_id: str
    table: str
    column: str
    row_id: str


class Seals(NamedTuple):
    """Seals and unseals columns of one practice's rows."""

    keyring: Keyring
    practice_id: str

    def close(self, value: bytes, column: SealedColumn, row_id: str) -> bytes:
        return seal(self.keyring, value, **self._place(column, row_id))

    def open(self, sealed: bytes, column: SealedColumn, row_id: str) -> bytes:
        return unseal(self.keyring, sealed, **self._place(column, row_id))

    def close_json(self, value: Any, column: SealedColumn, row_id: str) -> bytes:
        return seal_json(self.keyring, value, **self._place(column, row_id))

    def open_json(self, sealed: bytes, column: SealedColumn, row_id: str) -> dict[str, Any]:
        document: dict[str, Any] = unseal_json(
            self.keyring, sealed, **self._place(column, row_id), type_=dict[str, Any]
        )
        return document

    def _place(self, column: SealedColumn, row_id: str) -> Place:
        return {
            "practice_id": self.practice_id,
            "table": column.table,
            "column": column.column,
            "row_id": row_id,
        }
