"""Ask: one question to one payer, with no transaction open while the payer thinks."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from payers.directory import read_quirks
from verify.asking import OUTAGE, Route, to_try, usable
from verify.steps.gather import gather
from verify.steps.heard import NOTHING, Heard, hear
from verify.steps.outages import WITHOUT_AN_END
from verify.steps.outcome import PAUSED_SECONDS, store
from verify.steps.question import Question, compose
from verify.steps.ways import ways
from verify.steps.work import Work
from verify.store import clinic, inquiries, jobs, verifications
from verify.store.jobs import Claim, Hint
from verify.verification import VerificationState

#: The lease outlives the payer's deadline by this, for storing what came back.
STORING_SECONDS = 20.0
CIRCUIT = "circuit"


class Shut(NamedTuple):
    """No way to the payer is open: why, until when, and the paused accounts that are looked at again first."""

    row: Row[Any]
    until: datetime
    code: str
    paused: Sequence[str] = ()
    #: Accounts whose clearinghouse tells of an outage of the payer: it may be over.
    out: Sequence[str] = ()


def ask(work: Work, claim: Claim) -> None:
    """Asks through the first way that is open, or gives the job back until one is; stores what came of it once."""
    resting: set[str] = set()
    while True:
        question = _prepare(work, claim, resting)
        if question is None:
            return
        if _looks_otherwise(work, question):
            continue
        if isinstance(question, Shut):
            _come_back(work, claim, question)
            return
        work.adapters.warm(question.account)
        wait = work.turnstile.enter(question.account, claim.token, question.lane)
        if wait is None:
            break
        until = work.now() + timedelta(seconds=wait.seconds)
        if wait.reason != CIRCUIT or not _has_another_way(work, question, {*resting, question.account.id}):
            _come_back(work, claim, Shut(question.row, until, str(wait.reason)))
            return
        resting.add(question.account.id)
    _ask(work, claim, question)


def _ask(work: Work, claim: Claim, question: Question) -> None:
    heard = NOTHING
    try:
        exchange_id = _begin(work, claim, question)
        if exchange_id is not None:
            work.turnstile.depart(question.account, claim.token)
            heard = hear(work, question)
    finally:
        work.turnstile.leave(
            question.account, claim.token, heard.learned, retry_after_seconds=heard.retry_after_seconds
        )
    if exchange_id is not None:
        work.hint(*_store_patiently(work, claim, question, exchange_id, heard))


def _prepare(work: Work, claim: Claim, resting: set[str]) -> Question | Shut | None:
    """The question as an open way carries it, or why there is none.

    None when nobody wants its answer any more, and when it goes out in a batch.
    """
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, claim.subject_id)
        verification = verifications.read(connection, row.verification_id)
        if verification.state == VerificationState.CANCELLED.value or row.revision != verification.revision:
            jobs.finish(connection, claim)
            return None
        routes = _ways(work, connection, row)
        route = to_try(routes, row.account_id, resting=resting)
        if route is None:
            return _shut(work, row, routes)
        if gather(connection, claim, row, route):
            return None
        return compose(work, connection, row, verification, route.account_id)


def _looks_otherwise(work: Work, question: Question | Shut) -> bool:
    """Whether outages were heard of anew that the way was not chosen by. No transaction is open while they are."""
    if isinstance(question, Question):
        return work.outages.renew(question.account, work.now())
    if not question.out:
        return False
    with work.engine.connect() as connection:
        accounts = [clinic.account(connection, work.keyring, account_id) for account_id in question.out]
    return any(work.outages.renew(account, work.now()) for account in accounts)


def _ways(work: Work, connection: Connection, row: Row[Any]) -> list[Route]:
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    return ways(work, connection, payer.id, read_quirks(payer.quirks))


def _has_another_way(work: Work, question: Question, resting: set[str]) -> bool:
    with work.engine.connect() as connection:
        return to_try(_ways(work, connection, question.row), question.account.id, resting=resting) is not None


def _shut(work: Work, row: Row[Any], routes: Sequence[Route]) -> Shut:
    """A person may mend an account at any moment, so a pause is looked at again; hours have an end."""
    able = usable(routes)
    paused = [route for route in able if route.paused_code]
    closed = [
        (route.closed_until, route.closed_code)
        for route in able
        if not route.paused_code and route.closed_until
    ]
    if closed:
        until, code = min(closed)
        if code == OUTAGE:
            # It may be over sooner than was told.
            until = min(until, work.now() + WITHOUT_AN_END)
        out = [route.account_id for route in able if route.closed_code == OUTAGE]
        return Shut(row, until, code, [route.account_id for route in paused], out)
    until = work.now() + timedelta(seconds=PAUSED_SECONDS)
    code = paused[0].paused_code if paused else CIRCUIT
    return Shut(row, until, code, [route.account_id for route in paused])


def _come_back(work: Work, claim: Claim, shut: Shut) -> None:
    """Gives the job back unasked; this is no attempt. Its page says when and why."""
    until = shut.until
    with work.engine.begin() as connection:
        # Whoever mends an account takes up what waits for it: this must be waiting by then, or not wait.
        if any(not clinic.pause_code(connection, account_id, hold=True) for account_id in shut.paused):
            until = work.now()
        if jobs.postpone(connection, claim, until=until):
            inquiries.wait(connection, shut.row, until=until, code=shut.code)


def _begin(work: Work, claim: Claim, question: Question) -> str | None:
    """Writes that the question goes out, before it does; None when the lease is lost."""
    lease = question.account.total_deadline + STORING_SECONDS
    with work.engine.begin() as connection:
        if not jobs.extend(connection, claim, lease_seconds=lease):
            return None
        return inquiries.begin(
            connection,
            question.row,
            question.inquiry.trace,
            account_id=question.account.id,
            cents=question.account.cents_per_check,
        )


def _store_patiently(
    work: Work, claim: Claim, question: Question, exchange_id: str, heard: Heard
) -> list[Hint | None]:
    """Stores what was heard; while the database is away, until the lease ends: it was paid for."""
    give_up = time.monotonic() + STORING_SECONDS
    pause = 0.2
    while True:
        try:
            with work.engine.begin() as connection:
                return store(work, connection, claim, question, exchange_id, heard)
        except DBAPIError as failure:
            if not failure.connection_invalidated or time.monotonic() + pause > give_up:
                raise
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
