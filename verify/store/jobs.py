"""The queue's truth: accept, claim, finish, sweep (design decision 2).

A hint through the broker may be lost, doubled or late; these statements make each harmless. All times are
the database's own clock, so that a worker whose clock is wrong cannot steal or lose a lease.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from verify.store.database import copy_rows
from verify.store.tables import jobs
from verify.verification import JobId, Lane, new_id

#: How long a queued job waits for its first hint to be taken before a sweep hints again.
GRACE_SECONDS = 10
#: After this many leases without an end a job becomes a person's task.
MAX_ATTEMPTS = 5
#: A sweep's back-off: grace, doubled with each hint that led to nothing, up to this.
MAX_GRACE_SECONDS = 300
#: A lane with a window is hinted by the sweep alone, so that a night never floods the broker.
SWEPT_LANES = frozenset({Lane.NIGHTLY})
#: In such a lane a job that follows another is due before those that begin something: a night that is
#: interrupted has most of its patients done, and not all of them half.
FOLLOWS_FIRST = timedelta(days=1)
BEGINS = "receive"
#: Of these there are few, and a thousand questions wait for each: after a wait, too, they are before what begins.
AHEAD = frozenset({"hand_in", "collect"})


class Claim(NamedTuple):
    """A job taken: the row's subject, and the token that alone may finish it."""

    job_id: JobId
    token: str
    step: str
    subject_id: str
    practice_id: str
    lane: Lane
    attempt: int


class Hint(NamedTuple):
    """What the broker carries: which job, on which lane."""

    job_id: JobId
    step: str
    lane: Lane
    #: False when a sweep sends it, in its own time.
    at_once: bool = True


def accept(
    connection: Connection,
    *,
    step: str,
    subject_id: str,
    practice_id: str,
    lane: Lane,
    run: str = "",
    not_before: datetime | None = None,
) -> Hint | None:
    """Inserts the job in the caller's transaction; None when it was accepted before.

    The caller sends the hint after its commit; a hint that fails is not an error.
    """
    hinted_at_once = lane not in SWEPT_LANES and not_before is None
    now = func.clock_timestamp()
    if hinted_at_once:
        soon = now + timedelta(seconds=GRACE_SECONDS)
    else:
        soon = now if step == BEGINS else now - FOLLOWS_FIRST
    row = {
        "id": new_id("job"),
        "step": step,
        "subject_id": subject_id,
        "practice_id": practice_id,
        "lane": lane.value,
        "round": run,
        "not_before": not_before or now,
        "due_at": _due(step, lane, not_before) if not_before else soon,
    }
    made = connection.execute(
        insert(jobs)
        .values(row)
        .on_conflict_do_nothing(index_elements=["step", "subject_id", "round"])
        .returning(jobs.c.id)
    ).scalar_one_or_none()
    return Hint(JobId(made), step, lane, hinted_at_once) if made else None


def accept_nightly(
    connection: Connection, *, step: str, subject_ids: Sequence[str], practice_id: str, run: str = ""
) -> None:
    """Adds a job of the nightly lane for each of these subjects, which have none of this run yet.

    The sweep hints them, a window at a time.
    """
    rows = [
        {
            "id": new_id("job"),
            "step": step,
            "subject_id": subject_id,
            "practice_id": practice_id,
            "lane": Lane.NIGHTLY.value,
            "round": run,
        }
        for subject_id in subject_ids
    ]
    copy_rows(connection, jobs, rows)


def accept_many(
    connection: Connection, *, step: str, subjects: Sequence[tuple[str, str]], at_once: bool
) -> list[Hint]:
    """As `accept`, for many (subject, practice) that are new, on the standard lane.

    Without `at_once` the next sweep hints, and the caller need not.
    """
    if not subjects:
        return []
    now = func.clock_timestamp()
    rows = [
        {"id": new_id("job"), "subject_id": subject_id, "practice_id": practice_id}
        for subject_id, practice_id in subjects
    ]
    connection.execute(
        insert(jobs).values(
            step=step,
            lane=Lane.STANDARD.value,
            due_at=now + timedelta(seconds=GRACE_SECONDS) if at_once else now,
        ),
        rows,
    )
    return [Hint(JobId(row["id"]), step, Lane.STANDARD, at_once) for row in rows]


def claim(connection: Connection, job_id: JobId, *, lease_seconds: float) -> Claim | None:
    """Takes the job for `lease_seconds`; None when the hint is stale, doubled or early.

    A job whose leases ran out MAX_ATTEMPTS times is left alone: `take_poisoned` ends it.
    """
    now = func.clock_timestamp()
    lease_until = now + timedelta(seconds=lease_seconds)
    free = and_(jobs.c.state == "queued", jobs.c.not_before <= now)
    abandoned = and_(jobs.c.state == "leased", jobs.c.lease_until < now)
    row = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, or_(free, abandoned), jobs.c.attempt < MAX_ATTEMPTS)
        .values(
            state="leased",
            token=new_id("lease"),
            lease_until=lease_until,
            due_at=lease_until,
            attempt=jobs.c.attempt + 1,
            hints=0,
        )
        .returning(jobs)
    ).one_or_none()
    return _claimed(row) if row else None


def finish(connection: Connection, claim: Claim, *, failed: str = "") -> bool:
    """Ends the job in the caller's transaction; False when another holder has it: roll back, discard.

    `failed` is a short code; the job then counts as failed and is not tried again.
    """
    ended = connection.execute(
        _held(claim).values(
            state="failed" if failed else "done",
            error_code=failed,
            lease_until=None,
            finished_at=func.clock_timestamp(),
        )
    )
    return ended.rowcount == 1


def postpone(connection: Connection, claim: Claim, *, until: datetime, counts: bool = False) -> bool:
    """Gives the job back until `until`; False as `finish`.

    A lease that ended in order is no sign of poison, so the attempts start anew unless it `counts`.
    """
    back = connection.execute(
        _held(claim).values(
            state="queued",
            token=None,
            lease_until=None,
            not_before=until,
            due_at=_due(claim.step, claim.lane, until),
            attempt=jobs.c.attempt if counts else 0,
        )
    )
    return back.rowcount == 1


def extend(connection: Connection, claim: Claim, *, lease_seconds: float) -> bool:
    """Lengthens a lease still held; False when it is lost."""
    until = func.clock_timestamp() + timedelta(seconds=lease_seconds)
    return connection.execute(_held(claim).values(lease_until=until, due_at=until)).rowcount == 1


def sweep(connection: Connection, *, lane: Lane, window: int, limit: int = 500) -> list[Hint]:
    """Due jobs of a lane to hint now, each backed off so that the next sweep leaves it alone.

    At most `window` hints of the lane are outstanding. Jobs out of attempts are left to `take_poisoned`.
    """
    now = func.clock_timestamp()
    waiting = connection.execute(
        select(func.count())
        .select_from(jobs)
        .where(jobs.c.lane == lane.value, jobs.c.state == "queued", jobs.c.hints > 0, jobs.c.due_at > now)
    ).scalar_one()
    room = min(limit, window - waiting)
    if room <= 0:
        return []
    due = (
        select(jobs.c.id)
        .where(
            jobs.c.lane == lane.value,
            jobs.c.state.in_(("queued", "leased")),
            jobs.c.due_at <= now,
            jobs.c.not_before <= now,
            jobs.c.attempt < MAX_ATTEMPTS,
        )
        .order_by(jobs.c.due_at)
        .limit(room)
        .with_for_update(skip_locked=True)
    )
    backed_off = func.least(GRACE_SECONDS * func.power(2, jobs.c.hints), MAX_GRACE_SECONDS)
    rows = connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(due.scalar_subquery()))
        .values(due_at=now + func.make_interval(0, 0, 0, 0, 0, 0, backed_off), hints=jobs.c.hints + 1)
        .returning(jobs.c.id, jobs.c.step, jobs.c.lane)
    )
    return [Hint(JobId(row.id), row.step, Lane(row.lane)) for row in rows]


def take_poisoned(connection: Connection, *, limit: int = 100) -> list[Claim]:
    """Jobs whose last lease ran out at the last attempt, ended as failed; the caller makes tasks of them."""
    now = func.clock_timestamp()
    spent = (
        select(jobs.c.id)
        .where(
            jobs.c.attempt >= MAX_ATTEMPTS,
            or_(jobs.c.state == "queued", and_(jobs.c.state == "leased", jobs.c.lease_until < now)),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(spent.scalar_subquery()))
        .values(state="failed", error_code="poison", lease_until=None, finished_at=now)
        .returning(jobs)
    )
    return [_claimed(row) for row in rows]


def cancel(connection: Connection, subject_ids: Sequence[str]) -> int:
    """Ends what waits for these subjects; a leased job finishes into a discarded result."""
    ended = connection.execute(
        update(jobs)
        .where(jobs.c.subject_id.in_(subject_ids), jobs.c.state.in_(("queued", "leased")))
        .values(state="done", error_code="cancelled", token=None, finished_at=func.clock_timestamp())
    )
    return ended.rowcount


def bring_forward(connection: Connection, subject_ids: Sequence[str]) -> None:
    """What waits for a time is due now."""
    now = func.clock_timestamp()
    connection.execute(
        update(jobs)
        .where(jobs.c.subject_id.in_(subject_ids), jobs.c.state == "queued", jobs.c.not_before > now)
        .values(not_before=now, due_at=case((jobs.c.step.in_(AHEAD), now - FOLLOWS_FIRST), else_=now))
    )


class Backlog(NamedTuple):
    """A lane at a glance, for doctor, readiness and metrics."""

    lane: str
    queued: int
    leased: int
    failed: int
    oldest_due_at: datetime | None


def backlog(connection: Connection) -> list[Backlog]:
    def count(state: str) -> ColumnElement[int]:
        return func.count().filter(jobs.c.state == state)

    rows = connection.execute(
        select(
            jobs.c.lane,
            count("queued"),
            count("leased"),
            count("failed"),
            func.min(jobs.c.due_at).filter(jobs.c.state.in_(("queued", "leased"))),
        )
        .where(jobs.c.state != "done")
        .group_by(jobs.c.lane)
    )
    return [Backlog(*row) for row in rows]


def _due(step: str, lane: Lane, moment: datetime) -> datetime:
    """When a job that waits for a moment is due among others; no sweep hints it before that moment."""
    return moment - FOLLOWS_FIRST if step in AHEAD and lane in SWEPT_LANES else moment


def _held(claim: Claim) -> Update:
    return update(jobs).where(
        jobs.c.id == claim.job_id, jobs.c.token == claim.token, jobs.c.state == "leased"
    )


def _claimed(row: Row[tuple[object, ...]]) -> Claim:
    return Claim(
        job_id=JobId(row.id),
        token=row.token,
        step=row.step,
        subject_id=row.subject_id,
        practice_id=row.practice_id,
        lane=Lane(row.lane),
        attempt=row.attempt,
    )
