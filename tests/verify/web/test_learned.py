"""Facts written down by API and page; findings, completeness and parked calls as they are shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.verify.web.conftest import Practice, Site, Visit
from verify import steps
from verify.store.tables import access_rows, exchanges, follow_ups, inquiries, jobs, verifications

API = "/api/v1/verifications"
LETTER = {"source": "letter", "reference": "Letter 77", "answers": {"tms.copay": "30 per visit"}}


@pytest.fixture
def made(site: Site) -> str:
    verification_id = site.submit()
    site.answer(verification_id)
    return verification_id


def judge_anew(site: Site) -> None:
    """Every step that waits, as a worker would run it."""
    with site.work.engine.connect() as connection:
        waiting = connection.execute(select(jobs.c.id).where(jobs.c.state == "queued")).scalars().all()
    for job_id in waiting:
        steps.run(site.work, job_id)


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def facts_named(document: Any, name: str) -> list[dict[str, Any]]:
    return [fact for fact in document["facts"] if fact["name"] == name]


def test_what_was_read_in_a_letter_is_a_fact_with_sealed_evidence(site: Site, made: str) -> None:
    program = site.program()
    given = {**LETTER, "as_of": "2026-11-01", "holds_until": "2027-06-30"}
    answer = program.post(f"{API}/{made}/facts", json=given)
    assert answer.status_code == 202, answer.text
    (fact,) = [one for one in facts_named(answer.json(), "copay") if one["source"]["kind"] == "letter"]
    assert fact["value"] == {"cents": 3000, "per": "visit"}
    assert (fact["source"]["as_of"], fact["source"]["call_reference"]) == ("2026-11-01", "Letter 77")
    assert fact["source"]["by"] == site.here.user_ids["coordinator"]
    assert (fact["withdrawn"], fact["about"]["service_line"]) == (False, "tms")
    with site.work.engine.connect() as connection:
        kept = connection.execute(
            select(exchanges).where(exchanges.c.id == fact["source"]["reference"])
        ).one()
        written = connection.execute(select(inquiries).where(inquiries.c.id == kept.inquiry_id)).one()
        record = connection.execute(
            select(access_rows).where(access_rows.c.action == "change", access_rows.c.object_id == made)
        ).one()
    assert written.outcome_code == "written_down"
    assert b"30 per visit" not in kept.response_sealed
    assert record.fields == ["copay"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"source": "rumor"}, ["/source"]),
        ({"reference": ""}, ["/reference"]),
        ({"reference": "For Quill"}, ["/reference"]),
        ({"as_of": "2999-01-01"}, ["/as_of"]),
        ({"as_of": "soon"}, ["/as_of"]),
        ({"holds_until": "2020-01-01"}, ["/holds_until"]),
        ({"answers": {}}, ["/answers"]),
        ({"answers": {"tms.copay": ""}}, ["/answers"]),
        ({"answers": {"tms.copay": "Quill"}}, ["/answers/tms.copay"]),
        ({"answers": {"tms.shoe_size": "Quill"}}, ["/answers/tms.shoe_size"]),
        ({"answers": {"tms.authorization_route": "fax for Quill"}}, ["/answers"]),
        ({"answers": {"tms.authorization_route": "id BHX100200300"}}, ["/answers"]),
        ({"weather": "Quill"}, ["/weather"]),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_place_and_never_repeated(
    site: Site, made: str, changes: dict[str, Any], where: list[str]
) -> None:
    answer = site.program().post(f"{API}/{made}/facts", json={**LETTER, **changes})
    assert (answer.status_code, pointers(answer)) == (422, where)
    assert "Quill" not in answer.text
    assert "BHX100200300" not in answer.text
    document = site.program().get(f"{API}/{made}").json()
    assert all(fact["source"]["kind"] == "x12_271" for fact in document["facts"])


def test_a_fact_is_taken_back_by_a_newer_one(site: Site, made: str) -> None:
    program = site.program()
    document = program.post(f"{API}/{made}/facts", json=LETTER).json()
    (fact,) = [one for one in facts_named(document, "copay") if one["source"]["kind"] == "letter"]
    path = f"{API}/{made}/facts/{fact['id']}/withdraw"
    assert program.post(path, json={"reason": " "}).status_code == 422
    after = program.post(path, json={"reason": "another plan"}).json()
    kept = {one["id"]: one for one in facts_named(after, "copay")}
    assert kept[fact["id"]]["withdrawn"] is True
    (newer,) = [one for one in kept.values() if one.get("withdraws") == fact["key"]]
    assert (newer["standing"], newer["withdrawn"]) == ("not_stated", False)
    assert program.post(path, json={"reason": "again"}).status_code == 409
    (electronic,) = [one for one in kept.values() if one["source"]["kind"] == "x12_271"]
    refused = program.post(f"{API}/{made}/facts/{electronic['id']}/withdraw", json={"reason": "x"})
    assert refused.status_code == 409
    absent = program.post(f"{API}/{made}/facts/fact_1/withdraw", json={"reason": "x"})
    assert absent.status_code == 404


def test_another_practice_and_a_cancelled_verification_take_nothing(site: Site, made: str) -> None:
    foreign = site.program(practice=site.elsewhere)
    assert foreign.post(f"{API}/{made}/facts", json=LETTER).status_code == 404
    assert foreign.get(f"{API}/{made}/worksheet").status_code == 404
    assert foreign.get(f"{API}/{made}/findings").status_code == 404
    site.program().post(f"{API}/{made}/cancel")
    assert site.program().post(f"{API}/{made}/facts", json=LETTER).status_code == 409


def test_without_a_payer_there_is_nobody_to_have_said_it(site: Site) -> None:
    made = site.submit(coverage={"payer": "", "member_id": "X"})
    answer = site.program().post(f"{API}/{made}/facts", json=LETTER)
    assert answer.status_code == 409


def test_the_fields_that_may_be_written_down_say_how_they_are_typed(site: Site, made: str) -> None:
    items = {one["name"]: one for one in site.program().get(f"{API}/{made}/worksheet").json()["items"]}
    assert items["tms.copay"]["hint"] == "as 30 per visit"
    assert items["tms.processed_as"]["choices"] == ["office_visit", "other_outpatient", "procedure", "drug"]
    assert items["tms.processed_as"]["hint"] == "one of office visit, other outpatient, procedure, drug"
    assert items["tms.in_network@medical"]["domain"] == "medical"
    assert items["tms.referral"]["hint"] == "yes, with a few words; or no"
    assert items["plan_year_begins"]["service_line"] == ""
    assert "psychotherapy.copay" not in items


# --- findings ---------------------------------------------------------------------------------------------


def test_findings_hold_facts_questions_and_how_complete_they_are(site: Site, made: str) -> None:
    found = site.program().get(f"{API}/{made}/findings").json()
    assert found["verification_id"] == made
    by_rule = {one["rule"]: one for one in found["findings"]}
    assert by_rule["active_coverage"]["conclusion"] == "active"
    (complete,) = found["completeness"]
    assert (complete["service_line"], complete["usable"], complete["confidence"]) == ("tms", False, "C")
    assert complete["percent"] == complete["known"] * 100 // complete["needed"]
    items = {one["name"]: one for one in complete["items"]}
    assert items["tms.active"]["standing"] == "yes"
    assert (items["tms.active"]["confidence"], items["tms.active"]["settled"]) == ("B", True)
    assert items["tms.covered"]["standing"] == "not_asked"
    assert "tms.covered" in complete["missing"]
    assert {fact["name"] for fact in found["facts"]} == {"active", "copay"}
    asked = {one["fact"]: one for one in found["questions"]}
    assert (asked["covered"]["script"], asked["covered"]["line"]) == ("payer", 5)
    worths = [float(one["worth"]["amount"]) if one["worth"] else 0 for one in found["questions"]]
    assert worths == sorted(worths, reverse=True)


def test_findings_of_one_treatment_leave_the_others_out(site: Site) -> None:
    made = site.submit(service_lines=["tms", "psychotherapy"])
    program = site.program()
    both = program.get(f"{API}/{made}/findings").json()
    assert {one["service_line"] for one in both["completeness"]} == {"tms", "psychotherapy"}
    one = program.get(f"{API}/{made}/findings?service=tms").json()
    lines = {each["service_line"] for part in ("findings", "questions", "completeness") for each in one[part]}
    assert lines == {"", "tms"}


def test_a_question_with_a_price_comes_first_with_its_worth(site: Site, made: str) -> None:
    program, biller = site.program(), site.visit("biller")
    for code in ("90867", "90868", "90869"):
        for kind in ("self_pay", "typical"):
            biller.send_form(
                "/prices", code=code, kind=kind, amount="300", valid_from="2026-01-01", source="survey"
            )
    found = program.get(f"{API}/{made}/findings").json()["questions"]
    assert found[0]["worth"] is not None
    assert float(found[0]["worth"]["amount"]) > 0


def test_what_was_signed_with_gaps_says_what_was_missing(site: Site, made: str) -> None:
    program = site.program()
    assert program.get(f"{API}/{made}").json()["sign_off"] is None
    signed = program.post(f"{API}/{made}/accept").json()["sign_off"]
    assert signed["missing"] == ["tms.authorization"]
    assert (signed["usable"], signed["confidence"]) == (False, "C")
    assert 0 <= signed["known_percent"] < 100
    html = site.visit().get(f"/verifications/{made}").text
    assert "Missing then: tms: authorization required." in html


def test_the_worklist_has_a_small_figure(site: Site, made: str) -> None:
    site.program().post(f"{API}/{made}/facts", json=LETTER)
    judge_all(site)
    row = site.program().get(API).json()["items"][0]["summary"]
    assert (row["usable"], row["confidence"]) == (False, "C")
    assert row["known_percent"] > 0
    html = site.visit().get("/worklist?tab=all").text
    assert f"{row['known_percent']}% known, C" in html


def test_the_list_of_one_patient(site: Site, made: str) -> None:
    site.submit(patient={"first_name": "Odette"})
    program = site.program()
    patient = program.get(f"{API}/{made}").json()["patient"]["id"]
    found = program.get(f"{API}?patient={patient}").json()["items"]
    assert [one["id"] for one in found] == [made]


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_shows_how_much_is_known_and_what_is_not(site: Site, made: str) -> None:
    html = site.visit().get(f"/verifications/{made}").text
    assert "How much is known" in html
    assert "Not usable yet" in html
    assert "Confidence <strong>C</strong>" in html
    assert "not asked" in html
    assert 'id="learned"' in html


def test_a_form_writes_it_down_and_shows_where_it_stands(site: Site, made: str) -> None:
    visit = site.visit()
    answer = visit.send_form(
        f"/verifications/{made}/learned",
        source="contract",
        reference="Agreement 2026",
        holds_until="2027-10-31",
        **{"answer_tms.in_network@behavioral": "yes", "answer_tms.in_network@medical": "no"},
    )
    assert answer.headers["Location"] == f"/verifications/{made}?said=learned"
    html = visit.get(f"/verifications/{made}").text
    assert "Clinic in network, as a medical provider" in html
    assert "our contract with the payer, Agreement 2026" in html
    assert "Take it back" in html


def test_an_error_of_the_form_keeps_what_was_typed(site: Site, made: str) -> None:
    answer = site.visit().send_form(
        f"/verifications/{made}/learned", source="", reference="", **{"answer_tms.copay": "thirty-ish"}
    )
    assert answer.status_code == 422
    assert 'value="thirty-ish"' in answer.text
    assert "Where it stands: choose one" in answer.text
    odd = site.visit().send_form(
        f"/verifications/{made}/learned",
        source="portal",
        reference="Page",
        as_of="soon",
        **{"answer_tms.copay": "30"},
    )
    assert "As of must be a date" in odd.text
    wrong = site.visit().send_form(
        f"/verifications/{made}/learned", source="portal", reference="Page", **{"answer_tms.copay": "x"}
    )
    assert "Expected: dollars, with per visit" in wrong.text


def test_a_page_of_its_own_has_every_field_of_each_treatment(site: Site) -> None:
    made = site.submit(service_lines=["tms", "psychotherapy"])
    visit = site.visit()
    of_tms = visit.get(f"/verifications/{made}/learned").text
    assert "Covered benefit?" in of_tms
    assert "(TMS): Covered benefit?" not in of_tms, "the tab says which treatment it is"
    assert (">PPO<" in of_tms, ">Self-funded<" in of_tms) == (True, True)
    assert "answer_tms.taper_included" in of_tms
    assert "answer_psychotherapy.copay" not in of_tms
    other = visit.get(f"/verifications/{made}/learned?line=psychotherapy").text
    assert "answer_psychotherapy.copay" in other
    assert "answer_tms.copay" not in other
    assert "answer_plan_name" in other
    wrong = {"answer_tms.copay": "thirty-ish", "answer_psychotherapy.copay": "x"}
    both = visit.send_form(f"/verifications/{made}/learned", source="portal", reference="Page", **wrong).text
    assert "TMS: Copay" in both
    assert "Psychotherapy: Copay" in both
    assert visit.get(f"/verifications/{made}/learned?line=nothing").status_code == 200


def test_what_was_taken_back_is_struck_out_and_not_offered_again(site: Site, made: str) -> None:
    document = site.program().post(f"{API}/{made}/facts", json=LETTER).json()
    (fact,) = [one for one in facts_named(document, "copay") if one["source"]["kind"] == "letter"]
    visit = site.visit()
    empty = visit.send_form(f"/verifications/{made}/facts/{fact['id']}/withdraw", reason=" ")
    assert empty.status_code == 422
    visit.send_form(f"/verifications/{made}/facts/{fact['id']}/withdraw", reason="another plan")
    html = visit.get(f"/verifications/{made}").text
    assert "taken back" in html
    assert f"/facts/{fact['id']}/withdraw" not in html
    assert "another plan" not in html


def test_who_may_not_work_tasks_is_offered_no_form(site: Site, made: str) -> None:
    html = site.visit("front_desk").get(f"/verifications/{made}").text
    assert 'id="learned"' not in html
    assert "How much is known" in html


def test_what_another_has_taken_the_place_of_is_shown_and_takes_nothing_more(site: Site, made: str) -> None:
    visit, program = site.visit(), site.program()
    document = program.post(f"{API}/{made}/facts", json=LETTER).json()
    (fact,) = [one for one in facts_named(document, "copay") if one["source"]["kind"] == "letter"]
    newer = site.submit(patient={"first_name": "Odette"})
    with site.work.engine.begin() as connection:
        connection.execute(
            update(verifications).where(verifications.c.id == made).values(superseded_by_id=newer)
        )
    html = visit.get(f"/verifications/{made}").text
    assert f'<a href="/verifications/{newer}">The newer answer</a>' in html
    assert "Letter 77" in html
    assert 'id="learned"' not in html
    assert "Take it back" not in html
    assert program.post(f"{API}/{made}/facts", json=LETTER).status_code == 409
    path = f"{API}/{made}/facts/{fact['id']}/withdraw"
    assert program.post(path, json={"reason": "another plan"}).status_code == 409


# --- calls and errands ------------------------------------------------------------------------------------


def the_task(site: Site, **where: Any) -> Any:
    with site.work.engine.connect() as connection:
        conditions = [follow_ups.c[name] == value for name, value in where.items()]
        return connection.execute(select(follow_ups).where(*conditions)).one()


def spoken(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "answers": {"authorization_tms": "yes"},
        "reference": "R-1",
        "representative": "Dana",
        "started_at": (now - timedelta(minutes=9)).isoformat(),
        "ended_at": now.isoformat(),
        **more,
    }


def test_a_parked_call_stays_open_and_goes_on(site: Site, made: str) -> None:
    program = site.program()
    task = the_task(site, kind="call")
    parked = program.post(
        f"/api/v1/follow-ups/{task.id}/call",
        json=spoken(
            parked=True, hold_minutes=40, number_dialed="555-0100", transfers="claims, then benefits"
        ),
    )
    assert parked.status_code == 202
    assert the_task(site, id=task.id).state == "open"
    assert "call_parked" in {event["what"] for event in parked.json()["timeline"]}
    assert facts_named(parked.json(), "authorization")
    done = program.post(f"/api/v1/follow-ups/{task.id}/call", json=spoken(disclaimer_read=True))
    assert done.status_code == 202
    assert the_task(site, id=task.id).state == "done"


def test_a_call_is_parked_by_its_own_button(site: Site, made: str) -> None:
    task, visit = the_task(site, kind="call"), site.visit()
    form = {
        "answer_authorization_tms": "no",
        "reference": "none",
        "representative": "Dana",
        "started_at": "2026-11-02T09:00",
        "ended_at": "2026-11-02T09:10",
    }
    odd = visit.send_form(f"/follow-ups/{task.id}/call", **form, hold_minutes="long", park="1")
    assert "Minutes on hold: a whole number" in odd.text
    answer = visit.send_form(
        f"/follow-ups/{task.id}/call", **form, hold_minutes="25", disclaimer_read="yes", park="1"
    )
    assert answer.headers["Location"].endswith("?said=parked")
    assert the_task(site, id=task.id).state == "open"


def test_an_errand_is_written_down_at_its_task(site: Site) -> None:
    made = site.submit(service_lines=["spravato_medical"])
    judge_all(site)
    visit = site.visit()
    task = look_up(site, made, "contract")
    html = visit.get(f"/verifications/{made}").text
    assert "Look it up in our contract with the payer" in html
    wrong = visit.send_form(f"/follow-ups/{task.id}/learned", source="contract", reference="Agreement")
    assert wrong.status_code == 422
    answer = visit.send_form(
        f"/follow-ups/{task.id}/learned",
        source="contract",
        reference="Agreement 2026",
        **{"answer_spravato_medical.buy_and_bill": "no"},
    )
    assert answer.status_code == 303
    judge_all(site)
    assert the_task(site, id=task.id).state == "done"
    found = site.program().get(f"{API}/{made}/findings").json()
    assert {one["conclusion"] for one in found["findings"] if one["rule"] == "buy_and_bill"} == {
        "must_not_buy"
    }
    again = visit.send_form(
        f"/follow-ups/{task.id}/learned",
        source="contract",
        reference="Agreement 2026",
        **{"answer_spravato_medical.buy_and_bill": "yes"},
    )
    assert again.status_code == 409
    calling = site.program().post(
        f"/api/v1/follow-ups/{look_up(site, made, 'clinic').id}/call", json=spoken()
    )
    assert calling.status_code == 409


def look_up(site: Site, made: str, kind: str) -> Any:
    with site.work.engine.connect() as connection:
        rows = connection.execute(
            select(follow_ups).where(follow_ups.c.verification_id == made, follow_ups.c.kind == "look_up")
        ).all()
    return next(row for row in rows if row.script["source_kind"] == kind)


def judge_all(site: Site) -> None:
    for _ in range(4):
        judge_anew(site)


def test_a_task_of_another_practice_is_not_there(site: Site, made: str) -> None:
    foreign: Visit = site.visit(practice=site.elsewhere)
    task = the_task(site, kind="call")
    assert foreign.send_form(f"/follow-ups/{task.id}/learned", source="portal").status_code == 404
    assert isinstance(site.elsewhere, Practice)
