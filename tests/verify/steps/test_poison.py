"""What becomes of a job that ends no lease, and of everybody else's work meanwhile."""

from collections.abc import Callable

import pytest

from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from verify import steps
from verify.steps import Work
from verify.store.jobs import MAX_ATTEMPTS
from verify.store.tables import follow_ups, inquiries, jobs

Submit = Callable[..., str]


def exhaust(work: Work, subject_id: str) -> None:
    set_rows(work, jobs, {"state": "queued", "attempt": MAX_ATTEMPTS}, subject_id=subject_id)


@pytest.mark.parametrize("state", ["planned", "asking", "unavailable"])
def test_a_question_that_cannot_be_asked_goes_to_a_person_wherever_it_stood(
    work: Work, submit: Submit, state: str
) -> None:
    made = submit()
    steps.run(work, rows(work, jobs, subject_id=made)[0].id)
    for asked in rows(work, inquiries, verification_id=made):
        set_rows(work, inquiries, {"state": state}, id=asked.id)
        exhaust(work, asked.id)
    steps.sweep(work)
    run_all(work)
    assert {asked.state for asked in rows(work, inquiries, verification_id=made)} == {"unknown"}
    assert verification(work, made).state == "needs_person"
    assert "stuck" in {task.kind for task in rows(work, follow_ups, verification_id=made, state="open")}


def test_a_job_that_cannot_even_be_told_of_does_not_hold_back_the_others(work: Work, submit: Submit) -> None:
    broken, sound = submit(), submit(patient={"first_name": "Bo"})
    # Its subject is of no verification: what ends it finds nothing.
    set_rows(work, jobs, {"subject_id": "ver_of_nobody", "attempt": MAX_ATTEMPTS}, subject_id=broken)
    exhaust(work, sound)
    steps.sweep(work)
    assert {job.state for job in rows(work, jobs)} == {"failed"}
    assert verification(work, sound).state == "needs_person"
