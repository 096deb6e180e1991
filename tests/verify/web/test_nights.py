"""Nights on pages, at the terminal and through the API: progress without a patient, the report with them, and one night a day."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from tests.verify.cli.conftest import verify
from tests.verify.web.conftest import Practice, Site
from verify.cli.nightly import status_lines
from verify.client import ADDRESS_FILE, TOKEN_FILE
from verify.recheck import Cents, Change, ChangeKind, Weight
from verify.store import clinic, inquiries, nights, payer_batches
from verify.store.inquiries import Ask
from verify.store.tables import payer_accounts, verifications
from verify.store.tables_nightly import night_items
from verify.verification import new_id

people = count(1)


def add_night(site: Site, *, days_ago: int = 1, state: str = "running") -> str:
    with site.work.engine.begin() as connection:
        day = clinic.day(connection, site.here.id, site.work.now()) - timedelta(days=days_ago)
        night_id = nights.claim_slot(connection, site.here.id, day)
        assert night_id is not None
        row = nights.lock(connection, night_id)
        nights.advance(connection, row, to="ver_z", looked_at=1_234)
        nights.planned(connection, row)
    return night_id


def add_item(site: Site, night_id: str, *changes: Change, failed: str = "", waiting: bool = False) -> str:
    """One patient asked in a night, and what came of it; the re-check's id."""
    original, recheck = site.submit(patient={"first_name": f"Person {next(people)}"}), new_id("ver")
    with site.work.engine.begin() as connection:
        row = connection.execute(verifications.select().where(verifications.c.id == original)).one()
        connection.execute(
            verifications.insert().values(
                {**row._mapping, "id": recheck, "dedupe_key": recheck.encode(), "rechecks_id": original}
            )
        )
        connection.execute(
            night_items.insert().values(
                night_id=night_id,
                verification_id=original,
                practice_id=site.here.id,
                payer_id=site.here.payer_id,
                rules=["first_visit"],
                recheck_id=recheck,
            )
        )
        if failed:
            nights.failed(connection, recheck, failed)
        elif not waiting:
            nights.answered(connection, recheck, changes)
    return recheck


def add_batch(site: Site, night_id: str, *, handed_in: bool = False) -> tuple[str, str]:
    """A batch with the one question of a patient of the night; its id, and the re-check's."""
    recheck = add_item(site, night_id, waiting=True)
    with site.work.engine.begin() as connection:
        verification = connection.execute(verifications.select().where(verifications.c.id == recheck)).one()
        (account,) = [row for row in clinic.accounts(connection) if row.practice_id == site.here.id]
        ask = Ask(site.here.payer_id, account.id, "30", verification.date_of_service, "plan")
        planned = inquiries.plan(connection, site.work.seals(site.here.id), verification, ask)
        assert planned is not None
        row = inquiries.inquiry(connection, planned)
        batch_id = payer_batches.join(
            connection, row, account_id=account.id, options={}, closes_at=site.work.now(), most=10
        )
        if handed_in:
            payer_batches.close(connection, batch_id)
            payer_batches.hand_in(connection, batch_id)
            payer_batches.handed_in(connection, batch_id, "b1", datetime(2026, 11, 24, 8, 1, tzinfo=UTC))
    return batch_id, recheck


def copay(was: int, now: int) -> Change:
    return Change(
        kind=ChangeKind.COPAY,
        service_line="tms",
        weight=Weight.COSTS,
        was=Cents(was),
        now=Cents(now),
        effect="Each visit costs the patient $15.00 more.",
        visit_cents=now - was,
    )


@pytest.fixture
def night(site: Site) -> str:
    return add_night(site)


def test_progress_counts_per_payer_and_by_cause(site: Site, night: str) -> None:
    add_item(site, night, waiting=True)
    add_item(site, night, copay(30_00, 45_00))
    add_item(site, night)
    add_item(site, night, failed="http_5xx")
    shown = site.program().get(f"/api/v1/nights/{night}").json()
    assert (shown["asked"], shown["waiting"], shown["answered"], shown["failed"]) == (4, 1, 2, 1)
    assert shown["changed"] == {"costs": 1, "": 1}
    assert shown["payers"] == [{"payer": "Blue Hollow Health Plan", "waiting": 1, "answered": 2, "failed": 1}]
    assert shown["failures"] == [{"cause": "http_5xx", "count": 1}]
    assert (shown["per_minute"], shown["seconds_left"]) == (3, 20)
    assert shown["looked_at"] == 1_234


def test_progress_shows_the_batches_of_the_night_and_of_no_other(site: Site) -> None:
    before, night = add_night(site, days_ago=2), add_night(site, days_ago=1)
    batch, _ = add_batch(site, night, handed_in=True)
    shown = site.program().get(f"/api/v1/nights/{night}").json()
    assert shown["batches"] == [
        {
            "id": batch,
            "account": "Phone",
            "state": "submitted",
            "code": "",
            "handed_in_at": "2026-11-24T08:01:00Z",
            "questions": 1,
            "ended": 0,
            "returned": 0,
        }
    ]
    page = site.visit().get("/nights").text
    assert "Handed in" in page
    assert site.program().get(f"/api/v1/nights/{before}").json()["batches"] == []
    lines = list(status_lines(shown))
    assert "  BATCH THROUGH  STATE      HANDED IN         QUESTIONS  ENDED  BY THEMSELVES" in lines
    assert "  Phone          handed in  2026-11-24 08:01  1          0      0" in lines


def test_a_question_in_a_batch_says_so_until_it_has_ended(site: Site, night: str) -> None:
    batch, recheck = add_batch(site, night)
    (asked,) = site.program().get(f"/api/v1/verifications/{recheck}").json()["inquiries"]
    assert (asked["batch_state"], asked["handed_in_at"]) == ("gathering", None)
    page = site.visit().get(f"/verifications/{recheck}").text
    assert "In tonight’s batch" in page
    assert "not handed in yet" in page
    with site.work.engine.begin() as connection:
        payer_batches.close(connection, batch)
        payer_batches.hand_in(connection, batch)
        payer_batches.handed_in(connection, batch, "b1")
    page = site.visit().get(f"/verifications/{recheck}").text
    assert "handed in" in page
    assert "not handed in yet" not in page
    with site.work.engine.begin() as connection:
        payer_batches.fail(connection, batch, "lost")
    (asked,) = site.program().get(f"/api/v1/verifications/{recheck}").json()["inquiries"]
    assert (asked["batch_state"], asked["handed_in_at"]) == (None, None)
    (shown,) = site.program().get(f"/api/v1/nights/{night}").json()["batches"]
    assert (shown["state"], shown["code"], shown["returned"]) == ("failed", "lost", 1)


def test_the_report_tells_amounts_effects_and_tasks_and_leaves_out_what_is_equal(
    site: Site, night: str
) -> None:
    changed = add_item(site, night, copay(30_00, 45_00))
    failed = add_item(site, night, failed="aaa_75")
    add_item(site, night)
    rows = site.program().get(f"/api/v1/nights/{night}/report").json()["items"]
    assert [row["id"] for row in rows] == [changed, failed]
    (change,) = rows[0]["changes"]
    assert change["text"] == "The copay changed: $30.00, now $45.00"
    assert (change["was"], change["now"]) == (
        {"type": "cents", "cents": 3000},
        {"type": "cents", "cents": 4500},
    )
    assert change["visit_cents"] == 1500
    page = site.visit().get(f"/nights/{night}").text
    assert "Each visit costs the patient $15.00 more." in page
    assert "The payer refused" in page
    assert "Could not be asked" in page


def test_the_report_goes_on_page_by_page_without_a_row_twice(site: Site, night: str) -> None:
    made = {add_item(site, night, copay(30_00, 45_00)) for _ in range(3)}
    made |= {add_item(site, night, failed="timeout") for _ in range(2)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = site.program().get(f"/api/v1/nights/{night}/report", params=query).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == made


def test_a_cursor_of_somebody_else_is_refused(site: Site, night: str) -> None:
    answer = site.program().get(f"/api/v1/nights/{night}/report", params={"cursor": "ver_x"})
    assert answer.status_code == 400


def test_a_day_has_one_night_whoever_starts_it(site: Site) -> None:
    first, second = (site.program().post("/api/v1/nights") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 200)
    assert (first.json()["created"], second.json()["created"]) == (True, False)
    assert first.json()["night"]["id"] == second.json()["night"]["id"]
    assert site.visit().send_form("/nights").headers["Location"] == "/nights?said=had"


def test_latest_is_the_newest_night(site: Site) -> None:
    add_night(site, days_ago=3)
    newest = add_night(site, days_ago=1)
    assert site.program().get("/api/v1/nights/latest").json()["id"] == newest
    assert len(site.program().get("/api/v1/nights").json()) == 2


def test_a_practice_without_nights_says_so(site: Site) -> None:
    assert site.program().get("/api/v1/nights/latest").status_code == 404
    assert "No night yet" in site.visit().get("/nights").text
    assert site.visit().get("/nights/progress").status_code == 204


def test_looking_ahead_names_whom_and_why_and_asks_nobody(site: Site) -> None:
    due = ready_for_tonight(site, site.here)
    found = site.program().get("/api/v1/nights/ahead").json()
    assert [row["id"] for row in found["items"]] == [due]
    assert "first_visit" in found["items"][0]["rules"], "the day may bring other rules beside it"
    assert found["next_cursor"] is None
    page = site.visit().get("/nights/ahead").text
    assert "Quill, Marguerite" in page
    assert "The first visit is near" in page
    with site.work.engine.connect() as connection:
        assert connection.execute(night_items.select()).all() == []


def ready_for_tonight(site: Site, practice: Practice) -> str:
    """A patient with a payer that answers by itself, a visit in two days and an old answer."""
    made = site.submit(practice, date_of_service=(site.work.now().date() + timedelta(days=2)).isoformat())
    with site.work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(adapter="caqh_core_mime"))
        connection.execute(
            update(verifications)
            .where(verifications.c.id == made)
            .values(state="needs_person", answered_at=site.work.now() - timedelta(days=9))
        )
    return made


def test_the_worklist_shows_the_newer_answer_alone(site: Site, night: str) -> None:
    recheck = add_item(site, night)
    with site.work.engine.begin() as connection:
        row = connection.execute(verifications.select().where(verifications.c.id == recheck)).one()
        connection.execute(
            update(verifications)
            .where(verifications.c.id.in_([recheck, row.rechecks_id]))
            .values(state="needs_person")
        )
        connection.execute(
            update(verifications)
            .where(verifications.c.id == row.rechecks_id)
            .values(superseded_by_id=recheck)
        )
    page = site.visit().get("/worklist").text
    assert f"/verifications/{recheck}" in page
    assert f"/verifications/{row.rechecks_id}" not in page
    old = site.visit().get(f"/verifications/{row.rechecks_id}").text
    assert f"/verifications/{recheck}" in old
    document: dict[str, Any] = site.program().get(f"/api/v1/verifications/{recheck}").json()
    assert document["rechecks_id"] == row.rechecks_id


def test_changes_are_kept_as_they_were_found(site: Site, night: str) -> None:
    recheck = add_item(site, night, copay(30_00, 45_00))
    with site.work.engine.connect() as connection:
        kept = connection.execute(night_items.select().where(night_items.c.recheck_id == recheck)).one()
    assert msgspec.convert(kept.changes, list[Change]) == [copay(30_00, 45_00)]
    assert kept.weight == "costs"


# --- at the terminal ------------------------------------------------------------------------------------


@pytest.fixture
def data(site: Site, tmp_path: Path) -> Path:
    """A data folder as the running system leaves it for its owner's command line."""
    folder = tmp_path / "owner"
    folder.mkdir(mode=0o700)
    (folder / ADDRESS_FILE).write_text(site.url)
    token = str(site.program().headers["Authorization"]).removeprefix("Bearer ")
    (folder / TOKEN_FILE).write_text(token)
    (folder / TOKEN_FILE).chmod(0o600)
    return folder


def test_the_terminal_says_whom_tonight_asks_and_why(site: Site, data: Path) -> None:
    due = ready_for_tonight(site, site.here)
    said = verify("nightly", "--dry-run", "--data", data)
    assert said.returncode == 0, said.stderr
    assert "Quill, Marguerite" in said.stdout
    assert "the first visit is near" in said.stdout
    assert "1 would be asked again; nobody has been asked" in said.stderr
    as_json = verify("nightly", "--dry-run", "--data", data, "--json")
    assert json.loads(as_json.stdout)["id"] == due


def test_the_terminal_starts_a_night_once(data: Path) -> None:
    first, second = (verify("nightly", "run", "--data", data) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 4)
    assert first.stdout == second.stdout
    assert "had its night already" in second.stderr


def test_the_terminal_shows_progress_and_report(site: Site, night: str, data: Path) -> None:
    add_item(site, night, waiting=True)
    add_item(site, night, copay(30_00, 45_00))
    add_item(site, night, failed="aaa_75")
    status = verify("nightly", "status", "--data", data)
    assert "2 of 3 done (66 %), 2 a minute, about 1 min left" in status.stdout
    assert "failed 1: the payer refused: " in status.stdout
    report = verify("nightly", "report", "--data", data)
    assert "The patient pays otherwise" in report.stdout
    assert "The copay changed: $30.00, now $45.00" in report.stdout
    assert "Could not be asked" in report.stdout


def test_the_terminal_without_a_command_explains_itself(data: Path) -> None:
    said = verify("nightly", "--data", data)
    assert said.returncode == 2
    assert "--dry-run" in said.stdout
