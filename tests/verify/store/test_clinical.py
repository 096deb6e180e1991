"""Evidence sheets and authorizations: sealed, versioned, and never overwritten."""

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet, trial
from tests.verify.store.clinical import Chart, chart
from verify.security.encryption import Unsealable
from verify.store import authorizations, evidence_sheets
from verify.store.evidence_sheets import Outdated
from verify.store.sealing import Seals, keys_in_use
from verify.store.tables_clinical import authorization_versions
from verify.store.tables_clinical import authorizations as held
from verify.store.tables_clinical import evidence_sheets as sheets

__all__ = ["chart"]

FIRST = sheet(trials=[trial("markedine")], diagnoses=[{"code": "F33.2"}])
SECOND = sheet(trials=[trial("markedine"), trial("venlafaxine")])


def save(chart: Chart, what: object, after: int, by: str = "user_1") -> int:
    return evidence_sheets.add(
        chart.connection,
        chart.seals,
        chart.patient_id,
        what,
        by=by,
        after=after,  # type: ignore[arg-type]
    )


# --- evidence -----------------------------------------------------------------------------------------------


def test_a_patient_without_a_sheet_has_an_empty_one(chart: Chart) -> None:
    kept = evidence_sheets.newest(chart.connection, chart.seals, chart.patient_id)
    assert (kept.sheet, kept.version, kept.recorded_at) == (sheet(), 0, None)


def test_each_saving_is_a_version_and_the_newest_is_the_sheet(chart: Chart) -> None:
    assert [save(chart, FIRST, 0), save(chart, SECOND, 1, by="user_2")] == [1, 2]
    kept = evidence_sheets.newest(chart.connection, chart.seals, chart.patient_id)
    assert (kept.sheet, kept.version, kept.recorded_by) == (SECOND, 2, "user_2")
    before = evidence_sheets.history(chart.connection, chart.seals.practice_id, chart.patient_id)
    assert [(row.version, row.recorded_by) for row in before] == [(2, "user_2"), (1, "user_1")]


@pytest.mark.parametrize("after", [0, 2, 7])
def test_what_was_saved_in_between_is_not_overwritten(chart: Chart, after: int) -> None:
    save(chart, FIRST, 0)
    with pytest.raises(Outdated):
        save(chart, SECOND, after)
    assert evidence_sheets.newest(chart.connection, chart.seals, chart.patient_id).sheet == FIRST


def test_a_sheet_is_of_its_practice_alone(chart: Chart) -> None:
    save(chart, FIRST, 0)
    elsewhere = Seals(chart.seals.keyring, "prac_elsewhere")
    assert evidence_sheets.newest(chart.connection, elsewhere, chart.patient_id).version == 0
    assert evidence_sheets.history(chart.connection, "prac_elsewhere", chart.patient_id) == []


def test_nothing_of_a_sheet_can_be_read_without_the_keys(chart: Chart) -> None:
    save(chart, FIRST, 0)
    stored = chart.connection.execute(
        select(func.string_agg(text("t::text"), "")).select_from(text("evidence_sheets t"))
    ).scalar_one()
    assert "markedine" not in stored
    assert b"markedine" not in bytes(chart.connection.execute(select(sheets.c.sheet_sealed)).scalar_one())


def test_a_sheet_moved_to_another_row_does_not_open(chart: Chart) -> None:
    save(chart, FIRST, 0)
    row = chart.connection.execute(select(sheets)).one()
    with pytest.raises(Unsealable):
        chart.seals.open(row.sheet_sealed, evidence_sheets.SHEET, "sheet_other")


@pytest.mark.parametrize("table", ["evidence_sheets", "authorization_versions"])
def test_versions_are_added_to_and_never_changed(chart: Chart, table: str) -> None:
    save(chart, FIRST, 0)
    add(chart)
    chart.connection.commit()
    of = {"evidence_sheets": sheets, "authorization_versions": authorization_versions}[table]
    for change in (update(of).values(recorded_by="x"), delete(of), text(f"truncate {table}")):
        with pytest.raises(DBAPIError, match="append-only"):
            chart.connection.execute(change)
        chart.connection.rollback()


def test_the_keys_of_sheets_and_authorizations_are_in_use(chart: Chart) -> None:
    save(chart, FIRST, 0)
    add(chart)
    assert keys_in_use(chart.connection) == {chart.seals.keyring.current_id}


# --- authorizations -----------------------------------------------------------------------------------------


def add(chart: Chart, **fields: object) -> str:
    return authorizations.add(
        chart.connection,
        chart.seals,
        patient_id=chart.patient_id,
        coverage_id=chart.coverage_id,
        record=authorization(**fields),
        by="user_1",
    )


def test_an_authorization_keeps_its_history(chart: Chart) -> None:
    made = add(chart, status="submitted", number="")
    granted = authorization()
    assert authorizations.change(chart.connection, chart.seals, made, granted, by="user_2", after=1) == 2
    (kept,) = authorizations.of_patient(chart.connection, chart.seals, chart.patient_id)
    assert (kept.id, kept.version, kept.record, kept.recorded_by) == (made, 2, granted, "user_2")
    assert (kept.patient_id, kept.coverage_id) == (chart.patient_id, chart.coverage_id)
    before = authorizations.history(chart.connection, chart.seals.practice_id, made)
    assert [(row.version, row.recorded_by) for row in before] == [(2, "user_2"), (1, "user_1")]


def test_what_a_list_looks_for_stands_beside_the_sealed_record(chart: Chart) -> None:
    made = add(chart, status="submitted")
    authorizations.change(
        chart.connection, chart.seals, made, authorization(ends_on="2027-03-31"), by="user_1", after=1
    )
    row = chart.connection.execute(select(held)).one()
    assert (row.status, row.service_line, str(row.starts_on), str(row.ends_on), row.version) == (
        "granted",
        "tms",
        "2026-11-30",
        "2027-03-31",
        2,
    )


def test_two_who_change_it_at_once_do_not_overwrite_each_other(chart: Chart) -> None:
    made = add(chart)
    authorizations.change(chart.connection, chart.seals, made, authorization(number="B2"), by="x", after=1)
    with pytest.raises(Outdated):
        authorizations.change(
            chart.connection, chart.seals, made, authorization(number="C3"), by="y", after=1
        )
    found = authorizations.one(chart.connection, chart.seals, made)
    assert found is not None
    assert found.record.number == "B2"


def test_an_authorization_is_of_its_practice_alone(chart: Chart) -> None:
    made = add(chart)
    elsewhere = Seals(chart.seals.keyring, "prac_elsewhere")
    assert authorizations.one(chart.connection, elsewhere, made) is None
    assert authorizations.of_patient(chart.connection, elsewhere, chart.patient_id) == []
    assert authorizations.holding(chart.connection, elsewhere, [chart.coverage_id]) == {}
    with pytest.raises(Outdated):
        authorizations.change(chart.connection, elsewhere, made, authorization(), by="x", after=1)


def test_the_number_cannot_be_read_without_the_keys(chart: Chart) -> None:
    add(chart, number="MARKED77")
    for table in ("authorizations", "authorization_versions"):
        stored = chart.connection.execute(text(f"select string_agg(t::text, '') from {table} t")).scalar_one()
        assert "MARKED77" not in stored


def test_a_night_finds_what_was_granted_by_coverage(chart: Chart) -> None:
    add(chart, number="A1")
    add(chart, status="partly_granted", number="A2")
    add(chart, status="denied")
    found = authorizations.holding(chart.connection, chart.seals, [chart.coverage_id, "cov_other"])
    assert {key: sorted(one.number for one in records) for key, records in found.items()} == {
        chart.coverage_id: ["A1", "A2"]
    }
    assert authorizations.holding(chart.connection, chart.seals, []) == {}
