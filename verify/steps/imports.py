"""Imports: a file's rows are previewed, confirmed by a person, and accepted in batches as jobs.

A batch accepts row by row, each in a transaction of its own that also says so on the row: whoever
is killed in the middle loses one row's work, and whoever comes after does no row twice.
"""

import time
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DataError, IntegrityError

from verify.intake.rows import Row as SheetRow
from verify.intake.rows import Sheet
from verify.intake.submission import Submission
from verify.security.logging import get_logger
from verify.steps.accept import store
from verify.steps.people import NotAllowed, NotFound
from verify.steps.work import Work
from verify.store import clinic, imports, jobs
from verify.store.imports import NewRow
from verify.store.jobs import Claim, Hint
from verify.verification import Lane, new_id

log = get_logger(__name__)

STEP = "import_rows"
#: Rows of one job. Small enough that a single submission behind it waits for a moment only.
BATCH = 100
#: Above this, rows that say no priority go behind what people submit one by one, unless chosen otherwise.
MANY = 200
_OVER = frozenset({"done", "cancelled"})


def preview_import(
    work: Work, sheet: Sheet, *, practice_id: str, actor: str, file_format: str, name: str = ""
) -> str:
    """The id of the import; nothing is submitted before it is confirmed."""
    report = {"name": name, "columns": sheet.columns, "unused": sheet.unused, "notes": sheet.notes}
    with work.engine.begin() as connection:
        known = _known_payers(connection, practice_id, sheet)
        rows = [_new_row(row, known) for row in sheet.rows]
        return imports.add(
            connection,
            work.seals(practice_id),
            file_format=file_format,
            report=report,
            rows=rows,
            actor=actor,
        )


def usual_lane(good_rows: int) -> Lane:
    """Where rows go that say nothing of their priority."""
    return Lane.NIGHTLY if good_rows > MANY else Lane.STANDARD


def confirm_import(
    work: Work, import_id: str, practice_id: str, actor: str, *, lane: Lane | None = None
) -> None:
    """Starts accepting the rows, or goes on with those left; once it runs or is done, nothing more.

    Raises NotFound.
    """
    with work.engine.begin() as connection:
        row = imports.lock(connection, import_id, practice_id)
        if row is None:
            raise NotFound
        if row.state in ("running", "done"):
            return
        counts = imports.counts(connection, [import_id])[import_id]
        chosen = lane or (Lane(row.lane) if row.confirmed_at else usual_lane(counts.get("waiting", 0)))
        imports.change(
            connection,
            import_id,
            state="running",
            lane=chosen.value,
            confirmed_at=row.confirmed_at or work.now(),
            finished_at=None,
        )
        hint = _next_batch(connection, row)
    log.info("import_confirmed", object_id=import_id, count=counts.get("waiting", 0), actor=actor)
    work.hint(hint)


def cancel_import(work: Work, import_id: str, practice_id: str, actor: str) -> None:
    """Accepts no further row; what was accepted stays. Raises NotFound, and NotAllowed once it is over."""
    with work.engine.begin() as connection:
        row = imports.lock(connection, import_id, practice_id)
        if row is None:
            raise NotFound
        if row.state in _OVER:
            raise NotAllowed(row.state)
        jobs.cancel(connection, [import_id])
        imports.change(connection, import_id, state="cancelled", finished_at=work.now())
    log.info("import_cancelled", object_id=import_id, actor=actor)


def import_rows(work: Work, claim: Claim) -> None:
    """Accepts the next batch of a running import, and leaves a job for the one after it."""
    with work.engine.connect() as connection:
        numbers = imports.waiting_numbers(connection, claim.subject_id, BATCH)
    # A slow database must not cost the lease: what is not reached in time is the next batch's.
    ends = time.monotonic() + work.settings.lease_seconds / 3
    for number in numbers:
        if time.monotonic() > ends:
            break
        _accept(work, claim.subject_id, number)
    with work.engine.begin() as connection:
        row = imports.lock(connection, claim.subject_id)
        assert row is not None
        if not jobs.finish(connection, claim) or row.state != "running":
            return
        hint = _go_on(work, connection, row)
    work.hint(hint)


def stop_import(connection: Connection, import_id: str) -> None:
    """A batch that ended no lease: a person sees it stopped, and may let it go on."""
    row = imports.lock(connection, import_id)
    if row is not None and row.state == "running":
        imports.change(connection, import_id, state="stopped")


# --- one row --------------------------------------------------------------------------------------------


def _accept(work: Work, import_id: str, number: int) -> None:
    try:
        with work.engine.begin() as connection:
            row = imports.take_row(connection, import_id, number)
            if row is not None and "birth_date" in row.missing:
                # Nothing but the row itself tells such a patient again, so equal rows take turns.
                imports.take_turn(connection, row)
                row = imports.take_row(connection, import_id, number)
            if row is None:
                return
            hint = _accept_row(work, connection, row)
    except (ValidationError, IntegrityError, DataError) as failure:
        # This row's fault, not the database's: the others go on.
        log.warning("import_row_failed", object_id=import_id, error_type=type(failure).__name__)
        with work.engine.begin() as connection:
            row = imports.take_row(connection, import_id, number)
            if row is not None:
                imports.finish_row(connection, row, "failed")
        return
    work.hint(hint)


def _accept_row(work: Work, connection: Connection, row: Row[Any]) -> Hint | None:
    if row.verified_before is not None:
        imports.finish_row(connection, row, "known", row.verified_before)
        return None
    said = imports.content_of(row, work.seals(row.practice_id))["submission"]
    submission = Submission.model_validate({"priority": row.lane, **said})
    accepted, hint = store(work, connection, submission, row.practice_id, row.created_by)
    state = "accepted" if accepted.created else "known"
    imports.finish_row(connection, row, state, accepted.verification_id)
    return hint


def _go_on(work: Work, connection: Connection, row: Row[Any]) -> Hint | None:
    if imports.waiting_numbers(connection, row.id, 1):
        return _next_batch(connection, row)
    imports.change(connection, row.id, state="done", finished_at=work.now())
    return None


def _next_batch(connection: Connection, row: Row[Any]) -> Hint | None:
    # Accepting is quick and on the standard lane; each verification then waits on its own.
    return jobs.accept(
        connection,
        step=STEP,
        subject_id=row.id,
        practice_id=row.practice_id,
        lane=Lane.STANDARD,
        run=new_id("run"),
    )


# --- the preview ----------------------------------------------------------------------------------------


def _known_payers(connection: Connection, practice_id: str, sheet: Sheet) -> set[str]:
    named = {row.submission.coverage.payer for row in sheet.rows if row.submission}
    return {name for name in named if name and clinic.find_payer(connection, practice_id, name)}


def _new_row(row: SheetRow, known_payers: set[str]) -> NewRow:
    submission = row.submission
    state = "rejected" if submission is None else "repeated" if row.same_as else "waiting"
    missing = [] if submission is None else submission.missing()
    if submission and submission.coverage.payer and submission.coverage.payer not in known_payers:
        missing.append("unknown_payer")
    return NewRow(
        number=row.number,
        state=state,
        content={
            "cells": row.cells,
            # Only what was said: the priority of a row that names none is chosen when it is confirmed.
            "submission": submission and submission.model_dump(mode="json", exclude_unset=True),
        },
        problems=[(problem.column, problem.words) for problem in row.problems],
        missing=missing,
        same_as=row.same_as,
        words=row.words,
    )
