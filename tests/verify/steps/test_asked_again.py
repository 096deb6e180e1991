"""The same asked for twice: one while it is at work, a new one once the first is over."""

from collections.abc import Callable

import pytest

from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from tests.verify.web.conftest import Practice, submission
from verify import steps
from verify.intake.submission import Submission
from verify.steps import Work
from verify.steps.accept import store
from verify.store.tables import follow_ups, verifications

Submit = Callable[..., str]


def test_what_was_cancelled_can_be_asked_for_again_as_often_as_need_be(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = [submit()]
    for _ in range(2):
        steps.cancel(work, made[-1], practice.id, "system")
        made.append(submit())
    assert len(set(made)) == 3
    assert submit() == made[-1], "the newest is still at work"


def test_a_sheet_sent_in_again_does_not_bring_back_what_was_cancelled(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    steps.cancel(work, made, practice.id, "system")
    with work.engine.begin() as connection:
        asked = Submission.model_validate(submission())
        accepted, _ = store(work, connection, asked, practice.id, "system")
    assert accepted == (made, False)


def test_what_expired_can_be_asked_for_again(work: Work, submit: Submit) -> None:
    made = submit()
    set_rows(work, verifications, {"state": "expired"}, id=made)
    assert submit() != made


@pytest.mark.parametrize("name", ["bluehollow", "Blue Hollow Health Plan", " BLUE  hollow health plan"])
def test_one_payer_by_another_of_its_names_is_the_same_coverage(
    work: Work, submit: Submit, name: str
) -> None:
    made = submit()
    assert submit(coverage={"payer": name}) == made


def test_payers_nobody_knows_are_told_apart_by_name(submit: Submit) -> None:
    assert submit(coverage={"payer": "No Such Plan"}) != submit(coverage={"payer": "Nor This"})


def test_an_expired_verification_can_be_asked_again_where_it_stands(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    steps.sign_off(work, made, practice.id, "system")
    set_rows(work, verifications, {"expires_at": verification(work, made).created_at}, id=made)
    steps.expire(work)
    run_all(work)
    assert verification(work, made).state == "expired"
    steps.complete_information(work, made, practice.id, "system")
    run_all(work)
    row = verification(work, made)
    assert (row.state, row.expires_at, row.revision) == ("needs_person", None, 2)
    titles = {task.title for task in rows(work, follow_ups, verification_id=made, state="open")}
    assert titles == {"Call Blue Hollow Health Plan"}


def test_an_expired_verification_nobody_needs_any_more_can_be_cancelled(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    set_rows(work, verifications, {"state": "expired"}, id=made)
    steps.cancel(work, made, practice.id, "system")
    assert verification(work, made).state == "cancelled"
