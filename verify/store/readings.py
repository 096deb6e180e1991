"""Readings: which kept answers can be read again, and what a second reading says of their inquiries."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from payers.exchange import Exchange
from verify.store.inquiries import BENEFITS, CALL, REQUEST, RESPONSE, Outcome
from verify.store.sealing import Seals
from verify.store.tables import exchanges, inquiries, verifications
from verify.verification import InquiryState, VerificationState, move

#: Nobody needs to know any more.
OVER = (VerificationState.CANCELLED.value, VerificationState.EXPIRED.value)
UNREAD = (InquiryState.UNKNOWN.value,)
#: Something came back.
READABLE = (*UNREAD, InquiryState.ANSWERED.value, InquiryState.REJECTED.value)


def readable(
    connection: Connection,
    *,
    states: Sequence[str] = UNREAD,
    among: Sequence[str] = (),
) -> list[str]:
    """Inquiries in these states with a kept answer, oldest first; only those `among`, where any are named.

    Of the present revision of verifications that are not over; what a person typed is no answer to read.
    """
    statement = (
        select(inquiries.c.id)
        .join(verifications, verifications.c.id == inquiries.c.verification_id)
        .join(exchanges, exchanges.c.id == inquiries.c.exchange_id)
        .where(
            inquiries.c.state.in_(states),
            inquiries.c.outcome_code != CALL,
            inquiries.c.account_id.is_not(None),
            inquiries.c.revision == verifications.c.revision,
            verifications.c.state.not_in(OVER),
            exchanges.c.response_sealed.is_not(None),
        )
        .order_by(inquiries.c.id)
    )
    if among:
        statement = statement.where(inquiries.c.id.in_(among))
    return list(connection.execute(statement).scalars())


def kept(connection: Connection, seals: Seals, exchange_id: str) -> Exchange:
    """The exchange as the adapter returned it. Raises NoResultFound."""
    row = connection.execute(select(exchanges).where(exchanges.c.id == exchange_id)).one()
    return Exchange(
        account_id=row.account_id or "",
        trace=row.trace,
        control_number=row.control_number,
        request=seals.open(row.request_sealed, REQUEST, row.id),
        requested_at=row.requested_at,
        request_type=row.request_type or "",
        response=seals.open(row.response_sealed, RESPONSE, row.id),
        response_at=row.responded_at,
        response_type=row.response_type or "",
        http_status=row.http_status,
    )


def replace(
    connection: Connection, seals: Seals, row: Row[Any], outcome: Outcome, exchange: Exchange
) -> None:
    """Writes what the second reading says; the exchange itself is evidence and stays as it is.

    The payer answered when it did, not now. Raises MoveForbidden.
    """
    before = InquiryState(row.state)
    if before is not outcome.state:
        move(before, outcome.state)
    benefits = outcome.benefits
    connection.execute(
        update(inquiries)
        .where(inquiries.c.id == row.id)
        .values(
            state=outcome.state.value,
            outcome_code=outcome.code,
            outcome_detail=outcome.detail,
            reject_reasons=list(outcome.reject_reasons),
            answered_at=exchange.response_at if benefits else None,
            benefits_sealed=seals.close(msgspec.json.encode(benefits), BENEFITS, row.id)
            if benefits
            else None,
        )
    )
