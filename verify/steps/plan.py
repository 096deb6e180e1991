"""Plan: one inquiry per service type, each with its job; what is planned already, or still fresh, is not asked."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from payers.directory import Quirks, read_quirks
from verify.asking import Asked, Route, day_to_ask, fresh_since, usable
from verify.steps.enrollment import NO_WAY, tell_to_enroll
from verify.steps.question import fingerprint, identity_asked_with
from verify.steps.ways import ways
from verify.steps.work import Work
from verify.store import clinic, inquiries, jobs, patients, verifications
from verify.store.inquiries import Ask
from verify.store.jobs import Hint
from verify.verification import InquiryState, Lane, Reason

PURPOSE = "plan"


class At(NamedTuple):
    """Whom questions go to: the payer on the card, or one a hop led to; and in whose words."""

    payer: Row[Any]
    hop: int = 0
    from_inquiry_id: str | None = None
    reason: str = ""
    domain: str = ""
    repair: int = 0
    #: JSON of verify.asking.Changes.
    changes: bytes | None = None

    @property
    def quirks(self) -> Quirks:
        return read_quirks(self.payer.quirks)


def on_the_card(connection: Connection, verification: Row[Any]) -> At:
    """The verification's own payer."""
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    return At(clinic.payer(connection, verification.practice_id, coverage.payer_id))


def plan(
    work: Work, connection: Connection, verification: Row[Any], at: At, service_types: Sequence[str]
) -> list[Hint]:
    """The jobs of the inquiries that are new. The verification's row is locked.

    Without a job are those answered from a fresh answer, and those nobody can carry: see `settle`.
    """
    today = clinic.day(connection, verification.practice_id, work.now())
    on = day_to_ask(verification.date_of_service, today, at.quirks)
    wanted = list(dict.fromkeys(service_types))
    ready = prepare(work, connection, verification, at) if wanted else None
    made = [
        planned
        for service_type in wanted
        if ready and (planned := plan_one(work, connection, verification, at, service_type, on, ready))
    ]
    if made:
        detail = {"questions": len(made), "payer": at.payer.id, "hop": at.hop, "reason": at.reason}
        verifications.record(connection, verification.practice_id, verification.id, "planned", detail)
    return [hint for planned in made if (hint := planned.hint)]


class Planned(NamedTuple):
    inquiry_id: str
    #: None: nothing is to be asked.
    hint: Hint | None


class Ready(NamedTuple):
    """What every question to one payer is planned with."""

    routes: list[Route]
    asked_with: tuple[Asked, dict[str, Any] | None]


def prepare(work: Work, connection: Connection, verification: Row[Any], at: At) -> Ready:
    """The ways that can carry a question to the payer, and what it says of the patient; who enrolls is told."""
    every = ways(work, connection, at.payer.id, at.quirks)
    tell_to_enroll(work, connection, verification, at.payer, every)
    return Ready(usable(every), identity_asked_with(work, connection, verification, at.changes))


def plan_one(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    at: At,
    service_type: str,
    on: date,
    ready: Ready,
) -> Planned | None:
    """One inquiry with its job; None when it is planned already."""
    routes = ready.routes
    seals = work.seals(verification.practice_id)
    ask = Ask(
        payer_id=at.payer.id,
        account_id=routes[0].account_id if routes else None,
        service_type=service_type,
        on=on,
        purpose=PURPOSE,
        hop=at.hop,
        from_inquiry_id=at.from_inquiry_id,
        hop_reason=at.reason,
        hop_domain=at.domain,
        repair=at.repair,
        changes=at.changes,
        fingerprint=fingerprint(
            work,
            verification.practice_id,
            ready.asked_with,
            payer_id=at.payer.id,
            service_type=service_type,
            on=on,
        ),
    )
    state = InquiryState.PLANNED if routes else InquiryState.PENDING
    made = inquiries.plan(connection, seals, verification, ask, state=state)
    if made is None:
        return None
    row = inquiries.inquiry(connection, made)
    if not routes:
        inquiries.change_state(connection, row, InquiryState.PENDING, code=NO_WAY)
        return Planned(made, None)
    if (answer := _still_fresh(work, connection, verification, ask)) is not None:
        inquiries.reuse(connection, seals, row, answer)
        verifications.record(
            connection, row.practice_id, verification.id, "answer_reused", {"service_type": service_type}
        )
        return Planned(made, None)
    return Planned(made, _job(connection, verification, made))


def _still_fresh(work: Work, connection: Connection, verification: Row[Any], ask: Ask) -> Row[Any] | None:
    """An answer that serves again: a payer's, to the very same question."""
    since = fresh_since(Reason(verification.reason), work.now())
    return inquiries.fresh_answer(connection, verification, ask, since=since)


def _job(connection: Connection, verification: Row[Any], inquiry_id: str) -> Hint | None:
    return jobs.accept(
        connection,
        step="ask",
        subject_id=inquiry_id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
    )
