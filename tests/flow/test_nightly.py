"""A night: whoever is due is asked once, and what changed is told; through real workers and a real broker."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from tests.house import House, wait_for
from verify import steps
from verify.facts import SourceKind
from verify.store import clinic, nights
from verify.store.tables import facts, findings, follow_ups, jobs, practices, verifications
from verify.store.tables_nightly import night_items
from verify.store.tables_nightly import nights as night_rows
from verify.verification import InquiryState

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> Iterator[str]:
    """A clinic whose nights begin when a test says so."""
    made = running_house.add_clinic()
    hours(running_house, made, None)
    yield made
    hours(running_house, made, None)


def hours(house: House, practice_id: str, hour: int | None) -> None:
    with house.work.engine.begin() as connection:
        connection.execute(update(practices).where(practices.c.id == practice_id).values(night_hour=hour))


def answered(house: House, practice_id: str, member_id: str, *, days_ago: int = 9, **changes: Any) -> str:
    """A verification the payer answered some days ago, with its first visit in two days."""
    in_two_days = (date.today() + timedelta(days=2)).isoformat()
    made = house.submit(practice_id, member_id, **{"date_of_service": in_two_days, **changes})
    house.wait_until_settled(made)
    becomes_due(house, made, days_ago)
    return made


def becomes_due(house: House, verification_id: str, days_ago: int = 9) -> None:
    """The payer's answer is some days old."""
    with house.work.engine.begin() as connection:
        earlier = func.now() - timedelta(days=days_ago)
        connection.execute(
            update(verifications)
            .where(verifications.c.id == verification_id)
            .values(answered_at=earlier, judged_at=earlier)
        )


def run_night(house: House, practice_id: str, seconds: float = 60) -> Any:
    """Begins tonight's night and waits for its end."""
    steps.start_night(house.work, practice_id, "system")

    def finished() -> Any:
        steps.night(house.work)
        row = house.rows(night_rows, practice_id=practice_id)[-1]
        return row if row.state == "finished" else None

    return wait_for(finished, seconds, "the night to end")


def item_of(house: House, verification_id: str) -> Any:
    with house.work.engine.connect() as connection:
        query = select(night_items).where(night_items.c.verification_id == verification_id)
        return connection.execute(query).one()


def sign(house: House, practice_id: str, verification_id: str) -> str:
    user = house.add_user(practice_id)
    return steps.sign_off(house.work, verification_id, practice_id, user).value


def test_who_is_due_is_asked_once_and_an_equal_answer_is_no_change(
    running_house: House, practice_id: str
) -> None:
    made = answered(running_house, practice_id, "ACT70000001")
    signed = sign(running_house, practice_id, made)
    night = run_night(running_house, practice_id)
    item = item_of(running_house, made)
    assert (item.state, item.changes) == ("answered", [])
    assert "first_visit" in item.rules, "the day may bring other rules beside it"
    again = running_house.verification(item.recheck_id)
    assert (again.rechecks_id, again.reason, again.lane) == (made, "recheck", "nightly")
    assert again.state == signed == "verified_with_gaps", "what a person signed still stands"
    assert running_house.verification(made).superseded_by_id == again.id
    assert night.looked_at == 1


def test_open_work_goes_over_to_the_newer_one_with_its_due_time(
    running_house: House, practice_id: str
) -> None:
    made = answered(running_house, practice_id, "ACT70000002")
    before = {row.kind: row.due_at for row in running_house.rows(follow_ups, verification_id=made)}
    run_night(running_house, practice_id)
    again = item_of(running_house, made).recheck_id
    after = {
        row.kind: row.due_at
        for row in running_house.rows(follow_ups, verification_id=again)
        if row.state == "open"
    }
    assert after == before
    assert running_house.rows(follow_ups, verification_id=made) == []


def test_what_was_taken_back_stays_taken_back_night_after_night(
    running_house: House, practice_id: str
) -> None:
    made = answered(running_house, practice_id, "ACT70000007")
    written = write_down(running_house, practice_id, made, **{"tms.referral": "yes"})
    take_back(running_house, practice_id, made, written)
    for _ in range(2):
        becomes_due(running_house, made)
        run_night(running_house, practice_id)
        another_day(running_house, practice_id)
        item = item_of(running_house, made)
        assert (item.state, item.changes) == ("answered", [])
        made = item.recheck_id
        said = {
            row.key: row.document for row in running_house.rows(facts, verification_id=made, name="referral")
        }
        assert said.keys() > {written}, "it goes along, and so does that it does not hold"
        assert [one["withdraws"] for one in said.values() if "withdraws" in one] == [written]
        assert conclusions(running_house, practice_id, made)["referral"] == "not_stated"


@pytest.mark.parametrize("signed", [False, True], ids=["at work", "signed"])
def test_what_people_do_while_the_payer_is_asked_again_goes_along(
    running_house: House, practice_id: str, signed: bool
) -> None:
    number = 70000012 + signed
    made = answered(running_house, practice_id, f"ACT{number}")
    written = write_down(running_house, practice_id, made, **{"tms.referral": "yes"})
    becomes_due(running_house, made)
    if signed:
        sign(running_house, practice_id, made)
    member_becomes(running_house, made, f"FAIL1-{number}")
    steps.start_night(running_house.work, practice_id, "system")
    again = wait_for(lambda: recheck_of(running_house, made), 20, "the re-check")
    running_house.wait_for(again, lambda asked: {row.state for row in asked} == {"unavailable"})
    take_back(running_house, practice_id, made, written)
    write_down(running_house, practice_id, made, **{"tms.taper_included": "no"})
    assert conclusions(running_house, practice_id, again)["referral"] == "needed", "the night began before"
    running_house.let_retry_come(again)
    run_night(running_house, practice_id)
    running_house.wait_until_settled(again)
    assert running_house.verification(made).superseded_by_id == again
    assert conclusions(running_house, practice_id, again)["referral"] == "not_stated"
    stored = {
        row.rule: row.document["conclusion"] for row in running_house.rows(findings, verification_id=again)
    }
    assert stored["referral"] == "not_stated", "and it was judged so"
    (taper,) = running_house.rows(facts, verification_id=again, name="taper_included")
    assert taper.document["standing"] == "no"


def test_what_another_has_taken_the_place_of_is_written_down_there(
    running_house: House, practice_id: str
) -> None:
    made = answered(running_house, practice_id, "ACT70000008")
    written = write_down(running_house, practice_id, made, **{"tms.referral": "yes"})
    becomes_due(running_house, made)
    run_night(running_house, practice_id)
    with pytest.raises(steps.NotAllowed):
        take_back(running_house, practice_id, made, written)
    with pytest.raises(steps.NotAllowed):
        write_down(running_house, practice_id, made, **{"tms.referral": "no"})
    again = item_of(running_house, made).recheck_id
    take_back(running_house, practice_id, again, written)
    assert conclusions(running_house, practice_id, again)["referral"] == "not_stated"


def test_a_plan_that_ended_stops_the_visit_and_makes_a_task(running_house: House, practice_id: str) -> None:
    made = answered(running_house, practice_id, "ACT70000003")
    member_becomes(running_house, made, "INA70000003")
    run_night(running_house, practice_id)
    item = item_of(running_house, made)
    assert item.weight == "stops"
    assert "coverage_ended" in [change["kind"] for change in item.changes]
    again = running_house.verification(item.recheck_id)
    assert again.coverage_status == "inactive"
    assert again.state == "needs_person"
    tasks = {row.kind: row for row in running_house.rows(follow_ups, verification_id=again.id)}
    assert tasks["changed"].state == "open"
    assert tasks["changed"].title.startswith("Coverage ended")


def test_another_copay_is_told_in_cents(running_house: House, practice_id: str) -> None:
    made = answered(running_house, practice_id, "ACT70000004", service_lines=["psychotherapy"])
    member_becomes(running_house, made, "ACT70000009")
    run_night(running_house, practice_id)
    changes = {change["kind"]: change for change in item_of(running_house, made).changes}
    copay = changes["copay"]
    assert copay["visit_cents"] == copay["now"]["cents"] - copay["was"]["cents"] != 0


def test_a_refused_question_ends_as_failed_with_its_cause(running_house: House, practice_id: str) -> None:
    made = answered(running_house, practice_id, "ACT70000005")
    member_becomes(running_house, made, "AAA7570005")
    run_night(running_house, practice_id)
    item = item_of(running_house, made)
    assert item.state == "failed"
    assert item.cause
    assert running_house.verification(made).superseded_by_id is None, "the last answer still speaks"


def test_in_maintenance_hours_the_payer_is_not_asked(running_house: House) -> None:
    always = [{"from": "00:00", "to": "00:00", "zone": "UTC"}]
    practice_id = running_house.add_clinic(options={"maintenance": always})
    made = running_house.submit(practice_id, "ACT70000006")

    def held_back() -> Any:
        rows = running_house.inquiries(made)
        return rows if rows and all(row.outcome_code == "maintenance" for row in rows) else None

    waiting = wait_for(held_back, 20, "the questions to be held back")
    assert {row.state for row in waiting} == {InquiryState.PLANNED.value}
    assert all(row.ask_again_at > running_house.work.now() for row in waiting)
    assert not [entry for entry in running_house.simulator.questions() if entry.member == "ACT70000006"]


def test_two_clocks_at_once_make_one_night(running_house: House, practice_id: str) -> None:
    begun_long_ago(running_house, practice_id)
    with ThreadPoolExecutor(8) as threads:
        begun = sum(threads.map(lambda _: steps.night(running_house.work), range(8)))
    of_today = running_house.rows(night_rows, practice_id=practice_id)
    assert len(of_today) == 1
    assert begun >= 1
    assert running_house.count(jobs, jobs.c.step == "plan_night", jobs.c.subject_id == of_today[0].id) == 1


def test_a_missed_night_is_made_up_by_the_running_clock(running_house: House, practice_id: str) -> None:
    """The house's own beat pokes; the night of today was due hours ago, and those before were missed."""
    begun_long_ago(running_house, practice_id)
    with running_house.work.engine.begin() as connection:
        today = clinic.day(connection, practice_id, running_house.work.now())
        nights.claim_slot(connection, practice_id, today - timedelta(days=4))
        connection.execute(text("update nights set state = 'finished', finished_at = now()"))

    def made_up() -> Any:
        rows = running_house.rows(night_rows, practice_id=practice_id)
        return rows if any(row.state == "finished" and row.planned_at for row in rows) else None

    rows = wait_for(made_up, 120, "the missed night to be made up")
    assert len({row.local_date for row in rows}) == len(rows)
    assert [row.state for row in rows].count("missed") >= 2
    assert max(row.local_date for row in rows if row.state == "finished") >= today - timedelta(days=1)


def begun_long_ago(house: House, practice_id: str) -> None:
    """The practice is old enough for last night to be one of its nights; its nights begin at midnight."""
    with house.work.engine.begin() as connection:
        connection.execute(
            update(practices)
            .where(practices.c.id == practice_id)
            .values(created_at=func.now() - timedelta(days=40), night_hour=0)
        )


def write_down(house: House, practice_id: str, verification_id: str, **answers: str) -> str:
    """What a person read in a portal; the key of the fact. Judged when it comes back."""
    learned = steps.Learned(answers, SourceKind.PORTAL, "Benefits page, printed")
    (key,) = steps.write_down(house.work, verification_id, practice_id, "system", learned)
    house.wait_until_settled(verification_id)
    return key


def take_back(house: House, practice_id: str, verification_id: str, key: str) -> None:
    (row,) = house.rows(facts, verification_id=verification_id, key=key)
    steps.withdraw(
        house.work, verification_id, practice_id, "system", fact_id=row.id, reason="another patient's page"
    )
    house.wait_until_settled(verification_id)


def conclusions(house: House, practice_id: str, verification_id: str) -> dict[str, str]:
    """What the rules say at this moment."""
    with house.work.engine.connect() as connection:
        judged = steps.judged_now(house.work, connection, practice_id, verification_id)
    assert judged is not None
    return {finding.rule: finding.conclusion for finding in judged.findings}


def recheck_of(house: House, verification_id: str) -> str | None:
    """The id of the re-check once its questions are planned."""
    rows = house.rows(verifications, rechecks_id=verification_id)
    return rows[0].id if rows and house.inquiries(rows[0].id) else None


def another_day(house: House, practice_id: str) -> None:
    """Tonight's night was last night's, so that there can be another."""
    with house.work.engine.begin() as connection:
        connection.execute(
            update(night_rows)
            .where(night_rows.c.practice_id == practice_id)
            .values(local_date=night_rows.c.local_date - timedelta(days=1))
        )


def member_becomes(house: House, verification_id: str, member_id: str) -> None:
    """Changes the policy's member id behind the program's back, so that the simulator answers otherwise."""
    from verify.store import patients

    row = house.verification(verification_id)
    with house.work.engine.begin() as connection:
        seals = house.work.seals(row.practice_id)
        coverage = patients.coverage(connection, row.practice_id, row.coverage_id)
        policy = {**patients.policy_of(coverage, seals), "member_id": member_id}
        patients.change_coverage(connection, seals, coverage.id, coverage.payer_id, policy)
