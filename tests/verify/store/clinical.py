"""A practice with a patient and a policy, for tests of what is kept of their illness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import Connection

from verify.intake.submission import Patient, Policy
from verify.security.keys import Keyring
from verify.store import clinic, connect, patients
from verify.store.sealing import Seals


class Chart(NamedTuple):
    connection: Connection
    seals: Seals
    patient_id: str
    coverage_id: str


@pytest.fixture
def chart(postgres_url: str, tmp_path: object) -> Iterator[Chart]:
    from pathlib import Path

    file = Path(str(tmp_path)) / "keys.json"
    ring = Keyring.create(file)
    engine = connect(postgres_url)
    with engine.connect() as connection:
        practice_id = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        seals = Seals(ring, practice_id)
        identity = Patient(last_name="Quill", first_name="Marguerite").model_dump(mode="json")
        patient_id = patients.save_patient(connection, seals, identity)
        policy = Policy(payer="Blue Hollow", member_id="BHX1").model_dump(mode="json")
        coverage_id = patients.save_coverage(connection, seals, patient_id, None, policy)
        connection.commit()
        yield Chart(connection, seals, patient_id, coverage_id)
    engine.dispose()
