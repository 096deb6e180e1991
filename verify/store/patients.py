"""Patients and their policies: identities sealed, found again by keyed hashes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, true, update
from sqlalchemy.dialects.postgresql import insert

from verify.security.blind_index import external_index, identity_index, member_index, name_tokens
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import coverages, patient_tokens, patients
from verify.verification import new_id

IDENTITY = SealedColumn("patients", "identity_sealed")
POLICY = SealedColumn("coverages", "policy_sealed")
#: JSON of verify.intake.submission.Patient.
Identity = dict[str, Any]


def save_patient(connection: Connection, seals: Seals, identity: Identity) -> str:
    """The patient's id; the same last name, first name and birth date is the same patient.

    `identity` is JSON of verify.intake.submission.Patient. What is newly said of a known patient
    is added to what was known.
    """
    row_id = new_id("pat")
    made = connection.execute(
        insert(patients)
        .values(
            id=row_id,
            practice_id=seals.practice_id,
            identity_sealed=seals.close_json(identity, IDENTITY, row_id),
            identity_index=_identity_index(seals, identity),
            external_index=external_index(seals.keyring, seals.practice_id, identity["external_id"]),
        )
        .on_conflict_do_nothing(index_elements=["practice_id", "identity_index"])
        .returning(patients.c.id)
    ).scalar_one_or_none()
    if made is None:
        return _add_to_known(connection, seals, identity)
    _save_tokens(connection, seals, row_id, identity)
    return row_id


def _add_to_known(connection: Connection, seals: Seals, identity: Identity) -> str:
    known = connection.execute(
        select(patients)
        .where(
            patients.c.practice_id == seals.practice_id,
            patients.c.identity_index == _identity_index(seals, identity),
        )
        .with_for_update()
    ).one()
    before = identity_of(known, seals)
    after = {**before, **{name: value for name, value in identity.items() if value}}
    if after != before:
        change_patient(connection, seals, known.id, after)
    return str(known.id)


def change_patient(connection: Connection, seals: Seals, patient_id: str, identity: Identity) -> None:
    """Replaces what is known of the person, and how they are found. Raises IntegrityError when that makes two one."""
    connection.execute(
        update(patients)
        .where(patients.c.id == patient_id, patients.c.practice_id == seals.practice_id)
        .values(
            identity_sealed=seals.close_json(identity, IDENTITY, patient_id),
            identity_index=_identity_index(seals, identity),
            external_index=external_index(seals.keyring, seals.practice_id, identity["external_id"]),
        )
    )
    connection.execute(patient_tokens.delete().where(patient_tokens.c.patient_id == patient_id))
    _save_tokens(connection, seals, patient_id, identity)


def is_somebody_else(connection: Connection, seals: Seals, patient_id: str, identity: Identity) -> bool:
    """Whether another patient of the practice goes by this name and birth date."""
    index = _identity_index(seals, identity)
    if index is None:
        return False
    others = select(patients.c.id).where(
        patients.c.practice_id == seals.practice_id,
        patients.c.identity_index == index,
        patients.c.id != patient_id,
    )
    return connection.execute(others).first() is not None


def identity_of(row: Row[Any], seals: Seals) -> Identity:
    """The identity of a row of `patients`."""
    return seals.open_json(row.identity_sealed, IDENTITY, row.id)


def patient(connection: Connection, practice_id: str, patient_id: str) -> Row[Any]:
    return connection.execute(
        select(patients).where(patients.c.id == patient_id, patients.c.practice_id == practice_id)
    ).one()


def save_coverage(
    connection: Connection, seals: Seals, patient_id: str, payer_id: str | None, policy: dict[str, Any]
) -> str:
    """The coverage's id; the same patient, payer and member id is the same coverage, with the newest details."""
    # Two submissions of one patient at once take turns here, so that they find each other's coverage.
    connection.execute(select(patients.c.id).where(patients.c.id == patient_id).with_for_update())
    index = _member_index(seals, policy)
    # A payer we know is the same by whichever of its names; one we do not know has its name alone.
    same_payer = coverages.c.payer_name == policy["payer"] if payer_id is None else true()
    known = connection.execute(
        select(coverages.c.id)
        .where(
            coverages.c.practice_id == seals.practice_id,
            coverages.c.patient_id == patient_id,
            coverages.c.payer_id.is_not_distinct_from(payer_id),
            same_payer,
            coverages.c.member_index.is_not_distinct_from(index),
            coverages.c.rank == policy["rank"],
        )
        .order_by(coverages.c.id)
        .limit(1)
    ).scalar()
    if known is not None:
        change_coverage(connection, seals, known, payer_id, policy)
        return str(known)
    row_id = new_id("cov")
    connection.execute(
        insert(coverages).values(
            id=row_id,
            practice_id=seals.practice_id,
            patient_id=patient_id,
            payer_id=payer_id,
            payer_name=policy["payer"],
            rank=policy["rank"],
            policy_sealed=seals.close_json(policy, POLICY, row_id),
            member_index=index,
        )
    )
    return row_id


def change_coverage(
    connection: Connection, seals: Seals, coverage_id: str, payer_id: str | None, policy: dict[str, Any]
) -> None:
    connection.execute(
        update(coverages)
        .where(coverages.c.id == coverage_id, coverages.c.practice_id == seals.practice_id)
        .values(
            payer_id=payer_id,
            payer_name=policy["payer"],
            rank=policy["rank"],
            policy_sealed=seals.close_json(policy, POLICY, coverage_id),
            member_index=_member_index(seals, policy),
        )
    )


def coverage(connection: Connection, practice_id: str, coverage_id: str) -> Row[Any]:
    return connection.execute(
        select(coverages).where(coverages.c.id == coverage_id, coverages.c.practice_id == practice_id)
    ).one()


def coverages_of(connection: Connection, practice_id: str, patient_id: str) -> Sequence[Row[Any]]:
    """Every policy of a patient, the newest last."""
    return connection.execute(
        select(coverages)
        .where(coverages.c.practice_id == practice_id, coverages.c.patient_id == patient_id)
        .order_by(coverages.c.id)
    ).all()


def policy_of(row: Row[Any], seals: Seals) -> dict[str, Any]:
    """The policy of a row of `coverages`: JSON of verify.intake.submission.Policy."""
    return seals.open_json(row.policy_sealed, POLICY, row.id)


def _save_tokens(connection: Connection, seals: Seals, patient_id: str, identity: Identity) -> None:
    tokens = name_tokens(
        seals.keyring, seals.practice_id, last=identity["last_name"], birth_date=_born(identity)
    )
    rows = [{"practice_id": seals.practice_id, "token": token, "patient_id": patient_id} for token in tokens]
    if rows:
        connection.execute(insert(patient_tokens), rows)


def _identity_index(seals: Seals, identity: Identity) -> bytes | None:
    return identity_index(
        seals.keyring,
        seals.practice_id,
        last=identity["last_name"],
        first=identity["first_name"],
        birth_date=_born(identity),
    )


def _member_index(seals: Seals, policy: dict[str, Any]) -> bytes | None:
    return member_index(seals.keyring, seals.practice_id, policy["member_id"])


def _born(identity: Identity) -> date | None:
    born = identity["birth_date"]
    return date.fromisoformat(born) if born else None
