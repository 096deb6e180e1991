"""What the simulated payer says depends on who, what and when; and never on chance."""

from datetime import UTC, datetime, timedelta

import pytest

from payers.simulator.scenarios import SCENARIOS
from payers.simulator.server import Simulator
from payers.x12 import parse
from tests.payers.simulator.asking import ask

TODAY = datetime.now(UTC).date()


def lines(simulator: Simulator, *arguments: str, **changes: object) -> list[str]:
    return ask(simulator, *arguments, **changes).segments


def starting(said: list[str], *beginnings: str) -> list[str]:
    return [line for line in said if line.startswith(beginnings)]


def test_the_trace_comes_back(simulator: Simulator):
    said = lines(simulator, trace="01JABCDEF")
    assert "TRN*2*01JABCDEF*9123456789" in said
    assert starting(said, "TRN*1*")


def test_a_full_plan_says_what_mental_health_costs(simulator: Simulator):
    said = lines(simulator, "ACT0001", "MH")
    assert "EB*1*IND*MH" in said
    [copay] = starting(said, "EB*B*IND*MH*")
    assert copay.split("*")[6] == "27"
    assert copay.endswith("*Y*Y")
    assert starting(said, "HSD*VS*")
    for information, level in [("C", "IND"), ("C", "FAM"), ("G", "IND"), ("G", "FAM")]:
        rows = [
            row.split("*") for row in starting(said, f"EB*{information}*{level}*30*") if row.endswith("*Y")
        ]
        amounts = {row[6]: float(row[7]) for row in rows}
        assert amounts["23"] == amounts["24"] + amounts["29"]


def test_the_service_type_asked_decides_what_is_said(simulator: Simulator):
    by_type = {
        code: lines(simulator, "ACT0001", code) for code in ["30", "MH", "A8", "CF", "98", "88", "A4", "A6"]
    }
    assert starting(by_type["A8"], "EB*A*IND*A8")
    assert not starting(by_type["A8"], "EB*B*")
    assert starting(by_type["98"], "EB*B*IND*98")
    assert "NM1*VN*2*EXAMPLE PHARMACY SERVICES*****PI*EXRX1" in by_type["88"]
    assert starting(by_type["CF"], "EB*B*IND*CF")
    assert starting(by_type["30"], "EB*1*IND*1^33^35")


def test_a_type_the_payer_does_not_know_is_answered_as_30(simulator: Simulator):
    def benefits(code: str) -> list[str]:
        return starting(lines(simulator, "ACT0001", code), "EB*")

    assert benefits("AR") == benefits("30")


def test_the_same_member_always_has_the_same_plan(simulator: Simulator):
    first, again = lines(simulator, "ACT0007"), lines(simulator, "ACT0007")
    assert starting(first, "EB*", "REF*", "DTP*") == starting(again, "EB*", "REF*", "DTP*")
    plans = {tuple(starting(lines(simulator, f"ACT{n:04}"), "EB*C*")) for n in range(12)}
    assert len(plans) > 6


def test_a_minimal_plan_says_no_dollars(simulator: Simulator):
    said = starting(lines(simulator, "MIN0001"), "EB*")
    assert said[0].startswith("EB*1*IND*30*PR*")
    assert said[1:] == ["EB*1*IND*MH"]


def test_an_ended_plan_is_inactive_with_its_end(simulator: Simulator):
    said = lines(simulator, "INA0001")
    assert [row[:11] for row in starting(said, "EB*")] == ["EB*6*IND*30"]
    assert starting(said, "DTP*347*D8*")


def test_a_carve_out_names_the_company_and_says_no_mental_health_costs(simulator: Simulator):
    said = lines(simulator, "CRV0001", "MH")
    assert "EB*U**MH" in said
    assert "NM1*VN*2*EXAMPLE BEHAVIORAL HEALTH*****PI*EXBH1" in said
    assert "PER*IC**TE*8005550123" in said
    assert not starting(said, "EB*B*IND*MH", "EB*1*IND*MH")


@pytest.mark.parametrize(
    ("prefix", "row", "company"),
    [
        ("COB", "EB*R*IND*30*PR", "EXOT1"),
        ("MAP", "EB*R**30*HN", "EXMA1"),
        ("MCO", "EB*MC*IND*30*HM", "EXMC1"),
    ],
)
def test_other_companies_are_named_with_their_ids(simulator: Simulator, prefix: str, row: str, company: str):
    said = lines(simulator, f"{prefix}0001")
    at = said.index(row)
    assert any(line.startswith("NM1*") and line.endswith(f"*PI*{company}") for line in said[at : at + 5])


@pytest.mark.parametrize(("prefix", "company"), [("CRV", "EXBH1"), ("MAP", "EXMA1"), ("MCO", "EXMC1")])
def test_the_company_that_holds_the_benefits_answers_when_asked_itself(
    simulator: Simulator, prefix: str, company: str
):
    said = lines(simulator, f"{prefix}0001", "MH", payer_id=company)
    assert starting(said, "EB*B*IND*MH*")
    assert not starting(said, "EB*U*", "EB*R*", "EB*MC*")


def test_a_dependent_is_answered_in_a_level_of_their_own(simulator: Simulator):
    said = lines(simulator, dependent=True)
    assert "HL*4*3*23*0" in said
    assert said.index("HL*4*3*23*0") < said.index("TRN*2*TRACE1*9123456789")
    assert "NM1*03*1*ROE*JIM" in said
    assert starting(said, "EB*1*IND*MH")


REJECTIONS = [scenario for scenario in SCENARIOS if scenario.rejection]


@pytest.mark.parametrize("scenario", REJECTIONS, ids=lambda scenario: scenario.prefix)
def test_each_rejection_comes_alone(simulator: Simulator, scenario: object):
    said = lines(simulator, f"{scenario.prefix}-1")
    [aaa] = starting(said, "AAA*")
    assert aaa.split("*")[3] == scenario.rejection
    assert [row for row in starting(said, "EB*") if not row.startswith("EB*V*")] == []


def test_a_mixed_answer_has_benefits_and_a_rejection(simulator: Simulator):
    said = lines(simulator, "MIX0001")
    assert starting(said, "EB*1*IND*30*")
    assert "AAA*N**33*C" in said


def test_an_id_that_begins_like_no_scenario_is_not_found(simulator: Simulator):
    assert "AAA*N**75*C" in lines(simulator, "QQQ0001")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"npi": "12345"}, "43"), ({"birth_date": ""}, "58"), ({"last": ""}, "73")],
)
def test_what_is_missing_is_named_whatever_the_scenario(
    simulator: Simulator, changes: dict[str, str], code: str
):
    [aaa] = starting(lines(simulator, **changes), "AAA*")
    assert aaa.split("*")[3] == code


@pytest.mark.parametrize(("days", "code"), [(-400, "62"), (400, "63")])
def test_a_day_too_far_away_is_refused(simulator: Simulator, days: int, code: str):
    assert f"AAA*N**{code}*C" in lines(simulator, on=TODAY + timedelta(days=days))


def test_the_day_asked_decides_the_year_of_the_limits(simulator: Simulator):
    on = TODAY.replace(year=TODAY.year + 1, month=1, day=2)
    said = lines(simulator, on=on)
    assert f"DTP*291*RD8*{on.year}0101-{on.year}1231" in said
    # Nothing is used in a year that has not begun.
    assert [row for row in starting(said, "EB*C*IND*30*PR**24*") if row.split("*")[7] == "0"]


def test_somebody_elses_answer_and_another_questions_answer_can_be_had(simulator: Simulator):
    assert starting(lines(simulator, "PERSON1"), "NM1*IL*1*ELSE*SOMEBODY")
    assert "TRN*2*ANOTHER-QUESTION*9123456789" in lines(simulator, "TRACE1")


@pytest.mark.parametrize(
    "prefix", [s.prefix for s in SCENARIOS if s.behavior.value == "answer"] + ["PERSON", "TRACE"]
)
@pytest.mark.parametrize("service_type", ["30", "MH", "88"])
def test_every_answer_is_sound_x12(simulator: Simulator, prefix: str, service_type: str):
    document = parse(ask(simulator, f"{prefix}-7", service_type).fields["Payload"])
    [transaction] = document.transactions
    assert document.problems == []
    assert transaction.problems == []
    assert transaction.segments[-1] == ["SE", str(len(transaction.segments)), "0001"]
