"""Nights: the slot of each practice and day, whom to look at, and what came of those who were asked."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, and_, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from verify.recheck import HEAVIEST_FIRST, Change
from verify.store import jobs
from verify.store.database import copy_rows
from verify.store.tables import coverages, events, inquiries, payer_accounts, practices, verifications
from verify.store.tables import jobs as job_rows
from verify.store.tables_directory import payer_routes
from verify.store.tables_nightly import night_items, nights
from verify.store.verifications import SYSTEM
from verify.verification import InquiryState, Lane, Reason, VerificationState, new_id

AnyRow = Row[*tuple[Any, ...]]

#: Whom a night may ask again; a question on its way, or waiting for a person's data, is left alone.
SETTLED = (
    VerificationState.NEEDS_PERSON.value,
    VerificationState.VERIFIED.value,
    VerificationState.VERIFIED_WITH_GAPS.value,
    VerificationState.EXPIRED.value,
)
#: A re-check that got no answer is a person's task; its verification is left alone for so long.
LEFT_ALONE = timedelta(days=7)
#: Nobody picks up at night.
ANSWERED_BY_PEOPLE = "phone"


# --- the slot -------------------------------------------------------------------------------------------


def database_now(connection: Connection) -> datetime:
    """The clock that decides which night it is: a worker's own may be wrong."""
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now


def practices_with_nights(connection: Connection) -> Sequence[AnyRow]:
    """Id, time zone, hour and beginning of each practice that has nights, and its newest night on record."""
    newest = (
        select(nights.c.practice_id, func.max(nights.c.local_date).label("last"))
        .group_by(nights.c.practice_id)
        .subquery()
    )
    statement = (
        select(
            practices.c.id,
            practices.c.time_zone,
            practices.c.night_hour,
            practices.c.created_at,
            newest.c.last,
        )
        .outerjoin(newest, newest.c.practice_id == practices.c.id)
        .where(practices.c.night_hour.is_not(None))
        .order_by(practices.c.id)
    )
    return connection.execute(statement).all()


def claim_slot(connection: Connection, practice_id: str, day: date, *, by: str = SYSTEM) -> str | None:
    """The new night's id; None when this day has one, whoever made it."""
    made = connection.execute(
        upsert(nights)
        .values(id=new_id("night"), practice_id=practice_id, local_date=day, state="planning", started_by=by)
        .on_conflict_do_nothing(index_elements=["practice_id", "local_date"])
        .returning(nights.c.id)
    ).scalar_one_or_none()
    return str(made) if made else None


def note_missed(connection: Connection, practice_id: str, days: Sequence[date]) -> None:
    """Writes down nights that nobody ran, so that each day has its row."""
    rows = [
        {
            "id": new_id("night"),
            "practice_id": practice_id,
            "local_date": day,
            "state": "missed",
            "started_by": SYSTEM,
            "finished_at": func.now(),
        }
        for day in days
    ]
    for row in rows:
        adding = upsert(nights).values(row)
        connection.execute(adding.on_conflict_do_nothing(index_elements=["practice_id", "local_date"]))


def lock(connection: Connection, night_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(select(nights).where(nights.c.id == night_id).with_for_update()).one()


# --- whom to look at ------------------------------------------------------------------------------------


def candidates(
    connection: Connection, practice_id: str, *, after: str, first_visit_since: date, limit: int
) -> Sequence[AnyRow]:
    """The next verifications that may be asked again, in the order of their ids, after one of them.

    Of those that speak for their patient now, whose course may still run, and whose payer answers by itself.
    """
    it, original, newer = verifications, aliased(verifications), aliased(verifications)
    first_visit_on = func.coalesce(it.c.first_visit_on, it.c.date_of_service)
    spoken = exists().where(original.c.id == it.c.rechecks_id, original.c.superseded_by_id == it.c.id)
    being_asked = exists().where(
        newer.c.rechecks_id == it.c.id,
        newer.c.state != VerificationState.CANCELLED.value,
        newer.c.created_at > func.now() - LEFT_ALONE,
    )
    refused = exists().where(
        inquiries.c.verification_id == it.c.id,
        inquiries.c.revision == it.c.revision,
        inquiries.c.state == InquiryState.REJECTED.value,
        inquiries.c.replaced_by_id.is_(None),
    )
    asked_by_itself = exists().where(
        payer_routes.c.payer_id == coverages.c.payer_id,
        payer_accounts.c.id == payer_routes.c.account_id,
        payer_accounts.c.adapter != ANSWERED_BY_PEOPLE,
    )
    statement = (
        select(
            it.c.id,
            it.c.patient_id,
            it.c.coverage_id,
            it.c.provider_id,
            it.c.service_lines,
            it.c.revision,
            it.c.answered_at,
            it.c.plan_begins_on,
            it.c.plan_ends_on,
            it.c.expires_at,
            first_visit_on.label("first_visit_on"),
            coverages.c.payer_id,
            case((it.c.answered_at.is_(None), refused), else_=False).label("refused"),
        )
        .join(coverages, coverages.c.id == it.c.coverage_id)
        .where(
            it.c.practice_id == practice_id,
            it.c.id > after,
            it.c.superseded_by_id.is_(None),
            it.c.state.in_(SETTLED),
            first_visit_on >= first_visit_since,
            asked_by_itself,
            or_(it.c.rechecks_id.is_(None), spoken),
            ~being_asked,
        )
        .order_by(it.c.id)
        .limit(limit)
    )
    return connection.execute(statement).all()


class Wanted(NamedTuple):
    """One verification to ask again, why, and about which visit."""

    row: AnyRow
    rules: Sequence[str]
    visit_on: date


def ask_again(connection: Connection, night: Row[Any], wanted: Sequence[Wanted]) -> None:
    """Makes a verification, its first job and the night's item for each, all or none."""
    if not wanted:
        return
    rechecks = [_recheck(night, each) for each in wanted]
    ids = [recheck["id"] for recheck in rechecks]
    copy_rows(connection, verifications, rechecks)
    pairs = list(zip(wanted, ids, strict=True))
    copy_rows(connection, night_items, [_item(night, each, id_) for each, id_ in pairs])
    copy_rows(connection, events, [_event(night, each, id_) for each, id_ in pairs])
    jobs.accept_nightly(connection, step="receive", subject_ids=ids, practice_id=night.practice_id)


def _recheck(night: Row[Any], wanted: Wanted) -> dict[str, Any]:
    row = wanted.row
    return {
        "id": new_id("ver"),
        # Twice the same night, twice the same key: the table refuses the second.
        "dedupe_key": sha256(f"recheck|{row.id}|{night.local_date}".encode()).digest(),
        "practice_id": night.practice_id,
        "patient_id": row.patient_id,
        "coverage_id": row.coverage_id,
        "provider_id": row.provider_id,
        "service_lines": row.service_lines,
        "date_of_service": wanted.visit_on,
        "first_visit_on": row.first_visit_on,
        "rechecks_id": row.id,
        "revision": row.revision,
        "reason": Reason.RECHECK.value,
        "lane": Lane.NIGHTLY.value,
        "state": VerificationState.READY.value,
        "requested_by": SYSTEM,
    }


def _item(night: Row[Any], wanted: Wanted, recheck_id: str) -> dict[str, Any]:
    return {
        "night_id": night.id,
        "verification_id": wanted.row.id,
        "practice_id": night.practice_id,
        "payer_id": wanted.row.payer_id,
        "rules": list(wanted.rules),
        "recheck_id": recheck_id,
    }


def _event(night: Row[Any], wanted: Wanted, recheck_id: str) -> dict[str, Any]:
    detail = {"rules": list(wanted.rules), "rechecks": wanted.row.id, "night": night.id}
    return {
        "practice_id": night.practice_id,
        "verification_id": recheck_id,
        "actor": SYSTEM,
        "what": "recheck_planned",
        "detail": detail,
    }


def advance(connection: Connection, night: Row[Any], *, to: str, looked_at: int) -> None:
    """Planning goes on after this verification, whoever does it."""
    connection.execute(
        update(nights)
        .where(nights.c.id == night.id)
        .values(looked_up_to=to, looked_at=nights.c.looked_at + looked_at)
    )


def planned(connection: Connection, night: Row[Any]) -> None:
    """Everybody was looked at; what was asked is now waited for."""
    connection.execute(
        update(nights)
        .where(nights.c.id == night.id)
        .values(state="running", planned_at=func.clock_timestamp())
    )


def stop_planning(connection: Connection, night_id: str) -> None:
    """The planner died too often: what was asked is waited for; nobody else is looked at. No `planned_at`."""
    connection.execute(update(nights).where(nights.c.id == night_id).values(state="running"))


# --- what came of it ------------------------------------------------------------------------------------


def answered(connection: Connection, recheck_id: str, changes: Sequence[Change]) -> None:
    """Ends the item of a re-check with what it found; harmless for a re-check no night made."""
    heaviest = min((change.weight for change in changes), key=HEAVIEST_FIRST.index, default=None)
    _end(
        connection,
        recheck_id,
        state="answered",
        cause="",
        changes=msgspec.to_builtins(list(changes)),
        weight=heaviest.value if heaviest else "",
    )


def failed(connection: Connection, recheck_id: str, cause: str) -> None:
    """Ends the item of a re-check that got no answer, with a code of why."""
    _end(connection, recheck_id, state="failed", cause=cause)


def _end(connection: Connection, recheck_id: str, **values: Any) -> None:
    connection.execute(
        update(night_items)
        .where(night_items.c.recheck_id == recheck_id, night_items.c.state == "asked")
        .values(done_at=func.clock_timestamp(), **values)
    )


def finish_idle(connection: Connection) -> list[str]:
    """Ends nights in which nothing is on its way any more; their ids."""
    running = connection.execute(select(nights.c.id).where(nights.c.state == "running")).scalars().all()
    return [night_id for night_id in running if _finish(connection, night_id)]


def _finish(connection: Connection, night_id: str) -> bool:
    """What a person stopped, or a broken step left behind, does not hold up the night."""
    open_items = and_(night_items.c.night_id == night_id, night_items.c.state == "asked")
    under_way = (
        select(1)
        .select_from(night_items)
        .join(verifications, verifications.c.id == night_items.c.recheck_id)
        .where(open_items, verifications.c.state.in_(("ready", "asking")))
        .limit(1)
    )
    if connection.execute(under_way).first() is not None:
        return False
    connection.execute(
        update(night_items)
        .where(
            open_items,
            verifications.c.id == night_items.c.recheck_id,
            ~_has_work(verifications.c.id),
        )
        .values(
            state="failed",
            cause=case((verifications.c.state == "cancelled", "cancelled"), else_="step_failed"),
            done_at=func.clock_timestamp(),
        )
    )
    ended = connection.execute(
        update(nights)
        .where(nights.c.id == night_id, nights.c.state == "running", ~exists().where(open_items))
        .values(state="finished", finished_at=func.clock_timestamp())
    )
    return ended.rowcount == 1


def _has_work(verification_id: Any) -> Any:
    """Whether a job of the verification, or of one of its questions, is still to be done."""
    waits = job_rows.c.state.in_(("queued", "leased"))
    asked = select(inquiries.c.id).where(inquiries.c.verification_id == verification_id)
    own = and_(
        job_rows.c.step.in_(("receive", "judge", "follow_up")), job_rows.c.subject_id == verification_id
    )
    of_questions = and_(job_rows.c.step == "ask", job_rows.c.subject_id.in_(asked))
    return or_(exists().where(waits, own), exists().where(waits, of_questions))
