"""Planned courses by API: as usual, planned anew on top of a version, and never overwritten unseen."""

import re
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


@pytest.mark.parametrize("planned", [True, False])
def test_the_diagnosis_is_looked_at_and_told_to_nobody_who_may_not_see_it(site: Site, planned: bool) -> None:
    verification_id, program = submitted(site), site.program()
    if planned:
        put(program, verification_id, "*", sessions=36)
    before = program.get(path(verification_id)).json()
    sheet = {"diagnoses": [{"code": "F41.1"}, {"code": "F33.1"}]}
    evidence = f"/api/v1/verifications/{verification_id}/evidence"
    assert program.put(evidence, json={"version": 0, "sheet": sheet}).status_code == 200
    assert before["issues"] == []
    answer = site.program("clinician").get(path(verification_id))
    (issue,) = answer.json()["issues"]
    assert (issue["kind"], issue["weight"], issue["codes"]) == ("diagnosis", "ask", [])
    assert "taken by some payers only" in issue["sentence"]
    assert "F41" not in answer.text and "F33.1" not in answer.text
    for role in ("front_desk", "biller", "service"):
        assert site.program(role).get(path(verification_id)).json() == before


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


def test_the_estimate_asks_another_number_or_day_of_the_course_that_was_planned(site: Site) -> None:
    with site.work.engine.begin() as connection:
        fill(connection, site.here.id)
    verification_id, program = submitted(site), site.program()
    site.answer(verification_id)
    given = [{"session": 2, "services": [{"code": "90869"}]}]
    assert put(program, verification_id, "*", sessions=20, overrides=given).status_code == 200
    address = f"/api/v1/verifications/{verification_id}/estimate"
    usual = program.get(address).json()["estimate"]
    fewer = program.get(f"{address}?sessions=5&compare_start=2027-02-01").json()["estimate"]
    assert [one["code"] for one in fewer["sessions"]] == [one["code"] for one in usual["sessions"][:5]]
    assert fewer["sessions"][1]["code"] == "90869"
    assert fewer["other_starts"][-1]["on"] == "2027-02-01"
    side = program.get(f"{address}/treatments").json()["treatments"]
    assert [one["estimate"]["visits"] for one in side if one["service_line"] == "tms"] == [20, 20]


# --- the page ---------------------------------------------------------------------------------------------


def page_of(site: Site, verification_id: str, role: str = "coordinator") -> str:
    return site.visit(role).get(f"/verifications/{verification_id}").text


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="([\w]+)"', page)
    assert found is not None
    return found[1]


def send(site: Site, verification_id: str, line: str = "tms", **fields: Any) -> Any:
    """The form as it stands on the page, with these fields changed."""
    visit = site.visit()
    mark = mark_of(visit.get(f"/verifications/{verification_id}").text)
    given = {"mark": mark, "starts_on": FIRST.isoformat(), "sessions": "36", "weekdays": list(WEEK)}
    return visit.send_form(f"/verifications/{verification_id}/courses/{line}", **{**given, **fields})


WEEK = ("mon", "tue", "wed", "thu", "fri")


def test_the_page_shows_sessions_codes_units_and_what_to_look_at(site: Site) -> None:
    verification_id = submitted(site, "spravato_medical")
    page = page_of(site, verification_id)
    assert "nobody has planned it yet" in page
    assert re.search(r"<b>J0013</b> × 980", page), "56 and eleven times 84 milligrams"
    assert "12 sessions from" in page
    put(site.program(), verification_id, "*", "/spravato_medical", doses=[{"from_session": 1, "mg": 60}])
    assert "the drug comes in steps of 28 mg" in page_of(site, verification_id)


def test_a_course_is_planned_with_the_form(site: Site) -> None:
    verification_id = submitted(site)
    answer = send(site, verification_id, sessions="30", weekdays=["mon", "wed", "fri"])
    assert answer.headers["Location"] == f"/verifications/{verification_id}?said=course#course-tms"
    (row,) = rows(site)
    assert len(row.document["sessions"]) == 30
    assert {date.fromisoformat(one["on"]).weekday() for one in row.document["sessions"]} == {0, 2, 4}
    page = page_of(site, verification_id)
    assert "Version 1, planned by Larkspur coordinator" in page
    assert "Course planned" in page


def test_one_session_is_moved_dropped_and_added_with_the_form(site: Site) -> None:
    verification_id = submitted(site)
    send(site, verification_id, change="move", number="2", on="2027-03-06")
    send(site, verification_id, change="add", on="2027-03-13")
    send(site, verification_id, change="drop", number="1")
    outline = rows(site)[-1].document["outline"]
    assert outline["moved"] == [{"session": 2, "on": "2027-03-06"}]
    assert (outline["added"], outline["dropped"]) == (["2027-03-13"], [1])
    page = page_of(site, verification_id)
    assert "moved from" in page and ">added<" in page
    send(site, verification_id, start_over="yes")
    assert "moved" not in rows(site)[-1].document["outline"]


def test_doses_and_the_way_of_billing_are_chosen_with_the_form(site: Site) -> None:
    verification_id = submitted(site, "spravato_medical")
    send(
        site,
        verification_id,
        "spravato_medical",
        sessions="12",
        doses="1=56, 3=84",
        later_sessions="2",
        billed_as="one code for drug and observation",
    )
    sessions = rows(site)[-1].document["sessions"]
    assert [one["services"][0]["code"] for one in sessions[:3]] == ["G2082", "G2082", "G2083"]
    assert len(sessions) == 14


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sessions": "many"}, "Sessions must be a whole number"),
        ({"sessions": "0"}, "Sessions must be between 1 and 400"),
        ({"starts_on": "soon"}, "First session must be a date"),
        ({"weekdays": ["someday"]}, "Weekdays must be days of the week"),
        ({"weekdays": []}, "Weekdays must name at least one day"),
        ({"doses": "56"}, "Doses must be as 1=56, 4=84"),
        ({"change": "drop", "number": "77"}, "There are 36"),
        ({"change": "move", "number": "x", "on": "2027-03-06"}, "Session must be a number of the list"),
        ({"change": "add", "on": ""}, "Day must be a date"),
    ],
)
def test_what_cannot_be_planned_is_said_beside_its_field_and_what_was_typed_stays(
    site: Site, fields: dict[str, Any], said: str
) -> None:
    answer = send(site, submitted(site), **fields)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert f'value="{fields.get("starts_on", "2027-03-01")}"' in answer.text
    assert rows(site) == []


def test_a_form_that_is_out_of_date_changes_nothing_and_says_so(site: Site) -> None:
    verification_id = submitted(site)
    put(site.program(), verification_id, "*", sessions=30)
    answer = send(site, verification_id, mark="usual", sessions="40")
    assert answer.status_code == 422
    assert "Somebody planned this course meanwhile" in answer.text
    assert len(rows(site)) == 1


def test_who_may_not_submit_sees_the_course_and_no_form(site: Site) -> None:
    page = page_of(site, submitted(site), "biller")
    assert "Planned course" in page
    assert 'name="mark"' not in page


def test_conflicts_between_treatments_stand_above_them(site: Site) -> None:
    verification_id = submitted(site, "spravato_medicare", "medication_management")
    said = "G2082 and G2083 hold drug, visit and observation"
    assert said in page_of(site, verification_id), "the second visit of the usual course is on a Monday too"
    tuesday = (FIRST + timedelta(days=1)).isoformat()
    put(site.program(), verification_id, "*", "/medication_management", starts_on=tuesday)
    assert said not in page_of(site, verification_id)
