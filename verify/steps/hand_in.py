"""Hand in: a batch is closed, its questions are written out, and it goes to its source, which takes it once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from payers.account import Account
from payers.batch import NameTaken, SomeRefused
from payers.directory import read_quirks
from payers.errors import AccountError, PayerError, Rejected
from payers.inquiry import Inquiry
from payers.maintenance import closed_until
from verify.asking import closes_at, next_try, to_try, tried_in_vain
from verify.security.logging import get_logger
from verify.steps.batch_call import STORING_SECONDS, LeaseLost, NoRoom, NotInBatches, account_of, call, must
from verify.steps.batched import end, is_unwanted
from verify.steps.outcome import pause
from verify.steps.question import compose
from verify.steps.ways import hours, ways
from verify.steps.work import Work
from verify.store import clinic, inquiries, jobs, nights, payer_batches, verifications
from verify.store.jobs import Claim
from verify.store.payer_batches import HERE, BatchState, ItemState

log = get_logger(__name__)

#: Questions written out in one transaction.
PAGE = 50


def hand_in(work: Work, claim: Claim) -> None:
    """Hands a batch in once it is closed. Done again after a death, it goes out under the same name and is taken once."""
    with suppress(LeaseLost):
        batch = _closed(work, claim)
        if batch is not None:
            _write_out(work, claim, batch)
            while _submit(work, claim, batch):
                pass


# --- closing --------------------------------------------------------------------------------------------


def _closed(work: Work, claim: Claim) -> Row[Any] | None:
    """The batch, which nothing joins any more; None where it waits, or is at its source already."""
    with work.engine.begin() as connection:
        batch = payer_batches.lock(connection, claim.subject_id)
        if batch.state not in HERE:
            jobs.finish(connection, claim)
            return None
        now = nights.database_now(connection)
        until = _waits_until(connection, batch, now)
        if until > now:
            jobs.postpone(connection, claim, until=until)
            return None
        return payer_batches.close(connection, batch.id) if batch.state == BatchState.GATHERING else batch


def _waits_until(connection: Connection, batch: Row[Any], now: datetime) -> datetime:
    """Until nobody has joined for a while, and the hours are over in which its source is left alone."""
    account = clinic.account_row(connection, batch.account_id)
    opens_at = closed_until(hours(account.options), now) or now
    if batch.state != BatchState.GATHERING:
        return opens_at
    return max(opens_at, closes_at(batch.created_at, batch.joined_at, batch.gathered))


# --- writing out ----------------------------------------------------------------------------------------


def _write_out(work: Work, claim: Claim, batch: Row[Any]) -> None:
    """Begins the exchange of every question that still waits, page by page, before anything is sent."""
    while True:
        with work.engine.begin() as connection:
            # Held until the page is written: a worker that takes over begins no exchange of it a second time.
            must(jobs.extend(connection, claim, lease_seconds=STORING_SECONDS))
            waiting = payer_batches.items_of(connection, batch.id, ItemState.WAITING, limit=PAGE)
            for item in waiting:
                _write(work, connection, batch, item)
        if not waiting:
            return


def _write(work: Work, connection: Connection, batch: Row[Any], item: Row[Any]) -> None:
    """One question as its account carries it; where that is no way to its payer any more, it is asked by itself."""
    row = inquiries.inquiry(connection, item.inquiry_id)
    verification = verifications.read(connection, row.verification_id)
    if is_unwanted(verification, row):
        payer_batches.end_item(connection, item, ItemState.DROPPED)
        return
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    route = to_try(ways(work, connection, payer.id, read_quirks(payer.quirks)), batch.account_id)
    if route is None or route.account_id != batch.account_id:
        payer_batches.give_back(connection, batch, [row.id], code="")
        return
    try:
        with connection.begin_nested():
            question = compose(work, connection, row, verification, batch.account_id)
            exchange_id = inquiries.begin(
                connection,
                row,
                question.inquiry.trace,
                account_id=question.account.id,
                cents=question.account.cents_per_check,
            )
            seals = work.seals(row.practice_id)
            payer_batches.send_out(connection, seals, item, exchange_id, question.inquiry)
    except Exception as failure:  # whatever is wrong with one question, the others go out
        log.exception("question_not_batched", inquiry_id=row.id, error_type=type(failure).__name__)
        payer_batches.give_back(connection, batch, [row.id], code="")


# --- handing in -----------------------------------------------------------------------------------------


def _submit(work: Work, claim: Claim, batch: Row[Any]) -> bool:
    """Hands in what is out; True when some were refused, and the rest is to be handed in at once."""
    with work.engine.begin() as connection:
        out = payer_batches.items_of(connection, batch.id, ItemState.OUT)
        if not out:
            payer_batches.end(connection, batch.id, BatchState.DONE)
            must(jobs.finish(connection, claim))
            return False
        # Whoever mends an account takes up what waits for it: this must be waiting by then, or not wait.
        if code := clinic.pause_code(connection, batch.account_id, hold=True):
            _put_off(work, connection, claim, batch, code)
            return False
        batch = payer_batches.hand_in(connection, batch.id)
        account = account_of(work, connection, batch)
    seals = work.seals(batch.practice_id)
    questions = [payer_batches.question_of(item, seals) for item in out]
    try:
        receipt = call(work, claim, account, lambda source: source.submit(questions, batch.id))
    except SomeRefused as refusal:
        return _end_refused(work, claim, batch, out, questions, refusal)
    except NameTaken:
        # An earlier try of ours came through, and its receipt did not: its id is found later.
        _note_taken(work, claim, batch)
    except (Rejected, NotInBatches) as failure:
        _give_up(work, claim, batch, getattr(failure, "code", "no_batches"))
    except AccountError as failure:
        _stop(work, claim, batch, account, out[0], failure.code)
    except NoRoom as failure:
        _try_again(work, claim, batch, failure.code, failure.seconds)
    except PayerError as failure:
        # It may have been taken: under its name it can be handed in again.
        _try_again(work, claim, batch, failure.code, getattr(failure, "retry_after_seconds", None))
    else:
        _note_taken(work, claim, batch, receipt.batch_id, receipt.submitted_at)
    return False


def _end_refused(
    work: Work,
    claim: Claim,
    batch: Row[Any],
    out: Sequence[Row[Any]],
    questions: Sequence[Inquiry],
    refusal: SomeRefused,
) -> bool:
    """Each refused question ends with what it would have got by itself; whether there were any of ours."""
    refused = [
        (item, refusal.refused[question.trace])
        for item, question in zip(out, questions, strict=True)
        if question.trace in refusal.refused
    ]
    for item, why in refused:
        end(work, batch, item, why)
    if not refused:
        _give_up(work, claim, batch, refusal.code)
    return bool(refused)


def _note_taken(
    work: Work, claim: Claim, batch: Row[Any], their_id: str = "", at: datetime | None = None
) -> None:
    """True whoever holds the job by now, so it is written without asking."""
    with work.engine.begin() as connection:
        payer_batches.handed_in(connection, batch.id, their_id, at)
        jobs.accept(
            connection,
            step="collect",
            subject_id=batch.id,
            practice_id=batch.practice_id,
            lane=claim.lane,
            not_before=next_try(work.now(), 1),
        )
        jobs.finish(connection, claim)


def _try_again(work: Work, claim: Claim, batch: Row[Any], code: str, named_seconds: float | None) -> None:
    with work.engine.begin() as connection:
        _put_off(work, connection, claim, batch, code, named_seconds)


def _put_off(
    work: Work,
    connection: Connection,
    claim: Claim,
    batch: Row[Any],
    code: str,
    named_seconds: float | None = None,
) -> None:
    """To be handed in later; what could not be for too long is asked one by one."""
    now = work.now()
    if tried_in_vain(batch.closed_at, now):
        payer_batches.fail(connection, batch.id, code)
        must(jobs.finish(connection, claim))
        return
    payer_batches.put_off(connection, batch.id, code)
    must(jobs.postpone(connection, claim, until=next_try(now, max(batch.tries, 1), named_seconds)))


def _give_up(work: Work, claim: Claim, batch: Row[Any], code: str) -> None:
    """Its questions are asked one by one."""
    with work.engine.begin() as connection:
        payer_batches.fail(connection, batch.id, code)
        must(jobs.finish(connection, claim))


def _stop(work: Work, claim: Claim, batch: Row[Any], account: Account, item: Row[Any], code: str) -> None:
    """The account itself is wrong: somebody is told, and its questions take another way, or wait as any would."""
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, item.inquiry_id)
        verification = verifications.lock(connection, row.verification_id)
        assert verification is not None
        pause(work, connection, verification, account, code)
        payer_batches.fail(connection, batch.id, code)
        must(jobs.finish(connection, claim))
