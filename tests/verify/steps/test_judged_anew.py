"""What people record beside a verification is judged at once, and becomes findings and tasks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet
from tests.verify.steps.conftest import rows, run_all, verification
from tests.verify.web.conftest import Practice
from verify import steps
from verify.courses import Outline
from verify.facts import SourceKind
from verify.steps import Work
from verify.steps.authorizations import add_authorization, change_authorization
from verify.steps.clinical import save_sheet
from verify.steps.courses import ANY, plan_anew
from verify.steps.learned import Learned, write_down
from verify.store.tables import findings, follow_ups, jobs

Submit = Callable[..., str]
SOON = date.today() + timedelta(days=9)
SHARED = ["90867", "90868", "90869"]


def granted(units: int = 36, **fields: Any) -> Any:
    """For TMS, of the payer on the card."""
    dates = {"starts_on": SOON.isoformat(), "ends_on": (SOON + timedelta(days=90)).isoformat()}
    units_of = [{"codes": SHARED, "units": units}]
    return authorization(payer="Blue Hollow Health Plan", **{**dates, "granted": units_of, **fields})


def found(work: Work, made: str, rule: str) -> list[tuple[str, str]]:
    kept = rows(work, findings, verification_id=made, rule=rule)
    return [(row.document["conclusion"], row.document["sentence"]) for row in kept]


def tasks(work: Work, made: str) -> list[str]:
    kept = rows(work, follow_ups, verification_id=made, kind="authorization", state="open")
    return [row.title for row in kept]


def judging_jobs(work: Work) -> int:
    return len(rows(work, jobs, step="judge", state="queued"))


@pytest.fixture
def judged(work: Work, submit: Submit) -> str:
    """A verification for TMS that waits for a person."""
    made = submit()
    run_all(work)
    assert verification(work, made).judged_at is not None
    return made


def test_a_saved_sheet_is_judged_for_everything_of_the_patient(
    work: Work, practice: Practice, judged: str, submit: Submit
) -> None:
    second = submit(coverage={"member_id": "BHX100200301"})
    run_all(work)
    assert found(work, judged, "severity") == []
    scored = {"scale": "PHQ-9", "points": 21, "on": date.today().isoformat()}
    said = sheet(diagnoses=[{"code": "F33.1"}], scores=[scored])
    save_sheet(work, judged, practice.id, "user_1", said, after=0)
    run_all(work)
    for made in (judged, second):
        [(conclusion, sentence)] = found(work, made, "severity")
        assert (conclusion, "F33" in sentence) == ("ask_psychiatrist", False)


def test_what_has_not_been_judged_yet_waits_for_its_first_judging(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    save_sheet(work, made, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)
    add_authorization(work, made, practice.id, "user_1", granted())
    assert judging_jobs(work) == 0
    run_all(work)
    assert [conclusion for conclusion, _ in found(work, made, "severity")] == ["fits"]
    assert [conclusion for conclusion, _ in found(work, made, "authorization_held")] == ["fits"]


def test_what_is_over_is_not_judged_any_more(work: Work, practice: Practice, judged: str) -> None:
    steps.cancel(work, judged, practice.id, "user_1")
    save_sheet(work, judged, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)
    assert judging_jobs(work) == 0


def test_an_authorization_short_of_units_is_a_finding_and_a_task(
    work: Work, practice: Practice, judged: str
) -> None:
    one = add_authorization(work, judged, practice.id, "user_1", granted(30))
    run_all(work)
    [(conclusion, sentence)] = found(work, judged, "authorization_held")
    assert conclusion == "units_short"
    assert "30 of 30 units of 90867, 90868 or 90869 are left and 36 are planned: 6 short." in sentence
    assert "Ask for 6 more units" in sentence
    assert tasks(work, judged) == [
        "Authorization for Transcranial magnetic stimulation (TMS): units short",
    ]
    change_authorization(work, one, practice.id, "user_1", granted(36), after=1)
    run_all(work)
    [(conclusion, sentence)] = found(work, judged, "authorization_held")
    assert (conclusion, "no promise of payment" in sentence) == ("fits", True)
    assert tasks(work, judged) == []


def test_a_task_that_was_no_longer_needed_opens_again_when_it_is_needed(
    work: Work, practice: Practice, judged: str
) -> None:
    one = add_authorization(work, judged, practice.id, "user_1", granted(30))
    run_all(work)
    short = tasks(work, judged)
    change_authorization(work, one, practice.id, "user_1", granted(36), after=1)
    run_all(work)
    assert tasks(work, judged) == []
    change_authorization(work, one, practice.id, "user_1", granted(30), after=2)
    run_all(work)
    assert tasks(work, judged) == short != []
    [again] = rows(work, follow_ups, verification_id=judged, kind="authorization", state="open")
    assert (again.outcome, again.closed_at, again.closed_by) == ("", None, None)


def test_what_was_done_about_an_authorization_does_not_come_back(
    work: Work, practice: Practice, judged: str
) -> None:
    add_authorization(work, judged, practice.id, "user_1", granted(30))
    run_all(work)
    [task] = rows(work, follow_ups, verification_id=judged, kind="authorization", state="open")
    steps.close_follow_up(work, task.id, practice.id, "user_1", outcome="")
    save_sheet(work, judged, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)
    run_all(work)
    assert [conclusion for conclusion, _ in found(work, judged, "authorization_held")] == ["units_short"]
    assert tasks(work, judged) == []


def test_a_task_about_an_authorization_neither_keeps_from_signing_nor_ends_with_it(
    work: Work, practice: Practice, judged: str
) -> None:
    add_authorization(work, judged, practice.id, "user_1", granted(30))
    run_all(work)
    before = tasks(work, judged)
    assert verification(work, judged).state == "needs_person"
    assert steps.sign_off(work, judged, practice.id, "user_1") == "verified_with_gaps"
    assert tasks(work, judged) == before != []
    save_sheet(work, judged, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)
    run_all(work)
    assert (verification(work, judged).state, tasks(work, judged)) == ("verified_with_gaps", before)


def test_a_planned_course_is_judged_at_once(work: Work, practice: Practice, judged: str) -> None:
    add_authorization(work, judged, practice.id, "user_1", granted(36))
    run_all(work)
    with work.engine.begin() as connection:
        planned = plan_anew(
            work,
            connection,
            practice.id,
            judged,
            "tms",
            lambda _: Outline(starts_on=SOON + timedelta(days=80)),
            marks=frozenset({ANY}),
            by="user_1",
        )
    assert planned is not None
    work.hint(planned.hint)
    assert judging_jobs(work) == 1
    run_all(work)
    assert "dates_short" in [conclusion for conclusion, _ in found(work, judged, "authorization_held")]


def test_a_payer_past_its_time_to_decide_is_told_where_the_kind_of_plan_is_known(
    work: Work, practice: Practice, judged: str
) -> None:
    asked = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    add_authorization(
        work, judged, practice.id, "user_1", granted(status="submitted", number="", requested_at=asked)
    )
    run_all(work)
    assert "overdue" not in [conclusion for conclusion, _ in found(work, judged, "authorization_held")]
    learned = Learned({"product": "medicare_advantage"}, SourceKind.CARD, "front of the card")
    write_down(work, judged, practice.id, practice.user_ids["coordinator"], learned)
    run_all(work)
    assert "overdue" in [conclusion for conclusion, _ in found(work, judged, "authorization_held")]
    assert "Authorization for Transcranial magnetic stimulation (TMS): overdue" in tasks(work, judged)
