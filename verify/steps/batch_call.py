"""Batch call: one request of a batch, under the limits of its account and within the lease of its job."""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection, Row

from payers.account import Account
from payers.batch import BatchSource
from payers.errors import PayerError
from payers.limits import Outcome as Learned
from verify.steps.heard import without_benefits
from verify.steps.turn import PATIENCE_SECONDS
from verify.steps.work import Work
from verify.store import clinic, jobs
from verify.store.jobs import Claim

T = TypeVar("T")

#: The lease outlives a request by this, for storing what came back.
STORING_SECONDS = 30.0


class LeaseLost(Exception):
    """Another worker has the job by now; what this one was about to say of it counts no more."""


class NoRoom(Exception):
    """The account lets nothing out just now: its limits, or its circuit."""

    def __init__(self, seconds: float, code: str) -> None:
        super().__init__(code)
        self.seconds = seconds
        self.code = code


class NotInBatches(Exception):
    """The account does not ask in batches any more."""


def account_of(work: Work, connection: Connection, batch: Row[Any]) -> Account:
    """The batch's account, with what its payers want of a question among the options."""
    account = clinic.account(connection, work.keyring, batch.account_id)
    return replace(account, options={**account.options, **batch.options})


def call(work: Work, claim: Claim, account: Account, request: Callable[[BatchSource], T]) -> T:
    """What the source says to one request. Raises LeaseLost, NoRoom, NotInBatches, and what the source raises."""
    source = work.adapters.in_batches_of(account)
    if source is None:
        raise NotInBatches
    hold(work, claim, PATIENCE_SECONDS + account.total_deadline + STORING_SECONDS)
    wait = work.turnstile.enter(account, claim.token, claim.lane)
    if wait is not None:
        raise NoRoom(wait.seconds, str(wait.reason))
    learned, away_for = Learned.NOT_ASKED, None
    try:
        said = request(source)
        learned = Learned.ANSWERED
    except PayerError as failure:
        heard = without_benefits(failure)
        learned, away_for = heard.learned, heard.retry_after_seconds
        raise
    finally:
        work.turnstile.leave(account, claim.token, learned, retry_after_seconds=away_for)
    return said


def hold(work: Work, claim: Claim, seconds: float = STORING_SECONDS) -> None:
    """Lengthens the job's lease. Raises LeaseLost."""
    with work.engine.begin() as connection:
        if not jobs.extend(connection, claim, lease_seconds=seconds):
            raise LeaseLost


def must(held: bool) -> None:
    """What is written in this transaction stands only while the job is ours. Raises LeaseLost."""
    if not held:
        raise LeaseLost
