"""From answers to meaning, for the patients a coordinator meets: electronic answers, then what people learned."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Row, update

from tests.house import House
from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet, trial
from tests.verify.typed_answers import all_typed
from verify import steps
from verify.authorizations import Authorization
from verify.courses import Outline
from verify.courses.plan import Session
from verify.facts import SourceKind, UnreadableAnswers
from verify.findings.finding import day_words
from verify.followup import PARKED
from verify.steps import Call, Learned, Looked, courses
from verify.steps.authorizations import add_authorization, change_authorization
from verify.steps.clinical import policies_of, save_sheet
from verify.store import evidence, verifications
from verify.store.inquiries import of_verification as asked_of_payers
from verify.store.tables import (
    access_rows,
    events,
    exchanges,
    facts,
    follow_ups,
    inquiries,
    payers,
    questions,
)

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic()


@pytest.fixture
def companies(running_house: House, practice_id: str) -> dict[str, str]:
    return running_house.add_companies(practice_id)


def settled(house: House, practice_id: str, member_id: str, line: str) -> str:
    made = house.submit(practice_id, member_id, service_lines=[line])
    house.wait_until_settled(made)
    return made


def learn(house: House, practice_id: str, made: str, kind: SourceKind, **answers: str) -> None:
    """Writes it down and waits until it is judged."""
    said = {name.replace("__", "."): answer for name, answer in answers.items()}
    said = {name.replace("_at_", "@"): answer for name, answer in said.items()}
    steps.write_down(house.work, made, practice_id, "system", Learned(said, kind, "Benefits page, printed"))
    house.wait_until_settled(made)


def looked(house: House, practice_id: str, made: str) -> Looked:
    with house.work.engine.connect() as connection:
        found = steps.look_into(house.work, connection, practice_id, made)
    assert found is not None
    return found


def conclusion(found: Looked, rule: str) -> str:
    return {one.rule: one.conclusion for one in found.judgement.findings}[rule]


def sentence(found: Looked, rule: str) -> str:
    return {one.rule: one.sentence for one in found.judgement.findings}[rule]


def asked(found: Looked) -> set[str]:
    return {one.question.fact for one in found.questions}


def call_of(house: House, made: str, key: str = "payer") -> Row[Any]:
    rows = house.rows(follow_ups, verification_id=made, state="open", kind="call")
    return next(row for row in rows if row.script["key"] == key)


def spoken(answers: dict[str, str], **more: Any) -> Call:
    ended = datetime.now(UTC)
    return Call(answers, "REF-77", "Dana", ended - timedelta(minutes=40), ended, **more)


# --- the patients -----------------------------------------------------------------------------------------


def test_in_network_for_behavioral_codes_and_out_of_network_for_medical_ones(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    """The two-network trap: TMS at a carve-out, in network as a behavioral provider alone."""
    made = settled(running_house, practice_id, "CRV10000201", "tms")
    before = looked(running_house, practice_id, made)
    assert conclusion(before, "administrator") == "other_company"
    assert conclusion(before, "network") == "not_stated"
    learn(
        running_house,
        practice_id,
        made,
        SourceKind.PORTAL,
        tms__in_network_at_behavioral="yes",
        tms__in_network_at_medical="no",
    )
    split = looked(running_house, practice_id, made)
    assert conclusion(split, "network") == "in_part"
    assert "processed_under" in asked(split)
    learn(running_house, practice_id, made, SourceKind.LETTER, tms__processed_under="medical")
    decided = looked(running_house, practice_id, made)
    assert conclusion(decided, "network") == "out_of_network"
    assert conclusion(decided, "out_of_network") == "not_stated"
    assert {step.domain for step in decided.trail.steps} == {"behavioral"}


def test_medicare_is_spoken_for_by_its_advantage_plan(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    made = settled(running_house, practice_id, "MAP10000202", "tms")
    found = looked(running_house, practice_id, made)
    assert conclusion(found, "who_holds") == "another_company"
    assert conclusion(found, "deductible") in {"left", "met"}
    of_plan = {item.name: item for one in found.judgement.completeness for item in one.items}
    assert of_plan["tms.deductible_left"].is_known
    # Its own PPO does not hide that it is Medicare's: what Medicare is asked about is asked.
    assert of_plan["product"].is_known
    assert "medicare_secondary" in asked(found)
    # What Medicare's reply leaves out is asked, and nothing is guessed of it.
    assert of_plan["tms.covered"].standing == "not_asked"


def test_spravato_by_the_pharmacy_benefit_is_not_bought_by_the_clinic(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    made = settled(running_house, practice_id, "ACT10000203", "spravato_medical")
    before = looked(running_house, practice_id, made)
    assert conclusion(before, "drug_benefit") == "not_stated"
    assert "drug_benefit" in {
        item.name.rpartition(".")[2]
        for one in before.judgement.completeness
        for item in one.items
        if item.need == "minimum"
    }
    steps.record_call(
        running_house.work,
        call_of(running_house, made).id,
        practice_id,
        "system",
        spoken({"spravato_medical.drug_benefit": "pharmacy"}),
    )
    running_house.wait_until_settled(made)
    after = looked(running_house, practice_id, made)
    assert conclusion(after, "drug_benefit") == "other_benefit"
    assert conclusion(after, "buy_and_bill") == "must_not_buy"
    assert "buy_and_bill" not in asked(after), "the contract says nothing of a drug that is not bought"
    pharmacy = call_of(running_house, made, "pharmacy")
    assert {"rems_pharmacy", "quantity_limit"} <= {field["fact"] for field in pharmacy.script["fields"]}
    look_ups = running_house.rows(follow_ups, verification_id=made, state="open", kind="look_up")
    assert {row.script["source_kind"] for row in look_ups} == {"clinic", "patient"}
    steps.record_call(
        running_house.work,
        pharmacy.id,
        practice_id,
        "system",
        spoken({"spravato_medical.rems_pharmacy": "Example Specialty, 800 555 0100"}),
    )
    running_house.wait_until_settled(made)
    named = looked(running_house, practice_id, made)
    (bought,) = [one for one in named.judgement.findings if one.rule == "buy_and_bill"]
    assert "Example Specialty" in bought.sentence


def test_ketamine_by_vein_is_not_stated_and_every_question_is_worth_something_or_asked_in_order(
    running_house: House, practice_id: str
) -> None:
    made = settled(running_house, practice_id, "ACT10000204", "ketamine_iv")
    found = looked(running_house, practice_id, made)
    assert conclusion(found, "covered") == "not_stated"
    assert conclusion(found, "out_of_network") == "not_stated"
    assert {"covered", "written_policy", "out_of_network"} <= asked(found)
    (complete,) = found.judgement.completeness
    assert (complete.usable, complete.confidence) == (False, "C")
    assert "ketamine_iv.covered" in complete.missing
    row = running_house.verification(made)
    assert (row.usable, row.confidence, row.known_percent) == (False, "C", complete.percent)


def test_an_authorization_of_thirty_leaves_the_taper_without(running_house: House, practice_id: str) -> None:
    """A payer of the kind that grants 30 where 36 are planned: the six that are missing are the taper."""
    goes_by(running_house, practice_id, "Aetna")
    made = settled(running_house, practice_id, "ACT10000212", "tms")
    course = plan_course(running_house, practice_id, made, sessions=36)
    assert [len(course.of(phase)) for phase in ("acute", "taper")] == [30, 6]
    assert {code for one in course.sessions for code in codes_of(one)} == set(TMS_CODES)
    found = looked(running_house, practice_id, made)
    assert conclusion(found, "authorization") == "required", "the kind of service; the codes are asked"
    assert "authorization" in asked(found)
    record_id = add_authorization(running_house.work, made, practice_id, "system", granted(course, 30))
    running_house.wait_until_settled(made)
    short = looked(running_house, practice_id, made)
    (held,) = [one for one in short.judgement.findings if one.rule == "authorization_held"]
    assert (held.conclusion, held.service_line) == ("units_short", "tms")
    assert "30 of 30 units" in held.sentence
    assert "36 are planned: 6 short" in held.sentence
    assert f"From {day_words(course.of('taper')[0].on)} on 6 sessions have none" in held.sentence
    extended = granted(course, 36)
    change_authorization(running_house.work, record_id, practice_id, "system", extended, after=1)
    running_house.wait_until_settled(made)
    assert conclusion(looked(running_house, practice_id, made), "authorization_held") == "fits"


def test_a_written_policy_has_criteria_though_no_authorization_is_needed(
    running_house: House, practice_id: str
) -> None:
    """A payer of the kind that asks for none, and looks at the claim instead."""
    goes_by(running_house, practice_id, "Cigna")
    made = settled(running_house, practice_id, "NOA10000213", "tms")
    before = looked(running_house, practice_id, made)
    assert conclusion(before, "authorization") == "ask_for_codes", "in general is not for these codes"
    assert conclusion(before, "policy") == "criteria_open"
    assert conclusion(before, "policy_authorization") == "unknown"
    assert "network must be known first" in sentence(before, "policy_authorization")
    places = {"tms.in_network@behavioral": "yes", "tms.in_network@medical": "yes"}
    steps.record_call(
        running_house.work,
        call_of(running_house, made).id,
        practice_id,
        "system",
        spoken({"tms.authorization": "no", **places}),
    )
    running_house.wait_until_settled(made)
    save_sheet(running_house.work, made, practice_id, "system", TWO_TRIALS, after=0)
    running_house.wait_until_settled(made)
    told = looked(running_house, practice_id, made)
    assert conclusion(told, "authorization") == "not_required"
    assert "no promise of coverage or payment" in sentence(told, "authorization")
    assert conclusion(told, "policy_authorization") == "not_required"
    assert "still judged after the claim" in sentence(told, "policy_authorization")
    assert conclusion(told, "policy") == "criteria_not_met"
    assert "5 of 9 criteria met on paper, 1 not met, 3 unknown" in sentence(told, "policy")
    assert conclusion(told, "medical_necessity") == "missing"
    results, missing = on_paper(running_house, practice_id, made)
    assert (results["trials"], results["psychotherapy"], results["severity"]) == ("met", "not_met", "unknown")
    assert missing == (
        "the score from which the payer counts it",
        "whether there is a bipolar disorder",
        "which protocol is planned",
    )
    spoken_of = " ".join(one.sentence for one in told.judgement.findings)
    assert not [word for word in ("sertraline", "venlafaxine", "F33", "PHQ") if word in spoken_of]


TMS_CODES = ("90867", "90868", "90869")
#: Two drugs of two classes, each twelve weeks without effect; a score; and no psychotherapy, as somebody said.
TWO_TRIALS = sheet(
    diagnoses=[{"code": "F33.2"}],
    trials=[trial("sertraline"), trial("venlafaxine", started_on="2026-06-01", ended_on="2026-08-24")],
    trials_complete="yes",
    scores=[{"scale": "PHQ-9", "points": 21, "on": "2026-11-02"}],
    therapies_complete="yes",
    answers={"psychosis": "no", "serial_scale": "yes"},
)


class Course(NamedTuple):
    """The sessions of a planned course."""

    sessions: tuple[Session, ...]

    def of(self, phase: str) -> list[Session]:
        return [one for one in self.sessions if one.phase == phase]


def codes_of(session: Session) -> list[str]:
    return [service.code for service in session.services]


def goes_by(house: House, practice_id: str, name: str) -> None:
    """The payer of the practice goes by this name too, and its written policy is that payer's."""
    with house.work.engine.begin() as connection:
        connection.execute(
            update(payers)
            .where(payers.c.practice_id == practice_id, payers.c.code == "bluehollow")
            .values(aliases=["BHHP", name])
        )


def plan_course(house: House, practice_id: str, made: str, *, sessions: int) -> Course:
    """As a coordinator plans it: from the first visit on, so many sessions."""
    first = house.verification(made).date_of_service
    with house.work.engine.begin() as connection:
        planned = courses.plan_anew(
            house.work,
            connection,
            practice_id,
            made,
            "tms",
            lambda _: Outline(starts_on=first, sessions=sessions),
            marks=frozenset({courses.USUAL}),
            by="system",
        )
    assert planned is not None
    house.work.hint(planned.hint)
    course = planned.bundle.course("tms")
    assert course is not None and course.kept is not None
    house.wait_until_settled(made)
    return Course(course.plan.sessions)


def granted(course: Course, units: int) -> Authorization:
    """By the payer of the verification, for all days of the course."""
    return authorization(
        payer="Blue Hollow Health Plan",
        number="A77",
        granted=[{"codes": TMS_CODES, "units": units}],
        starts_on=course.sessions[0].on,
        ends_on=course.sessions[-1].on + timedelta(days=30),
    )


def on_paper(house: House, practice_id: str, made: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What each criterion comes to, and what would settle those that are unknown."""
    with house.work.engine.connect() as connection:
        found = policies_of(connection, house.work, practice_id, made)
    assert found is not None
    (line,) = found
    assert line.evaluation is not None
    results = {one.key: one.result.value for one in line.evaluation.criteria}
    return results, line.evaluation.missing


# --- what people learn ------------------------------------------------------------------------------------


def test_what_was_written_down_is_sealed_evidence_and_recorded(
    running_house: House, practice_id: str
) -> None:
    made = settled(running_house, practice_id, "MIN10000205", "tms")
    sent = {row.id for row in running_house.inquiries(made)}
    learn(running_house, practice_id, made, SourceKind.PORTAL, plan_year_begins="07-01")
    (fact,) = [
        row.document for row in running_house.rows(facts, verification_id=made, name="plan_year_begins")
    ]
    assert fact["source"]["kind"] == "portal"
    kept = running_house.rows(exchanges, id=fact["source"]["reference"])
    assert b"07-01" not in kept[0].response_sealed
    (written,) = running_house.rows(inquiries, id=kept[0].inquiry_id)
    assert (written.outcome_code, written.id in sent) == ("written_down", False)
    with running_house.work.engine.connect() as connection:
        of_payer = verifications.read(connection, made)
        assert written.id not in {row.id for row in asked_of_payers(connection, of_payer)}
    changed = running_house.rows(access_rows, practice_id=practice_id, action="change", object_id=made)
    assert [row.fields for row in changed] == [["plan_year_begins"]]
    whats = [row.what for row in running_house.rows(events, verification_id=made)]
    assert "facts_written_down" in whats


def test_sources_that_disagree_stay_visible_and_are_asked_in_writing(
    running_house: House, practice_id: str
) -> None:
    made = settled(running_house, practice_id, "ACT10000206", "tms")
    task = call_of(running_house, made)
    steps.record_call(running_house.work, task.id, practice_id, "system", spoken({"tms.covered": "yes"}))
    running_house.wait_until_settled(made)
    learn(running_house, practice_id, made, SourceKind.PORTAL, tms__covered="no")
    found = looked(running_house, practice_id, made)
    (covered,) = [one for one in found.judgement.findings if one.rule == "covered"]
    assert covered.status == "ambiguous"
    assert len(covered.facts) >= 2
    (question,) = [one.question for one in found.questions if one.question.fact == "covered"]
    assert question.how == "letter"
    titles = {row.title for row in running_house.rows(follow_ups, verification_id=made, state="open")}
    assert "Ask the payer in writing" in titles
    learn(running_house, practice_id, made, SourceKind.LETTER, tms__covered="yes")
    (covered,) = [
        one for one in looked(running_house, practice_id, made).judgement.findings if one.rule == "covered"
    ]
    assert covered.conclusion == "covered", "a letter decides, and what differs is still shown"
    assert covered.status == "ambiguous"


def test_what_was_taken_back_counts_no_more_and_stays(running_house: House, practice_id: str) -> None:
    made = settled(running_house, practice_id, "MIN10000207", "tms")
    learn(running_house, practice_id, made, SourceKind.PORTAL, tms__referral="yes")
    assert conclusion(looked(running_house, practice_id, made), "referral") == "needed"
    (row,) = running_house.rows(facts, verification_id=made, name="referral")
    steps.withdraw(
        running_house.work, made, practice_id, "system", fact_id=row.id, reason="another patient's page"
    )
    running_house.wait_until_settled(made)
    found = looked(running_house, practice_id, made)
    assert conclusion(found, "referral") == "not_stated"
    assert "referral" in asked(found)
    assert len(running_house.rows(facts, verification_id=made, name="referral")) == 2
    with pytest.raises(steps.NotAllowed):
        steps.withdraw(running_house.work, made, practice_id, "system", fact_id=row.id, reason="again")
    electronic = running_house.rows(facts, verification_id=made, name="active")[0]
    with pytest.raises(steps.NotAllowed):
        steps.withdraw(running_house.work, made, practice_id, "system", fact_id=electronic.id, reason="x")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "Letter re Okafor"}, "reference"),
        ({"answers": {"tms.authorization_route": "fax, attention OKAFOR"}}, "answers"),
        ({"answers": {"tms.copay": "some"}}, "tms.copay"),
        ({"answers": {"tms.shoe_size": "9"}}, "tms.shoe_size"),
        ({"answers": {"tms.copay": "  "}}, "answers"),
        ({"as_of": date(2999, 1, 1)}, "as_of"),
        ({"holds_until": date(2020, 1, 1)}, "holds_until"),
        ({"kind": SourceKind.X12_271}, "kind"),
    ],
)
def test_what_cannot_be_written_down_stores_nothing(
    running_house: House, practice_id: str, changes: dict[str, Any], named: str
) -> None:
    made = settled(running_house, practice_id, "MIN10000208", "tms")
    before = len(running_house.rows(facts, verification_id=made))
    given = Learned({"plan_name": "Choice"}, SourceKind.PORTAL, "Page 1")._replace(**changes)
    with pytest.raises(UnreadableAnswers) as caught:
        steps.write_down(running_house.work, made, practice_id, "system", given)
    assert named in caught.value.problems
    assert "okafor" not in str(caught.value).lower()
    assert len(running_house.rows(facts, verification_id=made)) == before
    assert len(running_house.rows(inquiries, verification_id=made, outcome_code="written_down")) == 0


def test_writing_something_down_opens_what_was_signed(running_house: House, practice_id: str) -> None:
    made = settled(running_house, practice_id, "MIN10000209", "tms")
    for task in running_house.rows(follow_ups, verification_id=made, state="open", kind="call"):
        answers = all_typed(task.script)
        steps.record_call(running_house.work, task.id, practice_id, "system", spoken(answers))
        running_house.wait_until_settled(made)
    assert steps.sign_off(running_house.work, made, practice_id, "system") == "verified"
    learn(running_house, practice_id, made, SourceKind.LETTER, tms__covered="no")
    row = running_house.verification(made)
    assert row.state == "needs_person"


def test_what_was_missing_is_kept_with_the_signature(running_house: House, practice_id: str) -> None:
    made = settled(running_house, practice_id, "MIN10000210", "tms")
    steps.sign_off(running_house.work, made, practice_id, "system")
    (signed,) = [
        row.detail for row in running_house.rows(events, verification_id=made) if row.what == "signed_off"
    ]
    assert "tms.authorization" in signed["missing"]
    assert signed["gaps"] == len(running_house.rows(questions, verification_id=made, closed_at=None))
    assert (signed["usable"], signed["confidence"]) == (False, "C")


# --- a call that is broken off ----------------------------------------------------------------------------


def test_a_parked_call_keeps_its_answers_and_goes_on_with_what_is_left(
    running_house: House, practice_id: str
) -> None:
    made = running_house.submit(practice_id, "LUWF10000211", coverage={"payer": "unionfund"})
    running_house.wait_until_settled(made)
    task = call_of(running_house, made)
    asked_at_first = {field["fact"] for field in task.script["fields"]}
    steps.record_call(
        running_house.work,
        task.id,
        practice_id,
        "system",
        spoken({"tms.active": "yes", "plan_name": "Local 7"}, parked=True, hold_minutes=25),
    )
    running_house.wait_until_settled(made)
    again = call_of(running_house, made)
    assert again.id == task.id, "the same task, still open"
    left = {field["fact"] for field in again.script["fields"]}
    assert left < asked_at_first
    assert not {"active", "plan_name"} & left
    assert "parked" in again.detail
    waiting = running_house.rows(inquiries, verification_id=made, state="pending")
    assert PARKED in {row.outcome_code for row in waiting}
    steps.record_call(running_house.work, task.id, practice_id, "system", spoken(all_typed(again.script)))
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    assert {one.state for one in running_house.inquiries(made)} == {"answered"}
    with running_house.work.engine.connect() as connection:
        verification = verifications.read(connection, made)
        assert evidence.calls_made(connection, verification) == {"payer": 1}
    assert row.usable is True
