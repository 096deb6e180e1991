"""Upkeep by the clock: what was verified expires, and what serves nobody is removed."""

from verify.security.logging import get_logger
from verify.steps.work import Work
from verify.store import imports, jobs, verifications
from verify.store.upkeep import tidy as remove_old
from verify.verification import Lane, new_id

log = get_logger(__name__)


def expire(work: Work) -> int:
    """Ends what was verified too long ago to rely on; each gets its follow-up. How many."""
    with work.engine.begin() as connection:
        expired = verifications.expire(connection)
        hints = [
            jobs.accept(
                connection,
                step="follow_up",
                subject_id=row.id,
                practice_id=row.practice_id,
                lane=Lane(row.lane),
                run=new_id("run"),
            )
            for row in expired
        ]
        for row in expired:
            verifications.record(connection, row.practice_id, row.id, "expired")
    work.hint(*hints)
    return len(expired)


def tidy(work: Work) -> None:
    """Removes old rows that are no evidence."""
    with work.engine.begin() as connection:
        removed = {**remove_old(connection), "imports": imports.remove_old(connection)}
    log.info("tidied", count=sum(removed.values()))
