"""Enrollment: who is told to enroll with a payer, and what is asked once that is done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from verify.asking import Route, awaiting_enrollment
from verify.followup import enroll, enrollment_key
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, routes, verifications
from verify.store.jobs import Hint
from verify.verification import Lane, VerificationState, new_id

#: The code of a question that no account can carry: nobody reaches the payer, or the clinic is not enrolled.
NO_WAY = "no_way"
#: Questions a person was to ask because no account carries them, or the phone alone does.
BY_A_PERSON = (NO_WAY, "call_needed")


def tell_to_enroll(
    work: Work, connection: Connection, verification: Row[Any], payer: Row[Any], ways: Sequence[Route]
) -> None:
    """Makes the task of whoever enrolls, where that is all that is missing: one, however many questions wait."""
    missing = {route.account_id for route in awaiting_enrollment(ways)}
    if not missing:
        return
    for way in routes.routes_of(connection, payer.id):
        if way.account_id in missing and routes.tell_enrollment(connection, payer.id, way.account_id):
            task = enroll(
                payer_id=payer.id,
                payer_name=payer.name,
                account_id=way.account_id,
                account_name=way.account_name,
                now=work.now(),
                zone=clinic.zone(connection, verification.practice_id),
            )
            evidence.add_follow_up(connection, verification, task)


def enrolled(
    connection: Connection, practice_id: str, payer_id: str, account_id: str, *, at: datetime, by: str
) -> list[Hint | None]:
    """The clinic is enrolled: the task is done, and what waited for it is asked. No verification may be locked."""
    if not routes.enroll(connection, payer_id, account_id, at):
        return []
    evidence.close_enrollment(connection, practice_id, enrollment_key(payer_id, account_id), by=by)
    run = new_id("run")
    waiting = inquiries.waiting_for_a_way(connection, practice_id, payer_id, BY_A_PERSON)
    return [hint for row in waiting if (hint := _ask(connection, row, run)) is not None]


def _ask(connection: Connection, row: Row[Any], run: str) -> Hint | None:
    """The job that asks it after all; None where nobody waits for the answer any more."""
    verification = verifications.lock(connection, row.verification_id)
    assert verification is not None
    if verification.state not in (VerificationState.ASKING.value, VerificationState.NEEDS_PERSON.value):
        return None
    verifications.change(connection, verification, state=VerificationState.ASKING.value)
    return jobs.accept(
        connection,
        step="ask",
        subject_id=row.id,
        practice_id=row.practice_id,
        lane=Lane(verification.lane),
        run=run,
    )
