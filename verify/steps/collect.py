"""Collect: the source of a batch is looked at until all answers are there; each ends its own question."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from payers.account import Account
from payers.batch import BatchSource, Finished, Page, Progress
from payers.directory import read_quirks
from payers.errors import AccountError, PayerError
from payers.inquiry import Inquiry
from payers.maintenance import closed_until
from verify.asking import after_failure, next_try, waited_in_vain
from verify.security.logging import get_logger
from verify.steps.batch_call import LeaseLost, NoRoom, NotInBatches, account_of, call, hold, must
from verify.steps.batched import end
from verify.steps.outcome import PAUSED_SECONDS, pause
from verify.steps.ways import hours, ways
from verify.steps.work import Work
from verify.store import clinic, inquiries, jobs, payer_batches, verifications
from verify.store.jobs import Claim
from verify.store.payer_batches import THERE, BatchState, ItemState

log = get_logger(__name__)

T = TypeVar("T")

#: Answers stored between two looks at the lease.
PAGE = 50
#: A batch is looked for among what ended since it was handed in, less this: clocks differ.
CLOCKS_DIFFER = timedelta(minutes=10)
#: The code of a question that is not among the answers, though its batch is finished.
LOST = "lost"
#: The longest any source goes on, where its account cannot say any more.
LONGEST_HOURS = 24


class Look(NamedTuple):
    """One look at a batch."""

    work: Work
    claim: Claim
    batch: Row[Any]
    account: Account
    #: What is still open of it, by trace: its items, and what each asks. Whatever ends is taken out.
    items: dict[str, Row[Any]]
    questions: dict[str, Inquiry]

    def call(self, request: Callable[[BatchSource], T]) -> T:
        return call(self.work, self.claim, self.account, request)


def collect(work: Work, claim: Claim) -> None:
    """Looks at a batch once, and comes back until nothing of it is open. Looking twice is harmless."""
    with suppress(LeaseLost):
        look = _begin(work, claim)
        if look is not None:
            _look(look)


def _begin(work: Work, claim: Claim) -> Look | None:
    """None while its account is left alone, and when the batch is over."""
    with work.engine.begin() as connection:
        batch = payer_batches.batch(connection, claim.subject_id)
        if batch.state not in THERE:
            jobs.finish(connection, claim)
            return None
        look = _opened(work, connection, claim, batch)
        if until := closed_until(hours(look.account.options), work.now()):
            jobs.postpone(connection, claim, until=until)
            return None
        # Whoever mends an account takes up what waits for it: this must be waiting by then, or not wait.
        if code := clinic.pause_code(connection, batch.account_id, hold=True):
            _wait_for_mending(look, connection, code)
            return None
    return look


def _opened(work: Work, connection: Connection, claim: Claim, batch: Row[Any]) -> Look:
    seals = work.seals(batch.practice_id)
    out = payer_batches.items_of(connection, batch.id, ItemState.OUT)
    asked = [(item, payer_batches.question_of(item, seals)) for item in out]
    return Look(
        work,
        claim,
        batch,
        account_of(work, connection, batch),
        items={question.trace: item for item, question in asked},
        questions={question.trace: question for _, question in asked},
    )


def _look(look: Look) -> None:
    try:
        look = _identified(look)
        standing = _collect(look) if look.batch.their_id else None
    except NotInBatches:
        _give_up(look, "no_batches")
    except AccountError as failure:
        _stop(look, failure.code)
    except NoRoom as failure:
        _come_back(look, failure.code, failure.seconds)
    except PayerError as failure:
        _come_back(look, failure.code, getattr(failure, "retry_after_seconds", None))
    else:
        _go_on(look, standing)


def _identified(look: Look) -> Look:
    """The same with the source's id for the batch, as soon as that can be found by its name."""
    if look.batch.their_id:
        return look
    since = look.batch.submitted_at - CLOCKS_DIFFER
    their_id = look.call(lambda source: source.find(look.batch.id, since))
    if their_id is None:
        return look
    with look.work.engine.begin() as connection:
        return look._replace(batch=payer_batches.found(connection, look.batch.id, their_id))


# --- answers --------------------------------------------------------------------------------------------


def _collect(look: Look) -> Progress:
    """Ends every question whose answer is there. Raises what one could not be stored for, when the others are."""
    batch = look.batch
    standing = look.call(lambda source: source.progress(batch.their_id))
    failures: list[Exception] = []
    if standing.status.finished or _has_grown(batch, standing):
        failures += _read(
            look,
            lambda source, token: source.collect(
                batch.their_id, look.questions, submitted_at=batch.submitted_at, page_token=token
            ),
        )
    if standing.status.finished and look.items:
        failures += _read(
            look,
            lambda source, token: source.failures(
                batch.their_id, look.questions, submitted_at=batch.submitted_at, page_token=token
            ),
        )
    if failures:
        raise failures[0]
    return standing


def _has_grown(batch: Row[Any], standing: Progress) -> bool:
    """Whether there is more to collect than at the last look; a source that does not say may have more."""
    if standing.succeeded is None or standing.failed is None:
        return True
    return bool(standing.succeeded + standing.failed > batch.finished)


def _read(look: Look, read: Callable[[BatchSource, str], Page]) -> list[Exception]:
    """Stores what is on all pages; what could not be stored is a fault of ours, and returned."""
    failures: list[Exception] = []
    token, seen = "", {""}
    while True:
        page = look.call(partial(_page, read, token))
        for number, finished in enumerate(page.finished):
            if number % PAGE == 0:
                hold(look.work, look.claim)
            failures += _end(look, finished)
        token = page.next_page_token
        if token in seen:
            return failures
        seen.add(token)


def _page(read: Callable[[BatchSource, str], Page], token: str, source: BatchSource) -> Page:
    return read(source, token)


def _end(look: Look, finished: Finished) -> list[Exception]:
    """Nothing, or why it could not be stored."""
    item = look.items[finished.trace]
    try:
        end(look.work, look.batch, item, finished.outcome)
    except OperationalError:
        # The database itself is away: none of the others could be stored either.
        raise
    except Exception as failure:  # whatever is wrong with one answer, the others are stored
        log.exception("answer_not_stored", inquiry_id=item.inquiry_id, error_type=type(failure).__name__)
        return [failure]
    del look.items[finished.trace], look.questions[finished.trace]
    return []


# --- afterwards -----------------------------------------------------------------------------------------


def _go_on(look: Look, standing: Progress | None) -> None:
    """Comes back for what is open. What a finished batch does not bring, looked at twice, is lost."""
    is_finished = standing is not None and standing.status.finished
    if not look.items or (is_finished and look.batch.state == BatchState.COLLECTING):
        _finish(look)
    elif is_finished:
        _come_back(look, state=BatchState.COLLECTING)
    else:
        known = (standing.succeeded or 0) + (standing.failed or 0) if standing else None
        _come_back(look, state=BatchState.SUBMITTED, finished=known)


def _finish(look: Look) -> None:
    lost = [item.inquiry_id for item in look.items.values()]
    with look.work.engine.begin() as connection:
        payer_batches.give_back(connection, look.batch, lost, code=LOST)
        payer_batches.end(connection, look.batch.id, BatchState.DONE)
        must(jobs.finish(connection, look.claim))


def _come_back(
    look: Look,
    code: str = "",
    named_seconds: float | None = None,
    *,
    state: BatchState | None = None,
    finished: int | None = None,
) -> None:
    """Looks again later, less and less often; soon after the source has finished."""
    now = look.work.now()
    if _waited_in_vain(look):
        _give_up(look, code or "timeout")
        return
    with look.work.engine.begin() as connection:
        batch = payer_batches.looked(
            connection, look.batch.id, state or BatchState(look.batch.state), code=code, finished=finished
        )
        times = 1 if state is BatchState.COLLECTING else batch.tries + 1
        must(jobs.postpone(connection, look.claim, until=next_try(now, times, named_seconds)))


def _waited_in_vain(look: Look) -> bool:
    longest_hours = LONGEST_HOURS
    with suppress(AccountError):
        if (source := look.work.adapters.in_batches_of(look.account)) is not None:
            longest_hours = source.longest_hours
    return waited_in_vain(look.batch.submitted_at, look.work.now(), longest_hours=longest_hours)


def _give_up(look: Look, code: str) -> None:
    """What is open is asked by itself."""
    with look.work.engine.begin() as connection:
        payer_batches.fail(connection, look.batch.id, code)
        must(jobs.finish(connection, look.claim))


# --- an account that is wrong ---------------------------------------------------------------------------


def _stop(look: Look, code: str) -> None:
    """Pauses the account, and tells whoever mends it."""
    if not look.items:
        _finish(look)
        return
    item = next(iter(look.items.values()))
    with look.work.engine.begin() as connection:
        row = inquiries.inquiry(connection, item.inquiry_id)
        verification = verifications.lock(connection, row.verification_id)
        assert verification is not None
        pause(look.work, connection, verification, look.account, code)
        _wait_for_mending(look, connection, code)


def _wait_for_mending(look: Look, connection: Connection, code: str) -> None:
    """Questions with another way to their payer take it; the others' answers are paid for, and wait."""
    if _waited_in_vain(look):
        payer_batches.fail(connection, look.batch.id, code)
        must(jobs.finish(connection, look.claim))
        return
    payer_batches.give_back(connection, look.batch, _with_another_way(look, connection, code), code=code)
    payer_batches.put_off(connection, look.batch.id, code)
    until = look.work.now() + timedelta(seconds=PAUSED_SECONDS)
    must(jobs.postpone(connection, look.claim, until=until))


def _with_another_way(look: Look, connection: Connection, code: str) -> list[str]:
    """The open questions whose payer another account reaches."""
    payers = payer_batches.payers_of(connection, look.batch.id)
    able = {
        payer_id for payer_id in set(payers.values()) if _has_another_way(look, connection, payer_id, code)
    }
    return [inquiry_id for inquiry_id, payer_id in payers.items() if payer_id in able]


def _has_another_way(look: Look, connection: Connection, payer_id: str, code: str) -> bool:
    quirks = read_quirks(clinic.payer(connection, look.batch.practice_id, payer_id).quirks)
    routes = ways(look.work, connection, payer_id, quirks)
    return after_failure(routes, look.batch.account_id, code, account_failed=True) is not None
