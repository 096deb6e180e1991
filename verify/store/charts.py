"""Charts: a verification with what its course is given under: the payer's names, the provider, the tax id."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from verify.store.tables import coverages, locations, payers, practices, providers, verifications


def chart(connection: Connection, practice_id: str, verification_id: str) -> Row[Any] | None:
    """None when this practice has no such verification."""
    return connection.execute(
        select(
            verifications,
            coverages.c.payer_name,
            coverages.c.rank.label("coverage_rank"),
            payers.c.code.label("payer_code"),
            payers.c.name.label("known_payer_name"),
            payers.c.aliases.label("payer_aliases"),
            providers.c.npi.label("provider_npi"),
            practices.c.tax_id,
        )
        .join(practices, practices.c.id == verifications.c.practice_id)
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .outerjoin(providers, providers.c.id == verifications.c.provider_id)
        .where(verifications.c.id == verification_id, verifications.c.practice_id == practice_id)
    ).one_or_none()


def payer_names(row: Row[Any]) -> tuple[str, ...]:
    """The payer's code, name and aliases, and what the card says."""
    names = [row.payer_code, row.known_payer_name, *(row.payer_aliases or ()), row.payer_name]
    return tuple(dict.fromkeys(name for name in names if name))


def state(connection: Connection, practice_id: str) -> str:
    """The state of the place of treatment, where all of the practice's places are in one; else empty."""
    addresses = connection.execute(
        select(locations.c.address).where(locations.c.practice_id == practice_id)
    ).scalars()
    states = {str(address.get("state", "")).strip().upper() for address in addresses}
    return states.pop() if len(states) == 1 else ""


def speaking_for(connection: Connection, coverage_id: str) -> Sequence[str]:
    """The verifications of a coverage that speak now."""
    return (
        connection.execute(
            select(verifications.c.id)
            .where(verifications.c.coverage_id == coverage_id, verifications.c.superseded_by_id.is_(None))
            .order_by(verifications.c.id)
        )
        .scalars()
        .all()
    )


def of_patient(connection: Connection, practice_id: str, patient_id: str) -> Sequence[Row[Any]]:
    """The verifications of a patient that speak now, held until the caller's commit.

    The newest first: a re-check is held before the one it asks again, as its own steps do it.
    """
    return connection.execute(
        select(verifications)
        .where(
            verifications.c.practice_id == practice_id,
            verifications.c.patient_id == patient_id,
            verifications.c.superseded_by_id.is_(None),
        )
        .order_by(verifications.c.id.desc())
        .with_for_update()
    ).all()
