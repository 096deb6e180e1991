"""Planned courses by API: as usual, planned anew on top of a version, and never overwritten unseen."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.verify.store.price_list import fill
from tests.verify.web.conftest import Site, Visit
from verify.store.tables import access_rows, events
from verify.store.tables_courses import courses

FIRST = date(2027, 3, 1)


def submitted(site: Site, *lines: str) -> str:
    return site.submit(service_lines=list(lines) or ["tms"], date_of_service=FIRST.isoformat())


def path(verification_id: str, line: str = "/tms") -> str:
    return f"/api/v1/verifications/{verification_id}/courses{line}"


def put(program: Visit, verification_id: str, mark: str | None, line: str = "/tms", **outline: Any) -> Any:
    headers = {} if mark is None else {"If-Match": mark}
    body = {"starts_on": FIRST.isoformat(), **outline}
    return program.put(path(verification_id, line), json=body, headers=headers)


def rows(site: Site) -> list[Any]:
    with site.work.engine.connect() as connection:
        return list(connection.execute(select(courses).order_by(courses.c.version)))


def test_the_usual_course_is_there_before_anybody_planned_one(site: Site) -> None:
    answer = site.program().get(path(submitted(site)))
    body = answer.json()
    assert answer.headers["ETag"] == '"usual"'
    assert (body["version"], body["edited_by"], len(body["sessions"])) == (None, None, 36)
    assert body["sessions"][0] == {
        "number": 1,
        "on": "2027-03-01",
        "phase": "acute",
        "services": [{"code": "90867", "units": 1, "modifiers": [], "role": "mapping"}],
        "dose_mg": None,
        "place": 1,
        "moved_from": None,
    }
    assert body["issues"] == []
    assert rows(site) == []


def test_a_course_is_planned_anew_and_says_by_whom(site: Site) -> None:
    verification_id, program = submitted(site), site.program()
    answer = put(
        program,
        verification_id,
        '"usual"',
        sessions=30,
        weekdays=["mon", "wed", "fri"],
        dropped=[2],
        moved=[{"session": 3, "on": "2027-03-06"}],
    )
    body = answer.json()
    assert answer.status_code == 200
    assert (body["version"], body["edited_by"], len(body["sessions"])) == (1, "Larkspur coordinator", 29)
    assert [issue["kind"] for issue in body["issues"]] == ["number", "weekend"]
    assert answer.headers["ETag"] == f'"{body["mark"]}"'
    assert program.get(path(verification_id)).json() == body


def test_only_what_was_read_last_can_be_changed(site: Site) -> None:
    verification_id, program = submitted(site), site.program()
    assert put(program, verification_id, None).status_code == 428
    first = put(program, verification_id, '"usual"', sessions=30)
    late = put(program, verification_id, '"usual"', sessions=40)
    assert (late.status_code, late.json()["status"]) == (412, 412)
    assert put(program, verification_id, f"W/{first.headers['ETag']}").status_code == 412
    listed = f'"course_other", {first.headers["ETag"]}'
    assert put(program, verification_id, listed, sessions=32).status_code == 200
    assert put(program, verification_id, "*", sessions=33).status_code == 200
    assert [(row.version, len(row.document["sessions"])) for row in rows(site)] == [(1, 30), (2, 32), (3, 33)]


def test_of_two_at_once_one_is_told_to_look_again(site: Site) -> None:
    verification_id = submitted(site)
    programs = [site.program() for _ in range(4)]
    answers: list[int] = []

    def plan(program: Visit, sessions: int) -> None:
        answers.append(put(program, verification_id, '"usual"', sessions=sessions).status_code)

    threads = [threading.Thread(target=plan, args=(program, 30 + at)) for at, program in enumerate(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412, 412, 412]
    assert len(rows(site)) == 1


@pytest.mark.parametrize(
    ("outline", "pointer"),
    [
        ({"sessions": 0}, "/sessions"),
        ({"later_sessions": 2}, "/later_sessions"),
        ({"dropped": [99]}, "/dropped"),
        ({"starts_on": "soon"}, "/starts_on"),
        ({"starts_on": "1827-03-01"}, "/starts_on"),
        ({"weekdays": ["someday"]}, "/weekdays/0"),
        ({"moved": [{"session": 0, "on": "2027-03-06"}]}, "/moved/0/session"),
        ({"overrides": [{"session": 1, "services": [{"code": "x"}]}]}, "/overrides/0/services/0/code"),
        ({"colour": "blue"}, "/colour"),
    ],
)
def test_what_cannot_be_planned_is_said_by_its_place(
    site: Site, outline: dict[str, Any], pointer: str
) -> None:
    answer = put(site.program(), submitted(site), "*", **outline)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert rows(site) == []


def test_a_course_that_is_not_of_the_verification_is_not_there(site: Site) -> None:
    verification_id = submitted(site)
    assert site.program().get(path(verification_id, "/psychotherapy")).status_code == 404
    assert put(site.program(), verification_id, "*", "/psychotherapy").status_code == 404
    site.program().post(f"/api/v1/verifications/{verification_id}/cancel")
    assert put(site.program(), verification_id, "*").status_code == 409


def test_every_change_is_in_the_record_and_on_the_timeline(site: Site) -> None:
    verification_id, program = submitted(site), site.program()
    assert put(program, verification_id, "*").status_code == 200
    assert put(site.program("biller"), verification_id, "*").status_code == 403
    with site.work.engine.connect() as connection:
        recorded = connection.execute(
            select(access_rows).where(access_rows.c.object_type == "course").order_by(access_rows.c.id)
        ).all()
        planned = connection.execute(select(events).where(events.c.what == "course_planned")).one()
    assert [(row.action, row.object_id, row.outcome) for row in recorded] == [
        ("change", verification_id, "done")
    ]
    assert planned.actor == site.here.user_ids["coordinator"]
    assert planned.detail["service_line"] == "tms"


def test_courses_of_one_patient_are_held_against_each_other(site: Site) -> None:
    verification_id = submitted(site, "spravato_medicare", "medication_management")
    program = site.program()
    moved = put(
        program,
        verification_id,
        "*",
        "/medication_management",
        starts_on=(FIRST + timedelta(days=1)).isoformat(),
        overrides=[{"session": 1, "services": [{"code": "99214"}]}],
    )
    assert moved.status_code == 200
    assert program.get(path(verification_id, "")).json()["conflicts"] == []
    put(
        program,
        verification_id,
        "*",
        "/medication_management",
        overrides=[{"session": 1, "services": [{"code": "99214"}]}],
    )
    (conflict,) = program.get(path(verification_id, "")).json()["conflicts"]
    assert conflict["kind"] == "not_same_day"
    assert set(conflict["service_lines"]) == {"spravato_medicare", "medication_management"}
    assert conflict["sources"][0]["title"].startswith("neolytix.com")


def test_the_estimate_is_of_the_course_that_was_planned(site: Site) -> None:
    with site.work.engine.begin() as connection:
        fill(connection, site.here.id)
    verification_id, program = submitted(site), site.program()
    site.answer(verification_id)
    assert put(program, verification_id, "*", sessions=20, added=["2027-05-01"]).status_code == 200
    body = program.get(f"/api/v1/verifications/{verification_id}/estimate").json()
    assert len(body["estimate"]["sessions"]) == 21
    assert body["estimate"]["sessions"][-1]["date"] == "2027-05-01"
    assert any("planned course of 21 sessions" in said for said in body["reckoned_with"])
    assert not any(one["question"] == "number of sessions" for one in body["estimate"]["questions"])
