"""Sealed columns: each bound to its practice, table, column and row."""

from typing import Any, NamedTuple

from verify.security.encryption import seal, seal_json, unseal, unseal_json
from verify.security.keys import Keyring


class SealedColumn(NamedTuple):
    """A column that holds ciphertext."""

    table: str
    column: str


class Seals(NamedTuple):
    """Seals and unseals columns of one practice's rows."""

    keyring: Keyring
    practice_id: str

    def close(self, value: bytes, place: SealedColumn, row_id: str) -> bytes:
        return seal(
            self.keyring,
            value,
            practice_id=self.practice_id,
            table=place.table,
            column=place.column,
            row_id=row_id,
        )

    def open(self, sealed: bytes, place: SealedColumn, row_id: str) -> bytes:
        return unseal(
            self.keyring,
            sealed,
            practice_id=self.practice_id,
            table=place.table,
            column=place.column,
            row_id=row_id,
        )

    def close_json(self, value: Any, place: SealedColumn, row_id: str) -> bytes:
        return seal_json(
            self.keyring,
            value,
            practice_id=self.practice_id,
            table=place.table,
            column=place.column,
            row_id=row_id,
        )

    def open_json(self, sealed: bytes, place: SealedColumn, row_id: str) -> dict[str, Any]:
        document: dict[str, Any] = unseal_json(
            self.keyring,
            sealed,
            practice_id=self.practice_id,
            table=place.table,
            column=place.column,
            row_id=row_id,
            type_=dict[str, Any],
        )
        return document
