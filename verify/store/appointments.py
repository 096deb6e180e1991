"""Appointments, and the deliveries they are drawn from; the sender's ids are found by keyed hashes."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify.store import verifications
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import payers
from verify.store.tables import verifications as verification_rows
from verify.store.tables_appointments import (
    appointment_deliveries,
    appointment_events,
    appointment_subscriptions,
    appointments,
)
from verify.store.tables_directory import payer_routes
from verify.verification import VerificationState, new_id

BODY = SealedColumn("appointment_deliveries", "body_sealed")
HEADERS = SealedColumn("appointment_deliveries", "headers_sealed")
REFERENCE = SealedColumn("appointment_subscriptions", "reference_sealed")
DETAILS = SealedColumn("appointments", "details_sealed")

#: A gap longer than this is no lost notification but a restarted counter; the newest part of it is asked for.
LONGEST_GAP = 1000
OVER = (VerificationState.CANCELLED.value, VerificationState.EXPIRED.value)


class Event(NamedTuple):
    """What is kept of one event to know it again."""

    #: The sender's id of it.
    key: str
    subscription_id: str | None = None
    number: int | None = None


class NewDelivery(NamedTuple):
    """A delivery to be stored, with at least one event."""

    id: str
    practice_id: str
    source_id: str
    headers: Mapping[str, str]
    body: bytes
    events: Sequence[Event]


class Delivery(NamedTuple):
    """A delivery as it came in."""

    id: str
    practice_id: str
    source_id: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


def index(seals: Seals, column: str, *values: str) -> bytes:
    """A keyed hash of a sender's id."""
    message = "|".join(values).encode("utf-8", "surrogatepass")
    return hmac.digest(seals.keyring.index_key(seals.practice_id, column), message, sha256)[:16]


# --- deliveries -----------------------------------------------------------------------------------------


def add_deliveries(
    connection: Connection, seals: Callable[[str], Seals], batch: Sequence[NewDelivery]
) -> frozenset[str]:
    """The ids of the deliveries with an event that is new; the others are repeats and leave nothing."""
    rows = {
        (each.source_id, key): {
            "source_id": each.source_id,
            "key": key,
            "practice_id": each.practice_id,
            "delivery_id": each.id,
            "subscription_id": event.subscription_id,
            "number": event.number,
        }
        for each in batch
        for event in each.events
        if (key := index(seals(each.practice_id), "appointment_event", each.source_id, event.key))
    }
    # In one order everywhere, so that two transactions with the same events cannot wait for each other.
    added = connection.execute(
        upsert(appointment_events)
        .on_conflict_do_nothing(index_elements=["source_id", "key"])
        .returning(appointment_events.c.delivery_id),
        [rows[place] for place in sorted(rows)],
    )
    fresh = frozenset(added.scalars())
    made = [_sealed(seals(each.practice_id), each) for each in batch if each.id in fresh]
    if made:
        connection.execute(insert(appointment_deliveries), made)
    return fresh


def _sealed(seals: Seals, new: NewDelivery) -> dict[str, Any]:
    return {
        "id": new.id,
        "practice_id": new.practice_id,
        "source_id": new.source_id,
        "body_sealed": seals.close(new.body, BODY, new.id),
        "headers_sealed": seals.close_json(dict(new.headers), HEADERS, new.id),
        "events": len(new.events),
    }


def delivery(connection: Connection, seals: Seals, delivery_id: str) -> Delivery:
    """Raises NoResultFound."""
    row = connection.execute(
        select(appointment_deliveries).where(
            appointment_deliveries.c.id == delivery_id,
            appointment_deliveries.c.practice_id == seals.practice_id,
        )
    ).one()
    return Delivery(
        id=row.id,
        practice_id=row.practice_id,
        source_id=row.source_id,
        headers=seals.open_json(row.headers_sealed, HEADERS, row.id),
        body=seals.open(row.body_sealed, BODY, row.id),
        received_at=row.received_at,
    )


def source_of_delivery(connection: Connection, delivery_id: str) -> str:
    """The id of its source. Raises NoResultFound."""
    found = connection.execute(
        select(appointment_deliveries.c.source_id).where(appointment_deliveries.c.id == delivery_id)
    )
    return str(found.scalar_one())


def finish_delivery(
    connection: Connection, delivery_id: str, outcomes: Sequence[str], *, failed: bool = False
) -> None:
    connection.execute(
        update(appointment_deliveries)
        .where(appointment_deliveries.c.id == delivery_id)
        .values(
            state="failed" if failed else "done", outcomes=list(outcomes), finished_at=func.clock_timestamp()
        )
    )


# --- subscriptions --------------------------------------------------------------------------------------


def hear(connection: Connection, seals: Seals, source_id: str, reference: str, state: str) -> Row[Any]:
    """The subscription's row, held until the transaction ends; made when it is heard of first."""
    found = index(seals, "appointment_subscription", source_id, reference)
    row_id = new_id("subs")
    said = {"state": state, "heard_at": func.clock_timestamp()}
    return connection.execute(
        upsert(appointment_subscriptions)
        .values(
            id=row_id,
            practice_id=seals.practice_id,
            source_id=source_id,
            reference_index=found,
            reference_sealed=seals.close(reference.encode(), REFERENCE, row_id),
            **said,
        )
        .on_conflict_do_update(index_elements=["source_id", "reference_index"], set_=said)
        .returning(appointment_subscriptions)
    ).one()


def restart(connection: Connection, subscription: Row[Any], total: int) -> None:
    """The server counts anew: numbers of before say nothing of gaps any more."""
    connection.execute(
        update(appointment_events)
        .where(appointment_events.c.subscription_id == subscription.id)
        .values(number=None)
    )
    _set(
        connection,
        subscription.id,
        counted_from=total,
        highest=total,
        missing_from=None,
        missing_until=None,
    )


def count(
    connection: Connection, subscription: Row[Any], highest: int, lowest: int
) -> tuple[int, int] | None:
    """Takes note of the newest number; the first and last of the events that are missing, or None.

    `lowest` is where counting begins for a subscription nothing was heard of before.
    """
    start = lowest if subscription.counted_from is None else subscription.counted_from
    top = max(highest, subscription.highest or 0)
    gap = missing(connection, subscription.id, start, top)
    _set(
        connection,
        subscription.id,
        counted_from=start,
        highest=top,
        missing_from=gap[0] if gap else None,
        missing_until=gap[1] if gap else None,
    )
    return gap


def missing(connection: Connection, subscription_id: str, start: int, top: int) -> tuple[int, int] | None:
    """The first and last number after `start`, up to `top`, that no delivery had."""
    first = max(start, top - LONGEST_GAP) + 1
    found = connection.execute(
        text(
            "select min(n), max(n) from generate_series(cast(:first as bigint), cast(:top as bigint)) n"
            " where not exists (select from appointment_events"
            " where subscription_id = :subscription_id and number = n)"
        ),
        {"first": first, "top": top, "subscription_id": subscription_id},
    ).one()
    return None if found[0] is None else (found[0], found[1])


def subscription(connection: Connection, subscription_id: str) -> Row[Any]:
    """The row, held until the transaction ends. Raises NoResultFound."""
    return connection.execute(
        select(appointment_subscriptions)
        .where(appointment_subscriptions.c.id == subscription_id)
        .with_for_update()
    ).one()


def reference_of(row: Row[Any], seals: Seals) -> str:
    """ "Subscription/7", as its server writes it."""
    return seals.open(row.reference_sealed, REFERENCE, row.id).decode()


def _set(connection: Connection, subscription_id: str, **values: Any) -> None:
    connection.execute(
        update(appointment_subscriptions)
        .where(appointment_subscriptions.c.id == subscription_id)
        .values(**values)
    )


# --- appointments ---------------------------------------------------------------------------------------


def lock(connection: Connection, seals: Seals, source_id: str, external_id: str) -> Row[Any] | None:
    """The appointment's row, held until the transaction ends; None when it is heard of first."""
    return connection.execute(
        select(appointments).where(*_named(seals, source_id, external_id)).with_for_update()
    ).first()


def add(
    connection: Connection, seals: Seals, source_id: str, external_id: str, *, version_at: datetime
) -> bool:
    """Makes room for an appointment; False when another delivery was quicker."""
    row_id = new_id("appt")
    made = connection.execute(
        upsert(appointments)
        .values(
            id=row_id,
            practice_id=seals.practice_id,
            source_id=source_id,
            external_index=index(seals, "appointment", source_id, external_id),
            status="tentative",
            version_at=version_at,
            details_sealed=seals.close_json({}, DETAILS, row_id),
        )
        .on_conflict_do_nothing(index_elements=["source_id", "external_index"])
        .returning(appointments.c.id)
    )
    return made.first() is not None


def details_of(row: Row[Any], seals: Seals) -> dict[str, Any]:
    """`appointment` and `visit` as JSON; empty for one that was only just heard of."""
    return seals.open_json(row.details_sealed, DETAILS, row.id)


def change(
    connection: Connection, seals: Seals, row: Row[Any], *, details: dict[str, Any], **values: Any
) -> None:
    """Writes columns of a locked row."""
    connection.execute(
        update(appointments)
        .where(appointments.c.id == row.id)
        .values(
            details_sealed=seals.close_json(details, DETAILS, row.id),
            updated_at=func.now(),
            **values,
        )
    )


def others_live(connection: Connection, row: Row[Any]) -> bool:
    """Whether another appointment still waits for the same verification."""
    found = connection.execute(
        select(appointments.c.id)
        .where(
            appointments.c.verification_id == row.verification_id,
            appointments.c.id != row.id,
            appointments.c.live,
        )
        .limit(1)
    )
    return found.first() is not None


def first_visits(connection: Connection, verification_id: str) -> dict[str, date]:
    """The first booked day of each service line, of a verification and of those it asks again."""
    chain = verifications.chain([verification_id])
    rows = connection.execute(
        select(appointments.c.visit_on, appointments.c.service_lines)
        .join(chain, chain.c.id == appointments.c.verification_id)
        .where(appointments.c.live, appointments.c.visit_on.is_not(None))
        .order_by(appointments.c.visit_on.desc())
    )
    return {line: row.visit_on for row in rows for line in row.service_lines}


def same_course(
    connection: Connection,
    *,
    appointment_id: str,
    patient_id: str,
    coverage_id: str,
    service_lines: Sequence[str],
    on: date,
    days: int,
) -> str | None:
    """The verification of another visit of the same course shortly before this one, in the same calendar year."""
    year_begins = on.replace(month=1, day=1)
    found = connection.execute(
        select(verification_rows.c.id)
        .join(appointments, appointments.c.verification_id == verification_rows.c.id)
        .where(
            appointments.c.id != appointment_id,
            appointments.c.live,
            verification_rows.c.patient_id == patient_id,
            verification_rows.c.coverage_id == coverage_id,
            verification_rows.c.service_lines == list(service_lines),
            verification_rows.c.state.not_in(OVER),
            verification_rows.c.date_of_service.between(max(on - timedelta(days=days), year_begins), on),
        )
        .order_by(verification_rows.c.date_of_service.desc())
        .limit(1)
    ).scalar()
    return str(found) if found else None


def payer_name(connection: Connection, practice_id: str, said: Sequence[str]) -> str | None:
    """The code of the one payer of ours that a name, alias or clearinghouse id in `said` means; else None."""
    words = [" ".join(each.split()).lower() for each in said if each.strip()]
    if not words:
        return None
    alias = func.unnest(payers.c.aliases).table_valued("alias").render_derived(name="aliases")
    fits: ColumnElement[bool] = or_(
        func.lower(payers.c.code).in_(words),
        func.lower(payers.c.name).in_(words),
        select(1)
        .where(
            payer_routes.c.payer_id == payers.c.id,
            payer_routes.c.their_id != "",
            func.lower(payer_routes.c.their_id).in_(words),
        )
        .exists(),
        select(1).select_from(alias).where(func.lower(alias.c.alias).in_(words)).exists(),
    )
    rows = connection.execute(
        select(payers.c.code).where(payers.c.practice_id == practice_id, fits).limit(2)
    ).all()
    return str(rows[0].code) if len(rows) == 1 else None


def _named(seals: Seals, source_id: str, external_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        appointments.c.source_id == source_id,
        appointments.c.external_index == index(seals, "appointment", source_id, external_id),
    )
