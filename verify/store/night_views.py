"""What pages, API and command line show of nights; asked for within a practice."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, case, func, or_, select, tuple_

from verify.recheck import Change, Weight, change_words
from verify.store import night_documents as shown
from verify.store import patients, payer_batches
from verify.store.documents import PatientShown
from verify.store.nights import AnyRow, Wanted
from verify.store.sealing import Seals
from verify.store.tables import coverages, follow_ups, payers, verifications
from verify.store.tables import patients as patient_rows
from verify.store.tables_nightly import night_items, nights
from verify.store.views import BadCursor

#: In the address of a night: the newest one there is.
LATEST = "latest"
#: What a report shows one by one; the rest is counted.
TELLING = (Weight.STOPS.value, Weight.COSTS.value, Weight.ASKS.value)


def newest(connection: Connection, practice_id: str, *, limit: int = 30) -> list[shown.NightShown]:
    """The practice's nights, newest first."""
    statement = (
        select(nights)
        .where(nights.c.practice_id == practice_id)
        .order_by(nights.c.local_date.desc())
        .limit(limit)
    )
    return [_night(row) for row in connection.execute(statement)]


def progress(connection: Connection, practice_id: str, night_id: str) -> shown.Progress | None:
    """How far a night is; None when this practice has none of that id. `latest` is the newest."""
    row = _row(connection, practice_id, night_id)
    if row is None:
        return None
    counted = _counted(connection, row.id)
    states = {
        state: sum(it.n for it in counted if it.state == state) for state in ("asked", "answered", "failed")
    }
    per_minute = _ended_in_the_last_minute(connection, row.id)
    causes = {it.cause for it in counted if it.state == "failed"}
    return shown.Progress(
        **_night(row).model_dump(),
        asked=sum(states.values()),
        waiting=states["asked"],
        answered=states["answered"],
        failed=states["failed"],
        changed=_changed(connection, row.id),
        payers=_by_payer(counted),
        batches=[shown.BatchShown(**batch) for batch in payer_batches.of_night(connection, row)],
        failures=sorted(
            (
                shown.Failures(cause=cause, count=sum(it.n for it in counted if it.cause == cause))
                for cause in causes
            ),
            key=lambda failures: -failures.count,
        ),
        per_minute=per_minute,
        seconds_left=60 * states["asked"] // per_minute if per_minute and states["asked"] else None,
    )


def report(
    connection: Connection, seals: Seals, night_id: str, *, cursor: str | None = None, limit: int
) -> shown.Report | None:
    """What changed for whom, and who could not be asked; None without such a night. Raises BadCursor."""
    night = progress(connection, seals.practice_id, night_id)
    if night is None:
        return None
    rank = case(
        (night_items.c.state == "failed", len(TELLING)),
        *[(night_items.c.weight == weight, place) for place, weight in enumerate(TELLING)],
        else_=len(TELLING),
    )
    statement = (
        _opened(seals.practice_id)
        .add_columns(night_items, rank.label("rank"), verifications.c.service_lines)
        .where(
            night_items.c.night_id == night.id,
            night_items.c.recheck_id == verifications.c.id,
            or_(night_items.c.state == "failed", night_items.c.weight.in_(TELLING)),
        )
        .order_by(rank, night_items.c.verification_id)
        .limit(limit + 1)
    )
    if cursor is not None:
        at = connection.execute(
            select(rank.label("rank")).where(
                night_items.c.night_id == night.id, night_items.c.verification_id == cursor
            )
        ).scalar_one_or_none()
        if at is None:
            raise BadCursor
        statement = statement.where(tuple_(rank, night_items.c.verification_id) > tuple_(at, cursor))
    found = connection.execute(statement).all()
    some = found[:limit]
    tasks = _tasks(connection, [row.recheck_id for row in some])
    return shown.Report(
        night=night,
        items=[_report_row(row, seals, tasks.get(row.recheck_id, [])) for row in some],
        next_cursor=some[-1].verification_id if len(found) > limit else None,
    )


def ahead(connection: Connection, seals: Seals, wanted: Sequence[Wanted]) -> list[shown.AheadRow]:
    """Whom a night would ask, opened."""
    by_id = {each.row.id: each for each in wanted}
    statement = _opened(seals.practice_id).where(verifications.c.id.in_(list(by_id)))
    return [
        shown.AheadRow(
            id=row.shown_id,
            patient=_patient(row, seals),
            payer=row.payer,
            service_lines=by_id[row.shown_id].row.service_lines,
            date_of_service=by_id[row.shown_id].visit_on,
            rules=list(by_id[row.shown_id].rules),
        )
        for row in connection.execute(statement.order_by(verifications.c.id))
    ]


# --- parts ----------------------------------------------------------------------------------------------


def _row(connection: Connection, practice_id: str, night_id: str) -> AnyRow | None:
    statement = select(nights).where(nights.c.practice_id == practice_id)
    if night_id == LATEST:
        statement = statement.where(nights.c.state != "missed").order_by(nights.c.local_date.desc()).limit(1)
    else:
        statement = statement.where(nights.c.id == night_id)
    return connection.execute(statement).one_or_none()


def _night(row: AnyRow) -> shown.NightShown:
    return shown.NightShown(**{name: getattr(row, name) for name in shown.NightShown.model_fields})


def _counted(connection: Connection, night_id: str) -> Sequence[AnyRow]:
    """How many items by payer, state and cause."""
    group = (night_items.c.payer_id, night_items.c.state, night_items.c.cause)
    counted = (
        select(*group, func.count().label("n")).where(night_items.c.night_id == night_id).group_by(*group)
    ).subquery()
    statement = select(counted, payers.c.name.label("payer")).join(payers, payers.c.id == counted.c.payer_id)
    return connection.execute(statement.order_by(payers.c.name)).all()


def _by_payer(counted: Sequence[AnyRow]) -> list[shown.PayerProgress]:
    def count(payer: str, state: str) -> int:
        return sum(it.n for it in counted if it.payer == payer and it.state == state)

    return [
        shown.PayerProgress(
            payer=payer,
            waiting=count(payer, "asked"),
            answered=count(payer, "answered"),
            failed=count(payer, "failed"),
        )
        for payer in dict.fromkeys(it.payer for it in counted)
    ]


def _ended_in_the_last_minute(connection: Connection, night_id: str) -> int:
    minute = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 1)
    recent = and_(night_items.c.night_id == night_id, night_items.c.done_at > minute)
    return connection.execute(select(func.count()).select_from(night_items).where(recent)).scalar_one()


def _changed(connection: Connection, night_id: str) -> dict[str, int]:
    statement = (
        select(night_items.c.weight, func.count().label("n"))
        .where(night_items.c.night_id == night_id, night_items.c.state == "answered")
        .group_by(night_items.c.weight)
    )
    return {row.weight: row.n for row in connection.execute(statement)}


def _opened(practice_id: str) -> Any:
    """Verifications with their patient and payer."""
    return (
        select(
            verifications.c.id.label("shown_id"),
            verifications.c.patient_id,
            verifications.c.date_of_service,
            patient_rows.c.identity_sealed,
            func.coalesce(payers.c.name, coverages.c.payer_name).label("payer"),
        )
        .select_from(verifications)
        .join(patient_rows, patient_rows.c.id == verifications.c.patient_id)
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .where(verifications.c.practice_id == practice_id)
    )


def _patient(row: AnyRow, seals: Seals) -> PatientShown:
    identity = seals.open_json(row.identity_sealed, patients.IDENTITY, row.patient_id)
    named = {name: identity[name] for name in ("last_name", "first_name", "birth_date")}
    return PatientShown(id=row.patient_id, **named)


def _report_row(row: AnyRow, seals: Seals, tasks: list[shown.TaskShown]) -> shown.ReportRow:
    return shown.ReportRow(
        id=row.recheck_id,
        rechecks_id=row.verification_id,
        patient=_patient(row, seals),
        payer=row.payer,
        service_lines=row.service_lines,
        date_of_service=row.date_of_service,
        rules=row.rules,
        state=row.state,
        cause=row.cause,
        weight=row.weight,
        changes=[_change(document) for document in row.changes],
        follow_ups=tasks,
    )


def _change(document: Any) -> shown.ChangeShown:
    change = msgspec.convert(document, Change)
    return shown.ChangeShown(
        kind=change.kind.value,
        weight=change.weight.value,
        service_line=change.service_line,
        text=change_words(change),
        effect=change.effect,
        was=document["was"],
        now=document["now"],
        visit_cents=change.visit_cents,
    )


def _tasks(connection: Connection, verification_ids: Sequence[str]) -> dict[str, list[shown.TaskShown]]:
    statement = (
        select(follow_ups)
        .where(follow_ups.c.verification_id.in_(verification_ids))
        .order_by(follow_ups.c.due_at, follow_ups.c.id)
    )
    found: dict[str, list[shown.TaskShown]] = {}
    for row in connection.execute(statement):
        task = shown.TaskShown(kind=row.kind, title=row.title, due_at=row.due_at, state=row.state)
        found.setdefault(row.verification_id, []).append(task)
    return found
