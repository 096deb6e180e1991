"""Outcome: what was heard is stored exactly once, and what follows from it is planned."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from payers.account import Account
from payers.directory import read_quirks
from payers.exchange import Exchange
from verify.asking import after_failure
from verify.followup import mend_account
from verify.retry import AskAgain, decide
from verify.steps.heard import Heard
from verify.steps.question import Question
from verify.steps.repair import mend_by_itself, note_end_of_try
from verify.steps.settle import settle
from verify.steps.ways import ways
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, verifications
from verify.store.inquiries import Outcome
from verify.store.jobs import Claim, Hint
from verify.verification import InquiryState, Lane

#: A paused account is looked at again after this.
PAUSED_SECONDS = 900.0


def store(
    work: Work, connection: Connection, claim: Claim, question: Question, exchange_id: str, heard: Heard
) -> list[Hint | None]:
    """Stores what one attempt came to, and gives back the job or ends it; the hints to send after the commit."""
    verification = verifications.lock(connection, question.row.verification_id)
    assert verification is not None
    row = inquiries.inquiry(connection, question.row.id)
    outcome = decided(work, connection, row, heard, account_id=question.account.id, lane=question.lane)
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
    if heard.account_code:
        pause(work, connection, verification, question.account, heard.account_code)
    hints = conclude(work, connection, verification, row, exchange_id, outcome, heard.evidence)
    if outcome.ask_again_at is not None and outcome.ask_again_at <= work.now():
        hints.append(Hint(claim.job_id, claim.step, claim.lane))
    return hints


def conclude(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    row: Row[Any],
    exchange_id: str,
    outcome: Outcome,
    evidence_: Exchange | None,
) -> list[Hint | None]:
    """Ends an attempt of an inquiry whose verification is locked, and plans what follows by itself.

    The hints are those of the questions asked in its place, and of the judging when it was the last one out.
    """
    inquiries.end(connection, work.seals(row.practice_id), row, exchange_id, outcome, evidence_)
    detail: dict[str, object] = {
        "service_type": row.service_type,
        "code": outcome.code,
        "ask_again_at": _iso(outcome.ask_again_at),
    }
    verifications.record(connection, row.practice_id, verification.id, f"inquiry_{outcome.state}", detail)
    row = inquiries.inquiry(connection, row.id)
    note_end_of_try(connection, row)
    mended = mend_by_itself(work, connection, verification, row)
    return [*mended, settle(connection, verification, run=exchange_id)]


def decided(
    work: Work, connection: Connection, row: Row[Any], heard: Heard, *, account_id: str, lane: Lane
) -> Outcome:
    """The outcome with the time and the way of the next attempt; a payer away for too long leaves it to a call."""
    if heard.outcome.state is not InquiryState.UNAVAILABLE:
        return heard.outcome
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    routes = ways(work, connection, payer.id, read_quirks(payer.quirks))
    other = after_failure(routes, account_id, heard.outcome.code, account_failed=bool(heard.account_code))
    outcome = heard.outcome._replace(next_account_id=other.account_id if other else "")
    if heard.account_code:
        wait = 0.0 if other else PAUSED_SECONDS
        return outcome._replace(ask_again_at=work.now() + timedelta(seconds=wait))
    decision = decide(
        failure_code=heard.outcome.code,
        retry_after_seconds=heard.retry_after_seconds,
        attempt=row.attempt,
        first_asked_at=row.first_asked_at,
        now=work.now(),
        lane=lane,
        sent=heard.sent,
        another_way=other is not None,
        jitter=random.random(),  # noqa: S311  # spreads load, hides nothing
    )
    if isinstance(decision, AskAgain):
        return outcome._replace(ask_again_at=decision.at)
    return outcome._replace(state=InquiryState.PENDING, detail=str(decision.reason))


def pause(work: Work, connection: Connection, verification: Row[Any], account: Account, code: str) -> None:
    """Stops the account, and makes the task of whoever mends it: one, however many fail by it."""
    if not clinic.pause_account(connection, account.id, code):
        return
    task = mend_account(
        account_id=account.id,
        account_name=account.name,
        code=code,
        now=work.now(),
        zone=clinic.zone(connection, verification.practice_id),
    )
    evidence.add_follow_up(connection, verification, task)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
