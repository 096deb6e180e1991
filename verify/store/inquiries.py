"""Inquiries and their exchanges: what was asked, and the evidence of what came back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from payers.benefits import Benefits, Problem
from payers.exchange import Exchange
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import exchanges, inquiries, payers, verifications
from verify.store.tables_directory import payer_routes
from verify.verification import InquiryState, move, new_id

BENEFITS = SealedColumn("inquiries", "benefits_sealed")
REQUEST = SealedColumn("exchanges", "request_sealed")
RESPONSE = SealedColumn("exchanges", "response_sealed")
CHANGES = SealedColumn("inquiries", "changes_sealed")

#: The code of an answer a person typed.
CALL = "call"

#: The code of what a person wrote down without a call. It is evidence, and no question that was sent.
WRITTEN_DOWN = "written_down"

#: The code of an answer that was still fresh from another inquiry.
REUSED = "reused"

#: While one is here, the verification still waits for an answer that is on its way.
UNDER_WAY = (InquiryState.PLANNED.value, InquiryState.ASKING.value)


class Ask(NamedTuple):
    """One question to plan: to whom, of what, for which day, and how it came about."""

    payer_id: str
    account_id: str | None
    service_type: str
    on: date
    purpose: str
    #: How far along the trail, from which inquiry's answer, why, and for which benefits.
    hop: int = 0
    from_inquiry_id: str | None = None
    hop_reason: str = ""
    hop_domain: str = ""
    #: Which try of a mended question, and what is asked with instead (JSON of verify.asking.Changes).
    repair: int = 0
    changes: bytes | None = None
    #: Tells the same question asked before (verify.security.blind_index); None: a call.
    fingerprint: bytes | None = None


def plan(
    connection: Connection,
    seals: Seals,
    verification: Row[Any],
    ask: Ask,
    *,
    state: InquiryState = InquiryState.PLANNED,
) -> str | None:
    """The new inquiry's id; None when this very question is planned already."""
    row_id = new_id("inq")
    made = connection.execute(
        upsert(inquiries)
        .values(
            id=row_id,
            practice_id=verification.practice_id,
            verification_id=verification.id,
            revision=verification.revision,
            payer_id=ask.payer_id,
            account_id=ask.account_id,
            service_type=ask.service_type,
            date_of_service=ask.on,
            purpose=ask.purpose,
            state=state.value,
            hop=ask.hop,
            from_inquiry_id=ask.from_inquiry_id,
            hop_reason=ask.hop_reason,
            hop_domain=ask.hop_domain,
            repair=ask.repair,
            question_index=ask.fingerprint,
            changes_sealed=seals.close(ask.changes, CHANGES, row_id) if ask.changes else None,
        )
        .on_conflict_do_nothing(
            index_elements=[
                "verification_id",
                "revision",
                "payer_id",
                "service_type",
                "date_of_service",
                "purpose",
                "repair",
            ]
        )
        .returning(inquiries.c.id)
    ).scalar_one_or_none()
    return str(made) if made else None


def changes_of(row: Row[Any], seals: Seals) -> bytes | None:
    """What a question is asked with instead of the patient's data, as JSON."""
    return None if row.changes_sealed is None else seals.open(row.changes_sealed, CHANGES, row.id)


def as_first_asked(connection: Connection, row: Row[Any]) -> Row[Any]:
    """The question as it stood before any try in other words: the row itself where none was made."""
    first = (
        select(inquiries)
        .where(
            inquiries.c.verification_id == row.verification_id,
            inquiries.c.revision == row.revision,
            inquiries.c.payer_id == row.payer_id,
            inquiries.c.service_type == row.service_type,
            inquiries.c.repair == 0,
        )
        .order_by(inquiries.c.id)
        .limit(1)
    )
    return connection.execute(first).first() or row


def fresh_answer(
    connection: Connection, verification: Row[Any], ask: Ask, *, since: datetime
) -> Row[Any] | None:
    """An answer a payer gave to the very same question since then, for another verification."""
    query = (
        select(inquiries)
        .where(
            inquiries.c.practice_id == verification.practice_id,
            inquiries.c.question_index == ask.fingerprint,
            inquiries.c.answered_at >= since,
            inquiries.c.state == InquiryState.ANSWERED.value,
            inquiries.c.benefits_sealed.is_not(None),
            inquiries.c.verification_id != verification.id,
        )
        .order_by(inquiries.c.answered_at.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def reuse(connection: Connection, seals: Seals, row: Row[Any], answer: Row[Any]) -> None:
    """Answers a planned inquiry with what another was answered with; nothing is asked, nothing is billed."""
    benefits = seals.open(answer.benefits_sealed, BENEFITS, answer.id)
    _change(
        connection,
        row,
        state=InquiryState.ANSWERED,
        outcome_code=REUSED,
        reused_id=answer.reused_id or answer.id,
        answered_at=answer.answered_at,
        benefits_sealed=seals.close(benefits, BENEFITS, row.id),
        exchange_id=answer.exchange_id,
    )


def replace(connection: Connection, row: Row[Any], by: str) -> None:
    """Another inquiry was planned in its place; it stays as it ended and counts no more."""
    connection.execute(update(inquiries).where(inquiries.c.id == row.id).values(replaced_by_id=by))


def inquiry(connection: Connection, inquiry_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(select(inquiries).where(inquiries.c.id == inquiry_id)).one()


def of_verification(connection: Connection, verification: Row[Any]) -> Sequence[Row[Any]]:
    """The inquiries of its present revision; what was asked otherwise before does not count."""
    return connection.execute(select(inquiries).where(_of(verification)).order_by(inquiries.c.id)).all()


def companies(connection: Connection, verification_id: str) -> dict[str, str]:
    """The names of the payers that were asked for it, by id."""
    rows = connection.execute(
        select(payers.c.id, payers.c.name)
        .join(inquiries, inquiries.c.payer_id == payers.c.id)
        .where(inquiries.c.verification_id == verification_id)
    )
    return {row.id: row.name for row in rows}


def under_way(connection: Connection, verification: Row[Any]) -> int:
    """How many questions are still to be sent or on their way."""
    return connection.execute(
        select(func.count()).select_from(inquiries).where(_of(verification), inquiries.c.state.in_(UNDER_WAY))
    ).scalar_one()


def next_attempt_at(connection: Connection, verification: Row[Any]) -> datetime | None:
    """When the first of its unavailable payers is asked again."""
    soonest: datetime | None = connection.execute(
        select(func.min(inquiries.c.ask_again_at)).where(
            _of(verification), inquiries.c.state == InquiryState.UNAVAILABLE.value
        )
    ).scalar_one()
    return soonest


def waiting_for_account(connection: Connection, account_id: str) -> Sequence[str]:
    """The inquiries that wait for a payer this account reaches: held back by it, or to be asked again."""
    held = inquiries.c.state.in_((InquiryState.UNAVAILABLE.value, InquiryState.PLANNED.value))
    reached = select(payer_routes.c.payer_id).where(payer_routes.c.account_id == account_id)
    return (
        connection.execute(
            select(inquiries.c.id).where(
                or_(inquiries.c.account_id == account_id, inquiries.c.payer_id.in_(reached)),
                held,
                inquiries.c.ask_again_at.is_not(None),
            )
        )
        .scalars()
        .all()
    )


def waiting_for_a_way(
    connection: Connection, practice_id: str, payer_id: str, codes: Sequence[str]
) -> Sequence[Row[Any]]:
    """The questions to a payer that a person is to ask for one of these reasons, of visits to come; by verification."""
    return connection.execute(
        select(inquiries)
        .join(verifications, verifications.c.id == inquiries.c.verification_id)
        .where(
            inquiries.c.practice_id == practice_id,
            inquiries.c.payer_id == payer_id,
            inquiries.c.state == InquiryState.PENDING.value,
            inquiries.c.outcome_code.in_(codes),
            inquiries.c.replaced_by_id.is_(None),
            inquiries.c.revision == verifications.c.revision,
            verifications.c.superseded_by_id.is_(None),
            verifications.c.date_of_service >= func.current_date() - 1,
        )
        .order_by(inquiries.c.verification_id, inquiries.c.id)
    ).all()


def begin(
    connection: Connection, row: Row[Any], trace: str, *, account_id: str, cents: int | None = None
) -> str:
    """The id of a new exchange, written before the question is sent through this account; `cents` is its price.

    Should the worker die, the row stays as it is: sent perhaps, answer not known.
    """
    _change(
        connection,
        row,
        state=InquiryState.ASKING,
        attempt=inquiries.c.attempt + 1,
        asked_at=func.clock_timestamp(),
        first_asked_at=func.coalesce(inquiries.c.first_asked_at, func.clock_timestamp()),
        ask_again_at=None,
        account_id=account_id,
    )
    exchange_id = new_id("exch")
    connection.execute(
        insert(exchanges).values(
            id=exchange_id,
            practice_id=row.practice_id,
            inquiry_id=row.id,
            account_id=account_id,
            attempt=row.attempt + 1,
            trace=trace,
            control_number=row.control_number,
            cents=cents,
        )
    )
    return exchange_id


class Outcome(NamedTuple):
    """How an inquiry ended, for its row."""

    state: InquiryState
    code: str = ""
    detail: str = ""
    reject_reasons: Sequence[str] = ()
    benefits: Benefits | None = None
    ask_again_at: datetime | None = None
    #: The account the next attempt goes through, where it is not this one.
    next_account_id: str = ""

    @property
    def word(self) -> str:
        return self.code or self.state.value


def end(
    connection: Connection,
    seals: Seals,
    row: Row[Any],
    exchange_id: str,
    outcome: Outcome,
    evidence: Exchange | None,
) -> None:
    """Completes the exchange and the inquiry together."""
    complete_exchange(
        connection,
        seals,
        exchange_id,
        evidence,
        outcome=outcome.word,
        problems=outcome.benefits.problems if outcome.benefits else [],
    )
    benefits = outcome.benefits
    _change(
        connection,
        row,
        state=outcome.state,
        outcome_code=outcome.code,
        outcome_detail=outcome.detail,
        reject_reasons=list(outcome.reject_reasons),
        ask_again_at=outcome.ask_again_at,
        **({"account_id": outcome.next_account_id} if outcome.next_account_id else {}),
        answered_at=func.clock_timestamp() if benefits else None,
        benefits_sealed=seals.close(msgspec.json.encode(benefits), BENEFITS, row.id) if benefits else None,
        exchange_id=exchange_id,
    )


def wait(connection: Connection, row: Row[Any], *, until: datetime, code: str) -> None:
    """Says when an inquiry that is not allowed out yet will be: a limit, a circuit, a paused account."""
    connection.execute(
        update(inquiries).where(inquiries.c.id == row.id).values(ask_again_at=until, outcome_code=code)
    )


def change_state(
    connection: Connection, row: Row[Any], state: InquiryState, *, code: str = "", detail: str = ""
) -> None:
    _change(connection, row, state=state, outcome_code=code, outcome_detail=detail, ask_again_at=None)


def benefits_of(row: Row[Any], seals: Seals) -> Benefits | None:
    """The benefits an inquiry was answered with."""
    if row.benefits_sealed is None:
        return None
    return msgspec.json.decode(seals.open(row.benefits_sealed, BENEFITS, row.id), type=Benefits)


def add_exchange(connection: Connection, row: Row[Any], trace: str) -> str:
    """An exchange with a person: `begin` without a state of its own."""
    exchange_id = new_id("exch")
    connection.execute(
        insert(exchanges).values(
            id=exchange_id,
            practice_id=row.practice_id,
            inquiry_id=row.id,
            account_id=row.account_id,
            attempt=row.attempt + 1,
            trace=trace,
            control_number=row.control_number,
        )
    )
    connection.execute(
        update(inquiries).where(inquiries.c.id == row.id).values(attempt=inquiries.c.attempt + 1)
    )
    return exchange_id


def complete_exchange(
    connection: Connection,
    seals: Seals,
    exchange_id: str,
    evidence: Exchange | None,
    *,
    outcome: str,
    problems: Sequence[Problem] = (),
) -> None:
    """Fills an exchange once; the table refuses a second time."""
    values: dict[str, Any] = {}
    if evidence is not None:
        values = {
            "requested_at": evidence.requested_at,
            "responded_at": evidence.response_at,
            "http_status": evidence.http_status,
            "request_sealed": seals.close(evidence.request, REQUEST, exchange_id),
            "request_type": evidence.request_type,
            "response_sealed": seals.close(evidence.response, RESPONSE, exchange_id)
            if evidence.response
            else None,
            "response_type": evidence.response_type,
        }
    connection.execute(
        update(exchanges)
        .where(exchanges.c.id == exchange_id)
        .values(
            finished_at=func.clock_timestamp(),
            outcome=outcome,
            problems=msgspec.to_builtins(list(problems)),
            **values,
        )
    )


def answer_by_person(
    connection: Connection,
    verification: Row[Any],
    exchange_id: str,
    *,
    only: str = "",
    code: str = CALL,
) -> None:
    """One call settles every question to the payer on the card that waits for a person; or `only` one inquiry."""
    which = inquiries.c.id == only if only else inquiries.c.hop == 0
    connection.execute(
        update(inquiries)
        .where(_of(verification), inquiries.c.state == InquiryState.PENDING.value, which)
        .values(
            state=InquiryState.ANSWERED.value,
            outcome_code=code,
            answered_at=func.clock_timestamp(),
            ask_again_at=None,
            exchange_id=exchange_id,
        )
    )


def _of(verification: Row[Any]) -> ColumnElement[bool]:
    return and_(
        inquiries.c.verification_id == verification.id,
        inquiries.c.revision == verification.revision,
        inquiries.c.replaced_by_id.is_(None),
        inquiries.c.outcome_code != WRITTEN_DOWN,
    )


def _change(connection: Connection, row: Row[Any], *, state: InquiryState, **values: Any) -> None:
    before = InquiryState(row.state)
    if before is not state:
        move(before, state)
    connection.execute(update(inquiries).where(inquiries.c.id == row.id).values(state=state.value, **values))
