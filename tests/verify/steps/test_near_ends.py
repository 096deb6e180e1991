"""When authorizations come near their end, reckoned at night with each verification's own course."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import event, select

from tests.verify.authorizations.records import authorization
from tests.verify.steps.conftest import set_rows
from tests.verify.web.conftest import Practice
from verify.courses import Outline
from verify.steps import Work
from verify.steps.authorizations import add_authorization, authorizations_of, near_ends
from verify.steps.courses import ANY, plan_anew
from verify.store.tables import verifications

Submit = Callable[..., str]
#: The usual 36 sessions of TMS, five a week, lie ahead.
FIRST = date.today() + timedelta(days=9)


def add(work: Work, practice: Practice, verification_id: str, **fields: Any) -> None:
    said = {"starts_on": FIRST.isoformat(), "ends_on": (FIRST + timedelta(days=90)).isoformat(), **fields}
    record = authorization(payer="Blue Hollow Health Plan", **said)
    add_authorization(work, verification_id, practice.id, "user_1", record)


def plan(work: Work, practice: Practice, verification_id: str, **outline: Any) -> None:
    def decide(_: object) -> Outline:
        return Outline(**{"starts_on": FIRST, **outline})

    with work.engine.begin() as connection:
        plan_anew(
            work, connection, practice.id, verification_id, "tms", decide, marks=frozenset({ANY}), by="user_1"
        )


def look(work: Work, practice: Practice) -> tuple[dict[str, date], int]:
    """The days, and how many statements it took to find them."""
    it, said = verifications.c, []

    def count(*of_statement: Any) -> None:
        said.append(of_statement[2])

    with work.engine.connect() as connection:
        rows = connection.execute(
            select(it.id, it.coverage_id, it.service_lines, it.date_of_service.label("first_visit_on"))
        ).all()
        event.listen(connection, "before_cursor_execute", count)
        return near_ends(connection, work, practice.id, rows), len(said)


def test_a_shorter_course_than_usual_leaves_no_end_to_come_near(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit(date_of_service=FIRST)
    ends = FIRST + timedelta(days=20)
    add(work, practice, made, ends_on=ends.isoformat())
    assert look(work, practice)[0] == {made: ends - timedelta(days=14)}
    plan(work, practice, made, sessions=10)
    assert look(work, practice)[0] == {}


def test_a_longer_course_than_usual_comes_near_an_end_the_usual_one_does_not(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit(date_of_service=FIRST)
    add(work, practice, made)
    assert look(work, practice)[0] == {}
    days = [FIRST + timedelta(days=number) for number in range(40)]
    plan(work, practice, made, days=tuple(days))
    assert look(work, practice)[0] == {made: days[33]}, "three of the 36 units are left"


def test_the_night_and_the_page_speak_of_the_same_course(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit(date_of_service=FIRST)
    add(work, practice, made, granted=[{"codes": ["90867", "90868", "90869"], "units": 30}])
    plan(work, practice, made, sessions=30)
    with work.engine.connect() as connection:
        held = authorizations_of(connection, work, practice.id, made)
    assert held is not None
    assert [reach.short for each in held for reach in each.reaches] == [False]
    assert look(work, practice)[0] == {}


def test_a_re_check_reckons_with_the_course_of_what_it_asks_again(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit(date_of_service=FIRST)
    add(work, practice, made, ends_on=(FIRST + timedelta(days=20)).isoformat())
    plan(work, practice, made, sessions=10)
    again = submit(date_of_service=FIRST + timedelta(days=1))
    assert again in look(work, practice)[0], "nobody planned a course for this one"
    set_rows(work, verifications, {"rechecks_id": made}, id=again)
    assert look(work, practice)[0] == {}


def test_many_are_looked_at_with_as_many_questions_as_one(
    work: Work, practice: Practice, submit: Submit
) -> None:
    counted = []
    for number in range(4):
        made = submit(
            patient={"first_name": f"P{number}"}, coverage={"member_id": f"M{number}"}, date_of_service=FIRST
        )
        add(work, practice, made, ends_on=(FIRST + timedelta(days=20)).isoformat())
        plan(work, practice, made, sessions=36 + number)
        found, statements = look(work, practice)
        assert len(found) == number + 1
        counted.append(statements)
    assert len(set(counted)) == 1
