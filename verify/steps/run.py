"""Runs one hinted job: claim, do, and give back what failed; and the sweep that finds what no hint reached."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from verify.security.logging import get_logger
from verify.steps.appointments import appointment
from verify.steps.ask import ask
from verify.steps.collect import collect
from verify.steps.digest import send_digest
from verify.steps.follow_up import follow_up
from verify.steps.gaps import appointment_gap
from verify.steps.hand_in import hand_in
from verify.steps.imports import import_rows
from verify.steps.judge import judge
from verify.steps.nightly import plan_night
from verify.steps.notify import notify
from verify.steps.poison import quarantine
from verify.steps.receive import receive
from verify.steps.work import Work
from verify.store import jobs
from verify.store.jobs import Claim, Hint
from verify.verification import JobId, Lane

log = get_logger(__name__)

STEPS: dict[str, Callable[[Work, Claim], None]] = {
    "receive": receive,
    "ask": ask,
    "hand_in": hand_in,
    "collect": collect,
    "judge": judge,
    "follow_up": follow_up,
    "notify": notify,
    "digest": send_digest,
    "appointment": appointment,
    "appointment_gap": appointment_gap,
    "import_rows": import_rows,
    "plan_night": plan_night,
}
#: Seconds before a failed step is tried again, doubled with each attempt.
FIRST_PAUSE_SECONDS = 5


def run(work: Work, job_id: str) -> bool:
    """Does the job if it is free, and says whether it was. Running it twice, or late, is harmless.

    Never raises for what happened inside a step: the job is given back and tried again, and after
    jobs.MAX_ATTEMPTS becomes a person's task.
    """
    with work.engine.begin() as connection:
        claim = jobs.claim(connection, JobId(job_id), lease_seconds=work.settings.lease_seconds)
    if claim is None:
        return False
    try:
        STEPS[claim.step](work, claim)
    except Exception as failure:  # noqa: BLE001  # whatever it was, the job must not be lost
        _give_back(work, claim, failure)
    return True


def sweep(work: Work) -> int:
    """Hints what is due and ends what cannot be done; how many jobs it hinted.

    While the broker is away nothing is swept: backing rows off for hints nobody gets would only
    delay them.
    """
    with work.engine.begin() as connection:
        poisoned = [_end_poisoned(work, connection, claim) for claim in jobs.take_poisoned(connection)]
    work.hint(*poisoned)
    return sum(_sweep(work, lane) for lane in Lane)


def _end_poisoned(work: Work, connection: Connection, claim: Claim) -> Hint | None:
    """One whose task cannot be made ends all the same: it must not hold back the sweep of all others."""
    try:
        with connection.begin_nested():
            return quarantine(work, connection, claim)
    except Exception as failure:  # whatever it was, the sweep goes on
        log.exception(
            "poison_not_told",
            step=claim.step,
            job_id=claim.job_id,
            error_type=type(failure).__name__,
        )
        return None


def _sweep(work: Work, lane: Lane) -> int:
    if work.sender.resting:
        return 0
    with work.engine.begin() as connection:
        due = jobs.sweep(connection, lane=lane, window=work.settings.hint_window)
    return sum(work.sender.send(hint.step, hint.job_id, hint.lane.value) for hint in due)


def _give_back(work: Work, claim: Claim, failure: Exception) -> None:
    log.error(
        "step_failed",
        step=claim.step,
        job_id=claim.job_id,
        attempt=claim.attempt,
        error_type=type(failure).__name__,
        exc_info=failure,
    )
    pause = timedelta(seconds=FIRST_PAUSE_SECONDS * 2**claim.attempt)
    try:
        with work.engine.begin() as connection:
            jobs.postpone(connection, claim, until=work.now() + pause, counts=True)
    except DBAPIError as also:
        # The database is what failed, most likely. The lease runs out by itself.
        log.warning("job_not_given_back", job_id=claim.job_id, error_type=type(also).__name__)
