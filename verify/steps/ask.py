"""Ask: one question to one payer, with no transaction open while the payer thinks."""

import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from payers.errors import AccountError, PayerError, Pending, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.limits import Outcome as Learned
from payers.maintenance import closed_until
from verify.followup import mend_account
from verify.retry import AskAgain, decide
from verify.security.logging import get_logger
from verify.steps.question import Question, compose
from verify.steps.settle import settle
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, verifications
from verify.store.inquiries import Outcome
from verify.store.jobs import Claim, Hint
from verify.verification import InquiryState, VerificationState

log = get_logger(__name__)

#: The lease outlives the payer's deadline by this, for storing what came back.
STORING_SECONDS = 20.0
#: The code of a question that waits for the end of the payer's maintenance hours.
MAINTENANCE = "maintenance"
#: A paused account is looked at again after this.
PAUSED_SECONDS = 900.0


class Heard(NamedTuple):
    """What came of one attempt, before it is decided whether to ask again."""

    outcome: Outcome
    evidence: Exchange | None
    learned: Learned = Learned.ANSWERED
    retry_after_seconds: float | None = None
    #: False only when certainly nothing reached the payer.
    sent: bool = True
    #: The account itself is what failed.
    account_code: str = ""


def ask(work: Work, claim: Claim) -> None:
    """Asks, or gives the job back until the account lets us; stores what came of it exactly once."""
    question = _prepare(work, claim)
    if question is None:
        return
    if question.paused_code:
        _come_back(work, claim, question, PAUSED_SECONDS, question.paused_code)
        return
    closed = closed_until(question.maintenance, work.now())
    if closed is not None:
        _come_back(work, claim, question, (closed - work.now()).total_seconds(), MAINTENANCE)
        return
    work.adapters.warm(question.account)
    wait = work.turnstile.enter(question.account, claim.token, question.lane)
    if wait is not None:
        _come_back(work, claim, question, wait.seconds, str(wait.reason))
        return
    heard = Heard(Outcome(InquiryState.UNAVAILABLE), None, Learned.NOT_ASKED)
    try:
        exchange_id = _begin(work, claim, question)
        if exchange_id is not None:
            work.turnstile.depart(question.account, claim.token)
            heard = _exchange(work, question)
    finally:
        work.turnstile.leave(
            question.account, claim.token, heard.learned, retry_after_seconds=heard.retry_after_seconds
        )
    if exchange_id is not None:
        work.hint(*_store_patiently(work, claim, question, exchange_id, heard))


def _prepare(work: Work, claim: Claim) -> Question | None:
    """The question, or None when nobody wants its answer any more."""
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, claim.subject_id)
        verification = verifications.read(connection, row.verification_id)
        if verification.state == VerificationState.CANCELLED.value:
            jobs.finish(connection, claim)
            return None
        return compose(work, connection, row, verification)


def _come_back(work: Work, claim: Claim, question: Question, wait_seconds: float, code: str) -> None:
    """Gives the job back unasked; this is no attempt. Its page says when and why."""
    until = work.now() + timedelta(seconds=wait_seconds)
    with work.engine.begin() as connection:
        # Whoever mends the account takes up what waits for it: this must be waiting by then, or not wait.
        if question.paused_code and not clinic.pause_code(connection, question.row.account_id, hold=True):
            until = work.now()
        if jobs.postpone(connection, claim, until=until):
            inquiries.wait(connection, question.row, until=until, code=code)


def _begin(work: Work, claim: Claim, question: Question) -> str | None:
    """Writes that the question goes out, before it does; None when the lease is lost."""
    lease = question.account.total_deadline + STORING_SECONDS
    with work.engine.begin() as connection:
        if not jobs.extend(connection, claim, lease_seconds=lease):
            return None
        return inquiries.begin(connection, question.row, question.inquiry.trace)


def _exchange(work: Work, question: Question) -> Heard:
    """The call itself. Every way it can end is one of the five outcomes (design decision 8)."""
    try:
        reply = work.adapters.of(question.account).ask(question.inquiry)
    except AccountError as failure:
        outcome = Outcome(InquiryState.UNAVAILABLE, failure.code)
        return Heard(outcome, failure.exchange, Learned.NOT_ASKED, account_code=failure.code)
    except PayerError as failure:
        return without_benefits(failure)
    return Heard(Outcome(InquiryState.ANSWERED, benefits=reply.benefits), reply.exchange)


def without_benefits(failure: PayerError) -> Heard:
    """What an error of the payer's tells: the outcome it makes, and what is learned of the account."""
    match failure:
        case Unavailable():
            return Heard(
                Outcome(InquiryState.UNAVAILABLE, failure.code),
                failure.exchange,
                Learned.UNAVAILABLE if failure.code != "http_429" else Learned.ANSWERED,
                failure.retry_after_seconds,
                failure.sent,
            )
        case Rejected():
            reasons = _reasons(failure)
            return Heard(
                Outcome(InquiryState.REJECTED, failure.code, failure.detail, reasons, failure.benefits),
                failure.exchange,
            )
        case Pending():
            return Heard(Outcome(InquiryState.PENDING, failure.code), failure.exchange, Learned.NOT_ASKED)
        case Unreadable():
            return Heard(Outcome(InquiryState.UNKNOWN, failure.code), failure.exchange)
    raise AssertionError(f"a new kind of PayerError: {type(failure).__name__}")


def _reasons(failure: Rejected) -> Sequence[str]:
    """Every AAA03 of a refusal, in order (CORE 259: read all of them)."""
    if failure.benefits is None:
        return ()
    found = list(failure.benefits.rejections)
    for member in failure.benefits.members:
        found += member.rejections
        found += [rejection for benefit in member.benefits for rejection in benefit.rejections]
    return list(dict.fromkeys(rejection.reason for rejection in found if rejection.reason))


def _store_patiently(
    work: Work, claim: Claim, question: Question, exchange_id: str, heard: Heard
) -> list[Hint | None]:
    """Stores what was heard; while the database is away, until the lease ends: it was paid for."""
    give_up = time.monotonic() + STORING_SECONDS
    pause = 0.2
    while True:
        try:
            with work.engine.begin() as connection:
                return _store(work, connection, claim, question, exchange_id, heard)
        except DBAPIError as failure:
            if not failure.connection_invalidated or time.monotonic() + pause > give_up:
                raise
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


def _store(
    work: Work, connection: Connection, claim: Claim, question: Question, exchange_id: str, heard: Heard
) -> list[Hint | None]:
    verification = verifications.lock(connection, question.row.verification_id)
    assert verification is not None
    row = inquiries.inquiry(connection, question.row.id)
    outcome = _decided(work, row, question, heard)
    if outcome.ask_again_at is not None:
        held = jobs.postpone(connection, claim, until=outcome.ask_again_at)
    else:
        held = jobs.finish(connection, claim)
    if not held:
        # Another worker has the job: what we heard is evidence, no result. The question was asked twice.
        inquiries.complete_exchange(
            connection, work.seals(row.practice_id), exchange_id, heard.evidence, outcome="superseded"
        )
        return []
    inquiries.end(connection, work.seals(row.practice_id), row, exchange_id, outcome, heard.evidence)
    _tell(work, connection, verification, row, outcome, heard, question)
    return [settle(connection, verification, run=exchange_id)]


def _decided(work: Work, row: Row[Any], question: Question, heard: Heard) -> Outcome:
    """The outcome with the time of the next attempt; a payer away for too long leaves it to a call."""
    if heard.outcome.state is not InquiryState.UNAVAILABLE:
        return heard.outcome
    if heard.account_code:
        return heard.outcome._replace(ask_again_at=work.now() + timedelta(seconds=PAUSED_SECONDS))
    decision = decide(
        failure_code=heard.outcome.code,
        retry_after_seconds=heard.retry_after_seconds,
        attempt=row.attempt,
        first_asked_at=row.first_asked_at,
        now=work.now(),
        lane=question.lane,
        sent=heard.sent,
        jitter=random.random(),  # noqa: S311  # spreads load, hides nothing
    )
    if isinstance(decision, AskAgain):
        return heard.outcome._replace(ask_again_at=decision.at)
    return heard.outcome._replace(state=InquiryState.PENDING, detail=str(decision.reason))


def _tell(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    row: Row[Any],
    outcome: Outcome,
    heard: Heard,
    question: Question,
) -> None:
    """The timeline's line, and the task of whoever mends a broken account: one, however many fail by it."""
    detail: dict[str, object] = {
        "service_type": row.service_type,
        "code": outcome.code,
        "ask_again_at": _iso(outcome.ask_again_at),
    }
    verifications.record(connection, row.practice_id, verification.id, f"inquiry_{outcome.state}", detail)
    if heard.account_code and clinic.pause_account(connection, row.account_id, heard.account_code):
        zone = clinic.zone(connection, row.practice_id)
        task = mend_account(
            account_id=row.account_id,
            account_name=question.account.name,
            code=heard.account_code,
            now=work.now(),
            zone=zone,
        )
        evidence.add_follow_up(connection, verification, task)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
