"""Reread: after a reader was mended, a kept answer is read again, and what it says now is judged."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from payers.adapter import Adapter
from payers.errors import AccountError, PayerError
from payers.exchange import Exchange
from payers.inquiry import Inquiry
from verify.steps.heard import without_benefits
from verify.steps.question import compose
from verify.steps.repair import mend_by_itself, note_end_of_try
from verify.steps.settle import settle
from verify.steps.work import Work
from verify.store import inquiries, readings, verifications
from verify.store.inquiries import Outcome
from verify.verification import InquiryState, may_move, new_id


class Reread(NamedTuple):
    """One kept answer, before and after. Holds codes and ids, nothing of a patient."""

    inquiry_id: str
    verification_id: str
    service_type: str
    before: str
    code_before: str
    after: str
    code: str
    #: What the reading found odd.
    problems: int
    #: Whether this is what the inquiry says from now on (would say, in a dry run).
    taken: bool


def reread(work: Work, inquiry_id: str, *, dry_run: bool = False) -> Reread:
    """Reads the answer of one inquiry again; nobody is asked. Stores and judges what is said anew.

    What cannot be read still, says the same as before, or may not follow what was (an answer does not
    become a rejection) is left as it is. Raises NoResultFound for an inquiry that is not `readings.readable`.
    """
    row, exchange, outcome = _read(work, inquiry_id)
    taken = _is_news(work, row, outcome)
    if taken and not dry_run:
        taken = _store(work, row, exchange, outcome)
    return Reread(
        inquiry_id=row.id,
        verification_id=row.verification_id,
        service_type=row.service_type,
        before=row.state,
        code_before=row.outcome_code,
        after=outcome.state.value,
        code=outcome.code,
        problems=len(outcome.benefits.problems) if outcome.benefits else 0,
        taken=taken,
    )


def _read(work: Work, inquiry_id: str) -> tuple[Row[Any], Exchange, Outcome]:
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, inquiry_id)
        exchange = readings.kept(connection, work.seals(row.practice_id), row.exchange_id)
        verification = verifications.read(connection, row.verification_id)
        question = compose(work, connection, row, verification, row.account_id)
    try:
        return row, exchange, _outcome(work.adapters.of(question.account), exchange, question.inquiry)
    except AccountError as failure:
        # A reader needs no account, but it is made with one; as long as that is broken, nothing is read.
        return row, exchange, Outcome(InquiryState.UNKNOWN, failure.code)


def _outcome(adapter: Adapter, exchange: Exchange, inquiry: Inquiry) -> Outcome:
    try:
        return Outcome(InquiryState.ANSWERED, benefits=adapter.read(exchange, inquiry).benefits)
    except PayerError as failure:
        outcome = without_benefits(failure).outcome
    if outcome.state is InquiryState.UNAVAILABLE:
        # "Not now" was said then; asking again is a new question, which a person decides on.
        return outcome._replace(state=InquiryState.PENDING)
    return outcome


def _is_news(work: Work, row: Row[Any], outcome: Outcome) -> bool:
    before = InquiryState(row.state)
    if outcome.state is InquiryState.UNKNOWN:
        return False
    if before is not outcome.state:
        return may_move(before, outcome.state)
    benefits = inquiries.benefits_of(row, work.seals(row.practice_id))
    was = Outcome(before, row.outcome_code, row.outcome_detail, row.reject_reasons, benefits)
    return _said(was) != _said(outcome)


def _said(outcome: Outcome) -> bytes:
    """Comparable between what was stored and what was just read, whose lists and tuples differ."""
    return msgspec.json.encode(outcome)


def _store(work: Work, row: Row[Any], exchange: Exchange, outcome: Outcome) -> bool:
    """False when the inquiry has moved on while its answer was read."""
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, row.verification_id)
        assert verification is not None
        now = inquiries.inquiry(connection, row.id)
        same = (now.state, now.exchange_id, now.attempt) == (row.state, row.exchange_id, row.attempt)
        if not same or verification.state in readings.OVER or verification.revision != row.revision:
            return False
        readings.replace(connection, work.seals(row.practice_id), now, outcome, exchange)
        _tell(connection, verification, row, outcome)
        now = inquiries.inquiry(connection, row.id)
        note_end_of_try(connection, now)
        mended = mend_by_itself(work, connection, verification, now)
        hint = settle(connection, verification, run=new_id("run"))
    work.hint(*mended, hint)
    return True


def _tell(connection: Connection, verification: Row[Any], row: Row[Any], outcome: Outcome) -> None:
    detail = {
        "service_type": row.service_type,
        "before": row.state,
        "state": outcome.state.value,
        "code": outcome.code,
        "exchange_id": row.exchange_id,
    }
    verifications.record(connection, row.practice_id, verification.id, "inquiry_reread", detail)
