"""Tasks about authorizations: there while the reason is, never twice, and not again once done."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from tests.verify.steps.test_judged_anew import SOON, found, granted, tasks
from tests.verify.web.conftest import Practice
from verify import steps
from verify.catalogue import load
from verify.facts import Trail
from verify.facts.trail import Step, StepState
from verify.steps import Work
from verify.steps.authorizations import add_authorization, authorizations_of, change_authorization
from verify.store import clinic
from verify.store.tables import follow_ups, payer_accounts
from verify.store.tables import verifications as table

Submit = Callable[..., str]
SHORT = "Authorization for Transcranial magnetic stimulation (TMS): units short"


@pytest.fixture
def short(work: Work, practice: Practice, submit: Submit) -> str:
    """A verification whose authorization has 30 units for 36 sessions."""
    made = submit()
    run_all(work)
    add_authorization(work, made, practice.id, "user_1", granted(30))
    run_all(work)
    assert tasks(work, made) == [SHORT]
    return made


def test_what_was_mended_and_is_wrong_again_is_a_task_again(
    work: Work, practice: Practice, short: str
) -> None:
    [one] = _on_record(work, short, practice)
    change_authorization(work, one, practice.id, "user_1", granted(36), after=1)
    run_all(work)
    assert tasks(work, short) == []
    change_authorization(work, one, practice.id, "user_1", granted(30), after=2)
    run_all(work)
    assert tasks(work, short) == [SHORT]
    [task] = rows(work, follow_ups, verification_id=short, kind="authorization")
    assert (task.outcome, task.closed_at, task.closed_by) == ("", None, None)


def test_corrected_information_does_not_lose_what_is_wrong_with_an_authorization(
    work: Work, practice: Practice, short: str
) -> None:
    steps.complete_information(work, short, practice.id, "user_1", coverage={"member_id": "BHX100200777"})
    run_all(work)
    assert tasks(work, short) == [SHORT]


def test_what_was_done_does_not_come_back_with_a_recheck(
    work: Work, practice: Practice, submit: Submit, short: str
) -> None:
    [task] = rows(work, follow_ups, verification_id=short, kind="authorization", state="open")
    steps.close_follow_up(work, task.id, practice.id, "user_1", outcome="")
    again = submit(date_of_service=(SOON + timedelta(days=1)).isoformat())
    set_rows(work, table, {"rechecks_id": short}, id=again)
    run_all(work)
    assert verification(work, again).judged_at is not None
    assert tasks(work, again) == []


def _on_record(work: Work, made: str, practice: Practice) -> list[str]:
    with work.engine.connect() as connection:
        return [held.kept.id for held in authorizations_of(connection, work, practice.id, made) or []]


def test_what_another_has_taken_the_place_of_makes_no_task_any_more(
    work: Work, practice: Practice, submit: Submit
) -> None:
    older = submit()
    run_all(work)
    add_authorization(work, older, practice.id, "user_1", granted(30))
    newer = submit(date_of_service=(SOON + timedelta(days=1)).isoformat())
    set_rows(work, table, {"superseded_by_id": newer}, id=older)
    run_all(work)
    assert (tasks(work, older), tasks(work, newer)) == ([], [SHORT])


def test_one_of_a_course_long_over_makes_no_task_beside_the_one_that_holds(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    year_ago = SOON - timedelta(days=365)
    days = {"starts_on": year_ago.isoformat(), "ends_on": (year_ago + timedelta(days=90)).isoformat()}
    add_authorization(work, made, practice.id, "user_1", granted(36, **days))
    run_all(work)
    assert tasks(work, made) == ["Authorization for Transcranial magnetic stimulation (TMS): ends soon"]
    add_authorization(work, made, practice.id, "user_1", granted(36))
    run_all(work)
    assert tasks(work, made) == []
    assert [conclusion for conclusion, _ in found(work, made, "authorization_held")] == ["fits"]


def test_a_request_on_its_way_is_told_though_one_of_a_course_long_over_was_granted(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    year_ago = SOON - timedelta(days=365)
    days = {"starts_on": year_ago.isoformat(), "ends_on": (year_ago + timedelta(days=90)).isoformat()}
    add_authorization(work, made, practice.id, "user_1", granted(36, **days))
    waiting = granted(status="submitted", number="", granted=[], starts_on=None, ends_on=None)
    add_authorization(work, made, practice.id, "user_1", waiting)
    run_all(work)
    assert tasks(work, made) == ["Authorization for Transcranial magnetic stimulation (TMS): not yet"]


def test_each_of_several_things_wrong_with_an_authorization_is_a_finding_and_a_task(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    add_authorization(work, made, practice.id, "user_1", granted(30, number="", diagnosis="F33.2"))
    add_authorization(work, made, practice.id, "user_1", granted(12, rendering_npi="1999999984"))
    run_all(work)
    wrong = sorted(conclusion for conclusion, _ in found(work, made, "authorization_held"))
    assert wrong == ["no_number", "units_short", "units_short"]
    assert len(tasks(work, made)) == len(wrong)


def test_what_the_first_plan_granted_is_no_change_of_payer_under_the_second(
    work: Work, practice: Practice, submit: Submit
) -> None:
    [account] = {row.id for row in rows(work, payer_accounts, practice_id=practice.id)}
    with work.engine.begin() as connection:
        clinic.add_payer(
            connection, practice_id=practice.id, code="other", name="Lakeside Plan", account_id=account
        )
    first = submit()
    second = submit(coverage={"payer": "other", "member_id": "LKX100200300", "rank": 2})
    changed = submit(coverage={"payer": "other", "member_id": "LKX100200300"})
    run_all(work)
    add_authorization(work, first, practice.id, "user_1", granted(36))
    run_all(work)
    assert len({verification(work, made).patient_id for made in (first, second, changed)}) == 1
    assert (tasks(work, first), tasks(work, second)) == ([], [])
    assert tasks(work, changed) == [
        "Authorization for Transcranial magnetic stimulation (TMS): payer changed"
    ]


def test_whoever_holds_the_benefit_grants_it_as_the_payer_on_the_card_does(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    record = granted(36).model_copy(update={"payer": "Tidewater Behavioral"})
    add_authorization(work, made, practice.id, "user_1", record)
    assert _alerts(work, made, practice) == ["payer_changed"]
    domain = load().service_lines["tms"].benefit_domain.value
    step = Step(
        number=1,
        domain=domain,
        reason="carve_out",
        from_payer=practice.payer_id,
        state=StepState.NOT_FOLLOWED,
        name="Tidewater Behavioral",
    )
    trail = Trail(payer=practice.payer_id, steps=(step,))
    set_rows(work, table, {"trail": msgspec.to_builtins(trail)}, id=made)
    assert _alerts(work, made, practice) == []


def _alerts(work: Work, made: str, practice: Practice) -> list[str]:
    with work.engine.connect() as connection:
        held = authorizations_of(connection, work, practice.id, made) or []
    return [alert.kind.value for one in held for alert in one.alerts]
