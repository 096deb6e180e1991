"""Sealed columns: each bound to its practice, table, column and row."""

from typing import Any, NamedTuple, TypedDict

from sqlalchemy import Connection, select

from verify.security.encryption import seal, seal_json, sealing_key, unseal, unseal_json
from verify.security.keys import KeyId, Keyring
from verify.store.tables import patients, payer_accounts
from verify.store.tables_appointments import appointment_sources
from verify.store.tables_clinical import authorization_versions, evidence_sheets
from verify.store.tables_notices import notice_endpoints


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


def keys_in_use(connection: Connection) -> set[KeyId]:
    """The keys that the oldest and the newest sealed rows need; none for a database without any."""
    places = [
        (patients.c.id, patients.c.identity_sealed),
        (payer_accounts.c.id, payer_accounts.c.secrets_sealed),
        (appointment_sources.c.id, appointment_sources.c.secrets_sealed),
        (notice_endpoints.c.id, notice_endpoints.c.secrets_sealed),
        (evidence_sheets.c.id, evidence_sheets.c.sheet_sealed),
        (authorization_versions.c.id, authorization_versions.c.record_sealed),
    ]
    looks = [
        select(sealed).where(sealed.is_not(None)).order_by(order).limit(1)
        for row_id, sealed in places
        for order in (row_id, row_id.desc())
    ]
    found = [connection.execute(look).scalar_one_or_none() for look in looks]
    return {sealing_key(sealed) for sealed in found if sealed is not None}
