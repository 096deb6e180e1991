"""A file's rows: previewed, confirmed, accepted once each, whoever dies or changes their mind in between."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.verify.steps.conftest import add_practice
from verify import steps
from verify.intake.rows import Sheet
from verify.intake.spreadsheet import read_csv
from verify.steps import Work
from verify.steps import imports as step
from verify.store import imports, jobs
from verify.store.tables import jobs as job_rows
from verify.store.tables import patients, verifications
from verify.store.tables_imports import import_rows
from verify.store.tables_imports import imports as import_table
from verify.verification import JobId, Lane

HEADINGS = "Last,First,DOB,Payer,Member ID,Service,First visit,Priority\n"


def sheet(*lines: str) -> Sheet:
    return read_csv((HEADINGS + "\n".join(lines)).encode())


def line(first: str, *, born: str = "1988-04-02", member: str = "ACT1", priority: str = "") -> str:
    return f"Example,{first},{born},bluehollow,{member},tms,2026-12-01,{priority}"


def previewed(work: Work, practice_id: str, *lines: str) -> str:
    return steps.preview_import(
        work, sheet(*lines), practice_id=practice_id, actor="system", file_format="csv", name="MARKED.csv"
    )


def confirmed(work: Work, practice_id: str, *lines: str) -> str:
    made = previewed(work, practice_id, *lines)
    steps.confirm_import(work, made, practice_id, "system")
    return made


def waiting_jobs(work: Work, import_id: str) -> list[JobId]:
    with work.engine.connect() as connection:
        query = select(job_rows.c.id).where(job_rows.c.subject_id == import_id, job_rows.c.state == "queued")
        return [JobId(job_id) for job_id in connection.execute(query).scalars()]


def work_off(work: Work, import_id: str) -> None:
    """Runs the import's jobs, one after the other, as a worker would."""
    while waiting := waiting_jobs(work, import_id):
        for job_id in waiting:
            assert steps.run(work, job_id)


def states(work: Work, import_id: str) -> dict[int, str]:
    with work.engine.connect() as connection:
        query = select(import_rows.c.number, import_rows.c.state).where(import_rows.c.import_id == import_id)
        return {row.number: row.state for row in connection.execute(query.order_by(import_rows.c.number))}


def state(work: Work, import_id: str) -> str:
    with work.engine.connect() as connection:
        return connection.execute(
            select(import_table.c.state).where(import_table.c.id == import_id)
        ).scalar_one()


def count(work: Work, table: Any = verifications) -> int:
    with work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_preview_submits_nothing(work: Work, practice_id: str) -> None:
    made = previewed(work, practice_id, line("Ada"), line(""), line("ADA"))
    assert states(work, made) == {2: "waiting", 3: "rejected", 4: "repeated"}
    assert (state(work, made), count(work), waiting_jobs(work, made)) == ("previewed", 0, [])


def test_what_a_file_holds_is_sealed(work: Work, practice_id: str) -> None:
    made = previewed(work, practice_id, line("Markedname", member="MARKED7"))
    with work.engine.connect() as connection:
        text = connection.exec_driver_sql(
            "select string_agg(i::text, '') || (select string_agg(r::text, '') from import_rows r) from imports i"
        ).scalar_one()
    assert "marked" not in text.lower()
    assert made in text


def test_confirmed_rows_become_verifications_and_the_others_stay(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, line("Ada"), line(""), line("Bo", member=""))
    work_off(work, made)
    assert states(work, made) == {2: "accepted", 3: "rejected", 4: "accepted"}
    assert (state(work, made), count(work)) == ("done", 2)


def test_an_accepted_row_is_kept_nowhere_but_in_its_verification(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, line("Ada"), line(""))
    work_off(work, made)
    with work.engine.connect() as connection:
        rows = imports.rows_in(connection, made, ["accepted", "rejected"])
    assert [row.content_sealed is None for row in rows] == [True, False]
    assert rows[0].verification_id is not None


@pytest.mark.parametrize("born", ["1988-04-02", ""])
def test_the_same_row_twice_makes_one_verification(work: Work, practice_id: str, born: str) -> None:
    """Without a birth date a name alone makes nobody the same; the same row all through does."""
    first = confirmed(work, practice_id, line("Ada", born=born), line("ada", born=born))
    work_off(work, first)
    again = confirmed(work, practice_id, line("ADA", born=born), line("Bo", born=born))
    work_off(work, again)
    assert states(work, first) == {2: "accepted", 3: "repeated"}
    assert states(work, again) == {2: "known", 3: "accepted"}
    assert count(work) == count(work, patients) == 2


def test_the_same_rows_in_two_files_at_once_make_one_verification_each(work: Work, practice_id: str) -> None:
    lines = [line(f"P{number}", born="" if number % 2 else "1988-04-02") for number in range(20)]
    files = [confirmed(work, practice_id, *order) for order in (lines, lines[::-1])]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda made: work_off(work, made), files))
    assert count(work) == count(work, patients) == 20
    assert [state(work, made) for made in files] == ["done", "done"]


def test_the_same_row_in_another_practice_is_another_verification(work: Work, practice_id: str) -> None:
    for each in (practice_id, add_practice(work)):
        work_off(work, confirmed(work, each, line("Ada", born="")))
    assert count(work) == 2


def test_batches_follow_one_another_until_none_is_left(
    work: Work, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "BATCH", 3)
    made = confirmed(work, practice_id, *[line(f"P{number}") for number in range(8)])
    (only,) = waiting_jobs(work, made)
    steps.run(work, only)
    assert list(states(work, made).values()).count("accepted") == 3
    assert len(waiting_jobs(work, made)) == 1
    work_off(work, made)
    assert (state(work, made), count(work)) == ("done", 8)


def test_a_batch_run_twice_at_once_accepts_each_row_once(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, *[line(f"P{number}", born="") for number in range(30)])
    (job_id,) = waiting_jobs(work, made)
    with work.engine.begin() as connection:
        zombie = jobs.claim(connection, job_id, lease_seconds=0)
    assert zombie is not None
    with work.engine.begin() as connection:
        heir = jobs.claim(connection, job_id, lease_seconds=60)
    assert heir is not None
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda claim: step.import_rows(work, claim), (zombie, heir)))
    assert set(states(work, made).values()) == {"accepted"}
    assert (state(work, made), count(work)) == ("done", 30)


def test_cancelling_keeps_what_was_accepted_and_the_rest_can_go_on_later(
    work: Work, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "BATCH", 2)
    made = confirmed(work, practice_id, *[line(f"P{number}") for number in range(5)])
    steps.run(work, waiting_jobs(work, made)[0])
    steps.cancel_import(work, made, practice_id, "system")
    assert (state(work, made), count(work), waiting_jobs(work, made)) == ("cancelled", 2, [])
    with pytest.raises(steps.NotAllowed):
        steps.cancel_import(work, made, practice_id, "system")
    steps.confirm_import(work, made, practice_id, "system")
    work_off(work, made)
    assert (state(work, made), count(work)) == ("done", 5)


def test_a_batch_under_way_stops_at_a_cancel(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, line("Ada"), line("Bo"))
    with work.engine.begin() as connection:
        claim = jobs.claim(connection, waiting_jobs(work, made)[0], lease_seconds=60)
    assert claim is not None
    steps.cancel_import(work, made, practice_id, "system")
    step.import_rows(work, claim)
    assert (state(work, made), count(work)) == ("cancelled", 0)


def test_confirming_twice_starts_it_once(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, line("Ada"))
    steps.confirm_import(work, made, practice_id, "system")
    assert len(waiting_jobs(work, made)) == 1
    work_off(work, made)
    steps.confirm_import(work, made, practice_id, "system")
    assert waiting_jobs(work, made) == []


def test_a_file_of_another_practice_is_not_there(work: Work, practice_id: str) -> None:
    made = previewed(work, practice_id, line("Ada"))
    elsewhere = add_practice(work)
    with pytest.raises(steps.NotFound):
        steps.confirm_import(work, made, elsewhere, "system")
    with pytest.raises(steps.NotFound):
        steps.cancel_import(work, made, elsewhere, "system")


def lanes(work: Work) -> list[str]:
    with work.engine.connect() as connection:
        return list(
            connection.execute(select(verifications.c.lane).order_by(verifications.c.created_at)).scalars()
        )


def test_a_rows_own_priority_goes_before_the_files(work: Work, practice_id: str) -> None:
    made = previewed(work, practice_id, line("Ada", priority="urgent"), line("Bo"))
    steps.confirm_import(work, made, practice_id, "system", lane=Lane.NIGHTLY)
    work_off(work, made)
    assert lanes(work) == ["urgent", "nightly"]


def test_a_large_file_goes_behind_single_submissions_unless_chosen_otherwise() -> None:
    assert steps.usual_lane(step.MANY) is Lane.STANDARD
    assert steps.usual_lane(step.MANY + 1) is Lane.NIGHTLY


def test_a_row_that_cannot_be_stored_fails_alone(work: Work, practice_id: str) -> None:
    made = confirmed(work, practice_id, line("Ada"), line("Bo"), line("Cy"))
    with work.engine.begin() as connection:
        connection.exec_driver_sql(
            "create function refuse_one() returns trigger language plpgsql as $$ begin"
            " if (select count(*) from verifications) = 1 and not exists (select 1 from import_rows where"
            " state = 'failed') then raise exception 'no' using errcode = 'check_violation'; end if;"
            " return new; end $$;"
            "create trigger refuse_one before insert on verifications for each row execute function refuse_one()"
        )
    work_off(work, made)
    assert states(work, made) == {2: "accepted", 3: "failed", 4: "accepted"}
    assert state(work, made) == "done"


def test_a_batch_that_ends_no_lease_stops_the_import_and_a_person_lets_it_go_on(
    work: Work, practice_id: str
) -> None:
    made = confirmed(work, practice_id, line("Ada"))
    (job_id,) = waiting_jobs(work, made)
    for _ in range(jobs.MAX_ATTEMPTS):
        with work.engine.begin() as connection:
            assert jobs.claim(connection, job_id, lease_seconds=0)
    steps.sweep(work)
    assert state(work, made) == "stopped"
    steps.confirm_import(work, made, practice_id, "system")
    work_off(work, made)
    assert (state(work, made), count(work)) == ("done", 1)


def test_the_preview_counts_what_will_have_to_be_found_out(work: Work, practice_id: str) -> None:
    made = previewed(
        work,
        practice_id,
        line("Ada", member=""),
        line("Bo", born="", member=""),
        line("Cy").replace("bluehollow", "No Such Plan"),
        line("Di").replace("bluehollow", "bhhp"),
    )
    with work.engine.connect() as connection:
        assert imports.missing(connection, made) == {"member_id": 2, "birth_date": 1, "unknown_payer": 1}


def test_a_preview_nobody_confirmed_goes_and_a_finished_file_is_emptied(work: Work, practice_id: str) -> None:
    kept = previewed(work, practice_id, line("Ada"))
    abandoned = previewed(work, practice_id, line("Bo"))
    over = confirmed(work, practice_id, line("Cy"), line(""))
    work_off(work, over)
    with work.engine.begin() as connection:
        connection.execute(
            update(import_table)
            .where(import_table.c.id != kept)
            .values(
                created_at=func.now() - imports.PREVIEWS_KEPT * 2,
                finished_at=import_table.c.finished_at - imports.REJECTED_KEPT * 2,
            )
        )
    steps.tidy(work)
    assert states(work, abandoned) == {}
    assert states(work, over) == {2: "accepted", 3: "rejected"}
    with work.engine.connect() as connection:
        left = connection.execute(
            select(import_rows.c.import_id).where(import_rows.c.content_sealed.is_not(None))
        ).scalars()
        assert set(left) == {kept}
