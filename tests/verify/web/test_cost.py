"""What the course will cost: on the verification's page and by API."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.verify.store.price_list import fill, price
from tests.verify.web.conftest import Site, copay_fact
from verify.affordability.estimate import Band
from verify.affordability.patient import OF_A_COURSE, OF_ALL
from verify.facts import Step, StepState, Trail
from verify.store import evidence, prices, verifications
from verify.web.cost_chart import BOTTOM, TOP, chart, tick_cents


def priced(site: Site, *, first: date | None = None) -> str:
    with site.work.engine.begin() as connection:
        fill(connection, site.here.id)
    changes = {} if first is None else {"date_of_service": first.isoformat()}
    verification_id = site.submit(**changes)
    site.answer(verification_id)
    return verification_id


def estimate(site: Site, verification_id: str, role: str = "coordinator") -> Any:
    return site.program(role).get(f"/api/v1/verifications/{verification_id}/estimate")


def dollars(sent: dict[str, str]) -> int:
    assert sent["currency"] == "USD"
    return int(sent["amount"].replace(".", ""))


def test_the_estimate_holds_range_sessions_and_questions(site: Site) -> None:
    body = estimate(site, priced(site)).json()
    it = body["estimate"]
    assert dollars(it["low"]) <= dollars(it["expected"]) <= dollars(it["high"])
    assert sum(dollars(one["patient_pays"]) for one in it["sessions"]) == dollars(it["expected"])
    assert sum(map(dollars, it["by_year"].values())) == dollars(it["expected"])
    assert [one["code"] for one in it["sessions"] if one["takes_place"]].count("90868") == 33
    worth = [dollars(one["worth"]) for one in it["questions"]]
    assert worth == sorted(worth, reverse=True)
    assert dollars(it["paid_by"][-1]["high"]) == dollars(it["high"])
    assert it["confidence"] == "C"
    assert body["missing"] == []
    assert any("psychiatrist decides" in said for said in body["reckoned_with"])


def test_without_prices_it_says_what_is_missing_and_gives_no_figure(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    body = estimate(site, verification_id).json()
    assert body["estimate"] is None
    assert any("of 90868" in one for one in body["missing"])
    page = site.visit().get(f"/verifications/{verification_id}").text
    assert "No figure can be given yet" in page
    assert '<svg class="cost-chart"' not in page


def test_before_the_answer_it_says_so(site: Site) -> None:
    assert estimate(site, site.submit()).json()["missing"] == [
        "The payer’s answer: nothing is known of the plan yet."
    ]


def test_prices_of_another_practice_are_not_used(site: Site) -> None:
    with site.work.engine.begin() as connection:
        fill(connection, site.elsewhere.id)
    verification_id = site.submit()
    site.answer(verification_id)
    assert estimate(site, verification_id).json()["estimate"] is None


def test_a_verification_of_another_practice_has_no_estimate_here(site: Site) -> None:
    assert estimate(site, site.submit(site.elsewhere)).status_code == 404
    assert estimate(site, site.submit(), "auditor").status_code == 403


def test_the_page_shows_the_same_figures_with_a_drawing_and_its_tables(site: Site) -> None:
    verification_id = priced(site)
    it = estimate(site, verification_id).json()["estimate"]
    page = site.visit().get(f"/verifications/{verification_id}").text
    section = page[page.index('id="cost"') :]
    for name in ("low", "expected", "high"):
        amount = f"{dollars(it[name]) / 100:,.2f}"
        assert f"${amount}" in section, name
    assert '<svg class="cost-chart"' in section
    assert 'role="img" aria-labelledby="cost-title cost-desc"' in section
    assert "What the patient has paid by the end of each day" in section
    assert section.count("<tr>") >= 36 + 46
    assert "moves the cost by up to" in page or "Is authorization required" in page
    assert not re.search(r"\sstyle=|<style", page)


def test_the_estimate_is_made_anew_when_a_price_ends(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.begin() as connection:
        for row in prices.shown(connection, site.here.id, until=date(2026, 1, 1)):
            prices.end(connection, site.here.id, row.id, date(2026, 1, 2))
    assert estimate(site, verification_id).json()["estimate"] is None


def test_a_day_out_of_the_calendar_gives_words_and_no_fault(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.begin() as connection:
        row = verifications.lock(connection, verification_id)
        assert row is not None
        verifications.change(connection, row, date_of_service=date(2190, 1, 1))
    assert estimate(site, verification_id).json()["estimate"] is None


def test_every_value_of_the_estimate_is_plain_json(site: Site) -> None:
    text = estimate(site, priced(site)).text
    assert "Infinity" not in text and "NaN" not in text
    json.loads(text)


def test_the_facts_of_the_answer_are_used(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.connect() as connection:
        row = verifications.read(connection, verification_id)
        names = {fact.name.value for fact in evidence.facts_of(connection, row)}
    assert names == {"active", "copay"}
    body = estimate(site, verification_id).json()["estimate"]
    (question,) = (one for one in body["questions"] if one["question"] == "copay and coinsurance")
    assert question["reckoned_with"] == "copay $30.00"


# --- assumptions ------------------------------------------------------------------------------------------------


def assumed(site: Site, verification_id: str, **fields: str | list[str]) -> Any:
    path = f"/api/v1/verifications/{verification_id}/estimate"
    return site.program().get(path, params=fields)


def test_an_estimate_takes_the_patients_own_course_and_stores_nothing(site: Site) -> None:
    verification_id = priced(site, first=date(2026, 12, 7))
    usual = estimate(site, verification_id).json()
    found = assumed(site, verification_id, sessions="12", start="2026-12-14", weekdays="mon,thu").json()
    days = [one["date"] for one in found["estimate"]["sessions"]]
    assert (len(days), days[:3]) == (12, ["2026-12-14", "2026-12-17", "2026-12-21"])
    assert "12 sessions on Mondays and Thursdays from Dec 14, 2026" in found["assumed"][0]
    assert estimate(site, verification_id).json() == usual


def test_the_course_is_compared_with_other_beginnings(site: Site) -> None:
    verification_id = priced(site, first=date(2026, 3, 2))
    days = ["2026-03-09", "2026-03-16"]
    found = assumed(site, verification_id, compare_start=days).json()["estimate"]["other_starts"]
    assert [one["on"] for one in found] == days
    assert [dollars(one["expected"]) for one in found] == [36 * 30_00] * 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("sessions", "1O", "whole number"),
        ("start.tms", "2026-02-30", "no day of the calendar"),
        ("second_coinsurance", "120", "above 100"),
        ("card_left", "$1,2O0", "dollars"),
        ("card_left", "-5", "dollars"),
        ("sesions", "20", "not known"),
    ],
)
def test_an_assumption_that_cannot_be_read_is_named_and_not_repeated(
    site: Site, name: str, value: str, words: str
) -> None:
    answer = assumed(site, priced(site), **{name: value})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert {one["pointer"]: words in one["detail"] for one in errors}[f"/{name}"]
    # Of the errors alone: the answer's random id may have any digits.
    assert value not in str(errors)


def test_a_card_where_no_drug_is_billed_is_refused_by_its_name(site: Site) -> None:
    answer = assumed(site, priced(site), card_patient_pays="10", card_source="letter")
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/card_patient_pays"]


def test_who_else_pays_is_told_session_by_session(site: Site) -> None:
    second = {
        "second_method": "standard",
        "second_copay": "5",
        "second_deductible_left": "0",
        "second_source": "call",
    }
    body = assumed(site, priced(site), sessions="3", **second).json()
    it = body["estimate"]
    assert [dollars(one["second_plan_pays"]) for one in it["sessions"]] == [30_00] * 3
    assert [dollars(one["patient_pays"]) for one in it["sessions"]] == [0] * 3
    assert {dollars(one["card_pays"]) for one in it["sessions"]} == {0}
    assert "the second plan’s terms are assumed" in it["confidence_reasons"]
    assert any("second plan" in words and "(call)" in words for words in body["assumed"])


def test_the_documentation_names_every_assumption(site: Site) -> None:
    paths = site.program().get("/api/v1/openapi.json").json()["paths"]
    for path in ("estimate", "estimate/treatments"):
        asked = paths[f"/api/v1/verifications/{{verification_id}}/{path}"]["get"]["parameters"]
        assert {one["name"] for one in asked if one["in"] == "query"} == {*OF_A_COURSE, *OF_ALL}


def test_the_page_reckons_with_the_form_and_shows_what_was_assumed(site: Site) -> None:
    verification_id = priced(site)
    fields = {"sessions.tms": "12", "weekdays.tms": ["mon", "wed"], "compare_start": "2026-12-14"}
    page = site.visit().get(f"/verifications/{verification_id}", params=fields).text
    section = page[page.index('id="cost"') :]
    assert "As assumed here." in section
    assert "12 sessions on Mondays and Wednesdays" in section
    assert 'name="sessions.tms" type="text" value="12"' in section
    assert section.count(" checked") == 2
    assert 'value="2026-12-14"' in section
    assert "The course begun on another day" in section
    assert "Manufacturer’s savings card" not in section
    plain = site.visit().get(f"/verifications/{verification_id}").text
    assert "As assumed here." not in plain


def test_the_page_names_a_faulty_field_keeps_what_was_typed_and_shows_the_usual_course(site: Site) -> None:
    verification_id = priced(site)
    answer = site.visit().get(f"/verifications/{verification_id}", params={"sessions.tms": "1O"})
    assert answer.status_code == 422
    assert 'href="#sessions.tms">TMS: Number of sessions must be a whole number from 1 to 400' in answer.text
    assert 'value="1O"' in answer.text
    assert "for 36 visits" in answer.text


def test_what_else_stands_in_a_pages_address_is_no_assumption(site: Site) -> None:
    verification_id = priced(site)
    answer = site.visit().get(f"/verifications/{verification_id}?said=note&from=mail")
    assert answer.status_code == 200
    assert "Note added." in answer.text


TMS_AT_ANY_PACE = ("tms", "tms_accelerated", "tms_deep", "tms_theta_burst")

# --- treatments side by side --------------------------------------------------------------------------------------


def test_treatments_stand_side_by_side_by_api_and_on_a_page(site: Site) -> None:
    verification_id = priced(site)
    with site.work.engine.begin() as connection:
        for code, cost in (("96365", 475), ("J3490", 0)):
            prices.add(connection, site.here.id, price(code, cost, "self_pay"), by="system")
    body = site.program().get(f"/api/v1/verifications/{verification_id}/estimate/treatments").json()
    told = {(one["service_line"], one["self_pay"]): one for one in body["treatments"]}
    paced = {(line, self_pay) for line in TMS_AT_ANY_PACE for self_pay in (False, True)}
    assert set(told) == {("ketamine_iv", True), *paced}
    assert told["ketamine_iv", True]["estimate"]["expected"]["amount"] == "2850.00"
    assert told["ketamine_iv", True]["planned"] is False
    mine = estimate(site, verification_id).json()["estimate"]
    assert told["tms", False]["estimate"]["expected"] == mine["expected"]
    assert told["tms", False]["estimate"]["first_week"] == mine["first_week"]
    page = site.visit().get(f"/verifications/{verification_id}/treatments").text
    assert "Quill, Marguerite" in page
    assert "$2,850.00" in page
    assert "Which is best is a clinical matter" in page


def test_of_each_treatment_only_who_holds_its_benefit_is_heard(site: Site) -> None:
    verification_id = priced(site)
    step = Step(
        number=1,
        domain="behavioral",
        reason="carve_out",
        from_payer="card",
        to_payer="mind",
        state=StepState.ANSWERED,
    )
    known = copay_fact(datetime.now(UTC))
    said_by_mind = [
        msgspec.structs.replace(
            known,
            value={"cents": 77_00, "per": "visit"},
            about=msgspec.structs.replace(known.about, service_type=service_type),
            source=msgspec.structs.replace(known.source, payer="mind"),
        )
        for service_type in ("MH", "98")
    ]
    with site.work.engine.begin() as connection:
        for code in ("J0013", "99214"):
            for kind in ("typical", "self_pay"):
                prices.add(connection, site.here.id, price(code, 120, kind), by="system")
        row = verifications.lock(connection, verification_id)
        assert row is not None
        trail = Trail(payer="card", payer_name="Blue Hollow", steps=(step,))
        verifications.change(connection, row, trail=msgspec.to_builtins(trail))
    before = through_the_plan(site, verification_id)
    with site.work.engine.begin() as connection:
        row = verifications.lock(connection, verification_id)
        assert row is not None
        evidence.add_facts(connection, row, said_by_mind)
    after = through_the_plan(site, verification_id)
    assert after["tms"]["estimate"]["expected"]["amount"] == "2772.00"
    assert before["tms"] != after["tms"]
    assert before["spravato_medical"] == after["spravato_medical"]


def through_the_plan(site: Site, verification_id: str) -> dict[str, Any]:
    path = f"/api/v1/verifications/{verification_id}/estimate/treatments"
    body = site.program().get(path).json()
    return {one["service_line"]: one for one in body["treatments"] if not one["self_pay"]}


def test_the_treatments_keep_the_assumptions_and_a_fault_leads_back_to_its_field(site: Site) -> None:
    verification_id = priced(site)
    page = site.visit().get(f"/verifications/{verification_id}/treatments?sessions.tms=12").text
    assert "12 sessions on weekdays" in page
    back = site.visit().get(f"/verifications/{verification_id}/treatments?sessions.tms=1O")
    assert back.status_code == 303
    assert back.headers["location"] == f"/verifications/{verification_id}?sessions.tms=1O#assumptions"
    wrong = site.program().get(f"/api/v1/verifications/{verification_id}/estimate/treatments?sessions.tms=1O")
    assert wrong.json()["errors"][0]["pointer"] == "/sessions.tms"


def test_a_treatment_without_its_prices_says_which(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    page = site.visit().get(f"/verifications/{verification_id}/treatments").text
    assert "No figure yet. Needed first: A contract rate or typical allowed amount of 90867" in page


# --- the drawing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "step"),
    [(100, 100), (400_00, 100_00), (401_00, 200_00), (2400_00, 1000_00), (16_220_00, 5000_00)],
)
def test_the_amounts_on_the_axis_are_round(most: int, step: int) -> None:
    assert tick_cents(most) == step
    assert -(-most // step) <= 4


def band(*points: tuple[int, int, int]) -> list[Band]:
    begun = datetime(2026, 3, 2, tzinfo=UTC).date()
    return [
        Band(date=begun + timedelta(days=7 * at), low_cents=low, expected_cents=expected, high_cents=high)
        for at, (low, expected, high) in enumerate(points)
    ]


def test_the_drawing_stays_in_its_frame_and_rises() -> None:
    drawn = chart(band((0, 50_00, 100_00), (50_00, 100_00, 300_00)), None)
    assert drawn is not None
    for path in (drawn.low, drawn.expected, drawn.high):
        heights = [float(point.split(",")[1]) for point in path.removeprefix("M").split(" L")]
        assert heights == sorted(heights, reverse=True)
        assert all(TOP <= height <= BOTTOM for height in heights)
    assert drawn.reset is None


def test_a_course_of_one_day_or_without_cost_is_not_drawn() -> None:
    assert chart(band((0, 10, 20)), None) is None
    assert chart(band((0, 0, 0), (0, 0, 0)), None) is None


def test_a_new_plan_year_is_marked_where_the_course_runs_into_it() -> None:
    points = band((0, 1_00, 2_00), (0, 2_00, 4_00))
    assert (found := chart(points, date(2026, 3, 5))) is not None
    assert found.reset is not None
    assert (outside := chart(points, date(2027, 1, 1))) is not None
    assert outside.reset is None
