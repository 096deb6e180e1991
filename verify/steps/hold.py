"""Hold: a verification or a task of it, locked for what a person does to it, or why it may not be done."""

from typing import Any

from sqlalchemy import Connection, Row

from verify.store import charts, evidence, jobs, verifications
from verify.store.jobs import Hint
from verify.verification import Lane, VerificationState

SUPERSEDED = "the payer was asked again since: the newer verification is the one to work with"
TERMINAL = frozenset({VerificationState.CANCELLED.value, VerificationState.EXPIRED.value})


class NotFound(Exception):
    """No such thing in this practice."""


class NotAllowed(Exception):
    """The state it is in forbids it; the text says which, and holds nothing of a patient."""


def known(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    """Raises NotFound."""
    verification = verifications.lock(connection, verification_id, practice_id)
    if verification is None:
        raise NotFound
    return verification


def opened(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    """One that is neither cancelled nor expired. Raises NotFound and NotAllowed."""
    verification = known(connection, verification_id, practice_id)
    must_be_open(verification)
    return verification


def speaking(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    """One that is open, and whose place no re-check has taken. Raises NotFound and NotAllowed."""
    verification = opened(connection, verification_id, practice_id)
    if verification.superseded_by_id is not None:
        raise NotAllowed(SUPERSEDED)
    return verification


def not_cancelled(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    """Raises NotFound and NotAllowed."""
    verification = known(connection, verification_id, practice_id)
    if verification.state == VerificationState.CANCELLED.value:
        raise NotAllowed(verification.state)
    return verification


def must_be_open(verification: Row[Any]) -> None:
    """Raises NotAllowed."""
    if verification.state in TERMINAL:
        raise NotAllowed(verification.state)


def task(connection: Connection, follow_up_id: str, practice_id: str) -> tuple[Row[Any], Row[Any]]:
    """A task with its verification, both held: the verification first, as every step does it. Raises NotFound.

    A task that went over to a re-check while its verification was waited for is the re-check's.
    """
    verification = known(connection, _whose(connection, follow_up_id, practice_id), practice_id)
    if (now_of := _whose(connection, follow_up_id, practice_id)) != verification.id:
        verification = known(connection, now_of, practice_id)
    return verification, evidence.follow_up(connection, follow_up_id)


def _whose(connection: Connection, follow_up_id: str, practice_id: str) -> str:
    """Raises NotFound."""
    verification_id = evidence.verification_of(connection, practice_id, follow_up_id)
    if verification_id is None:
        raise NotFound
    return verification_id


def job(connection: Connection, verification: Row[Any], step: str, run: str) -> Hint | None:
    """The next step's job, once for a run."""
    return jobs.accept(
        connection,
        step=step,
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=run,
    )


def judge_anew(connection: Connection, verification: Row[Any], run: str) -> Hint | None:
    """Judges what a person changed beside it; none where nothing was judged yet, or it is over.

    A first judging, still to come, sees the change by itself.
    """
    if verification.judged_at is None or verification.state in TERMINAL:
        return None
    return job(connection, verification, "judge", run)


def patient(connection: Connection, practice_id: str, patient_id: str) -> None:
    """Holds everything that speaks for a patient, before the first line is written about any of it.

    A line of the timeline holds its verification too, and a re-check's own steps hold the newest first.
    """
    charts.of_patient(connection, practice_id, patient_id)


def judge_patient_anew(
    connection: Connection, practice_id: str, patient_id: str, run: str
) -> list[Hint | None]:
    """Judges everything that speaks for a patient, once for a run."""
    speaking = charts.of_patient(connection, practice_id, patient_id)
    return [judge_anew(connection, row, run) for row in speaking]
