"""Collect: the source of a batch is looked at until all answers are there; each ends its own question."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

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

#: Answers stored between two looks at the lease.
PAGE = 50
#: A batch is looked for among what ended since it was handed in, less this: clocks differ.
CLOCKS_DIFFER = timedelta(minutes=10)
#: The code of a question that is not among the answers, though its batch is finished.
LOST = "lost"
#: The longest any source goes on, where its account cannot say any more.
LONGEST_HOURS = 24


class Asked(NamedTuple):
    """What is still open of a batch, by trace: its items, and what they ask."""

    items: dict[str, Row[Any]]
    questions: dict[str, Inquiry]


def collect(work: Work, claim: Claim) -> None:
    """Looks at a batch once, and comes back until nothing of it is open. Looking twice is harmless."""
    with suppress(LeaseLost):
        batch = _to_look_at(work, claim)
        if batch is not None:
            _look(work, claim, batch)


def _to_look_at(work: Work, claim: Claim) -> Row[Any] | None:
    """The batch; None while its account is left alone, or when it is over."""
    with work.engine.begin() as connection:
        batch = payer_batches.batch(connection, claim.subject_id)
        if batch.state not in THERE:
            jobs.finish(connection, claim)
            return None
        account = clinic.account_row(connection, batch.account_id)
        if until := closed_until(hours(account.options), work.now()):
            jobs.postpone(connection, claim, until=until)
            return None
        # Whoever mends an account takes up what waits for it: this must be waiting by then, or not wait.
        if code := clinic.pause_code(connection, batch.account_id, hold=True):
            _wait_for_mending(work, connection, claim, batch, code)
            return None
        return batch


def _look(work: Work, claim: Claim, batch: Row[Any]) -> None:
    with work.engine.connect() as connection:
        account = account_of(work, connection, batch)
        asked = _open(work, connection, batch)
    try:
        batch = _identified(work, claim, batch, account)
        standing = _collect(work, claim, batch, account, asked) if batch.their_id else None
    except NotInBatches:
        _give_up(work, claim, batch, "no_batches")
    except AccountError as failure:
        _stop(work, claim, batch, account, failure.code)
    except NoRoom as failure:
        _come_back(work, claim, batch, account, failure.code, failure.seconds)
    except PayerError as failure:
        named = getattr(failure, "retry_after_seconds", None)
        _come_back(work, claim, batch, account, failure.code, named)
    else:
        _conclude(work, claim, batch, account, asked, standing)


def _open(work: Work, connection: Connection, batch: Row[Any]) -> Asked:
    seals = work.seals(batch.practice_id)
    out = payer_batches.items_of(connection, batch.id, ItemState.OUT)
    questions = {item.inquiry_id: payer_batches.question_of(item, seals) for item in out}
    return Asked(
        {questions[item.inquiry_id].trace: item for item in out},
        {question.trace: question for question in questions.values()},
    )


def _identified(work: Work, claim: Claim, batch: Row[Any], account: Account) -> Row[Any]:
    """The batch with the source's id for it, as soon as that can be found by its name."""
    if batch.their_id:
        return batch
    since = batch.submitted_at - CLOCKS_DIFFER
    their_id = call(work, claim, account, lambda source: source.find(batch.id, since))
    if their_id is None:
        return batch
    with work.engine.begin() as connection:
        return payer_batches.found(connection, batch.id, their_id)


# --- answers --------------------------------------------------------------------------------------------


def _collect(work: Work, claim: Claim, batch: Row[Any], account: Account, asked: Asked) -> Progress:
    """Ends every question whose answer is there; they are then no longer among those asked."""
    standing = call(work, claim, account, lambda source: source.progress(batch.their_id))
    reading = _Reading(work, claim, batch, account, asked)
    if standing.status.finished or _has_grown(batch, standing):
        reading.pages(
            lambda source, token: source.collect(
                batch.their_id, asked.questions, submitted_at=batch.submitted_at, page_token=token
            )
        )
    if standing.status.finished and asked.items:
        reading.pages(
            lambda source, token: source.failures(
                batch.their_id, asked.questions, submitted_at=batch.submitted_at, page_token=token
            )
        )
    if reading.failures:
        # The others are stored; this one is tried again with the job.
        raise reading.failures[0]
    return standing


def _has_grown(batch: Row[Any], standing: Progress) -> bool:
    """Whether there is more to collect than at the last look; a source that does not say may have more."""
    if standing.succeeded is None or standing.failed is None:
        return True
    return bool(standing.succeeded + standing.failed > batch.finished)


class _Reading:
    """Reads pages, and stores what each item on them came to."""

    def __init__(self, work: Work, claim: Claim, batch: Row[Any], account: Account, asked: Asked) -> None:
        self._work, self._claim, self._batch, self._account = work, claim, batch, account
        self._asked = asked
        #: What could not be stored: a fault of ours, or of the database.
        self.failures: list[Exception] = []

    def pages(self, read: Callable[[BatchSource, str], Page]) -> None:
        token: str | None = ""
        seen = set()
        while token is not None and token not in seen:
            seen.add(token)
            page = self._page(read, token)
            for number, finished in enumerate(page.finished):
                if number % PAGE == 0:
                    hold(self._work, self._claim)
                self._end(finished)
            token = page.next_page_token or None

    def _page(self, read: Callable[[BatchSource, str], Page], token: str) -> Page:
        return call(self._work, self._claim, self._account, lambda source: read(source, token))

    def _end(self, finished: Finished) -> None:
        item = self._asked.items[finished.trace]
        try:
            end(self._work, self._batch, item, finished.outcome)
        except OperationalError:
            # The database itself is away: none of the others could be stored either.
            raise
        except Exception as failure:  # whatever is wrong with one answer, the others are stored
            log.exception("answer_not_stored", inquiry_id=item.inquiry_id, error_type=type(failure).__name__)
            self.failures.append(failure)
            return
        del self._asked.items[finished.trace], self._asked.questions[finished.trace]


# --- afterwards -----------------------------------------------------------------------------------------


def _conclude(
    work: Work, claim: Claim, batch: Row[Any], account: Account, asked: Asked, standing: Progress | None
) -> None:
    """Comes back for what is open. What a finished batch does not bring, looked at twice, is lost."""
    is_finished = standing is not None and standing.status.finished
    if not asked.items or (is_finished and batch.state == BatchState.COLLECTING):
        with work.engine.begin() as connection:
            lost = [item.inquiry_id for item in asked.items.values()]
            payer_batches.give_back(connection, batch, lost, code=LOST)
            payer_batches.end(connection, batch.id, BatchState.DONE)
            must(jobs.finish(connection, claim))
        return
    state = BatchState.COLLECTING if is_finished else BatchState.SUBMITTED
    known = (standing.succeeded or 0) + (standing.failed or 0) if standing else None
    _come_back(work, claim, batch, account, "", None, state=state, finished=known)


def _come_back(
    work: Work,
    claim: Claim,
    batch: Row[Any],
    account: Account,
    code: str,
    named_seconds: float | None,
    *,
    state: BatchState | None = None,
    finished: int | None = None,
) -> None:
    now = work.now()
    if waited_in_vain(batch.submitted_at, now, longest_hours=_longest_hours(work, account)):
        _give_up(work, claim, batch, code or "timeout")
        return
    with work.engine.begin() as connection:
        batch = payer_batches.looked(
            connection, batch.id, state or BatchState(batch.state), code=code, finished=finished
        )
        # The last look comes soon.
        times = 1 if batch.state == BatchState.COLLECTING else batch.tries + 1
        must(jobs.postpone(connection, claim, until=next_try(now, times, named_seconds)))


def _longest_hours(work: Work, account: Account) -> int:
    with suppress(AccountError):
        source = work.adapters.in_batches_of(account)
        if source is not None:
            return source.longest_hours
    return LONGEST_HOURS


def _give_up(work: Work, claim: Claim, batch: Row[Any], code: str) -> None:
    """What is open is asked by itself."""
    with work.engine.begin() as connection:
        payer_batches.fail(connection, batch.id, code)
        must(jobs.finish(connection, claim))


def _stop(work: Work, claim: Claim, batch: Row[Any], account: Account, code: str) -> None:
    """The account itself is wrong: somebody is told; see `_wait_for_mending`."""
    with work.engine.begin() as connection:
        (item,) = payer_batches.items_of(connection, batch.id, ItemState.OUT, limit=1)
        row = inquiries.inquiry(connection, item.inquiry_id)
        verification = verifications.lock(connection, row.verification_id)
        assert verification is not None
        pause(work, connection, verification, account, code)
        _wait_for_mending(work, connection, claim, batch, code)


def _wait_for_mending(work: Work, connection: Connection, claim: Claim, batch: Row[Any], code: str) -> None:
    """Questions with another way to their payer take it; the others' answers are paid for, and wait."""
    now = work.now()
    account = account_of(work, connection, batch)
    if waited_in_vain(batch.submitted_at, now, longest_hours=_longest_hours(work, account)):
        payer_batches.fail(connection, batch.id, code)
        must(jobs.finish(connection, claim))
        return
    payer_batches.give_back(connection, batch, _with_another_way(work, connection, batch, code), code=code)
    payer_batches.put_off(connection, batch.id, code)
    must(jobs.postpone(connection, claim, until=now + timedelta(seconds=PAUSED_SECONDS)))


def _with_another_way(work: Work, connection: Connection, batch: Row[Any], code: str) -> list[str]:
    """The open questions whose payer another account reaches."""
    payers = payer_batches.payers_of(connection, batch.id)
    able = {
        payer_id
        for payer_id in set(payers.values())
        if _has_another_way(work, connection, batch, payer_id, code)
    }
    return [inquiry_id for inquiry_id, payer_id in payers.items() if payer_id in able]


def _has_another_way(work: Work, connection: Connection, batch: Row[Any], payer_id: str, code: str) -> bool:
    quirks = read_quirks(clinic.payer(connection, batch.practice_id, payer_id).quirks)
    routes = ways(work, connection, payer_id, quirks)
    return after_failure(routes, batch.account_id, code, account_failed=True) is not None
