"""One call for each company that answers by voice, and one errand for each place where something is read."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from verify.affordability.patient import Worth
from verify.catalogue import load
from verify.facts import FactName, SourceKind, Step, StepState, Trail
from verify.findings import How, Question, cases_of
from verify.followup import Asked, Callee, FollowUp, Kind, Situation, learned_form, next_work, weighed
from verify.followup.errands import LOOK_UPS
from verify.verification import InquiryState, Lane, VerificationState
from verify.worksheet import load as worksheet

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHICAGO)
ON = date(2026, 3, 20)
LINE = "spravato_medical"
LINES = [load().service_lines[LINE]]
ANSWERED = Asked("inq_1", "30", InquiryState.ANSWERED)
PARKED_CALL = Asked("inq_2", "", InquiryState.PENDING, "parked")


def question(fact: str, *, how: How | None = None, line: str = LINE) -> Question:
    field = worksheet().field(FactName(fact))
    return Question(
        fact=FactName(fact),
        service_line=line,
        text=f"{fact}?",
        how=how or field.how,
        script=field.script,
    )


def tasks(*questions: Question, **changes) -> list[FollowUp]:
    said = {
        "state": VerificationState.ASKING,
        "lane": Lane.STANDARD,
        "date_of_service": ON,
        "service_lines": LINES,
        "now": MONDAY,
        "zone": CHICAGO,
        "inquiries": [ANSWERED],
        "questions": questions,
        "payer_name": "Blue Hollow",
        "payer_phone": "555-0100",
    }
    return next_work(Situation(**{**said, **changes})).follow_ups


def test_payer_pharmacy_and_hub_are_three_calls():
    found = tasks(
        question("covered"),
        question("quantity_limit"),
        question("rems_enrolled", how=How.PHONE),
    )
    assert [(task.kind, task.title, task.dedupe_key) for task in found] == [
        (Kind.CALL, "Call Blue Hollow", "call:0:0"),
        (Kind.CALL, "Call the pharmacy benefit manager about the drug", "call:0:pharmacy:0"),
        (Kind.CALL, "Call the manufacturer's support program", "call:0:hub:0"),
    ]
    assert [task.script["key"] for task in found if task.script] == ["payer", "pharmacy", "hub"]
    assert [task.script["settles"] for task in found if task.script] == [True, False, False]
    assert [task.detail for task in found] == ["1 question open."] * 3
    payer = found[0].script
    assert payer is not None
    assert {field["fact"] for field in payer["fields"]} == {"covered", "excluded_codes", "other_limits"}


def test_the_pharmacy_is_named_where_an_answer_named_it():
    step = Step(
        number=1,
        domain="pharmacy",
        reason="carve_out",
        from_payer="p1",
        state=StepState.NOT_FOLLOWED,
        name="Example Rx",
        phone="8005550188",
    )
    trail = Trail(payer="p1", payer_name="Blue Hollow", steps=(step,))
    cases = cases_of([], LINES, ON, now=MONDAY, trail=trail)
    (found,) = tasks(question("quantity_limit"), cases=cases)
    assert found.title == "Call Example Rx about the drug"
    assert found.script is not None
    assert found.script["payer_phone"] == "8005550188"
    whole = replace_trail(cases, Trail(payer="p1", steps=(replace_domain(step, "plan"),)))
    (hub,) = tasks(question("rems_enrolled", how=How.PHONE), cases=whole)
    assert hub.script is not None
    assert hub.script["payer_phone"] == "1-844-479-4846"


def test_a_call_to_whoever_holds_the_benefit_leaves_the_payers_question_waiting():
    by_phone = Asked("inq_1", "30", InquiryState.PENDING, "call_needed")
    held = {LINE: Callee("Example Behavioral", "8005550123")}
    payer, holder = tasks(question("covered"), inquiries=[by_phone], speakers=held)
    assert [payer.title, holder.title] == ["Call Blue Hollow", "Call Example Behavioral"]
    assert payer.script is not None
    assert holder.script is not None
    assert (payer.script["settles"], holder.script["settles"]) == (True, False)


def replace_trail(cases, trail):
    return [replace(case, trail=trail) for case in cases]


def replace_domain(step, domain):
    return msgspec.structs.replace(step, domain=domain)


def test_a_call_that_was_made_makes_the_next_one_a_new_task():
    asked = (question("covered"), question("quantity_limit"))
    keys = [task.dedupe_key for task in tasks(*asked, calls_made=2, other_calls={"payer": 2, "pharmacy": 1})]
    assert keys == ["call:0:2", "call:0:pharmacy:1"]


@pytest.mark.parametrize("how", LOOK_UPS)
def test_what_is_read_somewhere_is_an_errand_there(how: How):
    title, kind = LOOK_UPS[how]
    (found,) = tasks(question("buy_and_bill", how=how))
    assert (found.kind, found.title) == (Kind.LOOK_UP, title.format(whose="the payer's"))
    assert found.detail == "buy_and_bill?"
    assert found.script is not None
    assert found.script["source_kind"] == kind.value
    assert [field["fact"] for field in found.script["fields"]] == ["buy_and_bill"]
    assert found.script["lines"] == []
    assert found.dedupe_key == ("look_up:0:0" if how is How.PORTAL else f"look_up:0:{how}:0")


def test_the_portals_questions_go_along_with_a_call():
    portal, phone = question("plan_name", line="", how=How.PORTAL), question("covered")
    (call,) = tasks(portal, phone)
    assert call.kind is Kind.CALL
    assert call.detail == "2 questions open."
    assert call.script is not None
    assert "plan_name" in {field["fact"] for field in call.script["fields"]}
    (look_up,) = tasks(portal)
    assert look_up.title == "Look it up in the payer's portal"
    (waiting,) = tasks(portal, inquiries=[ANSWERED, PARKED_CALL])
    assert waiting.kind is Kind.CALL


def test_a_portal_question_of_the_payer_is_no_reason_to_call_the_pharmacy():
    found = tasks(question("plan_name", line="", how=How.PORTAL), question("quantity_limit"))
    assert [task.kind for task in found] == [Kind.CALL, Kind.LOOK_UP]


def test_a_parked_call_says_that_it_goes_on():
    (found,) = tasks(question("covered"), inquiries=[ANSWERED, PARKED_CALL])
    assert found.detail == "A call was parked: what is left to ask is in the script. 1 question open."


def test_a_question_for_the_letter_is_not_asked_by_phone_too():
    found = tasks(question("covered", how=How.LETTER), question("referral"))
    call, written = sorted(found, key=lambda task: task.kind)
    assert call.script is not None
    assert written.script is not None
    assert {field["fact"] for field in call.script["fields"]} == {"referral"}
    assert {field["fact"] for field in written.script["fields"]} == {"covered"}
    assert written.script["source_kind"] == SourceKind.LETTER


# --- every field of the worksheet ---------------------------------------------------------------------------


def test_the_form_for_what_was_learned_has_every_field_once():
    lines = [load().service_lines[key] for key in ("tms", "psychotherapy")]
    form = learned_form(cases_of([], lines, ON, now=MONDAY))
    names = [field.name for field in form]
    assert len(names) == len(set(names))
    assert {"plan_name", "tms.copay", "psychotherapy.copay", "tms.in_network@medical"} <= set(names)
    assert "psychotherapy.in_network" in names
    assert "psychotherapy.taper_included" not in names
    by_name = {field.name: field for field in form}
    assert by_name["plan_name"].service_line == ""
    assert by_name["tms.in_network@medical"].label == (
        "Transcranial magnetic stimulation (TMS): Are we in network for these codes? As a medical provider"
    )
    assert by_name["tms.processed_as"].choices == FactName.PROCESSED_AS.choices
    assert by_name["held_by_pharmacy"].about.domain == "pharmacy"


def test_a_group_of_codes_is_named_in_its_label():
    form = learned_form(cases_of([], LINES, ON, now=MONDAY))
    (drug,) = [field for field in form if field.name == f"{LINE}.in_network@medical-drug"]
    assert drug.label.endswith("As a medical provider: J0013, G2082, G2083")
    assert (drug.domain, drug.codes) == ("medical", "drug")


# --- what it is worth ---------------------------------------------------------------------------------------


def worth(fact: str, cents: int, line: str = LINE) -> Worth:
    return Worth(fact=FactName(fact), service_line=line, worth_cents=cents)


def test_the_dearest_question_is_asked_first_then_in_the_order_of_the_calls():
    asked = [question(name) for name in ("authorization", "copay", "active", "in_network", "covered")]
    found = weighed(asked, [worth("copay", 500_00), worth("covered", 9000_00), worth("active", 0)])
    assert [(one.question.fact, one.worth_cents) for one in found] == [
        ("covered", 9000_00),
        ("copay", 500_00),
        ("active", 0),
        ("in_network", None),
        ("authorization", None),
    ]


def test_what_a_fact_of_the_plan_is_worth_counts_for_each_line():
    (found,) = weighed([question("deductible_remaining")], [worth("deductible_remaining", 70_00, "")])
    assert found.worth_cents == 70_00
    (own,) = weighed(
        [question("deductible_remaining")],
        [worth("deductible_remaining", 70_00, ""), worth("deductible_remaining", 10_00)],
    )
    assert own.worth_cents == 10_00
    assert weighed([], []) == []
