"""Settle: when no question is on its way any more, what came back is judged."""

from typing import Any

from sqlalchemy import Connection, Row

from verify.store import inquiries, jobs, verifications
from verify.store.jobs import Hint
from verify.verification import Lane


def settle(connection: Connection, verification: Row[Any], *, run: str) -> Hint | None:
    """The judging job of a locked verification, once its last question came home; else None.

    A payer that is asked again later does not hold back what the others said. `run` names the
    occasion, so that the same one makes one job.
    """
    verifications.change(
        connection, verification, ask_again_at=inquiries.next_attempt_at(connection, verification)
    )
    if inquiries.under_way(connection, verification):
        return None
    return jobs.accept(
        connection,
        step="judge",
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=run,
    )
